"""Every effect as a linear functional of the cohorts' mean paths.

With m (P, T) the pools' weighted mean paths and s (P,) their total weights, ATT(g, t) and every aggregate of them is
Σ_k,t W[a, k, t]·m[k, t]. W depends on s through the comparison's make-up and the cohort shares, so the estimate also
moves with s: D[a, k] = ∂θ_a/∂s_k. The influence of site i of pool k on θ_a is then
w_i (y_i − m_k)·W[a, k, :]/s_k + w_i D[a, k], which is R `did`'s influence function over n, weight estimation included.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .arrays import Floats, held, sum_by
from .design import Design


@dataclass(frozen=True)
class CellEffects:
    """ATT(g, t) for one outcome, and how each rests on the pools.

    att: (C,) estimates; NaN where a cell has no comparison.
    sign: (C, P) +1 on the adopting pool and minus its share on each comparison pool; 0 without a comparison.
    slope: (C, P) ∂att/∂s, the part of the comparison that comes from estimating its make-up.
    """

    att: Floats
    sign: Floats
    slope: Floats


def cell_effects(design: Design, mass: Floats, mean: Floats) -> CellEffects:
    """ATT(g, t) from pools' total weights (P,) and mean paths (P, T)."""
    weight = design.controls * mass
    total = weight.sum(axis=1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = weight / total
        change = (mean[:, design.t] - mean[:, design.b]).T
        compared = np.where(design.controls, share * change, 0.0).sum(axis=1)
        slope = np.where(design.controls, -(change - compared[:, None]) / total, 0.0)
    rows = np.arange(len(design.g))
    sign = np.where(design.controls, -share, 0.0)
    sign[rows, design.g] = 1.0
    att = change[rows, design.g] - compared
    alone = total[:, 0] <= 0
    att[alone] = np.nan
    sign[alone], slope[alone] = 0.0, 0.0
    return CellEffects(att, sign, slope)


def spread(rows: Floats, design: Design, cells: CellEffects) -> tuple[Floats, Floats]:
    """W (A, P, T) and the cells' part of D (A, P) of aggregates given as weights on cells, rows (A, C)."""
    n_pools, n_periods = len(design.pools), len(design.periods)
    a, c = held(rows)
    weight = rows[a, c, None]
    pool = (a[:, None] * n_pools + np.arange(n_pools)).ravel()
    value = (weight * cells.sign[c]).ravel()
    start, size = pool * n_periods, len(rows) * n_pools * n_periods
    at_t = sum_by(start + np.repeat(design.t[c], n_pools), value, size)
    at_b = sum_by(start + np.repeat(design.b[c], n_pools), value, size)
    slope = sum_by(pool, (weight * cells.slope[c]).ravel(), len(rows) * n_pools)
    return (at_t - at_b).reshape(len(rows), n_pools, n_periods), slope.reshape(len(rows), n_pools)


def to_cohorts(weights: Floats, design: Design, mass: Floats, n_periods: int) -> Floats:
    """W over the source's cohorts and periods: pools (A, P, T') to cohorts (A, K, T), by total weight mass (K,)."""
    pooled = sum_by(design.pool_of[design.pool_of >= 0], mass[design.pool_of >= 0], len(design.pools))
    full = np.zeros((len(weights), len(design.cohorts), n_periods))
    for k, pool in enumerate(design.pool_of):
        if pool >= 0 and pooled[pool] > 0:
            full[:, k, : len(design.periods)] = weights[:, pool] * (mass[k] / pooled[pool])
    return full
