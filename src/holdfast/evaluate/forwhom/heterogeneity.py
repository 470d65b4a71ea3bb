"""Whether an effect differs between groups, and between which."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from holdfast.evaluate.forwhom.multiplicity import simultaneous_critical

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Contrast:
    """Effect in group `first` less effect in group `second`, with its simultaneous interval."""

    first: int
    second: int
    estimate: float
    se: float
    lower: float
    upper: float


@dataclass(frozen=True)
class Heterogeneity:
    """A joint test that groups share one effect, and every pair compared.

    groups   : indices of the groups that could be compared (the others had no estimate)
    p        : from F (Hotelling) for finite df, else chi-squared; NaN when too few sites for a joint test
    critical : the simultaneous critical value behind the contrasts' intervals
    verdict  : "differ" when the joint test (or, failing that, a simultaneous contrast) says so, "similar" when every
               contrast lies within the smallest important difference, else "not enough to say"
    """

    groups: tuple[int, ...]
    statistic: float
    rank: int
    df: float
    p: float
    critical: float
    contrasts: tuple[Contrast, ...]
    verdict: Literal["differ", "similar", "not enough to say"]


def heterogeneity(
    estimates: ArrayLike,
    cov: ArrayLike,
    *,
    df: float = np.inf,
    alpha: float = 0.05,
    smallest_important: float | None = None,
) -> Heterogeneity:
    """Compare effects (G,) whose joint covariance is (G, G); groups with NaN are left out and not named.

    df : degrees of freedom of the covariance (adopting sites less one is safe)
    """
    b, v = np.asarray(estimates, dtype=np.float64), np.asarray(cov, dtype=np.float64)
    groups = tuple(int(g) for g in np.flatnonzero(np.isfinite(b) & np.isfinite(np.diag(v))))
    if len(groups) < 2:
        return Heterogeneity(groups, np.nan, 0, df, np.nan, np.nan, (), "not enough to say")
    b, v = b[list(groups)], v[np.ix_(groups, groups)]
    statistic, rank, p = _joint(b, v, df)
    pairs = list(combinations(range(len(b)), 2))
    rows = np.array([np.eye(len(b))[i] - np.eye(len(b))[j] for i, j in pairs])
    pair_cov = rows @ v @ rows.T
    critical = simultaneous_critical(pair_cov, alpha, df)
    contrasts = tuple(
        _contrast(groups[i], groups[j], float(d), float(s), critical)
        for (i, j), d, s in zip(pairs, rows @ b, np.sqrt(np.diag(pair_cov)), strict=True)
    )
    verdict = _verdict(p, alpha, contrasts, smallest_important)
    return Heterogeneity(groups, statistic, rank, df, p, critical, contrasts, verdict)


def _joint(b: Floats, v: Floats, df: float) -> tuple[float, int, float]:
    """Wald statistic for equality, its rank and p value."""
    to_first = np.hstack([-np.ones((len(b) - 1, 1)), np.eye(len(b) - 1)])
    difference, cov = to_first @ b, to_first @ v @ to_first.T
    values, vectors = np.linalg.eigh(cov)
    kept = values > 1e-10 * max(float(values[-1]), 0.0)
    rank = int(kept.sum())
    if rank == 0:
        return np.nan, 0, np.nan
    statistic = float(np.sum((vectors[:, kept].T @ difference) ** 2 / values[kept]))
    if np.isinf(df):
        return statistic, rank, float(stats.chi2.sf(statistic, rank))
    rest = df - rank + 1
    if rest <= 0 or rank < len(difference):
        return statistic, rank, np.nan
    return statistic, rank, float(stats.f.sf(statistic * rest / (df * rank), rank, rest))


def _contrast(first: int, second: int, difference: float, se: float, critical: float) -> Contrast:
    return Contrast(first, second, difference, se, difference - critical * se, difference + critical * se)


def _verdict(
    p: float, alpha: float, contrasts: tuple[Contrast, ...], smallest: float | None
) -> Literal["differ", "similar", "not enough to say"]:
    clear = any(c.lower > 0 or c.upper < 0 for c in contrasts)
    if p < alpha or (p != p and clear):
        return "differ"
    if smallest is not None and all(-smallest < c.lower and c.upper < smallest for c in contrasts):
        return "similar"
    return "not enough to say"
