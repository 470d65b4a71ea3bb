"""From a column as the file holds it to text, number, date or flag. Expressions only; nothing is collected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from holdfast.workspace.engine import Expr, any_of, choose, every, first_filled, literal, nothing
from holdfast.workspace.settings import Value

EMPTY: Final = ("", "na", "n/a", "nan", "null", "none", "#n/a")
"""Texts that mean nothing was written (in any capitals)."""
TRUE: Final = ("true", "t", "yes", "y", "1")
FALSE: Final = ("false", "f", "no", "n", "0")
_THOUSANDS: Final = r"^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$"
_LESS_THAN: Final = r"^[<≤]=?\s*\d+$"


def as_text(column: Expr, kind: str) -> Expr:
    """Text without spaces around it, missing when empty; a whole number reads as such."""
    if kind == "text":
        return column.strip().nullif("")
    if kind == "number" and not column.type().is_integer():
        whole = (column == column.floor()) & (column.abs() < 1e15)
        return choose(whole, column.try_cast("int64").cast("string"), column.cast("string"))
    return column.cast("string")


@dataclass(frozen=True)
class Number:
    """A numeric column: its value, and the tests of what was there instead."""

    value: Expr
    suppressed: Expr
    unreadable: Expr
    infinite: Expr


def as_number(column: Expr, kind: str, suppressed: Sequence[str]) -> Number:
    """The column as a number; suppressed, empty and unreadable entries are missing."""
    no = literal(False)
    if kind == "number":
        if column.type().is_integer() or column.type().is_decimal():
            return Number(column.cast("float64"), no, no, no)
        value = choose(column.isnan(), nothing("float64"), column.cast("float64"))
        infinite = first_filled(column.isinf(), no)
        return Number(choose(infinite, nothing("float64"), value), no, no, infinite)
    if kind == "flag":
        return Number(column.cast("int64").cast("float64"), no, no, no)
    if kind != "text":
        return Number(nothing("float64"), no, column.notnull(), no)
    return _number_in_text(column, suppressed)


def _number_in_text(column: Expr, suppressed: Sequence[str]) -> Number:
    text = column.strip()
    plain = text.try_cast("float64")
    # most entries are plain numbers, so only the others are searched for commas and marks
    value = choose(plain.notnull(), plain, _with_commas(text))
    marks = [mark.lower() for mark in suppressed]
    if any(_is_number(mark) for mark in marks):
        hidden = first_filled(text.lower().isin(marks), literal(False))
    else:
        hidden = choose(plain.notnull(), literal(False), _is_mark(text, marks))
    empty = first_filled(text.lower().isin([word for word in EMPTY if word not in marks]), literal(True))
    finite = ~(value.isnan() | value.isinf())
    readable = first_filled(finite, literal(False))
    odd = choose(readable, literal(False), ~empty & ~hidden)
    infinite = odd & first_filled(~finite, literal(False))
    unreadable = odd & value.isnull()
    return Number(choose(readable & ~hidden, value, nothing("float64")), hidden, unreadable, infinite)


def _with_commas(text: Expr) -> Expr:
    return choose(text.re_search(_THOUSANDS), text.replace(",", ""), nothing("string")).try_cast("float64")


def _is_mark(text: Expr, marks: Sequence[str]) -> Expr:
    return first_filled(text.lower().isin(marks) | text.re_search(_LESS_THAN), literal(False))


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def as_flag(column: Expr, kind: str) -> Expr:
    """True, false, or missing."""
    if kind == "flag":
        return column
    text = column.cast("string").strip().lower()
    return choose(text.isin(TRUE), literal(True), choose(text.isin(FALSE), literal(False), nothing("boolean")))


def matches(column: Expr, kind: str, wanted: Sequence[Value]) -> Expr:
    """Rows whose column holds one of the wanted values (missing where the column is)."""
    texts = [value for value in wanted if isinstance(value, str)]
    numbers = [float(value) for value in wanted if isinstance(value, (int, float)) and not isinstance(value, bool)]
    flags = [value for value in wanted if isinstance(value, bool)]
    tests = []
    if texts:
        tests.append((column if kind == "text" else as_text(column, kind)).isin(texts))
    if numbers:
        tests.append((column if kind == "number" else column.cast("string").try_cast("float64")).isin(numbers))
    if flags:
        tests.append(as_flag(column, kind).isin(flags))
    return any_of(tests)


def all_match(table: Mapping[str, Expr], kinds: Mapping[str, str], where: Mapping[str, Sequence[Value]]) -> Expr:
    """Rows that hold one of the wanted values in every one of the columns."""
    return every([matches(table[name], kinds[name], values) for name, values in where.items()])
