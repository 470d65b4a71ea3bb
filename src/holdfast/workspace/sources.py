"""A table of the workspace: its files read, its columns mapped, its rows filtered. Still expressions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pyarrow as pa

from holdfast.records import Table
from holdfast.workspace.coerce import as_flag, as_number, as_text, matches
from holdfast.workspace.dates import ReadDates, read_dates
from holdfast.workspace.engine import (
    PIECE,
    ROW,
    Engine,
    Expr,
    choose,
    first_filled,
    literal,
    memory,
    nothing,
    types,
    union,
)
from holdfast.workspace.files import Piece, find_files, read_piece
from holdfast.workspace.mapping import ColumnMap, find, map_columns, used_besides, values_of
from holdfast.workspace.report import Report
from holdfast.workspace.settings import PeriodUnit, TableSource
from holdfast.workspace.suggest import quoted

THEIRS: Final = "their:"
"""Set before the name of a column of theirs that has no name of ours."""
MOST_DATES: Final = 50_000


@dataclass(frozen=True)
class Source:
    """``raw`` holds our columns by our names, others as ``their:NAME``, the row and the file; filters are applied.

    ``kinds`` says what each raw column holds; ``dates`` how each date column that is not one already was read.
    """

    table: Table
    settings: TableSource
    where: str
    files: tuple[str, ...]
    raw: Expr
    kinds: Mapping[str, str]
    pieces: tuple[Piece, ...]
    maps: tuple[ColumnMap, ...]
    paths: tuple[Path, ...] = ()
    dates: Mapping[str, ReadDates] = field(default_factory=dict)

    def has(self, column: str) -> bool:
        """True when the file, or a constant, gives this column."""
        return column in self.kinds

    def numeric(self, piece: int) -> frozenset[str]:
        """A file's own columns that stand for numbers."""
        kinds = {column.name: column.kind for column in self.table.columns}
        ours = {theirs for mine, theirs in self.maps[piece].ours.items() if kinds.get(mine) in ("number", "integer")}
        return frozenset({*ours, *values_of(self.settings)})

    def number(self, column: str, table: Expr | None = None) -> Expr:
        """One raw column as a number."""
        held = (self.raw if table is None else table)[column]
        return as_number(held, self.kinds[column], self.settings.suppressed).value

    def text(self, column: str, table: Expr | None = None) -> Expr:
        """One raw column as text."""
        return as_text((self.raw if table is None else table)[column], self.kinds[column])

    def typed(self, absent: bool = True) -> Expr:
        """Every column of ours in its own kind, attributes as held, row and file.

        Columns that the file has not are there with nothing in them, unless ``absent`` is False.
        """
        found: dict[str, Expr] = {}
        for column in self.table.columns:
            if not self.has(column.name):
                if absent:
                    found[column.name] = nothing(_IBIS[column.kind])
            elif column.kind in ("number", "integer"):
                found[column.name] = self.number(column.name)
            elif column.kind == "flag":
                found[column.name] = as_flag(self.raw[column.name], self.kinds[column.name])
            elif column.kind == "date":
                found[column.name] = date_key(self.raw[column.name], self.kinds[column.name])
            else:
                found[column.name] = self.text(column.name)
        rest = {name: self.raw[name] for name in self.raw.columns if name not in found and not name.startswith(THEIRS)}
        table = self.raw.select(**found, **rest)
        for name in self.dates:
            table = with_dates(table, name, self.dates[name])
        return table


_IBIS: Final = {"text": "string", "number": "float64", "integer": "float64", "flag": "boolean", "date": "date"}


def open_source(
    engine: Engine, folder: Path, table: Table, settings: TableSource, period: PeriodUnit, report: Report
) -> Source | None:
    """A table from files, or None with the problems in the report."""
    label = f"holdfast.toml [tables.{table.name}]"
    paths = find_files(folder, settings, report, label)
    found = [(path, read_piece(engine, path, _shown(path, folder), settings, report)) for path in paths]
    pieces = [piece for _, piece in found if piece is not None]
    if not pieces or len(pieces) < len(paths):
        return None
    shown = pieces[0].where if len(pieces) == 1 else Path(settings.path or label).name
    return build(engine, table, settings, pieces, period, report, shown, tuple(paths))


def build(
    engine: Engine,
    table: Table,
    settings: TableSource,
    pieces: Sequence[Piece],
    period: PeriodUnit,
    report: Report,
    where: str,
    paths: tuple[Path, ...] = (),
) -> Source | None:
    """A table from its pieces, or None with the problems in the report."""
    maps = [map_columns(table, settings, piece, report) for piece in pieces]
    whole = [found for found in maps if found is not None]
    if len(whole) < len(pieces):
        return None
    _note_unused(whole, where if len(pieces) > 1 else pieces[0].where, report)
    raw, kinds = _one_table(table, settings, pieces, whole)
    for column, values in settings.filters.items():
        raw = raw.filter(matches(raw[THEIRS + column], kinds[THEIRS + column], values))
    for column, values in settings.exclude.items():
        found = matches(raw[THEIRS + column], kinds[THEIRS + column], values)
        raw = raw.filter(~first_filled(found, literal(False)))
    dates: dict[str, ReadDates] = {}
    source = Source(
        table,
        settings,
        where,
        tuple(piece.where for piece in pieces),
        raw,
        kinds,
        tuple(pieces),
        tuple(whole),
        paths,
        dates,
    )
    for name in (column.name for column in table.columns if column.kind == "date"):
        if source.has(name) and kinds[name] != "date":
            dates[name] = _read_dates(engine, source, name, period, report)
    return source


def _one_table(
    table: Table, settings: TableSource, pieces: Sequence[Piece], maps: Sequence[ColumnMap]
) -> tuple[Expr, dict[str, str]]:
    """The pieces under each other, every column of one kind."""
    besides = used_besides(settings)
    selections = [_selection(piece, found, besides) for piece, found in zip(pieces, maps, strict=True)]
    names = list(dict.fromkeys(name for selection in selections for name in selection))
    held = [types(piece.table.select(**selection)) for piece, selection in zip(pieces, selections, strict=True)]
    kinds = {name: _common({kind[name] for kind in held if name in kind}) for name in names}
    tables = []
    for number, (piece, selection) in enumerate(zip(pieces, selections, strict=True)):
        columns = {}
        for name in names:
            column: Expr = selection.get(name, nothing("string"))
            kind = held[number].get(name, "text")
            columns[name] = as_text(column, kind) if len(pieces) > 1 and kind != kinds[name] else column
            if len(pieces) > 1 and kinds[name] == "number":
                columns[name] = columns[name].cast("float64")
        tables.append(piece.table.select(**columns, **{ROW: piece.table[ROW], PIECE: literal(number, "int32")}))
    raw = union(tables)
    for name, value in settings.constants.items():
        raw = raw.mutate(**{name: literal(str(value), "string")})
        kinds[name] = "text"
    return raw, kinds


def _selection(piece: Piece, found: ColumnMap, besides: Sequence[str]) -> dict[str, Expr]:
    actual = {name: find(name, piece.names) or name for name in besides}
    theirs = {**found.ours, **{THEIRS + name: actual[name] for name in besides}}
    return {ours: _held(piece.table[name]) for ours, name in theirs.items()}


def _held(column: Expr) -> Expr:
    """The column; one in which nothing was ever written has no kind of its own and passes for text."""
    return column.cast("string") if column.type().is_null() else column


def _common(kinds: set[str]) -> str:
    return next(iter(kinds)) if len(kinds) == 1 else "text"


def _shown(path: Path, folder: Path) -> str:
    return str(path.relative_to(folder)) if path.is_relative_to(folder) else path.name


def _note_unused(maps: Sequence[ColumnMap], where: str, report: Report) -> None:
    unused = list(dict.fromkeys(name for found in maps for name in found.unused))
    if unused:
        more = f" and {len(unused) - 12} more" if len(unused) > 12 else ""
        report.note(f"{where}: columns not used: {quoted(unused[:12])}{more}.")


def date_key(column: Expr, kind: str) -> Expr:
    """What a date is looked up by: its text, a time of day left off."""
    if kind == "date":
        return column.cast("date")
    text = as_text(column, kind)
    return choose(text.re_search(r"^\d{4}-\d{2}-\d{2}[T ]\d"), text.left(10), text) if kind == "text" else text


def _read_dates(engine: Engine, source: Source, name: str, period: PeriodUnit, report: Report) -> ReadDates:
    key = date_key(source.raw[name], source.kinds[name])
    texts = engine.collect(source.raw.select(key=key).distinct().limit(MOST_DATES + 1)).column("key").to_pylist()
    if len(texts) > MOST_DATES:
        report.problem(
            source.where,
            f"holds more than {MOST_DATES:,} different texts, so it is hardly a date",
            "Map the right column.",
            column=name,
        )
        return ReadDates({}, {})
    read = read_dates(
        [text for text in texts if text], period, source.settings.date_format, source.settings.date_origin
    )
    for note in read.notes:
        report.note(f"{source.where}, column “{name}”: {note}.")
    return read


def with_dates(table: Expr, column: str, read: ReadDates) -> Expr:
    """The table with a column of texts replaced by the dates that they were read as."""
    pairs = pa.table(
        {
            "_text": pa.array(list(read.dates), pa.string()),
            "_date": pa.array(list(read.dates.values()), pa.date32()),
        }
    )
    lookup = memory(pairs)
    joined = table.left_join(lookup, table[column] == lookup["_text"])
    order = [name if name != column else "_date" for name in table.columns]
    return joined.select(*order).rename({column: "_date"})


def floor(day: Expr, period: PeriodUnit) -> Expr:
    """First day of the period, in the engine."""
    return day.truncate({"week": "W", "month": "M", "quarter": "Q", "year": "Y"}[period]).cast("date")


def day_of(value: object) -> dt.date | None:
    """A collected date as a plain date."""
    return value.date() if isinstance(value, dt.datetime) else value if isinstance(value, dt.date) else None
