"""Shares with honest intervals: of comments, of suggestions that were right, of ratings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaincinv

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Share:
    """A share and its interval; all three NaN where there was nothing to take a share of."""

    value: float
    low: float
    high: float
    count: float
    out_of: float


def jeffreys(count: ArrayLike, out_of: ArrayLike, level: float = 0.95) -> tuple[Floats, Floats]:
    """The Jeffreys interval of a share (Brown, Cai and DasGupta 2001), closed at 0 and at 1. NaN out of nothing."""
    k, n = np.broadcast_arrays(np.asarray(count, np.float64), np.asarray(out_of, np.float64))
    none, tail = ~(n > 0), (1.0 - level) / 2
    a, b = np.where(none, 0.0, k) + 0.5, np.where(none, 0.0, n - k) + 0.5
    low = np.where(k <= 0, 0.0, betaincinv(a, b, tail))
    high = np.where(k >= n, 1.0, betaincinv(a, b, 1 - tail))
    return np.where(none, np.nan, low), np.where(none, np.nan, high)


def share(count: float, out_of: float, level: float = 0.95) -> Share:
    """``count`` out of ``out_of`` with its Jeffreys interval."""
    low, high = jeffreys(count, out_of, level)
    value = count / out_of if out_of > 0 else float("nan")
    return Share(value, float(low), float(high), count, out_of)


def f1(hits: float, wrong: float, missed: float, level: float = 0.95) -> Share:
    """F1 with its interval.

    F1 = 2J / (1 + J), in which J = hits / (hits + wrong + missed) is a plain share, so the ends of J's interval are
    carried over.
    """
    jaccard = share(hits, hits + wrong + missed, level)
    value, low, high = (2 * j / (1 + j) for j in (jaccard.value, jaccard.low, jaccard.high))
    return Share(value, low, high, hits, jaccard.out_of)
