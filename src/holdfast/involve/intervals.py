"""Intervals for shares of people."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from holdfast.records.shares import jeffreys

Floats = NDArray[np.float64]


def of_share(share: ArrayLike, effective: ArrayLike, level: float = 0.95) -> tuple[Floats, Floats]:
    """The Jeffreys interval of a weighted share known as well as ``effective`` people drawn at random would know it.

    After Korn and Graubard (1998), with Jeffreys in place of Clopper and Pearson.
    """
    n = np.asarray(effective, np.float64)
    return jeffreys(np.asarray(share, np.float64) * n, n, level)


def kish(weights: ArrayLike) -> float:
    """Kish's effective sample size: how many people of equal weight would know as much; 0 for nobody."""
    w = np.asarray(weights, np.float64)
    squares = float((w**2).sum())
    return float(w.sum()) ** 2 / squares if squares > 0 else 0.0
