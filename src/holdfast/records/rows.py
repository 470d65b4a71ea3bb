"""Result rows as Arrow tables and back, and as table definitions for the docs and the data package."""

from __future__ import annotations

import dataclasses
import datetime as dt
import types
import typing
from collections.abc import Iterable, Sequence

import pyarrow as pa

from holdfast.records.findings import ROW_TYPES
from holdfast.records.schema import Column, Kind, Table

_ARROW: dict[object, tuple[pa.DataType, Kind]] = {
    str: (pa.string(), "text"),
    int: (pa.int64(), "integer"),
    float: (pa.float64(), "number"),
    bool: (pa.bool_(), "flag"),
    dt.datetime: (pa.timestamp("us", tz="UTC"), "date"),
    tuple[str, ...]: (pa.list_(pa.string()), "text"),
}


def _bare(hint: object) -> tuple[object, bool]:
    """The type without ``None``, and whether ``None`` was allowed."""
    if isinstance(hint, types.UnionType):
        inner = [part for part in typing.get_args(hint) if part is not type(None)]
        return inner[0], True
    return hint, False


def table_of(row_type: type) -> Table:
    """The result table that holds rows of ``row_type``."""
    hints = typing.get_type_hints(row_type)
    name = next(name for name, kind in ROW_TYPES.items() if kind is row_type)
    columns = []
    for field in dataclasses.fields(row_type):
        bare, optional = _bare(hints[field.name])
        columns.append(Column(field.name, _ARROW[bare][1], field.metadata["meaning"], required=not optional))
    meaning = (row_type.__doc__ or "").strip().splitlines()[0]
    return Table(name, meaning, tuple(columns), key=(), reported=True)


def to_arrow(rows: Sequence[object], row_type: type) -> pa.Table:
    """Rows as an Arrow table with a fixed schema, also when there are none."""
    hints = typing.get_type_hints(row_type)
    fields = dataclasses.fields(row_type)
    schema = pa.schema([pa.field(f.name, _ARROW[_bare(hints[f.name])[0]][0]) for f in fields])
    columns = [[_plain(getattr(row, f.name)) for row in rows] for f in fields]
    return pa.table([pa.array(c, t.type) for c, t in zip(columns, schema, strict=True)], schema=schema)


def from_arrow(table: pa.Table, row_type: type) -> tuple[typing.Any, ...]:
    """The reverse of :func:`to_arrow`."""
    hints = typing.get_type_hints(row_type)
    tuples = {name for name, hint in hints.items() if hint == tuple[str, ...]}
    return tuple(row_type(**{k: tuple(v) if k in tuples else v for k, v in row.items()}) for row in table.to_pylist())


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return list(value)
    item = getattr(value, "item", None)
    return item() if item is not None else value


def rows_about(rows: Iterable[typing.Any], **wanted: object) -> tuple[typing.Any, ...]:
    """The rows whose named fields equal the values given."""
    return tuple(row for row in rows if all(getattr(row, name) == value for name, value in wanted.items()))
