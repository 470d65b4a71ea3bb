"""Interrupted time series: `interrupted_series` over arrays, with or without a control series."""

from .design import Segments
from .fit import HORIZONS, interrupted_series
from .result import Diagnostics, MonthsLeftOut, Paths, SeriesEffect, SeriesResult
from .words import ALONE, WITH_CONTROL

__all__ = [
    "ALONE",
    "HORIZONS",
    "WITH_CONTROL",
    "Diagnostics",
    "MonthsLeftOut",
    "Paths",
    "Segments",
    "SeriesEffect",
    "SeriesResult",
    "interrupted_series",
]
