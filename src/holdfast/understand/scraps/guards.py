"""What a file may cost: bytes, pages, characters and seconds; and whether it would swell when unzipped."""

from __future__ import annotations

import time
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How a file of Office before 2007 begins, and one with a password."""
NO_PASSWORD: Final = "save it without the password and import it again"


@dataclass(frozen=True)
class Limits:
    """The most of one file that is read. What lies beyond is listed as unread."""

    bytes: int = 50_000_000
    unzipped: int = 400_000_000
    swelling: int = 200
    """Times a part may grow on unzipping; writing documents grow about ten times."""
    pages: int = 2_000
    rows: int = 200_000
    characters: int = 5_000_000
    seconds: float = 60.0


class CannotRead(Exception):  # noqa: N818 - it is a finding about a file
    """Why a file was not read, and what to do about it."""

    def __init__(self, reason: str, fix: str) -> None:
        super().__init__(reason)
        self.reason, self.fix = reason, fix


def could_not_open(trouble: OSError) -> CannotRead:
    """What to say of a file that is not there, or may not be opened."""
    return CannotRead(f"it could not be opened ({trouble.strerror or 'unknown reason'})", "check that it is there")


@dataclass
class Allowance:
    """How much of one file's limits is left while it is read."""

    limits: Limits
    _began: float = field(default_factory=time.monotonic)
    _characters: int = 0

    def spend(self, characters: int) -> bool:
        """Take so many characters; False once nothing more may be read."""
        self._characters += characters
        return self._characters <= self.limits.characters and time.monotonic() - self._began <= self.limits.seconds


def check_size(path: Path, limits: Limits) -> None:
    """CannotRead when the file is empty or too large."""
    size = path.stat().st_size
    if not size:
        raise CannotRead("the file is empty", "leave it out")
    if size > limits.bytes:
        raise CannotRead(
            f"it has {size / 1e6:,.0f} MB, and at most {limits.bytes / 1e6:,.0f} MB of one file is read",
            "split it, or save it without its pictures",
        )


def check_zip(path: Path, limits: Limits) -> None:
    """CannotRead when a zipped document is damaged or would swell beyond reason."""
    try:
        with zipfile.ZipFile(path) as held:
            parts = held.infolist()
    except (zipfile.BadZipFile, OSError, ValueError) as trouble:
        raise CannotRead(
            "it is damaged, or not the kind of file its name says", "open it and save it again"
        ) from trouble
    if any(part.flag_bits & 1 for part in parts):
        raise CannotRead("it is protected by a password", NO_PASSWORD)
    swells = any(
        part.file_size > 10_000_000 and part.file_size > limits.swelling * part.compress_size for part in parts
    )
    if swells or sum(part.file_size for part in parts) > limits.unzipped:
        raise CannotRead("unzipped it would be far larger than any real document", "do not open it; ask who sent it")
