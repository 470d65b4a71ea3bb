"""What callers hand over, made plain at the door: ids as text, an empty answer as no text, lists that are lists."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from numbers import Integral, Real
from typing import Any
from uuid import UUID


def blank(value: object) -> bool:
    """None, NaN, and what pandas puts where nothing is."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(value, Real) and math.isnan(float(value))


def words(value: object, what: str) -> str:
    """Somebody's words; none where nothing was answered. TypeError for what is no text."""
    if isinstance(value, str):
        return value
    if blank(value):
        return ""
    raise TypeError(f"{what} is {_a(value)}; it must be text, or None or NaN where nothing was answered.")


def key(value: object, what: str) -> str:
    """An id as text: whole numbers as they are written (3.0 as pandas keeps 3 is “3”). TypeError for anything else."""
    if isinstance(value, str):
        return value
    if isinstance(value, UUID):
        return str(value)
    if number := _whole(value):
        return number
    raise TypeError(f"{what} is {'missing' if blank(value) else _a(value)}; it must be text or a whole number.")


def level(value: object) -> str:
    """A value that something is counted by, as text; empty where it is not known."""
    if isinstance(value, str):
        return value
    if blank(value):
        return ""
    return _whole(value) or str(value)


def _whole(value: object) -> str:
    """A whole number as it is written; empty for anything else. True and False are none."""
    if type(value) is bool:
        return ""
    if isinstance(value, Integral):
        return str(int(value))
    return str(int(float(value))) if isinstance(value, Real) and float(value).is_integer() else ""


def known(values: Mapping[str, Any]) -> dict[str, str]:
    """Facts that are known, as text."""
    return {name: level(value) for name, value in values.items() if not blank(value)}


def several(values: Iterable[Any], what: str) -> tuple[str, ...]:
    """A list of names. TypeError for one text, which would be taken letter by letter."""
    if isinstance(values, (str, bytes)) or not isinstance(values, Iterable):
        raise TypeError(f"{what} is {_a(values)}; it must be a list or tuple of names, as in (“Parking”,).")
    return tuple(key(value, f"one of {what}") for value in values)


def _a(value: object) -> str:
    return f"a {type(value).__name__}"
