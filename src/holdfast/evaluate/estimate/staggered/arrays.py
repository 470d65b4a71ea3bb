"""Array types, and the sum by group that runs through the room."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


def sum_by(index: Ints, values: Floats, size: int) -> Floats:
    """(size,) sums of values by index."""
    return np.bincount(index, values, size).astype(np.float64, copy=False)


def held(matrix: Floats) -> tuple[Ints, Ints]:
    """Rows and columns of the entries that are not zero, row by row."""
    at = np.flatnonzero(matrix != 0)
    return at // matrix.shape[1], at % matrix.shape[1]
