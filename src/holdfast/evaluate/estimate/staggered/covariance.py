"""Variances and covariances of linear functionals, from cross-products alone.

With U_k = [W_k/s_k, D_k] (see `functional.py`), Cov(θ) = Σ_k U_k G_k U_k'. `spread_of` keeps the cohorts apart,
which is what a small-sample variance needs: each is an estimate on n_k − 1 degrees of freedom (Welch 1947;
Satterthwaite 1946).
"""

from __future__ import annotations

import numpy as np

from .arrays import Bools, Floats, Ints
from .design import Design
from .functional import CellEffects

ROUNDING = 1e-13


def coefficients(weights: Floats, slope: Floats, mass: Floats) -> Floats:
    """U (P, A, T+1) from W (A, P, T), D (A, P) and total weights (P,)."""
    scaled = weights / mass[None, :, None]
    return np.concatenate([scaled, slope[:, :, None]], axis=2).transpose(1, 0, 2)


def covariance(left: Floats, gram: Floats, right: Floats) -> Floats:
    """Σ_k U_k G_k V_k' (A, A') for U (P, A, T+1), V (P, A', T+1) and G (P, T+1, T+1)."""
    total = np.zeros((left.shape[1], right.shape[1]))
    for k, block in enumerate(gram):
        a, b = (np.flatnonzero(side[k].any(axis=1)) for side in (left, right))
        total[a[:, None], b] += (left[k][a] @ block) @ right[k][b].T
    return total


def spread_of(coef: Floats, gram: Floats) -> tuple[Floats, Floats, Floats]:
    """Covariance (A, A), each pool's part of each variance (P, A), and its rounding (A,), in one pass over the pools.

    Levels cancel in a variance and keep only the digits they share: below the rounding there is nothing in it.
    """
    total = np.zeros((coef.shape[1], coef.shape[1]))
    parts, small = np.zeros(coef.shape[:2]), np.zeros(coef.shape[1])
    touched = np.asarray(coef.any(axis=2))
    for k, block in enumerate(gram):
        a = np.flatnonzero(touched[k])
        u = coef[k][a]
        half = u @ block
        total[a[:, None], a] += half @ u.T
        parts[k, a] = np.einsum("as,as->a", half, u)
        small[a] += (u * u) @ np.diagonal(block)
    return (total + total.T) / 2, parts, ROUNDING * small


def small_sample(parts: Floats, involved: Bools, n: Ints, mass: Floats, squares: Floats) -> tuple[Floats, Floats]:
    """Unbiased variance and Welch–Satterthwaite degrees of freedom (A,) from parts (P, A).

    Each pool's part is multiplied by m/(m − 1), m = (Σw)²/Σw² its effective number of sites (n without weights).
    A pool of one site has no variance to estimate: an aggregate that involves it (P, A) has NaN.
    """
    size = np.where(n > 1, mass**2 / squares, 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = np.where(size > 1, size / (size - 1), np.nan)[:, None]
        inflated = np.where(involved, parts * factor, 0.0)
        variance = inflated.sum(axis=0)
        freedom = variance**2 / np.where(involved, inflated**2 / (size - 1)[:, None], 0.0).sum(axis=0)
    return variance, freedom


def cell_variance(design: Design, cells: CellEffects, mass: Floats, gram: Floats) -> tuple[Floats, Floats]:
    """(C,) variances of ATT(g, t) and their rounding, without forming W: a cell touches two periods of a few pools."""
    t, b, end = design.t, design.b, gram.shape[-1] - 1
    scaled = (cells.sign / mass).T
    slope = cells.slope.T
    levels = gram[:, t, t] + gram[:, b, b]
    quad = levels - 2 * gram[:, t, b]
    cross = gram[:, t, end] - gram[:, b, end]
    parts = scaled * scaled * quad + 2 * scaled * slope * cross + slope * slope * gram[:, end, end][:, None]
    return np.asarray(parts.sum(axis=0)), np.asarray(ROUNDING * (scaled * scaled * levels).sum(axis=0))
