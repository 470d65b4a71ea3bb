"""What an interrupted series says: effects, paths, diagnostics, and what was left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .glm import Family
from .mixture import Array

Inference = Literal["integrated", "prais-winsten", "published"]


@dataclass(frozen=True)
class SeriesEffect:
    """One effect of the change.

    name: "level", "slope", "month 6", "early", "later", "lasting", "all".
    since: first and last month since the start that it averages over.
    estimate, se, df, lower, upper, p_value: on the link scale (log ratio, log odds ratio or difference).
    ratio, ratio_lower, ratio_upper: exponentiated, None on the identity link.
    absolute, absolute_se, absolute_lower, absolute_upper: mean difference from the counterfactual, in
    rates per denominator unit, proportions or values (delta method; None for level and slope); the level
    it starts from is the observed one.
    percent: absolute as a percentage of the counterfactual. events: absolute summed over the months
    observed, times their denominators (None for values).
    """

    name: str
    since: tuple[int, int]
    estimate: float
    se: float
    df: float
    lower: float
    upper: float
    p_value: float
    ratio: float | None = None
    ratio_lower: float | None = None
    ratio_upper: float | None = None
    absolute: float | None = None
    absolute_se: float | None = None
    absolute_lower: float | None = None
    absolute_upper: float | None = None
    percent: float | None = None
    events: float | None = None


@dataclass(frozen=True)
class Paths:
    """Month by month, in rates per denominator unit, proportions or values. All arrays (n,).

    Except under `published` inference both paths are shifted on the link scale, before and after the start
    separately, until the fitted total is the observed total: the observed level is taken as given, and the
    intervals are about the shape and the effect around it. link_fitted, link_counterfactual: the same on
    the link scale, without denominators; `rows_fitted`, `rows_counterfactual` (n, p) are their derivatives
    with respect to the coefficients, the shift's included, so any joint covariance is R C Rᵀ.
    """

    month: Array
    observed: Array
    fitted: Array
    fitted_lower: Array
    fitted_upper: Array
    counterfactual: Array
    counterfactual_lower: Array
    counterfactual_upper: Array
    link_fitted: Array
    link_counterfactual: Array
    rows_fitted: Array
    rows_counterfactual: Array


@dataclass(frozen=True)
class Diagnostics:
    """How the residuals behave.

    rho: autocorrelation used (posterior mean when integrated); rho_interval: its central 95 %, or None.
    overdispersion: Pearson χ²/(n − p) of the plain fit (the residual variance on the identity link).
    leftover_p: Ljung–Box p of the whitened residuals over `leftover_lags` lags; small means that
    autocorrelation of another shape remains.
    """

    rho: float
    rho_interval: tuple[float, float] | None
    overdispersion: float
    leftover_p: float
    leftover_lags: int


@dataclass(frozen=True)
class MonthsLeftOut:
    """Months not used and why."""

    months: tuple[int, ...]
    reason: str


@dataclass(frozen=True)
class SeriesResult:
    """An interrupted time series.

    effects with `effect_rows` (m, p); covariance (m, m) is joint across them, on the link scale.
    coefficients (p,) and coefficient_covariance (p, p) are named by `names`. For a controlled series they
    belong to the difference between the arms, and `uncontrolled` holds the same effects without it.
    """

    effects: tuple[SeriesEffect, ...]
    covariance: Array
    effect_rows: Array
    names: tuple[str, ...]
    coefficients: Array
    coefficient_covariance: Array
    df: float
    paths: Paths
    diagnostics: Diagnostics
    family: Family
    link: str
    inference: Inference
    months_before: int
    months_after: int
    left_out: tuple[MonthsLeftOut, ...]
    not_reached: tuple[str, ...]
    method: str
    assumption: str
    uncontrolled: tuple[SeriesEffect, ...] = ()

    def effect(self, name: str) -> SeriesEffect:
        """The effect of that name; KeyError lists the names there are."""
        for one in self.effects:
            if one.name == name:
                return one
        raise KeyError(f"no effect named {name!r}; there are: {', '.join(e.name for e in self.effects)}")
