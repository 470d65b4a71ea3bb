"""Times of votes, from whichever form a table or an export gives them in: the one place that tells them apart."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from holdfast.records.moments import iso_seconds

LATEST: Final = dt.datetime(9999, 1, 1, tzinfo=dt.UTC).timestamp()
MILLISECONDS: Final = 1e11
"""A larger number is milliseconds since 1970 (from March 1973 on), a smaller one seconds (until the year 5138)."""
ALLOWED: Final = "2024-05-03T10:20:30 (year first), or seconds or milliseconds since 1970"


def moment(value: object) -> float:
    """Seconds since 1970 from seconds, milliseconds or ISO text; NaN where there is none, or no calendar has it."""
    if value is None or value == "":
        return math.nan
    try:
        number = float(value)  # type: ignore[arg-type]
        at = number / 1000 if abs(number) > MILLISECONDS else number
    except OverflowError:
        return math.nan
    except (TypeError, ValueError):
        at = iso_seconds(str(value))
    return at if 0 <= at < LATEST else math.nan


def moments(column: Any) -> Any:
    """The same for a column of texts (n,)."""
    held = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    encoded = held.dictionary_encode()
    lookup = np.array([*(moment(text) for text in encoded.dictionary.to_pylist()), np.nan])
    return lookup[pc.fill_null(encoded.indices, len(encoded.dictionary)).to_numpy(zero_copy_only=False)]
