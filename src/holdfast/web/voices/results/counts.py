"""Numbers of people as they may be shown: none, too few to say, or to the nearest five."""

from __future__ import annotations

import math
from typing import Final

from holdfast.involve.roles import FEW

STEP: Final = 5
"""Counts are shown to the nearest five. Shares are exact: ``keeping.MOVED`` keeps one person from standing between
two readings."""


def shown(count: int | float | None) -> int | None:
    """A count that may be shown; None where it may not."""
    if count is None or count < 0 or 0 < count < FEW:
        return None
    return STEP * round(count / STEP)


def people(count: int | None, *, of: str = "people") -> str:
    """A count that was passed through ``shown``, in words."""
    if count is None:
        return f"fewer than {FEW} {of}"
    return f"about {count:,} {of}" if count else "nobody"


def number(value: float | None) -> float | None:
    """A number that JSON holds; None for one that is not known. Three decimals are more than is shown."""
    return None if value is None or not math.isfinite(value) else round(float(value), 4)
