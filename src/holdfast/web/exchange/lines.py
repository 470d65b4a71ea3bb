"""Rows as lines of JSON, to the last digit: times keep their microseconds, which Django's own encoder cuts."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID


def line(row: Mapping[str, Any]) -> bytes:
    """One row as one line."""
    return _ENCODER.encode(row).encode() + b"\n"


def _plain(value: Any) -> str:
    if isinstance(value, (dt.datetime, dt.date, dt.time)):
        return value.isoformat()
    if isinstance(value, (Decimal, UUID)):
        return str(value)
    raise TypeError(f"a row holds a {type(value).__name__}, which a line of JSON cannot hold")


_ENCODER = json.JSONEncoder(default=_plain, ensure_ascii=False)
"""Made once: ``json.dumps`` would make one for every row."""
