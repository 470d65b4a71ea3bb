"""From findings to files: disclosure control first, then tables, the report and the workbook.

Nothing is written but what :func:`holdfast.share.release` let through, and each file is entered in the ledger.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from holdfast import __version__
from holdfast.records import Findings, Policy
from holdfast.share import DEFAULT, Meta, Profile, Released, release, write_report, write_workbook

if TYPE_CHECKING:
    from holdfast.workspace import Workspace

RESULTS: Final = "results"
RELEASES: Final = "releases.jsonl"
REPORT: Final = "report.html"
WORKBOOK: Final = "findings.xlsx"
DOWNLOADS: Final = ("tables/cells.csv", "tables/effects.csv", "tables/evaluability.csv")


@dataclass(frozen=True)
class Saved:
    """What was released, and where its files are."""

    released: Released
    tables: Path
    report: Path
    workbook: Path | None = None


def save(
    space: Workspace,
    findings: Findings,
    *,
    rule: str | Profile = DEFAULT,
    reason: str = "",
    excel: bool = False,
    command: str = "holdfast learn",
    policy: Policy | None = None,
    notes: Sequence[str] = (),
) -> Saved:
    """Release the findings of a workspace that is a folder, and write them to its ``results``.

    ``notes`` are told on the report beside the workspace's own.

    Raises ValueError for a workspace made from frames, and what ``release`` raises for the rule.
    """
    from holdfast.workspace import write_findings

    if space.folder is None:
        raise ValueError("This workspace is not a folder; call holdfast.share.release and write_report yourself.")
    results, now = space.folder / RESULTS, dt.datetime.now(dt.UTC).replace(microsecond=0)
    released = release(
        findings,
        rule,
        measures=space.measures.values(),
        ledger=space.folder / RELEASES,
        inputs=space.inputs_sha256,
        reason=reason,
    )
    about = Meta(
        workspace=space.title,
        made_at=now,
        command=command,
        version=__version__,
        inputs=space.inputs_sha256,
        policy=policy or space.policies[0],
        period=space.config.workspace.period,
        downloads=(*DOWNLOADS, WORKBOOK) if excel else DOWNLOADS,
        notes=(*space.notes, *notes),
    )
    book = write_workbook(results / WORKBOOK, released, space.title, now) if excel else None
    tables = write_findings(
        results,
        released.findings,
        disclosure=released.line,
        title=space.title,
        inputs_sha256=space.inputs_sha256,
    )
    enter(released, tables, now)
    page = write_report(results / REPORT, released, space.changes.values(), space.measures.values(), about)
    return Saved(released, tables, page, book)


def enter(released: Released, tables: Path, now: dt.datetime) -> None:
    """Enter the tables in the ledger by their description, which holds the fingerprint of each."""
    from holdfast.share.disclosure import record

    package = tables / "datapackage.json"
    record(released, f"{tables.name}/{package.name}", hashlib.sha256(package.read_bytes()).hexdigest(), now)
