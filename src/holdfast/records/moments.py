"""Times as ISO 8601 text, which several rooms read."""

from __future__ import annotations

import datetime as dt
import math


def iso_seconds(text: str) -> float:
    """Seconds since 1970, UTC where the text names no zone; NaN where it is no time."""
    try:
        when = dt.datetime.fromisoformat(text.strip())
        return (when if when.tzinfo else when.replace(tzinfo=dt.UTC)).timestamp()
    except (ValueError, OverflowError):
        return math.nan
