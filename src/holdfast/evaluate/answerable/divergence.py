"""Were adopters already on another path before they adopted?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from holdfast.evaluate.answerable.facts import Facts

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Divergence:
    """Difference in pre-adoption slope between adopters and the others.

    ``slope`` is per period on the outcome's scale, ``p`` two-sided by Welch's t over sites, ``bias`` what the slope
    would add to the average effect if it went on, ``sites`` the sites it rests on.
    """

    slope: float
    se: float
    p: float
    bias: float
    sites: int


def divergence(y: Floats, facts: Facts, weights: Floats | None = None) -> Divergence | None:
    """Compare each site's slope before the first of the adoptions it is compared over.

    ``y`` is sites × periods (NaN missing). Periods are demeaned over the comparison sites first, so that a shock or
    a season that all sites share drops out. Adopters use their own periods before adopting; sites that never
    adopted use the periods before the median adoption. Returns None where either side has fewer than two sites.
    """
    adopters, others = np.flatnonzero(facts.adopter), np.flatnonzero(facts.never)
    if others.size < 2 and adopters.size >= 4:
        return _between_adopters(y, facts, weights)
    if adopters.size < 2 or others.size < 2:
        return None
    middle = int(np.median(facts.first[adopters]))
    shared = _weighted_mean(y[others], None if weights is None else weights[others])
    slopes_on = _slopes(y[adopters] - shared, facts.first[adopters])
    slopes_off = _slopes(y[others] - shared, np.full(others.size, middle))
    return _welch(slopes_on, slopes_off, facts, _pick(weights, adopters), _pick(weights, others))


def _between_adopters(y: Floats, facts: Facts, weights: Floats | None) -> Divergence | None:
    """Earlier against later adopters, over the periods before anybody adopted."""
    adopters = np.flatnonzero(facts.adopter)
    start = int(facts.first[adopters].min())
    early = facts.first[adopters] <= np.median(facts.first[adopters])
    if early.sum() < 2 or (~early).sum() < 2:
        return None
    slopes = _slopes(y[adopters], np.full(adopters.size, start))
    w = _pick(weights, adopters)
    return _welch(
        slopes[early], slopes[~early], facts, w[early] if w is not None else None, w[~early] if w is not None else None
    )


def _pick(weights: Floats | None, rows: NDArray[np.int64]) -> Floats | None:
    return None if weights is None else weights[rows]


def _weighted_mean(y: Floats, weights: Floats | None) -> Floats:
    w = np.ones(len(y)) if weights is None else weights
    seen = np.isfinite(y)
    total = (seen * w[:, None]).sum(axis=0)
    mean = np.where(seen, y, 0.0).T @ w / np.where(total > 0, total, 1.0)
    return np.where(total > 0, mean, np.nan)


def _slopes(paths: Floats, until: NDArray[np.int64]) -> Floats:
    """Least-squares slope of each row over its own periods before ``until``; NaN with fewer than four."""
    t = np.arange(paths.shape[1])
    seen = np.isfinite(paths) & (t < until[:, None])
    count = seen.sum(axis=1)
    centred = np.where(seen, t - (seen @ t / np.maximum(count, 1))[:, None], 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        slope = (centred * np.where(seen, paths, 0.0)).sum(axis=1) / (centred**2).sum(axis=1)
    return np.where(count >= 4, slope, np.nan)


def _welch(
    on: Floats, off: Floats, facts: Facts, w_on: Floats | None = None, w_off: Floats | None = None
) -> Divergence | None:
    (m1, v1, n1), (m0, v0, n0) = _mean_and_variance(on, w_on), _mean_and_variance(off, w_off)
    if n1 < 2 or n0 < 2 or v1 + v0 <= 0:
        return None
    slope, se = m1 - m0, float(np.sqrt(v1 + v0))
    df = (v1 + v0) ** 2 / (v1**2 / (n1 - 1) + v0**2 / (n0 - 1))
    first = facts.first[facts.adopter]
    ahead = float(np.mean((facts.periods - first + 1) / 2))  # mean distance from the last period before
    return Divergence(slope, se, float(2 * stats.t.sf(abs(slope / se), df)), slope * ahead, n1 + n0)


def _mean_and_variance(values: Floats, weights: Floats | None) -> tuple[float, float, int]:
    """Weighted mean and the sampling variance of it."""
    keep = np.isfinite(values)
    x = values[keep]
    w = np.ones(x.size) if weights is None else weights[keep]
    if x.size < 2 or w.sum() <= 0:
        return float("nan"), float("nan"), int(x.size)
    w = w / w.sum()
    mean = float(w @ x)
    return mean, float((w**2 @ (x - mean) ** 2) * x.size / (x.size - 1)), int(x.size)
