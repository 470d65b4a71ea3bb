"""The release ledger: what was released, when, under which rule, with which fingerprint. One JSON line an entry."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from pathlib import Path
from typing import Any

from holdfast.share.disclosure.differencing import Earlier
from holdfast.share.disclosure.profiles import Profile
from holdfast.share.disclosure.released import Released, require_released


def record(released: Released, what: str, sha256: str, now: dt.datetime | None = None) -> None:
    """Enter one written file in the ledger of the release, if it has one.

    Counts are written with the first file of a release and named by their fingerprint afterwards. The entry holds what
    was shown and never what was hidden.
    """
    released = require_released(released)
    if released.ledger is None:
        return
    counts = json.dumps(released.counts, sort_keys=True, ensure_ascii=False)
    mark = hashlib.sha256(f"{released.profile.model_dump_json()}|{released.inputs}|{counts}".encode()).hexdigest()
    known = {entry.get("counts_sha256") for entry in entries(released.ledger)}
    entry: dict[str, Any] = {
        "at": (now or dt.datetime.now(dt.UTC)).isoformat(timespec="seconds"),
        "what": what,
        "sha256": sha256,
        "profile": released.profile.model_dump(),
        "reason": released.reason,
        "inputs": released.inputs,
        "line": released.line,
        "counts_sha256": mark,
    }
    if mark not in known:
        entry["counts"] = dict(released.counts)
    _append(released.ledger, json.dumps(entry, ensure_ascii=False, sort_keys=True))


def entries(ledger: Path) -> list[dict[str, Any]]:
    """Every whole entry. A last line cut short by a crash is not one; any other that cannot be read is an error."""
    if not ledger.exists():
        return []
    lines = ledger.read_text(encoding="utf-8").split("\n")
    out = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            out.append(json.loads(line))
        except json.JSONDecodeError as error:
            if number == len(lines):
                continue
            raise ValueError(
                f"{ledger.name}, line {number}: this line of the release ledger cannot be read, so earlier releases "
                "cannot be checked. Restore the file from a copy, or move it away to begin a new ledger."
            ) from error
    return out


def earlier_releases(ledger: Path | None) -> list[Earlier]:
    """Every distinct set of counts released so far."""
    if ledger is None:
        return []
    return [
        Earlier(Profile(**entry["profile"]), entry.get("inputs", ""), entry["counts"], entry.get("at", "")[:10])
        for entry in entries(ledger)
        if "counts" in entry
    ]


def _append(ledger: Path, line: str) -> None:
    """One whole line; a last line that a crash cut short is dropped first."""
    ledger.parent.mkdir(parents=True, exist_ok=True)
    with ledger.open("ab+") as file:
        _drop_torn_line(file)
        file.write(line.encode("utf-8") + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _drop_torn_line(file: Any) -> None:
    file.seek(0)
    content = file.read()
    if content and not content.endswith(b"\n"):
        file.truncate(content.rfind(b"\n") + 1)
    file.seek(0, os.SEEK_END)
