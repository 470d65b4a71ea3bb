"""What effect the data could detect, before and after looking.

`detectable` takes a standard error that exists; `planned_se` makes one from the noise before the change and the
design; `wait_until_detectable` says how many more months or sites would be needed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import comb

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats
from scipy.optimize import brentq
from scipy.special import ndtr

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Detectable:
    """The smallest effect that a two-sided test at `alpha` finds with probability `power`.

    effect     : in the units of the standard error; infinite when no effect could ever be significant
    smallest_p : the smallest p value that the inference can give (above zero for permutation and placebo tests)
    """

    effect: float
    power: float
    alpha: float
    smallest_p: float


def detectable(
    se: float, *, df: float = np.inf, placebos: int | None = None, power: float = 0.8, alpha: float = 0.05
) -> Detectable:
    """Minimum detectable effect from a standard error on `df` degrees of freedom (noncentral t).

    placebos : the number of equally likely reassignments besides the real one, where inference is by permutation or
               by placebo; the smallest p value is then 1 / (placebos + 1), and when that is above alpha no effect
               could be found. Otherwise the reference is t on `df`, or on placebos - 1 when `df` is not given.
    """
    floor = 0.0 if placebos is None else 1 / (placebos + 1)
    if not (np.isfinite(se) and se > 0) or floor > alpha:
        return Detectable(np.inf, power, alpha, floor)
    reference = float(placebos - 1) if placebos is not None and np.isinf(df) else df
    return Detectable(se * _needed_noncentrality(reference, power, alpha), power, alpha, floor)


def _needed_noncentrality(df: float, power: float, alpha: float) -> float:
    critical = float(stats.t.ppf(1 - alpha / 2, df))
    normal = float(stats.norm.ppf(1 - alpha / 2) + stats.norm.ppf(power))
    if np.isinf(df) or df > 1e5:
        return normal

    # scipy's noncentral t is NaN far out, so the scatter of the standard error is averaged over its own quantiles.
    scatter = np.sqrt(stats.chi2.ppf((np.arange(4000) + 0.5) / 4000, df) / df)

    def lacking(ncp: float) -> float:
        found = ndtr(ncp - critical * scatter) + ndtr(-ncp - critical * scatter)
        return float(found.mean()) - power

    return float(brentq(lacking, 0.0, normal * critical))


def pre_period_noise(outcomes: ArrayLike) -> tuple[float, float]:
    """Month-to-month variance and lag-one correlation within sites, from outcomes (sites, months) before any change.

    Site and month means are taken out first. Doing so biases the correlation downwards, so the value returned is the
    one whose expectation after the same treatment is what was seen. Needs at least two sites and four months.
    """
    y = np.asarray(outcomes, dtype=np.float64)
    if y.ndim != 2 or y.shape[0] < 2 or y.shape[1] < 4 or not np.isfinite(y).all():
        raise ValueError(
            f"outcomes has shape {y.shape}; give at least 2 sites by 4 months before any change, none missing."
        )
    r = y - y.mean(axis=0) - y.mean(axis=1, keepdims=True) + y.mean()
    seen = float(np.sum(r[:, 1:] * r[:, :-1]) / np.sum(r**2))
    rho = _undo_bias(seen, y.shape[1])
    kept = _demeaned_correlation(rho, y.shape[1])
    variance = float(np.sum(r**2)) / ((y.shape[0] - 1) * float(np.trace(kept)))
    return variance, rho


def _undo_bias(seen: float, months: int) -> float:
    low, high = -0.95, 0.99
    if seen <= _expected_lag_one(low, months):
        return low
    if seen >= _expected_lag_one(high, months):
        return high
    return float(brentq(lambda rho: _expected_lag_one(rho, months) - seen, low, high))


def _demeaned_correlation(rho: float, months: int) -> Floats:
    centre = np.eye(months) - 1 / months
    result: Floats = centre @ _ar1(rho, months) @ centre
    return result


def _expected_lag_one(rho: float, months: int) -> float:
    kept = _demeaned_correlation(rho, months)
    return float(np.trace(kept, offset=1) / np.trace(kept))


def _ar1(rho: float, months: int) -> Floats:
    lag = np.abs(np.subtract.outer(np.arange(months), np.arange(months)))
    result: Floats = np.asarray(rho, dtype=np.float64) ** lag
    return result


def planned_se(
    variance: float, rho: float, *, adopters: int, comparison: int, before: int, after: int
) -> tuple[float, float]:
    """Standard error and degrees of freedom of a difference-in-differences of means, months AR(1) within sites.

    The effect of each site may vary, but only the noise seen before the change is in this number.
    """
    if min(adopters, comparison, before, after) < 1:
        return np.inf, 0.0
    contrast = np.concatenate([np.full(before, -1 / before), np.full(after, 1 / after)])
    per_site = variance * float(contrast @ _ar1(rho, before + after) @ contrast)
    return float(np.sqrt(per_site * (1 / adopters + 1 / comparison))), float(adopters + comparison - 2)


@dataclass(frozen=True)
class Wait:
    """How much more would make the smallest important effect detectable; None where no amount within reach would.

    months : more months after the change, all else as it is
    sites  : more adopting sites, all else as it is
    """

    months: int | None
    sites: int | None


def wait_until_detectable(
    smallest_important: float,
    variance: float,
    rho: float,
    *,
    adopters: int,
    comparison: int,
    before: int,
    after: int,
    power: float = 0.8,
    alpha: float = 0.05,
    most_months: int = 120,
    most_sites: int = 10_000,
) -> Wait:
    """Search for the fewest further months, and separately the fewest further adopters.

    Inference is taken to be by permutation of sites, so that too few sites to ever be significant counts as never.
    """

    def enough(months: int, sites: int) -> bool:
        se, df = planned_se(
            variance, rho, adopters=adopters + sites, comparison=comparison, before=before, after=after + months
        )
        draws = comb(adopters + sites + comparison, adopters + sites) - 1
        found = detectable(se, df=df, placebos=min(draws, 10**9), power=power, alpha=alpha)
        return df >= 1 and found.effect <= smallest_important

    months = next((k for k in range(most_months + 1) if enough(k, 0)), None)
    return Wait(months, _first(lambda k: enough(0, k), most_sites))


def _first(enough: Callable[[int], bool], most: int) -> int | None:
    """The smallest k up to `most` for which `enough` holds, by bisection: more sites never hurt."""
    if not enough(most):
        return None
    low, high = -1, most
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high
