"""What an uploaded file probably is, from the names of its columns: a person confirms every guess."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from holdfast.records import Table
from holdfast.workspace.loading import TABLES
from holdfast.workspace.mapping import find
from holdfast.workspace.suggest import nearest

ROLES: Final = ("sites", "changes", "adoptions", "measures", "observations")
ALSO: Final[dict[str, tuple[str, ...]]] = {
    "site": ("site_code", "org_code", "ods_code", "code", "provider", "provider_code", "trust", "practice_code"),
    "name": ("site_name", "org_name", "provider_name", "practice_name"),
    "region": ("region_name", "icb", "icb_name", "nhser_name"),
    "organisation": ("parent", "trust_code", "parent_code"),
    "period": ("month", "date", "year_month", "period_start", "week", "quarter", "year"),
    "adopted_on": ("start", "started_on", "start_date", "go_live", "adopted"),
    "lapsed_on": ("end", "ended_on", "end_date", "stopped_on"),
    "change": ("change_id", "intervention", "innovation"),
    "measure": ("indicator", "metric", "measure_id"),
    "numerator": ("count", "events"),
    "denominator": ("population", "total", "out_of"),
}
"""Other names by which our columns often go."""


def columns(table: Table, names: Sequence[str], wide: bool = False) -> dict[str, str]:
    """Our columns → theirs, where there is something to go by. No column of theirs is taken twice."""
    wanted = [c.name for c in table.columns if not wide or c.name in ("site", "period")]
    found: dict[str, str] = {}
    for look in (find, _also, _alike):
        for ours in wanted:
            left = [name for name in names if name not in found.values()]
            theirs = None if ours in found else look(ours, left)
            if theirs is not None:
                found[ours] = theirs
    return {name: found[name] for name in wanted if name in found}


def _also(ours: str, names: Sequence[str]) -> str | None:
    return next((hit for other in ALSO.get(ours, ()) if (hit := find(other, names)) is not None), None)


def _alike(ours: str, names: Sequence[str]) -> str | None:
    """The nearest name, where one holds the other whole; “site” and “title” are near and mean nothing to each other."""
    theirs = nearest(ours, names)
    if theirs is None:
        return None
    return theirs if ours.lower() in theirs.lower() or theirs.lower() in ours.lower() else None


def role(names: Sequence[str]) -> str:
    """The table that the file most likely is; ``wide`` for observations with a column for each number."""
    if not names:
        return ""
    scores = {name: _score(TABLES[name], names) for name in ROLES}
    best = max(scores, key=lambda name: scores[name])
    if scores[best] == 1.0:
        return best
    held = columns(TABLES["observations"], names, wide=True)
    if {"site", "period"} <= set(held):
        return "wide"
    return best if scores[best] > 0.6 else "sites" if "site" in columns(TABLES["sites"], names) else ""


def _score(table: Table, names: Sequence[str]) -> float:
    """The share of the columns without which the table cannot be."""
    held = columns(table, names)
    sure = [name for name in table.required if name in held]
    return len(sure) / len(table.required) - (0.001 if table.open_ended else 0.0)


def source(table_role: str, names: Sequence[str]) -> dict[str, Any]:
    """The start of a source: our columns by their names, where those differ."""
    wide = table_role == "wide"
    table = TABLES["observations" if wide else table_role]
    return {"columns": {ours: theirs for ours, theirs in columns(table, names, wide).items() if ours != theirs}}
