"""Writes that are whole or not there at all, and one writer at a time."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

PATIENCE = 10.0
"""Seconds that a run waits for another to finish writing."""


class Busy(RuntimeError):  # noqa: N818 - it is a state of the folder
    """Another run is writing to the same folder."""


@contextlib.contextmanager
def only_writer(folder: Path) -> Iterator[None]:
    """Hold the folder's lock; the system lets go of it when the process ends, however it ends."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("a+b") as file:
        _wait_for(file.fileno(), folder.name)
        yield


def _wait_for(handle: int, name: str) -> None:
    """Take the lock, waiting a little for a run that is about to finish."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            _lock(handle)
            return
        except OSError as error:
            if time.monotonic() > until:
                raise Busy(f"Another run is writing to {name}. Wait for it, or end it, and run again.") from error
            time.sleep(0.05)


@contextlib.contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """A new folder to write into; it takes the target's place when the block ends well, and vanishes when not."""
    recover(target)
    fresh = Path(tempfile.mkdtemp(prefix=f".{target.name}-new-", dir=target.parent))
    try:
        yield fresh
        fresh.chmod(0o755)
        old = target.with_name(f".{target.name}-old")
        if target.exists():
            os.replace(target, old)
        os.replace(fresh, target)
        shutil.rmtree(old, ignore_errors=True)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        recover(target)
        raise


def recover(target: Path) -> None:
    """Put right what a run that was killed left: its half-written folder goes, the old results come back."""
    old = target.with_name(f".{target.name}-old")
    if old.exists() and not target.exists():
        os.replace(old, target)
    shutil.rmtree(old, ignore_errors=True)
    for left in target.parent.glob(f".{target.name}-new-*"):
        shutil.rmtree(left, ignore_errors=True)


def write_whole(path: Path, text: str) -> None:
    """Write a text file so that it is the old one or the new one, never part of one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


if os.name == "nt":  # pragma: no cover - only on Windows

    def _lock(handle: int) -> None:
        import msvcrt

        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]

else:

    def _lock(handle: int) -> None:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
