"""From a source of observations to tidy blocks: one aggregation in the engine, then Arrow.

A block is an Arrow table with ``site``, ``period``, ``numerator`` and ``denominator``; ``measure``, ``dimension`` and
``level`` are either columns of it or the same for every row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from holdfast.records.vocabularies import EVERYONE
from holdfast.workspace.coerce import all_match, as_text
from holdfast.workspace.engine import (
    PIECE,
    ROW,
    Arrow,
    Engine,
    Expr,
    choose,
    every,
    first_filled,
    literal,
    nothing,
    total,
    types,
)
from holdfast.workspace.mapping import values_of
from holdfast.workspace.settings import COUNT_ROWS, MeasureColumns, ObservationSource, PeriodUnit, Where
from holdfast.workspace.sources import THEIRS, Source, date_key, floor, with_dates


@dataclass(frozen=True)
class Block:
    """Rows about one measure and dimension, or (long tables) about whichever the columns say."""

    rows: Arrow
    measure: str | None = None
    dimension: str | None = None


@dataclass
class Observed:
    """A source of observations, with what was computed of it once."""

    source: Source
    settings: ObservationSource
    period: PeriodUnit
    cube: Expr | None = None
    gapless: bool = False
    """True when no column that measures add up has a missing entry, so that sums need not look for one."""
    inventory: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Of a long table: what it was found to be about (see :mod:`holdfast.workspace.presence`)."""
    repeats: Mapping[str, int] = field(default_factory=dict)
    """For each measure, rows beyond one for each site, period and population."""
    sums_over: dict[str, str] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    """Coding version of each dimension, as the rows and the settings state it."""

    @property
    def measures(self) -> tuple[str, ...]:
        """The measures that the source is about."""
        return tuple(self.dimensions)

    @property
    def dimensions(self) -> Mapping[str, tuple[str, ...]]:
        """For each measure its dimensions, everyone included, in the order of their first row."""
        if self.settings.is_long:
            return self.inventory
        named = (EVERYONE, *self.settings.populations)
        return {made.measure: named for made in self.settings.measures}

    def states_everyone(self, measure: str) -> bool:
        """True when everyone's figures are written as such, and are not a sum over levels."""
        if self.settings.is_long:
            return EVERYONE in self.inventory.get(measure, ())
        return not self.settings.populations


def all_blocks(
    engine: Engine, sources: Sequence[Observed], measures: Sequence[str], dimensions: Sequence[str]
) -> list[list[Block]]:
    """Everything that each source says about the measures, for everyone and for the dimensions."""
    everyone = everyone_from(sources, measures)
    return [blocks(engine, one, measures, dimensions, names) for one, names in zip(sources, everyone, strict=True)]


def everyone_from(sources: Sequence[Observed], measures: Sequence[str]) -> list[set[str]]:
    """For each source, the measures of which it gives the figures for everyone.

    Sources that state them, if any do; else those that can add them up over the same dimension as the first can, since
    adding up by age and again by ethnicity would give everyone twice.
    """
    found: list[set[str]] = [set() for _ in sources]
    for measure in measures:
        held = {place: one.dimensions.get(measure, ()) for place, one in enumerate(sources)}
        states = {place for place, one in enumerate(sources) if held[place] and one.states_everyone(measure)}
        parts = {place: next((d for d in names if d != EVERYONE), EVERYONE) for place, names in held.items() if names}
        first = next(iter(parts.values()), EVERYONE)
        for place in states or {place for place, dimension in parts.items() if dimension == first}:
            found[place].add(measure)
    return found


def blocks(
    engine: Engine, observed: Observed, measures: Sequence[str], dimensions: Sequence[str], everyone: set[str]
) -> list[Block]:
    """Everything one source says about the measures; about everyone, only for the measures in ``everyone``."""
    wanted = [name for name in observed.measures if name in measures]
    if not wanted:
        return []
    if observed.settings.is_long:
        return _long_blocks(engine, observed, wanted, dimensions, everyone)
    return _wide_blocks(engine, observed, wanted, dimensions, everyone)


def add_up(rows: Expr, by: Sequence[str], names: Sequence[str]) -> Expr:
    """Sums by group, missing when any part is missing."""
    sums = {name: choose(rows[name].isnull().any(), nothing("float64"), rows[name].sum()) for name in names}
    return rows.group_by(list(by)).aggregate(**sums)


def long_rows(observed: Observed) -> Expr:
    """A long table as measure, site, period, dimension, level, version, numerator, denominator, row and file."""
    source = observed.source
    table = source.typed()
    whole = first_filled(table.dimension.lower(), literal(EVERYONE)) == EVERYONE
    table = table.mutate(
        period=floor(table.period, observed.period),
        dimension=choose(whole, literal(EVERYONE), table.dimension),
        level=choose(whole, literal(EVERYONE), table.level),
    )
    columns = ("measure", "site", "period", "dimension", "level", "version", "numerator", "denominator", ROW, PIECE)
    table = table.select(*columns)
    for dimension, version in observed.settings.versions.items():
        stated = choose(table.dimension == dimension, literal(version), nothing("string"))
        table = table.mutate(version=first_filled(table.version, stated))
    return table


def _long_blocks(
    engine: Engine, observed: Observed, wanted: Sequence[str], dimensions: Sequence[str], everyone: set[str]
) -> list[Block]:
    inventory = observed.dimensions
    rows = long_rows(observed)
    rows = rows.filter(rows.measure.isin(list(wanted)))
    keys = ["measure", "site", "period", "dimension", "level"]
    values = ["numerator", "denominator"]
    kept = rows.filter(rows.dimension.isin([EVERYONE, *dimensions])).select(*keys, *values)
    if observed.settings.adds_rows:
        kept = add_up(kept, keys, values)
    found = [Block(engine.collect(kept))]
    lacking = [name for name in wanted if EVERYONE not in inventory[name] and name in everyone]
    for first in dict.fromkeys(inventory[name][0] for name in lacking):
        names = [name for name in lacking if inventory[name][0] == first]
        observed.sums_over.update(dict.fromkeys(names, first))
        part = rows.filter(rows.measure.isin(names) & (rows.dimension == first))
        summed = add_up(part, ["measure", "site", "period"], values)
        found.append(Block(engine.collect(summed), dimension=EVERYONE))
    return found


def _wide_blocks(
    engine: Engine, observed: Observed, wanted: Sequence[str], dimensions: Sequence[str], everyone: set[str]
) -> list[Block]:
    cube = cube_of(engine, observed)
    found = []
    for dimension in (EVERYONE, *(name for name in observed.settings.populations if name in dimensions)):
        by = ["site", "period"] if dimension == EVERYONE else ["site", "period", "level"]
        part = cube if dimension == EVERYONE else cube.mutate(level=cube[level_column(observed, dimension)])
        names = {name for name in wanted if dimension != EVERYONE or name in everyone}
        places = [place for place, made in enumerate(observed.settings.measures) if made.measure in names]
        if not places:
            continue
        values = [f"{side}{place}" for place in places for side in "nd"]
        table = engine.collect(add_up(part, by, values))
        for place in places:
            columns = {"numerator": table[f"n{place}"], "denominator": table[f"d{place}"]}
            rows = pa.table({**{name: table[name] for name in by}, **columns})
            found.append(Block(rows, observed.settings.measures[place].measure, dimension))
    return found


def level_column(observed: Observed, dimension: str) -> str:
    """The cube's column that holds a dimension's levels."""
    return f"level{list(observed.settings.populations).index(dimension)}"


def cube_of(engine: Engine, observed: Observed) -> Expr:
    """Sums by site, period and combination of levels, with clean names; computed once."""
    if observed.cube is None:
        observed.gapless = _gapless(engine, observed)
        observed.cube = engine.keep(_clean(observed, _first_sums(observed)))
    return observed.cube


def _first_sums(observed: Observed) -> Expr:
    """The pass over the rows: sums by the columns as they are held."""
    source, settings = observed.source, observed.settings
    raw = source.raw
    day = floor(raw.period, observed.period) if source.kinds["period"] == "date" else raw.period
    levels = {f"level{i}": raw[THEIRS + name] for i, name in enumerate(settings.populations.values())}
    keyed = raw.mutate(period=day, **levels)
    sums: dict[str, Expr] = {}
    for place, made in enumerate(settings.measures):
        for side, value, test in sides(source, made, keyed):
            # a count, or a mean given as such, has no denominator of its own
            sums[f"{side}{place}"] = literal(1.0) if value is None else _sum(value, test, observed)
    return keyed.group_by(["site", "period", *levels]).aggregate(**sums)


def sides(source: Source, made: MeasureColumns, table: Expr) -> list[tuple[str, Expr, Expr]]:
    """Numerator and denominator of a measure: the value of a row, and the test of whether the row takes part. Either
    may be None: no denominator is named; every row takes part."""
    kinds = {name.removeprefix(THEIRS): kind for name, kind in source.kinds.items() if name.startswith(THEIRS)}
    held = {name: table[THEIRS + name] for name in kinds}

    def test(*parts: Where) -> Expr:
        tests = [all_match(held, kinds, part) for part in parts if part]
        return every(tests) if tests else None

    # one for every row, and a column all the same, so that it can be added up
    one = choose(table.site.isnull(), literal(1.0), literal(1.0))

    def value(columns: Sequence[str]) -> Expr:
        return total([one if name == COUNT_ROWS else source.number(THEIRS + name, table) for name in columns])

    below = None if made.denominator is None else value(made.denominator)
    return [
        ("n", value(made.numerator), test(made.where, made.numerator_where)),
        ("d", below, test(made.where, made.denominator_where)),
    ]


def _sum(value: Expr, test: Expr, observed: Observed) -> Expr:
    added = first_filled(value.sum(where=test), literal(0.0))
    if observed.gapless:
        return added
    here, lost = value.notnull(), value.isnull()
    if test is not None:
        here, lost = here & test, lost & test
    if observed.settings.incomplete == "partial":
        return choose(here.any(), added, nothing("float64"))
    return choose(first_filled(lost.any(), literal(False)), nothing("float64"), added)


def _gapless(engine: Engine, observed: Observed) -> bool:
    names = values_of(observed.settings)
    if not names:
        return True
    source = observed.source
    columns = [source.raw[THEIRS + name] for name in names]
    if not all(column.type().is_integer() for column in columns):
        columns = [source.number(THEIRS + name) for name in names]
    filled = {f"c{place}": column.count() for place, column in enumerate(columns)}
    counts = engine.row(source.raw.aggregate(rows=source.raw.count(), **filled))
    return all(count == counts["rows"] for count in counts.values())


def _clean(observed: Observed, cube: Expr) -> Expr:
    """Names as text and dates as dates, on the few rows that are left."""
    source = observed.source
    held = types(cube)
    names = {
        name: as_text(cube[name], held[name]) for name in cube.columns if name == "site" or name.startswith("level")
    }
    cube = cube.mutate(**names)
    if "period" in source.dates:
        cube = cube.mutate(period=date_key(cube.period, held["period"]))
        cube = with_dates(cube, "period", source.dates["period"])
        cube = cube.mutate(period=floor(cube.period, observed.period))
    return cube
