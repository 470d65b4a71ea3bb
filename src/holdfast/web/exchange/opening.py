"""Opening an archive: is it a register, whole, of a version that can be read, and of a size that can be held?"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Final

from holdfast.web.exchange.identity import IDENTITY
from holdfast.web.exchange.leaving import MANIFEST
from holdfast.web.exchange.rows import print_of

MOST: Final = 2_000_000_000
"""The most bytes that an archive may unpack to."""


class ArrivalError(Exception):
    """The archive cannot be read; the words say why and what to do."""


def opened(file: Path | IO[bytes]) -> zipfile.ZipFile:
    """The archive; ArrivalError where it is none or too large."""
    try:
        box = zipfile.ZipFile(file)
    except (OSError, zipfile.BadZipFile):
        raise ArrivalError("This is not a register that was taken out of Holdfast: it is not a zip file.") from None
    if sum(info.file_size for info in box.infolist()) > MOST:
        raise ArrivalError("This archive would unpack to more than 2 GB. Bring the register in in parts.")
    return box


def manifest_of(box: zipfile.ZipFile) -> dict[str, Any]:
    """What the archive says that it holds: quick, whatever its size. ArrivalError where it is no register of ours."""
    try:
        manifest: dict[str, Any] = json.loads(box.read(MANIFEST))
        rows, _prints = set(manifest["rows"]), set(manifest["sha256"])
    except (KeyError, TypeError, ValueError, zipfile.BadZipFile):
        raise ArrivalError("This zip file holds no register: it has no register/manifest.json.") from None
    if unknown := rows - set(IDENTITY):
        raise ArrivalError(
            f"It was made by another version ({', '.join(sorted(unknown))} is not known). Upgrade first."
        )
    return manifest


def checked(box: zipfile.ZipFile) -> dict[str, Any]:
    """The manifest, once everything of the register is as it was written."""
    manifest = manifest_of(box)
    for name, wanted in manifest["sha256"].items():
        if name.startswith("register/") and print_of(box, name) != wanted:
            raise ArrivalError(f"The archive is damaged: {name} is not as it was written. Take it out again.")
    return manifest


def told(box: zipfile.ZipFile, label: str) -> Iterator[dict[str, Any]]:
    """A table's rows as they were written, one at a time."""
    with box.open(f"register/{label}.jsonl") as lines:
        for line in lines:
            if line.strip():
                yield json.loads(line)
