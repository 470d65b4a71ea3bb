"""Files appear whole or not at all, and each is entered in the ledger of its release."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import os
import tempfile
from pathlib import Path

from holdfast.share.disclosure import Released, record, require_released


def write_once(path: Path, content: bytes, released: Released, now: dt.datetime | None = None) -> Path:
    """Write ``content`` beside ``path`` and move it into place, so that a killed run leaves the old file or the new."""
    require_released(released)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o644)
        record(released, path.name, hashlib.sha256(content).hexdigest(), now)
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise
    return path
