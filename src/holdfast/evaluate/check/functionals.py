"""Tests of linear functionals of event-study coefficients, with a reference for few sites."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

Floats = NDArray[np.float64]

# From here on the standard errors' own scatter no longer moves the largest |t|.
_ONE_SCALE = 30


@dataclass(frozen=True)
class Functional:
    """A linear functional, its standard error, two-sided p value and interval (t with `df`, normal if infinite)."""

    estimate: float
    se: float
    p: float
    lower: float
    upper: float
    df: float


@dataclass(frozen=True)
class Wald:
    """A joint test that `rank` functionals are zero.

    statistic : the quadratic form
    p         : from chi-squared when df is infinite, else from Hotelling's T squared; NaN when too few sites
    df        : degrees of freedom of the covariance estimate (sites less groups, or Welch's)
    """

    statistic: float
    rank: int
    df: float
    p: float


def functional(
    weights: ArrayLike, estimates: ArrayLike, cov: ArrayLike, df: float = np.inf, alpha: float = 0.05
) -> Functional:
    """The functional weights @ estimates with its t interval."""
    w, b, v = (np.asarray(a, dtype=np.float64) for a in (weights, estimates, cov))
    estimate, variance = float(w @ b), float(w @ v @ w)
    if not variance > 0:
        return Functional(estimate, 0.0, float("nan"), float("nan"), float("nan"), df)
    se = float(np.sqrt(variance))
    half = float(stats.t.ppf(1 - alpha / 2, df)) * se
    return Functional(estimate, se, float(2 * stats.t.sf(abs(estimate) / se, df)), estimate - half, estimate + half, df)


def joint_wald(estimates: ArrayLike, cov: ArrayLike, df: float = np.inf) -> Wald:
    """Joint test that every estimate is zero.

    With a covariance estimated on `df` degrees of freedom the quadratic form is Hotelling's T squared, so
    (df - k + 1) / (df k) times it is F(k, df - k + 1); a chi-squared reference would reject far too often.
    With more coefficients than df + 1 there is no joint test: p is NaN.
    """
    b, v = np.asarray(estimates, dtype=np.float64), np.asarray(cov, dtype=np.float64)
    values, vectors = np.linalg.eigh((v + v.T) / 2)
    kept = values > 1e-10 * max(float(values[-1]), 0.0) if len(values) else np.zeros(0, dtype=bool)
    rank = int(kept.sum())
    if rank == 0:
        return Wald(float("nan"), 0, df, float("nan"))
    statistic = float(np.sum((vectors[:, kept].T @ b) ** 2 / values[kept]))
    if np.isinf(df):
        return Wald(statistic, rank, df, float(stats.chi2.sf(statistic, rank)))
    rest = df - rank + 1
    if rest <= 0 or rank < len(b):
        return Wald(statistic, rank, df, float("nan"))
    return Wald(statistic, rank, df, float(stats.f.sf(statistic * rest / (df * rank), rank, rest)))


def effective_df(parts: Sequence[tuple[ArrayLike, float]]) -> float:
    """Degrees of freedom of a covariance that is a sum of independent estimates (Nel & Van der Merwe 1986).

    parts : (covariance (k, k) of the estimate's part from one cohort or arm, that part's degrees of freedom)

    The multivariate form of Welch's, and the same for k = 1: between the smallest part's degrees of freedom and
    their sum. Taking the number of adopters less one instead is safe but, with few adopters, sees nothing.
    """
    covs = [np.atleast_2d(np.asarray(c, dtype=np.float64)) for c, _ in parts]

    def size(c: Floats) -> float:
        return float(np.sum(c**2) + np.trace(c) ** 2)

    below = sum(size(c) / df for c, (_, df) in zip(covs, parts, strict=True))
    return size(np.sum(covs, axis=0)) / below if below > 0 else float("nan")


def largest_p(t_values: Floats, cov: Floats, df: float = np.inf, draws: int = 8_000) -> float:
    """P that the largest of several correlated |t| exceeds the largest one seen, from seeded draws.

    With few degrees of freedom each draw has standard errors of its own, from a Wishart covariance, as the
    estimates have; a scale common to all leads would give p values that are too small.
    """
    sd = np.sqrt(np.diag(cov))
    correlation = cov / np.outer(sd, sd)
    values, vectors = np.linalg.eigh(correlation)
    rng = np.random.default_rng(20220901)
    root = (vectors * np.sqrt(np.clip(values, 0, None))).T
    z = rng.standard_normal((draws, len(sd))) @ root
    if df >= _ONE_SCALE and np.isfinite(df):
        z /= np.sqrt(rng.chisquare(df, size=draws) / df)[:, None]
    elif np.isfinite(df):
        count = max(int(df), 1)
        z /= np.sqrt(sum((rng.standard_normal(z.shape) @ root) ** 2 for _ in range(count)) / count)
    exceed = np.abs(z).max(axis=1) >= np.abs(t_values).max()
    return float((exceed.sum() + 1) / (draws + 1))
