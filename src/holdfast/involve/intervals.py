"""Intervals for shares of people."""

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


def of_share(share: ArrayLike, effective: ArrayLike, level: float = 0.95) -> tuple[Floats, Floats]:
    """The same for a weighted share known as well as ``effective`` people drawn at random would know it.

    After Korn and Graubard (1998), with Jeffreys in place of Clopper and Pearson.
    """
    n = np.asarray(effective, np.float64)
    return jeffreys(np.asarray(share, np.float64) * n, n, level)


def kish(weights: ArrayLike) -> float:
    """Kish's effective sample size: how many people of equal weight would know as much; 0 for nobody."""
    w = np.asarray(weights, np.float64)
    squares = float((w**2).sum())
    return float(w.sum()) ** 2 / squares if squares > 0 else 0.0
