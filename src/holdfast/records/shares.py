"""The interval of a share, which rooms that count people, comments or votes all give."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaincinv

Floats = NDArray[np.float64]


def jeffreys(successes: ArrayLike, trials: ArrayLike, level: float = 0.95) -> tuple[Floats, Floats]:
    """The Jeffreys interval of a share, as Brown, Cai and DasGupta (2001) give it: 0 and 1 closed at their own end.

    Counts may be effective numbers and so not whole. NaN where there is no trial.
    """
    k, n = np.broadcast_arrays(np.asarray(successes, np.float64), np.asarray(trials, np.float64))
    none, tail = ~(n > 0), (1.0 - level) / 2
    a, b = np.where(none, 1.0, k) + 0.5, np.where(none, 1.0, n - k) + 0.5
    low = np.where(k <= 0, 0.0, betaincinv(a, np.maximum(b, 0.5), tail))
    high = np.where(k >= n, 1.0, betaincinv(a, np.maximum(b, 0.5), 1 - tail))
    return np.where(none, np.nan, low), np.where(none, np.nan, high)
