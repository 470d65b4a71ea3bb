"""The ledger of protocols: what was fixed, when, before its effects were computed. Lines are added, never changed."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
from pathlib import Path
from typing import Any, Final

from holdfast.records import Protocol
from holdfast.workspace.writing.atomic import only_writer

RESULTS: Final = "results"
"""Folder of results, inside a workspace."""
LEDGER: Final = "protocols.jsonl"


def fix_protocol(folder: str | Path | None, study: str, text: str) -> Protocol:
    """Fix a study's protocol: its fingerprint and the time (UTC), as the next version when its text is new.

    ``folder`` is the workspace's; None fixes it in memory only. The same text keeps its version and time.
    """
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    if folder is None:
        return Protocol(study=study, version=1, sha256=sha256, fixed_at=now, text=text)
    results = Path(folder) / RESULTS
    with only_writer(results):
        lines = _lines(results / LEDGER)
        latest = next((line for line in reversed(lines) if line["study"] == study), None)
        if latest is not None and latest["sha256"] == sha256:
            return _protocol(latest)
        version = 1 if latest is None else int(latest["version"]) + 1
        fixed = Protocol(study=study, version=version, sha256=sha256, fixed_at=now, text=text)
        _append(results / LEDGER, fixed, _digest(lines[-1]) if lines else "")
    return fixed


def protocols(folder: str | Path) -> tuple[Protocol, ...]:
    """Every version of every protocol of a workspace, in the order they were fixed."""
    return tuple(_protocol(line) for line in _lines(Path(folder) / RESULTS / LEDGER))


def altered(folder: str | Path) -> tuple[int, ...]:
    """Lines of the ledger (from 1) that no longer fit their fingerprint or the line before: it was edited by hand."""
    lines = _lines(Path(folder) / RESULTS / LEDGER)
    found = []
    for place, line in enumerate(lines):
        own = hashlib.sha256(str(line["text"]).encode()).hexdigest() == line["sha256"]
        chained = line["previous"] == (_digest(lines[place - 1]) if place else "")
        if not (own and chained):
            found.append(place + 1)
    return tuple(found)


def _lines(path: Path) -> list[dict[str, Any]]:
    """Whole lines only: a run that was killed while writing leaves part of one, which says nothing."""
    if not path.is_file():
        return []
    found = []
    for line in path.read_text("utf-8").splitlines():
        try:
            told = json.loads(line)
        except json.JSONDecodeError:
            continue
        if isinstance(told, dict) and {"study", "version", "sha256", "fixed_at", "text", "previous"} <= set(told):
            found.append(told)
    return found


def _append(path: Path, fixed: Protocol, previous: str) -> None:
    told = {
        "study": fixed.study,
        "version": fixed.version,
        "sha256": fixed.sha256,
        "fixed_at": fixed.fixed_at.isoformat(),
        "text": fixed.text,
        "previous": previous,
    }
    line = json.dumps(told, ensure_ascii=False) + "\n"
    with path.open("a+b") as file:
        file.seek(0, os.SEEK_END)
        if file.tell():
            file.seek(-1, os.SEEK_END)
            line = line if file.read(1) == b"\n" else "\n" + line
        file.write(line.encode())
        file.flush()
        os.fsync(file.fileno())


def _digest(line: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(line, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _protocol(line: dict[str, Any]) -> Protocol:
    return Protocol(
        study=str(line["study"]),
        version=int(line["version"]),
        sha256=str(line["sha256"]),
        fixed_at=dt.datetime.fromisoformat(line["fixed_at"]),
        text=str(line["text"]),
    )
