"""Every row of the observations: numbers, dates, negative counts, numerators above denominators, repeats, values
that the settings name and no row has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from holdfast.records import Measure
from holdfast.records.vocabularies import EVERYONE
from holdfast.workspace.check import columns
from holdfast.workspace.check.columns import number_tests, repeated
from holdfast.workspace.check.testing import Test
from holdfast.workspace.engine import PIECE, ROW, Arrow, Engine, Expr, first_filled, literal
from holdfast.workspace.mapping import values_of
from holdfast.workspace.presence import repeats, spans
from holdfast.workspace.report import Report
from holdfast.workspace.settings import MeasureColumns, Value
from holdfast.workspace.sources import THEIRS, Source, date_key, floor, with_dates
from holdfast.workspace.suggest import nearest
from holdfast.workspace.tidy import Block, Observed, all_blocks, long_rows, sides

ABOVE = "the numerator of a proportion cannot be above its denominator"
TWICE = 'Remove or merge them; if rows are to be added up, say `rows = "many"`.'
TOLERANCE = 1 + 1e-9
"""Sums of decimals may differ in the last digit."""


def check(engine: Engine, observed: Observed, measures: Mapping[str, Measure], report: Report) -> None:
    """One source of observations."""
    source = observed.source
    names = [THEIRS + name for name in values_of(source.settings)]
    tests = [test for name in names for test in number_tests(source, name, name.removeprefix(THEIRS))]
    tests += _long_tests(source, measures) if observed.settings.is_long else _wide_tests(observed, measures)
    columns.check(engine, source, report, tests, names)
    _named_values(engine, observed, report)
    if observed.settings.adds_rows:
        _sums(engine, observed, measures, report)
    elif observed.settings.is_long:
        _long_repeats(engine, observed, measures, report)
    else:
        _wide_repeats(engine, observed, report)


def _level_tests(source: Source) -> list[Test]:
    """A level without a dimension would pass for everyone."""
    if not source.has("level"):
        return []
    whole = literal(EVERYONE)
    level = first_filled(source.text("level").lower(), whole) != EVERYONE
    dimension = source.text("dimension").lower() if source.has("dimension") else whole
    alone = level & (first_filled(dimension, whole) == EVERYONE)
    return [Test("dimension", "a level is given and no dimension", "Say which dimension the level belongs to.", alone)]


def _long_tests(source: Source, measures: Mapping[str, Measure]) -> list[Test]:
    if not (source.has("measure") and source.has("numerator")):
        return []
    measure, top = source.text("measure"), source.number("numerator")
    bottom = source.number("denominator") if source.has("denominator") else None
    kinds: dict[str, list[str]] = {}
    for name, one in measures.items():
        kinds.setdefault(one.kind, []).append(name)
    counted = measure.isin([name for kind, names in kinds.items() if kind != "mean" for name in names])
    tests = [*_level_tests(source), *_signs(top, bottom, counted)]
    if bottom is not None:
        above = measure.isin(kinds.get("proportion", [])) & (top > bottom * TOLERANCE)
        nobody = measure.isin(list(measures)) & (top > 0) & (bottom == 0)
        tests.append(Test("numerator", ABOVE, "Correct either, or call its kind rate.", above))
        tests.append(Test("numerator", "something is counted and the denominator is zero", "Correct either.", nobody))
    return tests


def _signs(
    top: Expr, bottom: Expr | None, counts: Expr, shown: tuple[str, str] = ("numerator", "denominator")
) -> list[Test]:
    fix = "Correct the number; a missing one is left empty."
    tests = [Test(shown[0], "a count cannot be negative", fix, counts & (top < 0))]
    if bottom is not None:
        tests.append(Test(shown[1], "a denominator cannot be negative", fix, bottom < 0))
    return tests


def _wide_tests(observed: Observed, measures: Mapping[str, Measure]) -> list[Test]:
    tests = []
    for made in observed.settings.measures:
        measure = measures.get(made.measure)
        if measure is not None:
            tests += _made_tests(observed.source, made, measure, one_row=not observed.settings.adds_rows)
    return list({(test.column, test.rule): test for test in tests}.values())


def _made_tests(source: Source, made: MeasureColumns, measure: Measure, *, one_row: bool) -> list[Test]:
    (_, top, top_test), (_, bottom, bottom_test) = sides(source, made, source.raw)
    names = (" + ".join(made.numerator), " + ".join(made.denominator or ()))
    everywhere = literal(True)
    top_test = everywhere if top_test is None else top_test
    counts = top_test & literal(measure.kind != "mean")
    tests = _signs(top, None if bottom is None else bottom, counts, names)
    if one_row and bottom is not None:
        both = top_test if bottom_test is None else top_test & bottom_test
        if measure.kind == "proportion":
            tests.append(
                Test(
                    names[0],
                    f"{ABOVE} ({names[1]})",
                    "Correct either, or call its kind rate.",
                    both & (top > bottom * TOLERANCE),
                )
            )
        tests.append(
            Test(
                names[0],
                f"something is counted and the denominator ({names[1]}) is zero",
                "Correct either.",
                both & (top > 0) & (bottom == 0),
            )
        )
    return tests


def _sums(engine: Engine, observed: Observed, measures: Mapping[str, Measure], report: Report) -> None:
    """Rows that are added up can be judged only once they are."""
    cube = observed.cube
    if cube is None:
        return
    counts = {}
    for place, made in enumerate(observed.settings.measures):
        measure = measures.get(made.measure)
        if measure is not None and measure.kind == "proportion" and made.denominator is not None:
            counts[f"m{place}"] = (cube[f"n{place}"] > cube[f"d{place}"] * TOLERANCE).sum()
    found = engine.row(cube.aggregate(**counts)) if counts else {}
    for place, made in enumerate(observed.settings.measures):
        if found.get(f"m{place}"):
            report.problem(
                observed.source.where,
                f"{made.measure}: {ABOVE}, and is for {found[f'm{place}']:,} sums",
                "Rows that numerator_where keeps must be among those that denominator_where keeps.",
                column=" + ".join(made.numerator),
            )


def _keyed(observed: Observed) -> Expr:
    source = observed.source
    raw = source.raw
    levels = {f"level{i}": source.text(THEIRS + name) for i, name in enumerate(observed.settings.populations.values())}
    table = raw.select(
        ROW, PIECE, site=source.text("site"), period=date_key(raw.period, source.kinds["period"]), **levels
    )
    if "period" in source.dates:
        table = with_dates(table, "period", source.dates["period"])
    return table.mutate(period=floor(table.period, observed.period))


def _long_repeats(engine: Engine, observed: Observed, measures: Mapping[str, Measure], report: Report) -> None:
    again = [name for name in observed.repeats if name in measures]
    if again:
        rows = long_rows(observed)
        key = ("measure", "site", "period", "dimension", "level")
        repeated(engine, observed.source.files, rows.filter(rows.measure.isin(again)), key, report, TWICE)


def _wide_repeats(engine: Engine, observed: Observed, report: Report) -> None:
    rows = _keyed(observed)
    levels = [name for name in rows.columns if name.startswith("level")]
    groups = engine.collect(spans(rows, ["site", *levels], observed.period))
    if repeats(groups).any():
        named = rows.rename(dict(zip(observed.settings.populations, levels, strict=True)))
        key = ("site", "period", *observed.settings.populations)
        repeated(engine, observed.source.files, named.filter(named.site.notnull()), key, report, TWICE)


def _named_values(engine: Engine, observed: Observed, report: Report) -> None:
    """A value that a filter names and no row has would count nothing, in silence."""
    source, settings = observed.source, observed.settings
    wanted: dict[str, list[Value]] = {}
    for made in settings.measures:
        for where in (made.where, made.numerator_where, made.denominator_where):
            for column, values in where.items():
                wanted.setdefault(column, []).extend(values)
    for column, values in wanted.items():
        kind = source.kinds[THEIRS + column]
        value = source.raw[THEIRS + column] if kind == "text" else source.text(THEIRS + column)
        held = engine.collect(source.raw.select(value=value).distinct().limit(2000)).column("value").to_pylist()
        there = sorted({value for value in held if value is not None})
        for value in dict.fromkeys(value for value in values if isinstance(value, str)):
            if value not in there and len(held) < 2000:
                near = nearest(value, there)
                report.problem(
                    source.where,
                    f"no row has “{value}”, which a measure counts",
                    f"Did you mean “{near}”?" if near else "Check its spelling, and the column.",
                    column=column,
                )


def told_twice(engine: Engine, sources: Sequence[Observed], report: Report) -> None:
    """A figure that two sources give: nothing says which is right."""
    shared = [name for name, count in Counter(n for one in sources for n in one.measures).items() if count > 1]
    for measure in shared:
        dimensions = {d for one in sources for d in one.dimensions.get(measure, ()) if d != EVERYONE}
        found = all_blocks(engine, sources, [measure], sorted(dimensions))
        keys = [_keys(block, measure) for part in found for block in part]
        counted = pa.concat_tables(keys).group_by(keys[0].column_names).aggregate([([], "count_all")])
        twice = pc.sum(pc.greater(counted["count_all"], 1)).as_py()
        if twice:
            where = " and ".join(one.source.where for one, part in zip(sources, found, strict=True) if part)
            rule = f"{measure}: {twice:,} site-periods are given by two sources"
            report.problem(where, rule, "Leave them out of one with `filters` or `exclude`.", column="measure")


def _keys(block: Block, measure: str) -> Arrow:
    """Site, period, dimension and level of a block's rows about one measure."""
    rows = block.rows
    if "measure" in rows.column_names:
        rows = rows.filter(pc.equal(rows["measure"], measure))
    dimension = rows["dimension"] if block.dimension is None else pa.array([block.dimension] * len(rows), pa.string())
    level = rows["level"] if "level" in rows.column_names else pa.array([EVERYONE] * len(rows), pa.string())
    return pa.table({"site": rows["site"], "period": rows["period"], "dimension": dimension, "level": level})
