"""What a source of observations holds, counted in one pass and without looking at its values.

Periods are gathered as bits of a whole number, one bit each, so that one small group for each site and population
says which periods are there, which are missing and whether any is given twice.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from holdfast.records.vocabularies import EVERYONE
from holdfast.workspace.engine import PIECE, ROW, Arrow, Engine, Expr, literal
from holdfast.workspace.settings import PeriodUnit
from holdfast.workspace.tidy import Observed, cube_of, level_column, long_rows

WORD: Final = 62
"""Periods to a whole number; its sign is left alone."""
_MONDAY: Final = dt.date(1970, 1, 5)
_FIRST: Final = 2**40
"""More rows than a file has; a piece's number times this, plus the row, puts rows of all files in order."""
Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Presence:
    """``by_site``: measure, site, n periods, first and last. ``by_level``: measure, dimension, level, version, n rows,
    denominators filled. ``by_period``: measure, period, sites. ``repeats``: for each measure, rows too many.

    The measure is missing in a wide table's, whose measures all share the same rows.
    """

    by_site: Arrow
    by_level: Arrow
    by_period: Arrow
    repeats: dict[str, int]


def presence(engine: Engine, observed: Observed) -> Presence:
    """Count a source once."""
    if observed.settings.is_long:
        return _long(engine, observed)
    cube = cube_of(engine, observed)
    groups = engine.collect(spans(cube.mutate(measure=literal(None, "string")), ["measure", "site"], observed.period))
    by_site, by_period = _by_site_and_period(groups, observed.period)
    return Presence(by_site, _levels_of_cube(engine, observed, cube), by_period, {})


def spans(rows: Expr, keys: Sequence[str], unit: PeriodUnit, **more: tuple[str, str]) -> Expr:
    """For each key and stretch of periods, the number of rows and the periods that are there, as bits.

    ``more`` gives a name to a column and how its values are put together.
    """
    dated = rows.filter(rows.period.notnull())
    index = _index(dated.period, unit)
    dated = dated.mutate(word=index // WORD, bit=literal(1, "int64") << (index % WORD))
    others = {name: getattr(dated[column], how)() for name, (column, how) in more.items()}
    return dated.group_by([*keys, "word"]).aggregate(n=dated.count(), bits=dated.bit.bit_or(), **others)


def repeats(groups: Arrow) -> Whole:
    """For each group, rows beyond one for each of its periods."""
    found: Whole = _whole(groups, "n") - np.bitwise_count(_whole(groups, "bits"))
    return found


def _long(engine: Engine, observed: Observed) -> Presence:
    rows = long_rows(observed)
    keys = ["measure", "site", "dimension", "level", "version"]
    rows = rows.mutate(
        filled=rows.denominator.notnull().cast("int64"), place=rows[PIECE].cast("int64") * _FIRST + rows[ROW]
    )
    groups = engine.collect(spans(rows, keys, observed.period, denominators=("filled", "sum"), place=("place", "min")))
    by_level = _by_level(groups)
    stand_ins = _first_populations(by_level)
    by_site, by_period = _by_site_and_period(groups.filter(pa.array(_stands_in(groups, stand_ins))), observed.period)
    extra = pa.table({"measure": groups["measure"], "extra": repeats(groups)})
    counts = extra.group_by("measure").aggregate([("extra", "sum")])
    again = {
        m: int(n) for m, n in zip(counts["measure"].to_pylist(), counts["extra_sum"].to_pylist(), strict=True) if n
    }
    return Presence(by_site, by_level, by_period, again)


def _by_level(groups: Arrow) -> Arrow:
    found = groups.group_by(["measure", "dimension", "level", "version"]).aggregate(
        [("n", "sum"), ("denominators", "sum"), ("place", "min")]
    )
    return found.rename_columns({"n_sum": "n", "denominators_sum": "denominators", "place_min": "place"}).sort_by(
        "place"
    )


def _first_populations(by_level: Arrow) -> dict[str, tuple[str | None, str | None]]:
    """One population stands for all: the first that each measure has."""
    rows = [by_level[name].to_pylist() for name in ("measure", "dimension", "level")]
    return {measure: (d, k) for measure, d, k in reversed(list(zip(*rows, strict=True)))}


def _stands_in(groups: Arrow, firsts: dict[str, tuple[str | None, str | None]]) -> NDArray[np.bool_]:
    keep = np.zeros(len(groups), dtype=bool)
    for measure, (dimension, level) in firsts.items():
        tests = [("measure", measure), ("dimension", dimension), ("level", level)]
        mine = [pc.is_null(groups[n]) if v is None else pc.fill_null(pc.equal(groups[n], v), False) for n, v in tests]
        keep |= np.logical_and.reduce([np.asarray(test) for test in mine])
    return keep


def _by_site_and_period(groups: Arrow, unit: PeriodUnit) -> tuple[Arrow, Arrow]:
    """Unfold the bits: the first and last period and their number by site, the number of sites by period."""
    words, bits = _whole(groups, "word"), _whole(groups, "bits")
    first, last = np.full(len(bits), np.iinfo(np.int64).max), np.full(len(bits), -1)
    measures = groups["measure"].combine_chunks().dictionary_encode(null_encoding="encode")
    codes, names = np.asarray(measures.indices, dtype=np.int64), measures.dictionary.to_pylist()
    found: dict[tuple[int, int], int] = {}
    for bit in range(WORD):
        here = np.flatnonzero((bits >> bit) & 1)
        index = words[here] * WORD + bit
        first[here], last[here] = np.minimum(first[here], index), np.maximum(last[here], index)
        pairs, counts = np.unique(np.stack([codes[here], index]), axis=1, return_counts=True)
        found.update(zip(zip(*pairs.tolist(), strict=True), counts.tolist(), strict=True))
    table = pa.table(
        {
            "measure": groups["measure"],
            "site": groups["site"],
            "n": np.bitwise_count(bits).astype(np.int64),
            "first": first,
            "last": last,
        }
    )
    by_site = table.group_by(["measure", "site"]).aggregate([("n", "sum"), ("first", "min"), ("last", "max")])
    by_site = pa.table(
        {
            "measure": by_site["measure"],
            "site": by_site["site"],
            "n": by_site["n_sum"],
            "first": _dates(_whole(by_site, "first_min"), unit),
            "last": _dates(_whole(by_site, "last_max"), unit),
        }
    )
    order = sorted(found, key=lambda pair: pair[1])
    by_period = pa.table(
        {
            "measure": pa.array([names[code] for code, _ in order], pa.string()),
            "period": _dates(np.array([index for _, index in order], dtype=np.int64), unit),
            "sites": pa.array([found[pair] for pair in order], pa.int64()),
        }
    )
    return by_site, by_period


def _levels_of_cube(engine: Engine, observed: Observed, cube: Expr) -> Arrow:
    found = []
    for dimension in observed.settings.populations:
        level = cube.mutate(level=cube[level_column(observed, dimension)])
        counted = level.group_by("level").aggregate(n=level.count()).order_by("level")
        found += [{"dimension": dimension, **row} for row in engine.collect(counted).to_pylist()]
    shape = pa.schema([("dimension", pa.string()), ("level", pa.string()), ("n", pa.int64())])
    return pa.Table.from_pylist(found, shape)


def _index(day: Expr, unit: PeriodUnit) -> Expr:
    """A period's number in the count of all periods."""
    if unit == "week":
        return day.cast("timestamp").epoch_seconds().cast("int64") // 604_800
    year = day.year().cast("int64")
    return {"month": year * 12 + day.month() - 1, "quarter": year * 4 + day.quarter() - 1, "year": year}[unit]


def _dates(index: Whole, unit: PeriodUnit) -> Arrow:
    days = {number: _date(number, unit) for number in np.unique(index).tolist()}
    return pa.array([days[number] for number in index.tolist()], pa.date32())


def _date(index: int, unit: PeriodUnit) -> dt.date:
    if unit == "week":
        return _MONDAY + dt.timedelta(weeks=index)
    year, part = divmod(index, {"month": 12, "quarter": 4, "year": 1}[unit])
    return dt.date(year, part * {"month": 1, "quarter": 3, "year": 1}[unit] + 1, 1)


def _whole(table: Arrow, name: str) -> Whole:
    return np.asarray(table[name].combine_chunks().cast(pa.int64()).to_numpy(zero_copy_only=False), dtype=np.int64)


def inventory(found: Presence) -> dict[str, tuple[str, ...]]:
    """For each measure of a long table its dimensions, in the order of their first row."""
    rows = zip(*(found.by_level[name].to_pylist() for name in ("measure", "dimension")), strict=True)
    held: dict[str, dict[str, None]] = {}
    for measure, dimension in rows:
        if measure is not None:
            held.setdefault(measure, {})[dimension or EVERYONE] = None
    return {measure: tuple(names) for measure, names in held.items()}
