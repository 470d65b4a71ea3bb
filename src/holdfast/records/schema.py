"""How a table is described: one definition per table, used by reading, checking, writing and the docs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "number", "integer", "date", "flag"]


@dataclass(frozen=True)
class Column:
    """One column: its name, what it holds, and what is allowed in it.

    ``allowed`` lists the only values permitted (empty: anything of the kind). ``minimum`` is inclusive.
    ``references`` names another table whose key this column must hold, e.g. ``"sites"``.
    """

    name: str
    kind: Kind
    meaning: str
    required: bool = False
    allowed: tuple[str, ...] = ()
    minimum: float | None = None
    references: str | None = None


@dataclass(frozen=True)
class Table:
    """A table of the workspace: its columns, its key, and whether users may add columns of their own.

    ``reported`` tables are written by Holdfast; the others are read from the user.
    """

    name: str
    meaning: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    open_ended: bool = False
    reported: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Every column's name, in order."""
        return tuple(column.name for column in self.columns)

    @property
    def required(self) -> tuple[str, ...]:
        """The columns that must be present and filled."""
        return tuple(column.name for column in self.columns if column.required)

    def column(self, name: str) -> Column:
        """The column called ``name``; KeyError when there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)
