"""Which of the file's columns stands for which of ours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from holdfast.records import Table
from holdfast.workspace.files import Piece
from holdfast.workspace.report import Report
from holdfast.workspace.settings import COUNT_ROWS, ObservationSource, TableSource
from holdfast.workspace.suggest import did_you_mean, quoted


@dataclass(frozen=True)
class ColumnMap:
    """``ours`` to theirs for the columns of the table, ``extra`` columns that are used besides, ``unused`` ones."""

    ours: Mapping[str, str]
    extra: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()


def needed(table: Table, source: TableSource) -> tuple[str, ...]:
    """Our columns that must be there."""
    if isinstance(source, ObservationSource) and not source.is_long:
        return ("site", "period")
    return table.required


def used_besides(source: TableSource) -> tuple[str, ...]:
    """Their columns that filters, measures and populations name."""
    names = [*source.filters, *source.exclude]
    if isinstance(source, ObservationSource):
        for made in source.measures:
            names += [*made.numerator, *(made.denominator or ()), *made.where]
            names += [*made.numerator_where, *made.denominator_where]
        names += source.populations.values()
    return tuple(dict.fromkeys(name for name in names if name != COUNT_ROWS))


def values_of(source: TableSource) -> tuple[str, ...]:
    """Their columns that measures add up."""
    if not isinstance(source, ObservationSource):
        return ()
    names = [name for made in source.measures for name in (*made.numerator, *(made.denominator or ()))]
    return tuple(dict.fromkeys(name for name in names if name != COUNT_ROWS))


def map_columns(table: Table, source: TableSource, piece: Piece, report: Report) -> ColumnMap | None:
    """The mapping for one file, or None with the problems in the report."""
    before = len(report.problems)
    _check_keys(table, source, piece, report)
    ours = _ours(table, source, piece, report)
    besides = used_besides(source)
    extra = _besides(besides, piece, report)
    if len(report.problems) > before:
        return None
    taken = {*ours.values(), *extra.values()}
    rest = tuple(name for name in piece.names if name not in taken)
    if table.open_ended:
        return ColumnMap({**ours, **{name: name for name in rest if name not in ours}}, tuple(extra.values()))
    return ColumnMap(ours, tuple(extra.values()), rest)


def _check_keys(table: Table, source: TableSource, piece: Piece, report: Report) -> None:
    for setting in (source.columns, source.constants):
        for name in setting:
            if name not in table.names and not table.open_ended:
                report.problem(
                    piece.where,
                    f"“{name}” is not a column of the {table.name} table",
                    did_you_mean(name, table.names),
                    column=name,
                )
    for name in sorted(set(source.columns) & set(source.constants)):
        report.problem(piece.where, "this column is given both as a column and as a constant", "Keep one.", column=name)
    theirs = list(source.columns.values())
    for name in sorted({name for name in theirs if theirs.count(name) > 1}):
        mine = quoted(key for key, value in source.columns.items() if value == name)
        report.problem(piece.where, f"this column is used twice: as {mine}", "Use it once.", column=name)


def _ours(table: Table, source: TableSource, piece: Piece, report: Report) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, theirs in source.columns.items():
        actual = find(theirs, piece.names)
        if actual is None:
            report.problem(
                piece.where,
                f"there is no column “{theirs}”, which `columns` says holds {name}",
                did_you_mean(theirs, piece.names),
                column=theirs,
            )
        else:
            found[name] = actual
    named = set(source.columns) | set(source.constants)
    for name in table.names:
        actual = None if name in named else find(name, piece.names)
        if actual is not None and actual not in found.values():
            found[name] = actual
        elif name not in named and name in needed(table, source):
            report.problem(
                piece.where,
                f"the column “{name}” is needed and missing",
                f'{did_you_mean(name, piece.names)} Name theirs with `columns = {{{name} = "…"}}`.',
                column=name,
            )
    return found


def _besides(names: Iterable[str], piece: Piece, report: Report) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in names:
        actual = find(name, piece.names)
        if actual is None:
            report.problem(piece.where, f"there is no column “{name}”", did_you_mean(name, piece.names), column=name)
        else:
            found[name] = actual
    return found


def find(name: str, names: Iterable[str]) -> str | None:
    """The column of that name, whatever its capitals."""
    options = list(names)
    if name in options:
        return name
    folded = {option.lower(): option for option in options}
    return folded.get(name.strip().lower())
