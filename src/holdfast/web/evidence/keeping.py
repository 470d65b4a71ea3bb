"""From findings to a run's folder of released results: tables, workbook, report, and what the pages show.

Disclosure control comes first; nothing is written but what it let through.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from holdfast import __version__
from holdfast.records import Findings, Policy
from holdfast.saving import RELEASES, REPORT, WORKBOOK, enter
from holdfast.share import Meta, Profile, Released, release, write_report, write_workbook
from holdfast.web.evidence import telling
from holdfast.workspace import write_findings

if TYPE_CHECKING:
    from holdfast.workspace import Workspace

CONTENTS: Final = "contents.json"
PAGES: Final = "pages"
CHARTS: Final = "charts"
TABLES: Final = "tables"
Tell = Callable[[str, int, int], None]

__all__ = ["CHARTS", "CONTENTS", "PAGES", "RELEASES", "REPORT", "TABLES", "WORKBOOK", "Kept", "keep", "keep_released"]


@dataclass(frozen=True)
class Kept:
    """A folder that holds everything of a run, and what the database keeps of it."""

    folder: Path
    findings: Findings
    line: str
    inputs_sha256: str
    studies: list[dict[str, Any]]
    """One for each study: what ``Answer`` holds, with ``change`` as the workspace's identifier."""
    judged: list[str]
    """Changes that a recommendation speaks of."""


def keep(
    folder: Path,
    space: Workspace,
    findings: Findings,
    *,
    tell: Tell,
    rule: str | Profile,
    reason: str,
    policy: Policy,
    ledger: Path,
    title: str,
    command: str,
) -> Kept:
    """Release the findings and write them out."""
    tell("applying disclosure control", 0, 0)
    released = release(
        findings, rule, measures=space.measures.values(), ledger=ledger, inputs=space.inputs_sha256, reason=reason
    )
    return keep_released(folder, space, released, tell=tell, policy=policy, title=title, command=command)


def keep_released(
    folder: Path,
    space: Workspace,
    released: Released,
    *,
    tell: Tell,
    policy: Policy,
    title: str,
    command: str,
    line: str = "",
) -> Kept:
    """Write what was released: the pages' own files, the report, the workbook and the tables."""
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    folder.mkdir(parents=True, exist_ok=True)
    about = Meta(
        workspace=title,
        made_at=now,
        command=command,
        version=__version__,
        inputs=space.inputs_sha256,
        policy=policy,
        period=space.config.workspace.period,
        notes=space.notes,
    )
    told = telling.Told.of(released, space.changes.values(), space.measures.values(), about)
    (folder / PAGES).mkdir(exist_ok=True)
    (folder / CHARTS).mkdir(exist_ok=True)
    for place in range(1, len(told.studies) + 1):
        tell(f"drawing {told.studies[place - 1][1]}", place - 1, len(told.studies))
        page, pictures = told.page(place)
        _write(folder / PAGES / f"{place}.json", page)
        for name, svg in pictures.items():
            (folder / CHARTS / name).write_text(svg, "utf-8")
    tell("writing the tables", 0, 0)
    said, notes = line or released.line, [*released.notes, *space.notes]
    _write(folder / CONTENTS, {"line": said, "notes": notes, "studies": told.lines()})
    write_workbook(folder / WORKBOOK, released, title, now)
    tables = write_findings(folder, released.findings, disclosure=said, title=title, inputs_sha256=space.inputs_sha256)
    enter(released, tables, now)
    write_report(folder / REPORT, released, space.changes.values(), space.measures.values(), about)
    judged = list(dict.fromkeys(cell.change for cell in released.findings.cells))
    return Kept(folder, released.findings, said, space.inputs_sha256, told.lines(), judged)


def _write(path: Path, told: Any) -> None:
    path.write_text(json.dumps(told, ensure_ascii=False), "utf-8")
