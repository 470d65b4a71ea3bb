"""One table against its own definition: filled, of its kind, allowed, not below the minimum, key not repeated."""

from __future__ import annotations

from collections.abc import Sequence

from holdfast.records import Column, Table
from holdfast.workspace.check.testing import ROWS, Test, locate, run
from holdfast.workspace.coerce import as_flag, as_number
from holdfast.workspace.engine import PIECE, ROW, Engine, Expr
from holdfast.workspace.registers import Row
from holdfast.workspace.report import Report
from holdfast.workspace.sources import THEIRS, Source, date_key
from holdfast.workspace.suggest import did_you_mean, quoted

MAY_BE_EMPTY = {("adoptions", "adopted_on"), ("observations", "numerator")}
"""Columns that must be there, but of which an entry may be missing: never adopted; suppressed."""


def check(engine: Engine, source: Source, report: Report, more: Sequence[Test] = (), names: Sequence[str] = ()) -> None:
    """Every column of a table, its raw entries judged where they stand; ``more`` tests join in the same pass.

    ``names`` are further columns of numbers, of which suppressed entries are counted too.
    """
    columns = [column for column in source.table.columns if source.has(column.name)]
    tests = [test for column in columns for test in column_tests(source, column)]
    tests += [_allowed(engine, source, column, report) for column in columns if column.allowed]
    numbers = [column.name for column in columns if column.kind == "number"]
    hidden = _suppressed(source, [*numbers, *names])
    counts = run(
        engine, source, source.raw, [*tests, *more], report, {f"c {name}": test for name, test in hidden.items()}
    )
    for name in hidden:
        if counts[f"c {name}"]:
            shown = name.removeprefix(THEIRS)
            report.note(
                f"{source.where}, column “{shown}”: {counts[f'c {name}']:,} suppressed entries are missing, not zero."
            )
    if counts[ROWS] == 0:
        why = " after filters" if source.settings.filters or source.settings.exclude else ""
        report.problem(source.where, f"there are no rows{why}", "Give it rows, or correct the filters.")


def column_tests(source: Source, column: Column, name: str | None = None) -> list[Test]:
    """The tests of one column that need no other table."""
    key = name or column.name
    raw, kind = source.raw[key], source.kinds[key]
    shown = column.name
    tests = []
    if column.kind in ("number", "integer"):
        tests += number_tests(source, key, shown)
        value = source.number(key)
        if column.minimum is not None:
            tests.append(
                Test(shown, f"must be {column.minimum:g} or more", "Correct the number.", value < column.minimum)
            )
        empty = value.isnull() if kind != "text" else source.text(key).isnull()
    elif column.kind == "date":
        tests += _date_tests(source, key, shown)
        empty = date_key(raw, kind).isnull()
    elif column.kind == "flag":
        empty = source.text(key).isnull()
        tests.append(Test(shown, "must be true or false", "Write true or false.", as_flag(raw, kind).isnull() & ~empty))
    else:
        empty = source.text(key).isnull()
    if column.required and (source.table.name, column.name) not in MAY_BE_EMPTY:
        tests.append(Test(shown, "must be filled and is empty", "Fill it, or remove the row.", empty))
    return tests


def number_tests(source: Source, key: str, shown: str) -> list[Test]:
    """Text where a number belongs, and numbers without end."""
    number = as_number(source.raw[key], source.kinds[key], source.settings.suppressed)
    return [
        Test(
            shown,
            "must be a number, and holds text",
            "Correct it; if it marks suppression, add it to `suppressed`.",
            number.unreadable,
        ),
        Test(
            shown,
            "must be a number with an end, and is infinite or not a number",
            "Correct it, or leave it empty.",
            number.infinite,
        ),
    ]


def _date_tests(source: Source, key: str, shown: str) -> list[Test]:
    if key not in source.dates:
        return []
    read = source.dates[key]
    texts = date_key(source.raw[key], source.kinds[key])
    reasons = dict.fromkeys(read.bad.values())
    return [
        Test(
            shown,
            f"must be a date: {reason}",
            "Write all dates as 2021-03-31, or say `date_format`.",
            texts.isin([text for text, why in read.bad.items() if why == reason]),
        )
        for reason in reasons
    ]


def _allowed(engine: Engine, source: Source, column: Column, report: Report) -> Test:
    text = source.text(column.name)

    def say() -> None:
        values = engine.collect(source.raw.select(value=text).distinct().limit(1000)).column("value").to_pylist()
        for value in sorted(value for value in values if value and value not in column.allowed):
            fix = f"{did_you_mean(value, column.allowed)} Allowed: {quoted(column.allowed)}."
            test = Test(column.name, f"“{value}” is not allowed here", fix, text == value)
            locate(engine, source, source.raw.filter(test.bad), test, report)

    return Test(column.name, "", "", text.notin(list(column.allowed)), say)


def _suppressed(source: Source, names: Sequence[str]) -> dict[str, Expr]:
    """For each column of numbers that may hold marks of suppression, where it does."""
    return {
        name: as_number(source.raw[name], "text", source.settings.suppressed).suppressed
        for name in names
        if source.kinds[name] == "text"
    }


def repeated_keys(table: Table, rows: Sequence[Row], report: Report) -> None:
    """Rows of a small table that have the same key, within one file or across several."""
    seen: set[tuple[object, ...]] = set()
    again: list[Row] = []
    for row in rows:
        key = tuple(row[name] for name in table.key)
        if key in seen:
            again.append(row)
        elif None not in key:
            seen.add(key)
    if again:
        _twice(table.key, str(again[0][PIECE]), int(again[0][ROW]), len(again), "", report)


def _twice(key: Sequence[str], where: str, row: int, count: int, fix: str, report: Report) -> None:
    rule = f"the same {', '.join(key)} {'is' if len(key) == 1 else 'are'} given twice"
    shown = key[0] if len(key) == 1 else None
    report.problem(where, rule, fix or "Remove or merge the repeated rows.", column=shown, row=row, count=count)


def repeated(engine: Engine, files: Sequence[str], table: Expr, key: Sequence[str], report: Report, fix: str) -> None:
    """One problem for all rows that repeat the key of an earlier one."""
    place = table[PIECE].cast("int64") * 2**40 + table[ROW]
    groups = table.group_by(list(key)).aggregate(n=table.count(), last=place.max())
    twice = groups.filter(groups.n > 1)
    found = engine.row(twice.aggregate(extra=(twice.n - 1).sum(), last=twice["last"].min()))
    if found["extra"]:
        piece, row = divmod(int(found["last"]), 2**40)
        _twice(key, files[piece], row, int(found["extra"]), fix, report)
