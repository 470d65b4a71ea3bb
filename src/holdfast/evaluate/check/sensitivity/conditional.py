"""The conditional test of moment inequalities, over the vertices of its dual programme.

Andrews, Roth & Pakes (2023, Review of Economic Studies 90) test E[Y - X delta] <= 0 with
eta = max over dual vertices gamma of gamma'Y, comparing it with a normal truncated to the values that keep the
same vertex optimal. When the vertices are known, as they are for relative magnitudes (`relative.py`), the linear
programmes and the bisection for the truncation points have closed forms, so a whole batch of problems and of
hypotheses is one array calculation.

Shapes: B problems, J vertices, G hypotheses.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr, ndtri
from scipy.stats import qmc

from holdfast.evaluate.check.sensitivity.event_study import Floats

DRAWS = 2**14
_ZERO_VARIANCE = 1e-14


@dataclass(frozen=True)
class Moments:
    """The dual vertices' values gamma'Y(theta) = value - slope * theta and their covariance.

    value, slope : (B, J)
    covariance   : (B, J, J)
    """

    value: Floats
    slope: Floats
    covariance: Floats


def least_favourable_value(covariance: Floats, kappa: float) -> Floats:
    """(B,) the 1 - kappa quantile of max_j N(0, covariance): the hybrid's first-stage critical value.

    The quantile has no closed form; it comes from 2**14 scrambled Sobol points with a fixed seed, so it is the
    same at every call. (R HonestDiD takes 1,000 pseudo-random draws.)
    """
    values, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(np.clip(values, 0, None))[:, None, :]
    normals = _normals(covariance.shape[-1])
    return np.array([np.quantile((r @ normals).max(axis=0), 1 - kappa) for r in root])


@lru_cache(maxsize=8)
def _normals(dimension: int) -> Floats:
    uniform = qmc.Sobol(dimension, scramble=True, seed=20230101).random(DRAWS)
    draws: Floats = np.ascontiguousarray(ndtri(np.clip(uniform, 1e-12, 1 - 1e-12)).T)
    return draws


def accepts(
    moments: Moments, theta: Floats, size: float, ceiling: Floats | None, truncate_at_ceiling: bool
) -> NDArray[np.bool_]:
    """(B, G) which hypotheses theta (B, G) each problem's test does not reject.

    size    : size of the conditional stage
    ceiling : (B,) first-stage critical value of the hybrid, or None for the conditional test alone
    """
    y = moments.value[:, None, :] - moments.slope[:, None, :] * theta[..., None]
    best = y.argmax(axis=-1)
    eta = np.take_along_axis(y, best[..., None], axis=-1)[..., 0]
    row = moments.covariance[np.arange(len(y))[:, None], best]
    variance = np.take_along_axis(row, best[..., None], axis=-1)[..., 0]
    scale = np.where(variance > _ZERO_VARIANCE, variance, 1.0)
    lower, upper = _truncation(y, eta, row / scale[..., None])
    if ceiling is not None and truncate_at_ceiling:
        upper = np.minimum(upper, ceiling[:, None])
    sigma = np.sqrt(scale)
    p = _upper_tail(eta / sigma, lower / sigma, upper / sigma)
    kept: NDArray[np.bool_] = np.where(variance > _ZERO_VARIANCE, (p >= size) | (eta <= 0), eta <= 1e-10)
    return kept if ceiling is None else kept & (eta <= ceiling[:, None])


def _truncation(y: Floats, eta: Floats, ratio: Floats) -> tuple[Floats, Floats]:
    """The range of gamma*'Y, its independent part held, over which the vertex gamma* stays the best."""
    fixed = y - ratio * eta[..., None]
    room = 1 - ratio
    with np.errstate(divide="ignore", invalid="ignore"):
        crossing = fixed / room
    lower = np.where(room > 1e-9, crossing, -np.inf).max(axis=-1)
    upper = np.where(room < -1e-9, crossing, np.inf).min(axis=-1)
    return np.minimum(lower, eta), np.maximum(upper, eta)


def _upper_tail(x: Floats, lower: Floats, upper: Floats) -> Floats:
    """P(X > x) for a standard normal truncated to [lower, upper], accurate far into the tail."""
    top, at, bottom = log_ndtr(-upper), log_ndtr(-x), log_ndtr(-lower)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        above = -np.expm1(np.minimum(top - at, 0))
        below = -np.expm1(np.minimum(top - bottom, 0))
        tail: Floats = np.exp(at - bottom) * above / below
    # A truncation range narrower than rounding holds no evidence against the hypothesis.
    return np.where(np.isfinite(tail), tail, 1.0)
