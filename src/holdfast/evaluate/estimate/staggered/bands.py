"""Critical values and intervals: pointwise, and simultaneous over a family of effects.

The sup-t critical value c solves P(max_j |Z_j| ≤ c) = level for Z ~ N(0, R) on the effects' correlation R (Montiel Olea
& Plagborg-Møller 2019); the multiplier bootstrap of Callaway & Sant'Anna (2021) estimates the same, with more noise.
"""

from __future__ import annotations

import numpy as np
from scipy import special

from .arrays import Floats

DRAWS = 10_000
SEED = 20_211


def pointwise(level: float = 0.95, df: float | Floats = np.inf) -> Floats:
    """Two-sided critical value from Student's t on df degrees of freedom (the normal's when infinite)."""
    _check(level)
    known = special.ndtri((1 + level) / 2) if np.all(np.isinf(df)) else special.stdtrit(df, (1 + level) / 2)
    return np.broadcast_to(np.asarray(known, dtype=np.float64), np.shape(df))


def sup_t(
    covariance: Floats, level: float = 0.95, *, draws: int = DRAWS, seed: int = SEED, df: float = np.inf
) -> float:
    """Critical value that holds for all effects with a standard error at once; NaN when none has one.

    covariance: (k, k). The same seed gives the same value. df: divide the draws by a common chi, for few sites.
    Its Monte Carlo standard error is about 0.02 with the default draws. Never below the pointwise value.
    """
    _check(level)
    factor = _factor(covariance)
    if factor.shape[1] == 0:
        return float("nan")
    rng = np.random.default_rng(seed)
    largest = np.empty(draws)
    step = max(1, 4_000_000 // factor.shape[1])
    for start in range(0, draws, step):
        z = rng.standard_normal((min(step, draws - start), len(factor)), dtype=np.float32) @ factor
        largest[start : start + len(z)] = np.maximum(z.max(axis=1), -z.min(axis=1))
    if np.isfinite(df):
        largest *= np.sqrt(df / rng.chisquare(df, draws))
    value = float(np.quantile(largest, level, method="inverted_cdf"))
    return max(value, float(pointwise(level, df)))


def correlation(covariance: Floats) -> Floats:
    """Correlation matrix of the effects that have a variance (j, j)."""
    spread = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    held = np.flatnonzero(np.isfinite(spread) & (spread > 0))
    return np.asarray(covariance[held[:, None], held] / np.outer(spread[held], spread[held]))


def _factor(covariance: Floats) -> Floats:
    """(r, j) rows whose cross-product is the correlation matrix, in single precision: draws need no more."""
    values, vectors = np.linalg.eigh(correlation(covariance))
    held = values > 1e-9 * max(1.0, float(values.max(initial=0.0)))
    return np.ascontiguousarray((vectors[:, held] * np.sqrt(values[held])).T, dtype=np.float32)


def _check(level: float) -> None:
    if not 0 < level < 1:
        raise ValueError(f"level is {level!r}; give a number between 0 and 1, such as 0.95.")
