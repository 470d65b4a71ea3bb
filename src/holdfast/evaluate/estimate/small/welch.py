"""Unbiased variances and Welch t intervals, from cohort means and cross-products alone.

Analytic errors divide by n and refer to the normal, which with few adopters rejects far too often. Here each cohort's
spread is unbiased and has its own degrees of freedom (Welch 1947; Satterthwaite 1946). A cohort of one site has no
spread of its own and one of two hardly any: then all adopters of an aggregate are taken together about the common
effect, which needs no rows either, because the sum of squares about another centre is the cohort's cross-product plus
a rank-one term.
"""

from __future__ import annotations

import numpy as np
from scipy.stats import t as student

from holdfast.evaluate.estimate.small.arrangements import Floats
from holdfast.evaluate.estimate.small.linear import Aggregates
from holdfast.evaluate.estimate.small.result import WelchEffects

FEWEST_IN_COHORT = 5


def welch(
    aggregates: Aggregates,
    mean: Floats,
    gram: Floats,
    mass: Floats,
    squares: Floats,
    level: float = 0.95,
    pooled: bool | None = None,
) -> WelchEffects:
    """Aggregates of one outcome from its state.

    mean (K, T): weighted mean paths. gram (K, T, T): Σ w² (y − m)(y − m)' over each cohort's sites. mass, squares (K,):
    Σw and Σw² (both the number of sites without weights). pooled: take the adopters of an aggregate together about
    their common effect; by default where some adopting cohort has fewer than `FEWEST_IN_COHORT` sites.
    """
    size = mass**2 / squares
    estimate = np.einsum("akt,kt->a", aggregates.W, mean)
    within = np.einsum("akt,kts,aks->ak", aggregates.W, gram, aggregates.W, optimize=True) / mass**2
    own = np.abs(aggregates.share) > 1e-12
    together = (own & (size < FEWEST_IN_COHORT)).any(axis=1) if pooled is None else np.full(len(estimate), pooled)
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = np.where(within > 0, within * size / (size - 1), 0.0)
        by_cohort = parts.sum(axis=1), np.where(parts > 0, parts**2 / (size - 1), 0.0).sum(axis=1)
        taken = _pooled(aggregates, mean, size, within, estimate)
        others = np.where(own, 0.0, parts)
        total = others.sum(axis=1) + taken[0]
        squared = np.where(others > 0, others**2 / (size - 1), 0.0).sum(axis=1) + taken[0] ** 2 / taken[1]
        variance = np.where(together, total, by_cohort[0])
        df = variance**2 / np.where(together, squared, by_cohort[1])
    return t_interval(estimate, np.sqrt(variance), df, level)


def t_interval(estimate: Floats, se: Floats, df: Floats, level: float = 0.95) -> WelchEffects:
    """p values and intervals of Student's t; NaN where a standard error is.

    With less than one degree of freedom the spread itself is not known, and an interval would run to the billions:
    then the error is NaN too, so that nobody is shown a number that says nothing.
    """
    se = np.where(df >= 1, se, np.nan)
    reach = student.ppf(0.5 + level / 2, df) * se
    with np.errstate(divide="ignore", invalid="ignore"):
        p = 2 * student.sf(np.abs(estimate / se), df)
    return WelchEffects(estimate, se, df, np.asarray(p), estimate - reach, estimate + reach)


def _pooled(
    aggregates: Aggregates, mean: Floats, size: Floats, within: Floats, estimate: Floats
) -> tuple[Floats, Floats]:
    """Variance (A,) of the adopters' part about the common effect, and its degrees of freedom; NaN for one adopter."""
    share = aggregates.share
    own = np.abs(share) > 1e-12
    compared = int(np.argmax(aggregates.onset))
    effect = np.einsum("akt,kt->ak", aggregates.W, mean - mean[compared])
    per_site = share / size
    about = within + np.where(own, (effect - share * estimate[:, None]) ** 2 / size, 0.0)
    two = (size * per_site**2).sum(axis=1)
    left = 1 - 2 * per_site + two[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = np.where(own, about / np.where(left > 1e-9, left, np.nan), 0.0).sum(axis=1)
        four = (size * per_site**4).sum(axis=1)
        df = two**2 / four - 1
    return variance, df
