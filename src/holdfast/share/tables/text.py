"""Released rows as plain values, and text that no spreadsheet takes for a formula."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from holdfast.records import ROW_TYPES, Table, table_of
from holdfast.share.disclosure import Released
from holdfast.share.words import clean

NOT_SHOWN: Final = "not_shown"
"""The last column of every table: which of a row's fields are empty because they may not be shown."""
FORMULA: Final = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "|", "%")


@dataclass(frozen=True)
class Sheet:
    """One released table. ``rows`` hold Python values, None where empty; ``withheld`` each row's fields kept back."""

    table: Table
    rows: tuple[tuple[Any, ...], ...]
    withheld: tuple[frozenset[str], ...]


def sheets(released: Released) -> tuple[Sheet, ...]:
    """Every released table that has rows, in a fixed order."""
    out = []
    for name, row_type in ROW_TYPES.items():
        rows = getattr(released.findings, name)
        if rows:
            names = [field.name for field in dataclasses.fields(row_type)]
            values = tuple(tuple(getattr(row, n) for n in names) for row in rows)
            gone = tuple(released.withheld.get(row, frozenset()) for row in rows)
            out.append(Sheet(table_of(row_type), values, gone))
    return tuple(out)


def safe(text: str) -> str:
    """Text that a spreadsheet shows and never runs: an apostrophe goes before anything that could begin a formula."""
    text = clean(text)
    return f"'{text}" if text.startswith(FORMULA) else text


def plain(value: Any) -> Any:
    """A value for a cell: one line of text, lists joined, times in UTC as text, numbers and flags as they are."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, tuple):
        return "; ".join(clean(str(item)) for item in value)
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat(timespec="seconds")
    return value


def kept_back(names: Sequence[str], gone: frozenset[str]) -> str:
    """The withheld fields in the order of the columns."""
    return "; ".join(name for name in names if name in gone)
