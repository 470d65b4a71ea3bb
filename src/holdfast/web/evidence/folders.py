"""Where uploads and results are kept, and names that are safe to keep a file under."""

from __future__ import annotations

import hashlib
import re
import secrets
import shutil
import time
from pathlib import Path
from typing import Final

from django.conf import settings

WORKSPACES: Final = "workspaces"
RESULTS: Final = "results"
LONGEST_NAME: Final = 100
_NOT_KEPT: Final = re.compile(r"[^\w.\-]+")
_DAY: Final = 24 * 3600


def new_folder() -> Path:
    """A fresh, hidden folder to gather uploads in; it is renamed once they are all there."""
    home = settings.HOME / WORKSPACES
    home.mkdir(parents=True, exist_ok=True)
    fresh = home / f".new-{secrets.token_hex(8)}"
    fresh.mkdir(mode=0o700)
    return fresh


def safe_name(name: str) -> str:
    """The last part of a file's name with nothing in it that a path, a pattern or a page could stumble over."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1].strip()
    kept = _NOT_KEPT.sub("-", last).strip(".-") or "table"
    return kept if len(kept) <= LONGEST_NAME else kept[: LONGEST_NAME - 20] + kept[-20:]


def sha256_of(path: Path) -> str:
    """A file's fingerprint."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sweep() -> int:
    """Take away what uploads and runs that were killed left half done, once it is a day old. How many went."""
    gone = 0
    for room in (settings.HOME / WORKSPACES, settings.HOME / RESULTS):
        for left in room.glob(".new-*") if room.is_dir() else ():
            if time.time() - left.stat().st_mtime > _DAY:
                shutil.rmtree(left, ignore_errors=True)
                gone += 1
    return gone
