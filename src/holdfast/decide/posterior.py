"""Probabilities from the posterior of one effect or two: pure functions over arrays that broadcast.

An effect's posterior is normal or Student's t about its estimate: with a flat prior this is the sampling
distribution read the other way, so its central 95 % interval is the interval reported. ``df`` is infinite for a
normal. Means are *oriented*: positive is better. NaN in gives NaN out; a standard deviation of zero is a point.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri, stdtr, stdtrit

Floats = NDArray[np.float64]

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(48)
FAR: Final = 8.0
"""Beyond this many standard deviations a probability is 0 or 1 to within double precision."""


def cdf(z: Floats, df: Floats) -> Floats:
    """P(T ≤ z) with ``df`` degrees of freedom; normal where ``df`` is infinite."""
    finite = np.isfinite(df)
    if not finite.any():
        return np.asarray(ndtr(z))
    return np.where(finite, stdtr(np.where(finite, df, 1.0), z), ndtr(z))


def quantile(p: float, df: Floats) -> Floats:
    """The value that P(T ≤ ·) = ``p`` has."""
    finite = np.isfinite(df)
    return np.where(finite, stdtrit(np.where(finite, df, 1.0), p), ndtri(p))


def at_least(mean: Floats, sd: Floats, df: Floats, bar: Floats) -> Floats:
    """P(effect ≥ bar). A point on the bar counts as reaching it."""
    return cdf(_standard(mean - bar, sd), df)


def within(mean: Floats, sd: Floats, df: Floats, bar: Floats) -> Floats:
    """P(−bar < effect < bar)."""
    inside = 1.0 - at_least(mean, sd, df, bar) - at_least(-mean, sd, df, bar)
    return np.clip(inside, 0.0, 1.0)


def with_prior(mean: Floats, sd: Floats, prior_sd: Floats) -> tuple[Floats, Floats]:
    """Mean and sd after a normal prior centred on no effect; ``prior_sd`` zero or infinite means no prior.

    For a t posterior the same shrinkage is used and the degrees of freedom kept, which is conservative.
    """
    none = ~np.isfinite(prior_sd) | (prior_sd <= 0)
    variance = np.where(none, 1.0, prior_sd) ** 2
    kept = np.where(none, 1.0, variance / (variance + sd**2))
    return mean * kept, sd * np.sqrt(kept)


def both(p: Floats, q: Floats, rho: Floats) -> Floats:
    """P(A and B) of two events with chances ``p`` and ``q`` whose normal scores correlate by ``rho``.

    Exact for normal posteriors; for t it keeps each margin exact and the dependence normal. The integral is
    Drezner & Wesolowsky's (1990) over the correlation, by Gauss–Legendre.
    """
    p, q, rho = np.broadcast_arrays(p, q, np.clip(rho, -0.9999, 0.9999))
    joint = np.array(p * q)
    tied = (rho != 0) & np.isfinite(joint)
    joint[tied] = _joint(p[tied], q[tied], rho[tied])
    return joint


def _joint(p: Floats, q: Floats, rho: Floats) -> Floats:
    h, k = np.clip(ndtri(p), -FAR, FAR), np.clip(ndtri(q), -FAR, FAR)
    top = np.arcsin(rho)
    angle = 0.5 * top[..., None] * (_NODES + 1.0)
    h, k = h[..., None], k[..., None]
    density = np.exp(-(h**2 + k**2 - 2 * h * k * np.sin(angle)) / (2 * np.cos(angle) ** 2))
    extra = (density * _WEIGHTS).sum(axis=-1) * top / (4 * np.pi)
    return np.asarray(np.clip(p * q + extra, 0.0, np.minimum(p, q)))


def expected_loss(mean: Floats, sd: Floats) -> Floats:
    """Expected loss of acting on the sign of ``mean`` when the truth is normal about it: the unit normal loss."""
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(sd > 0, np.minimum(np.abs(mean) / sd, 40.0), 40.0)
    return np.asarray(sd * (np.exp(-0.5 * z**2) / np.sqrt(2 * np.pi) - z * ndtr(-z)))


def _standard(distance: Floats, sd: Floats) -> Floats:
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.asarray(distance / sd)
    return np.where((np.asarray(sd) == 0) & (np.asarray(distance) == 0), np.inf, z)
