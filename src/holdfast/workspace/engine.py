"""The one narrow seam to Ibis on in-memory DuckDB. No other module imports either.

Ibis and Arrow carry no types, so expressions and Arrow tables are ``Any`` from here on.
"""

from __future__ import annotations

import functools
import itertools
import operator
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import ibis

Expr = Any
"""An Ibis table or column expression."""
Arrow = Any
"""A pyarrow Table."""

ROW = "_row"
"""Row of the file as a spreadsheet counts it: the header is row 1."""
PIECE = "_piece"
"""Which of a table's files a row came from."""
IN_MEMORY_BYTES = 64 * 2**20
"""Text files larger than this are turned into a temporary Parquet file instead of a table in memory."""


class Engine:
    """A connection, with the few ways in (files, Arrow) and the one way out (Arrow)."""

    def __init__(self) -> None:
        self._con = ibis.duckdb.connect()
        for setting in ("enable_progress_bar=false", "autoinstall_known_extensions=false", "TimeZone='UTC'"):
            self._con.raw_sql(f"SET {setting}")
        self._names = (f"hf_{number}" for number in itertools.count())
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def scratch(self) -> Path:
        """A temporary folder that goes when the engine does."""
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="holdfast-")
        return Path(self._folder.name)

    def parquet(self, path: Path) -> Expr:
        """A Parquet file as an expression; nothing is read until collected. Adds the row number."""
        table = self._con.read_parquet(str(path), table_name=next(self._names), file_row_number=True)
        return table.rename({ROW: "file_row_number"}).mutate(**{ROW: lambda t: t[ROW] + 2})

    def csv(self, path: Path, names: Sequence[str], delimiter: str, skip: int = 1) -> Expr:
        """A UTF-8 text file, every column as text, with the row number."""
        reading = self._csv_sql(path, names, delimiter, skip)
        name = next(self._names)
        if path.stat().st_size <= IN_MEMORY_BYTES and path.suffix != ".gz":
            first = skip + 1
            self._con.raw_sql(
                f"CREATE TEMP TABLE {name} AS SELECT *, row_number() OVER () + {first - 1} AS {ROW} {reading}"
            )
            return self._con.table(name)
        parquet = self.scratch() / f"{name}.parquet"
        self._con.raw_sql(f"COPY (SELECT * {reading}) TO {_text(str(parquet))} (FORMAT parquet)")
        return self.parquet(parquet).mutate(**{ROW: lambda t: t[ROW] + (skip - 1)})

    def ragged(self, path: Path, names: Sequence[str], delimiter: str, skip: int = 1) -> list[tuple[int, str]]:
        """Line and kind of fault of every line that the text file's own header does not fit."""
        reading = self._csv_sql(path, names, delimiter, skip, "store_rejects=true, rejects_limit=1000")
        self._con.raw_sql(f"SELECT count(*) {reading}").fetchall()
        found = self._con.raw_sql("SELECT line, error_type FROM reject_errors ORDER BY line").fetchall()
        return [(int(line), str(kind).lower()) for line, kind in found]

    def keep(self, expr: Expr) -> Expr:
        """Compute an expression once and hold the answer in memory."""
        return self._con.create_table(next(self._names), expr, temp=True)

    def collect(self, expr: Expr) -> Arrow:
        """The answer, as Arrow."""
        return self._con.to_pyarrow(expr)

    def row(self, expr: Expr) -> dict[str, Any]:
        """The only row of a table expression."""
        found: dict[str, Any] = self.collect(expr).to_pylist()[0]
        return found

    def sql(self, expr: Expr) -> str:
        """The SQL that an expression becomes; for tests and the curious."""
        return str(ibis.to_sql(expr, dialect="duckdb"))

    @staticmethod
    def _csv_sql(path: Path, names: Sequence[str], delimiter: str, skip: int, more: str = "") -> str:
        columns = ", ".join(f"{_text(name)}: 'VARCHAR'" for name in names)
        settings = f"auto_detect=false, delim={_text(delimiter)}, quote='\"', escape='\"', header=false, skip={skip}"
        settings += ", nullstr='', max_line_size=16777216"
        return f"FROM read_csv({_text(str(path))}, columns={{{columns}}}, {settings}{', ' + more if more else ''})"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def memory(table: Arrow) -> Expr:
    """An Arrow table as an expression, without copying it."""
    return ibis.memtable(table)


def literal(value: object, kind: str | None = None) -> Expr:
    """A constant."""
    return ibis.literal(value, kind)


def nothing(kind: str) -> Expr:
    """A missing value of a kind."""
    return ibis.null(kind)


def choose(test: Expr, yes: Expr, no: Expr) -> Expr:
    """``yes`` where the test holds, else ``no``."""
    return ibis.ifelse(test, yes, no)


def first_filled(*values: Expr) -> Expr:
    """The first value that is not missing."""
    return ibis.coalesce(*values)


def union(tables: Sequence[Expr]) -> Expr:
    """Rows of several tables with the same columns."""
    return tables[0] if len(tables) == 1 else ibis.union(*tables)


def every(tests: Sequence[Expr]) -> Expr:
    """All of the tests hold (true when there is none)."""
    return functools.reduce(operator.and_, tests) if tests else ibis.literal(True)


def any_of(tests: Sequence[Expr]) -> Expr:
    """One of the tests holds (false when there is none)."""
    return functools.reduce(operator.or_, tests) if tests else ibis.literal(False)


def total(values: Sequence[Expr]) -> Expr:
    """Sum of columns, missing when any is missing."""
    return functools.reduce(operator.add, values)


def types(table: Expr) -> Mapping[str, str]:
    """Each column's kind as Holdfast speaks of it: text, number, date, flag or other."""
    return {name: _kind(kind) for name, kind in table.schema().items()}


def _kind(dtype: Any) -> str:
    if dtype.is_string():
        return "text"
    if dtype.is_boolean():
        return "flag"
    if dtype.is_numeric():
        return "number"
    if dtype.is_date() or dtype.is_timestamp():
        return "date"
    return "other"
