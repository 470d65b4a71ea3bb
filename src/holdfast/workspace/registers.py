"""The small tables, row by row: sites, changes, measures, adoptions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from holdfast.records import CHANGES, Change, Measure
from holdfast.workspace.engine import PIECE, ROW, Engine
from holdfast.workspace.sources import Source, day_of

Row = dict[str, Any]


@dataclass(frozen=True)
class Spell:
    """One adoption as it was given; ``adopted`` is None for a site known never to have adopted."""

    change: str
    site: str
    adopted: dt.date | None
    lapsed: dt.date | None
    dose: float | None
    where: str = ""
    row: int | None = None


@dataclass(frozen=True)
class Site:
    """A site with its attributes as they were held."""

    site: str
    name: str
    setting: str
    attributes: Mapping[str, Any]


NOT_STATED = "not stated"
"""Setting of a site whose table does not say."""


def rows_of(engine: Engine, source: Source) -> list[Row]:
    """Every row of a small table, each column in its own kind."""
    absent: Row = {name: None for name in source.table.names if not source.has(name)}
    rows: list[Row] = [{**absent, **row} for row in engine.collect(source.typed(absent=False)).to_pylist()]
    rows.sort(key=lambda row: (row[PIECE], row[ROW]))
    for row in rows:
        row[PIECE] = source.files[row[PIECE]]
    return rows


def read_measure(row: Row) -> Measure:
    """A measure from its row; what was left out gets its default."""
    kind = str(row["kind"])
    per = float(row.get("per") or 1000.0)
    smallest = float(row["smallest_important"])
    return Measure(
        measure=str(row["measure"]),
        label=str(row.get("label") or row["measure"]),
        family=str(row["family"]),
        kind=kind,
        better=str(row["better"]),
        smallest_important=smallest / per if kind == "rate" else smallest,
        per=per,
        unit=str(row.get("unit") or ""),
        practice=str(row.get("practice") or "introduced"),
    )


def read_change(row: Row) -> Change:
    """A change from its row; further columns are kept as text."""
    own = {"change", "title", "introduced", "displaced", "description", "cost", PIECE, ROW}
    details = [(name, _plain(value)) for name, value in row.items() if name not in own and value not in (None, "")]
    known = [name for name in CHANGES.names if name in dict(details)]
    order = sorted(details, key=lambda pair: known.index(pair[0]) if pair[0] in known else len(known))
    cost = row.get("cost")
    return Change(
        change=str(row["change"]),
        title=str(row["title"]),
        introduced=str(row.get("introduced") or row["title"]),
        displaced=tuple(part.strip() for part in str(row.get("displaced") or "").split(";") if part.strip()),
        description=str(row.get("description") or ""),
        cost=None if cost is None else float(cost),
        details=tuple(order),
    )


def read_spell(row: Row) -> Spell:
    """A spell from its row."""
    dose = row.get("dose")
    return Spell(
        str(row["change"]),
        str(row["site"]),
        day_of(row["adopted_on"]),
        day_of(row.get("lapsed_on")),
        None if dose is None else float(dose),
        str(row[PIECE]),
        int(row[ROW]),
    )


def read_site(row: Row) -> Site:
    """A site from its row."""
    return Site(
        str(row["site"]),
        str(row.get("name") or row["site"]),
        str(row.get("setting") or NOT_STATED),
        {
            name: value
            for name, value in row.items()
            if value is not None and name not in ("site", "name", "setting", PIECE, ROW)
        },
    )


def by_name(items: Iterable[Any], key: str) -> dict[str, Any]:
    """Items by their identifier, in order."""
    return {getattr(item, key): item for item in items}


def _plain(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
