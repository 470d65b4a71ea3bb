"""What a straight-line violation of parallel trends the pre-test would miss, and the bias it would leave.

Roth (2022, AER: Insights 4, "Pretest with caution"): the slope at which the pre-test rejects with a given
probability, the bias such a slope gives to the estimate, and that bias given that the pre-test was passed. The test
is the usual reading of an event-study plot, that some lead is individually significant, as in the R package
`pretrends`; `test="joint"` gives the Wald test's power instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats
from scipy.optimize import brentq
from scipy.special import ndtri

from holdfast.evaluate.check.functionals import Floats
from holdfast.evaluate.check.result import Check, Status, not_applicable
from holdfast.evaluate.check.thresholds import DEFAULT, Thresholds

DRAWS = 2**14


@dataclass(frozen=True)
class MissableTrend:
    """A slope that the pre-test detects with probability `power`.

    slope              : outcome units per period
    bias               : what that slope adds to the estimate
    bias_after_passing : the same among samples that pass the pre-test (Roth's point: often larger); NaN for the
                         joint test
    """

    power: float
    slope: float
    bias: float
    bias_after_passing: float


def missable_trend(
    event_times: ArrayLike,
    cov: ArrayLike,
    *,
    power: float = 0.5,
    effect_weights: ArrayLike | None = None,
    df: float = np.inf,
    reference: int = -1,
    alpha: float = 0.05,
    test: Literal["any lead", "joint"] = "any lead",
) -> MissableTrend | None:
    """The slope the pre-test detects with probability `power`; None without leads or with a power not above alpha.

    event_times    : (k,) of every coefficient, leads and later, the reference left out or with zero variance
    cov            : (k, k)
    effect_weights : (k,) the estimate is effect_weights @ coefficients; by default the mean after the change
    """
    times, v = np.asarray(event_times, dtype=np.float64), np.asarray(cov, dtype=np.float64)
    later = times > reference
    weights = later / max(int(later.sum()), 1) if effect_weights is None else np.asarray(effect_weights, float)
    pre = (times < reference) & (np.diag(v) > 0)
    if not pre.any() or not alpha < power < 1:
        return None
    distance = times - reference
    if test == "joint":
        slope = _joint_slope(distance[pre], v[np.ix_(pre, pre)], power, alpha, df)
        return None if slope is None else MissableTrend(power, slope, slope * float(weights @ distance), np.nan)
    slope, shift = _any_lead_slope(distance[pre], v[np.ix_(pre, pre)], power, alpha, df)
    carried = weights @ v[:, pre] @ np.linalg.pinv(v[np.ix_(pre, pre)]) @ shift
    return MissableTrend(power, slope, slope * float(weights @ distance), float(slope * weights @ distance + carried))


def _any_lead_slope(distance: Floats, v: Floats, power: float, alpha: float, df: float) -> tuple[float, Floats]:
    """The slope, and the mean shift of the leads among draws that pass at that slope."""
    sd = np.sqrt(np.diag(v))
    noise, scale = _draws(len(sd), df)
    values, vectors = np.linalg.eigh(v)
    noise = noise @ (vectors * np.sqrt(np.clip(values, 0, None))).T
    limit = stats.t.ppf(1 - alpha / 2, df) * scale[:, None] * sd

    def passing(slope: float) -> np.ndarray:
        kept: np.ndarray = (np.abs(noise + slope * distance) <= limit).all(axis=1)
        return kept

    top = 2 * float((sd / np.abs(distance)).min())
    while passing(top).mean() > 1 - power:
        top *= 2
    if passing(0.0).mean() <= 1 - power:
        return 0.0, np.zeros(len(sd))
    slope = float(brentq(lambda s: passing(s).mean() - (1 - power), 0.0, top, xtol=1e-9 * top))
    return slope, noise[passing(slope)].mean(axis=0)


def _joint_slope(distance: Floats, v: Floats, power: float, alpha: float, df: float) -> float | None:
    """The slope at which the joint test (chi-squared, or Hotelling for finite df) has the power asked for."""
    k = len(distance)
    information = float(distance @ np.linalg.pinv(v) @ distance)
    rest = df - k + 1
    if rest <= 0:
        return None
    if np.isinf(df):
        critical = stats.chi2.ppf(1 - alpha, k)
        needed = brentq(lambda d: stats.ncx2.sf(critical, k, d) - power, 1e-9, 1e4)
    else:
        critical = stats.f.ppf(1 - alpha, k, rest)
        needed = brentq(lambda d: stats.ncf.sf(critical, k, rest, d) - power, 1e-9, 1e4)
    return float(np.sqrt(needed / information))


@lru_cache(maxsize=8)
def _draws(k: int, df: float) -> tuple[Floats, Floats]:
    """Seeded scrambled Sobol normals (DRAWS, k) and the standard errors' scatter (DRAWS,)."""
    sobol = stats.qmc.Sobol(k + 1, scramble=True, seed=20220901).random(DRAWS)
    uniform = np.clip(sobol, 1e-12, 1 - 1e-12)
    scale = np.ones(DRAWS) if np.isinf(df) else np.sqrt(stats.chi2.ppf(uniform[:, -1], df) / df)
    return ndtri(uniform[:, :-1]), scale


def check_pretest_power(
    found: MissableTrend | None, effect: float, thresholds: Thresholds = DEFAULT, unit: str = "share of the effect"
) -> Check:
    """Compare the bias of a trend the pre-test would miss with the effect found."""
    name = "power of the pre-trend test"
    if found is None:
        return not_applicable(name, "There are too few periods before the change to say what trend could be missed.")
    share = abs(found.bias / effect) if effect else np.inf
    status: Status = "concern" if share >= thresholds.pretest_bias_share else "pass"
    said = (
        f"A steady drift that this check would miss {1 - found.power:.0%} of the time would give a false effect of "
        f"{abs(found.bias):.3g}, {'which is not small' if status == 'concern' else 'small'} beside the "
        f"{abs(effect):.3g} found."
    )
    return Check(name, float(share), thresholds.pretest_bias_share, status, said, unit)
