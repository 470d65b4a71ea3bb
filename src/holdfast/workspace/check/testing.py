"""A test is a condition that a row must not meet. All tests of a table are counted in one pass."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from holdfast.workspace.engine import PIECE, ROW, Engine, Expr, first_filled, literal
from holdfast.workspace.report import Report
from holdfast.workspace.sources import Source

ROWS: Final = "rows"
"""How many rows there are, among the counts that :func:`run` returns."""


@dataclass(frozen=True)
class Test:
    """``bad`` is true for a row that breaks the rule. ``say``, where given, reports a failure instead."""

    __test__ = False

    column: str | None
    rule: str
    fix: str
    bad: Expr
    say: Callable[[], None] | None = None


def run(
    engine: Engine,
    source: Source,
    table: Expr,
    tests: Sequence[Test],
    report: Report,
    also: Mapping[str, Expr] | None = None,
) -> dict[str, int]:
    """Count every test in one pass; only for those that fail, find each file's first row.

    ``also`` holds further conditions to be counted in the same pass; their counts are returned, with the rows'.
    """
    marks = {f"t{place}": test.bad for place, test in enumerate(tests)} | dict(also or {})
    # set side by side first, since a test that is the same for every row cannot be added up by itself
    marked = table.select(**{ROWS: literal(True)}, **marks)
    found = engine.row(marked.aggregate(**{name: marked[name].sum() for name in marked.columns}))
    counts = {name: int(count or 0) for name, count in found.items()}
    for place, test in enumerate(tests):
        if counts[f"t{place}"] and test.say is not None:
            test.say()
        elif counts[f"t{place}"]:
            locate(engine, source, table.filter(first_filled(test.bad, literal(False))), test, report)
    return counts


def locate(engine: Engine, source: Source, bad_rows: Expr, test: Test, report: Report) -> None:
    """One problem for each file that has such rows."""
    by_piece = bad_rows.group_by(PIECE).aggregate(count=bad_rows.count(), first=bad_rows[ROW].min())
    for found in engine.collect(by_piece.order_by(PIECE)).to_pylist():
        where = source.files[found[PIECE]]
        report.problem(where, test.rule, test.fix, column=test.column, row=found["first"], count=found["count"])
