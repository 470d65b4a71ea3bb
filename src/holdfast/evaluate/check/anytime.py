"""Intervals that stay valid however often the data are looked at.

Normal-mixture confidence sequences (Robbins 1970; Howard et al. 2021; Waudby-Smith, Arbour, Sinha, Kennedy & Ramdas
2024, Annals of Statistics 52, "Time-uniform central limit theory"): with information V = 1 / se^2 the interval
estimate -/+ se sqrt((1 + 1/(rho^2 V)) log((1 + rho^2 V) / alpha^2)) covers at every look together with probability
1 - alpha. rho^2 is chosen to make it shortest at one stated look.

It rests on each look's estimate being correlated with an earlier one as efficient estimates are,
Cov(later, earlier) = Var(later). A change estimated against a fixed period before it has that property whatever the
noise of that period; `benchmarks/calibrate_checks.py` shows how far autocorrelated months and few sites disturb it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats
from scipy.special import lambertw

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ConfidenceSequence:
    """Intervals for every look, valid together.

    lower, upper      : (looks,)
    critical          : (looks,) half-lengths in standard errors (1.96 is the fixed interval's)
    p                 : (looks,) p values against `null` that stay valid however the looking stops: the smallest so far
    tuned_se          : the standard error at which the intervals are shortest
    information_falls : whether some look has a larger standard error than an earlier one, where validity is not shown
    """

    lower: Floats
    upper: Floats
    critical: Floats
    p: Floats
    tuned_se: float
    alpha: float
    df: float
    information_falls: bool


def confidence_sequence(
    estimates: ArrayLike,
    ses: ArrayLike,
    *,
    tuned_at: int | None = None,
    tuned_se: float | None = None,
    alpha: float = 0.05,
    df: float = np.inf,
    null: float = 0.0,
) -> ConfidenceSequence:
    """Intervals for estimates (looks,) with standard errors (looks,), in the order they were looked at.

    tuned_at : index of the look at which to be shortest (by default the last); it must be chosen before the results
    tuned_se : the standard error expected there, when that look is still to come
    df       : degrees of freedom of the standard errors; when finite, critical values are raised to the t value with
               the same tail probability as the normal one
    """
    estimate, se = np.asarray(estimates, dtype=np.float64), np.asarray(ses, dtype=np.float64)
    if estimate.shape != se.shape or estimate.ndim != 1 or not np.all(se > 0) or not np.isfinite(estimate).all():
        raise ValueError("estimates and ses must be two equally long lists of numbers, the standard errors above zero.")
    best = float(se[-1 if tuned_at is None else tuned_at]) if tuned_se is None else float(tuned_se)
    scaled = mixture_scale(alpha) * best**2 / se**2
    critical = _inflate(np.sqrt((1 + 1 / scaled) * np.log((1 + scaled) / alpha**2)), df)
    return ConfidenceSequence(
        estimate - critical * se,
        estimate + critical * se,
        critical,
        np.minimum.accumulate(_p_values((estimate - null) / se, scaled, df)),
        best,
        alpha,
        df,
        bool(np.any(np.diff(se) > 1e-9 * se[:-1])),
    )


def mixture_scale(alpha: float) -> float:
    """rho^2 V at the tuned look: the x that minimises (1 + 1/x) log((1 + x) / alpha^2), so (1 + x) e^-x = alpha^2."""
    return float(-lambertw(-(alpha**2) / np.e, k=-1).real - 1)


def _inflate(critical: Floats, df: float) -> Floats:
    if np.isinf(df):
        return critical
    inflated: Floats = stats.t.isf(stats.norm.sf(critical), df)
    return inflated


def _p_values(statistic: Floats, scaled: Floats, df: float) -> Floats:
    """1 / e-value of the normal mixture at each look, the statistic first brought to its normal equivalent."""
    size = np.abs(statistic)
    z = size if np.isinf(df) else -stats.norm.ppf(np.clip(stats.t.sf(size, df), 1e-300, 0.5))
    log_e = z**2 * scaled / (2 * (1 + scaled)) - np.log1p(scaled) / 2
    p: Floats = np.exp(-np.maximum(log_e, 0))
    return p
