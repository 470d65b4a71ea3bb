"""A finished run's files, read once in a process: a run's results never change."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from holdfast.records import ROW_TYPES, Findings
from holdfast.web.evidence.keeping import CHARTS, CONTENTS, PAGES, REPORT, TABLES, WORKBOOK
from holdfast.web.evidence.models import DONE, Run

_PICTURE: Final = re.compile(r"[0-9]+-[a-z-]+\.svg")


class NoResultsError(Exception):
    """The run has no results, or their folder is gone."""


def findings(run: Run) -> Findings:
    """Every released row of a finished run."""
    return _findings(str(_folder(run)))


def contents(run: Run) -> dict[str, Any]:
    """The disclosure line, the notes, and each study in a line."""
    return _told(str(_folder(run) / CONTENTS))


def study(run: Run, place: int) -> dict[str, Any]:
    """One study as its page shows it."""
    return _told(str(_folder(run) / PAGES / f"{place}.json"))


def chart(run: Run, name: str) -> bytes:
    """One picture; names are those that telling gives and nothing else."""
    if not _PICTURE.fullmatch(name):
        raise NoResultsError
    return _bytes(str(_folder(run) / CHARTS / name))


def downloads(run: Run) -> dict[str, tuple[Path, str]]:
    """What may be downloaded: name → file and media type. Nothing else of the folder is served."""
    folder = _folder(run)
    files: dict[str, tuple[Path, str]] = {
        WORKBOOK: (folder / WORKBOOK, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        REPORT: (folder / REPORT, "text/html; charset=utf-8"),
        "datapackage.json": (folder / TABLES / "datapackage.json", "application/json"),
    }
    for name in ROW_TYPES:
        files[f"{name}.csv"] = (folder / TABLES / f"{name}.csv", "text/csv; charset=utf-8")
    return {name: held for name, held in files.items() if held[0].is_file()}


MEANING: Final = {
    WORKBOOK: "Everything in one Excel workbook",
    REPORT: "The living report, one page that opens in any browser",
    "datapackage.json": "What every column means, and the fingerprint of each file",
}


def _folder(run: Run) -> Path:
    if run.state != DONE or not run.results:
        raise NoResultsError
    return run.where


@lru_cache(maxsize=8)
def _findings(folder: str) -> Findings:
    from holdfast.workspace import read_findings

    try:
        return read_findings(folder)
    except FileNotFoundError:
        raise NoResultsError from None


@lru_cache(maxsize=256)
def _told(path: str) -> dict[str, Any]:
    try:
        told: dict[str, Any] = json.loads(Path(path).read_text("utf-8"))
    except FileNotFoundError:
        raise NoResultsError from None
    return told


@lru_cache(maxsize=256)
def _bytes(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except FileNotFoundError:
        raise NoResultsError from None
