"""Word vectors that come in a package: which words mean nearly the same, without a model of sentences.

WordLlama (Miller 2024): the input embeddings of large language models, cut to 256 numbers a word piece and trained on
pairs of like sentences. Its wheel holds the weights, so it installs where only a package index can be reached. None of
its code is run: two of its files are read, as data, and only when they are those that are known. V words, N texts.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from holdfast.understand.alike.grams import plain
from holdfast.understand.alike.nearness import Rows
from holdfast.understand.alike.stems import STOP

PACKAGE: Final = "wordllama"
WEIGHTS: Final = "weights/l2_supercat_256.safetensors"
PIECES: Final = "tokenizers/l2_supercat_tokenizer_config.json"
SHA256: Final = {
    WEIGHTS: "64b47a2dc493cb8e85944076601189739852d7b64e0e1eedcb1937a251cd9fd5",
    PIECES: "e431517545a0dc959126692888945285ee6e9228684831779ad80ac26ffeebe5",
}
"""Fingerprints; of the word pieces, that of their meaning, since builds end their lines in different ways."""
WIDTH: Final = 256
AKIN: Final = 0.4
"""Cosine from which words are said to mean nearly the same: “older” and “elderly” have .80, “clinic” and “drug” .24."""
MOST: Final = 3


@dataclass(frozen=True)
class WordVectors:
    """Weights (word pieces × 256) and tokenizer that passed their checks. Call it with texts: N × 256."""

    weights: NDArray[np.float16]
    tokenizer: Any
    made_by: str = "the word vectors of WordLlama"

    def __call__(self, texts: Sequence[str]) -> Rows:
        """The sum of a text's telling words, or of all where none is; a text without words is nought."""
        held = [Counter(telling_words(text)) for text in texts]
        words = {word: at for at, word in enumerate(dict.fromkeys(word for counts in held for word in counts))}
        rows = np.repeat(np.arange(len(held)), [len(counts) for counts in held])
        columns = [words[word] for counts in held for word in counts]
        times = np.array([number for counts in held for number in counts.values()], dtype=np.float32)
        counted = sparse.csr_array((times, (rows, columns)), shape=(len(held), len(words)))
        return np.asarray(counted @ self.of(list(words)), dtype=np.float32)

    def akin(self, asked: str, other: str) -> tuple[tuple[str, str], ...]:
        """Pairs of different words, one of each text, that mean nearly the same: the nearest first, each word once."""
        mine, theirs = (list(dict.fromkeys(telling_words(text))) for text in (asked, other))
        mine, theirs = [w for w in mine if w not in theirs], [w for w in theirs if w not in mine]
        near = _of_length_one(self.of(mine)) @ _of_length_one(self.of(theirs)).T
        found: list[tuple[str, str]] = []
        while near.size and near.max() >= AKIN and len(found) < MOST:
            i, j = np.unravel_index(int(near.argmax()), near.shape)
            found.append((mine[i], theirs[j]))
            near[i, :] = near[:, j] = -1.0
        return tuple(found)

    def of(self, words: Sequence[str]) -> Rows:
        """V × 256: each word as the sum of its pieces."""
        out = np.zeros((len(words), WIDTH), dtype=np.float32)
        for at, word in enumerate(words):
            readable = word.encode("utf-8", "replace").decode("utf-8")
            pieces = self.tokenizer.encode(readable, add_special_tokens=False).ids
            out[at] = self.weights[pieces].sum(axis=0, dtype=np.float32)
        return out


def telling_words(text: str) -> list[str]:
    """The words of a text that carry meaning; all of them where none does."""
    words = plain(text).split()
    return [word for word in words if word not in STOP] or words


def _of_length_one(rows: Rows) -> Rows:
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12), dtype=np.float32)


def _fingerprint(folder: Path, name: str) -> str:
    """SHA-256 of a file as it lies, or of what a JSON file says; empty where there is none."""
    try:
        held = (folder / name).read_bytes()
        said = json.dumps(json.loads(held), sort_keys=True).encode() if name.endswith(".json") else held
    except (OSError, ValueError):
        return ""
    return hashlib.sha256(said).hexdigest()


@cache
def packaged() -> WordVectors | None:
    """The word vectors, read once a process; None where the package is absent or holds other files than are known."""
    spec = find_spec(PACKAGE)  # finds where it lies; runs nothing of it
    places = list(spec.submodule_search_locations or ()) if spec else []
    if not places or any(_fingerprint(Path(places[0]), name) != expected for name, expected in SHA256.items()):
        return None
    from safetensors.numpy import load_file
    from tokenizers import Tokenizer

    (weights,) = load_file(Path(places[0]) / WEIGHTS).values()
    tokenizer = Tokenizer.from_file(str(Path(places[0]) / PIECES))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return WordVectors(weights, tokenizer)
