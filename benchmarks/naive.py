"""Two readings that people reach for, on arrays: before against after, and two-way fixed effects.

They are the foils of ``decisions.py``. Both take sites × periods with NaN where nothing was reported.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def outcome(numerator: Floats, denominator: Floats, count: bool, start: int) -> tuple[Floats, Floats]:
    """Level (n × T) and weight (n): numerator over denominator, or for a count over the site's mean before ``start``.

    The weight is the mean denominator (or count) before ``start``, the first period in which anyone adopts.
    """
    size = numerator if count else denominator
    early = size[:, : max(start, 1)]
    weight = np.nan_to_num(_row_mean(early, np.isfinite(early)))
    scale = np.broadcast_to(weight[:, None], size.shape) if count else denominator
    level = np.divide(numerator, scale, out=np.full_like(numerator, np.nan), where=np.isfinite(scale) & (scale > 0))
    return level, weight


def before_after(y: Floats, on: Bools, weight: Floats) -> tuple[float, float]:
    """Mean change of the adopting sites and its standard error, from how much sites differ.

    ``y`` and ``on`` are n × T, ``weight`` n. Each site that has periods both with and without the change gives one
    difference. NaN where fewer than two do.
    """
    seen = np.isfinite(y)
    after, before = _row_mean(y, seen & on), _row_mean(y, seen & ~on)
    change = after - before
    kept = np.isfinite(change) & (weight > 0)
    if kept.sum() < 2:
        return float("nan"), float("nan")
    w, d = weight[kept] / weight[kept].sum(), change[kept]
    mean = float(w @ d)
    m = len(d)
    return mean, float(np.sqrt(m / (m - 1) * (w**2) @ (d - mean) ** 2))


def two_way_fixed_effects(y: Floats, on: Bools, weight: Floats) -> tuple[float, float]:
    """Coefficient of ``on`` beside site and period effects, and its standard error clustered by site.

    Frisch–Waugh–Lovell: ``y`` and ``on`` are each swept of both sets of effects, then one is regressed on the other.
    The small-sample factor is the usual m/(m − 1) over m sites. NaN where the effects leave nothing of ``on``.
    """
    w = np.where(np.isfinite(y), weight[:, None], 0.0)
    if (w > 0).sum() < 3:
        return float("nan"), float("nan")
    outcome, treated = _swept(np.where(w > 0, y, 0.0), w), _swept(on.astype(np.float64), w)
    size = float((w * treated**2).sum())
    if size < 1e-10 * max(float(w.sum()), 1.0):
        return float("nan"), float("nan")
    beta = float((w * treated * outcome).sum() / size)
    scores = (w * treated * (outcome - beta * treated)).sum(axis=1)
    m = int((w > 0).any(axis=1).sum())
    return beta, float(np.sqrt(m / max(m - 1, 1) * (scores**2).sum()) / size)


def _swept(x: Floats, w: Floats) -> Floats:
    """Residuals of weighted least squares on site and period effects, by their normal equations."""
    rows, columns = w.sum(axis=1), w.sum(axis=0)
    safe = np.where(rows > 0, rows, 1.0)
    share = w / safe[:, None]
    matrix = np.diag(columns) - w.T @ share
    right = (w * (x - (share * x).sum(axis=1)[:, None])).sum(axis=0)
    period = np.linalg.lstsq(matrix, right, rcond=None)[0]
    left = x - period
    return np.asarray(left - (share * left).sum(axis=1)[:, None])


def _row_mean(y: Floats, where: Bools) -> Floats:
    count = where.sum(axis=1)
    total = np.where(where, y, 0.0).sum(axis=1)
    return np.asarray(np.where(count > 0, total / np.maximum(count, 1), np.nan))
