"""An effect on the scales people use: its own, as a percentage, and as people out of a thousand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import stats


@dataclass(frozen=True)
class Percentage:
    """An effect as a percentage of what would have happened without the change.

    Limits are infinite when the counterfactual cannot be told from zero (Fieller's interval is then unbounded).
    """

    estimate: float
    lower: float
    upper: float
    method: Literal["exact", "delta", "Fieller"]


def percentage(
    effect: float,
    se: float,
    *,
    observed: float | None = None,
    counterfactual: float | None = None,
    counterfactual_se: float = 0.0,
    covariance: float = 0.0,
    method: Literal["Fieller", "delta"] = "Fieller",
    df: float = np.inf,
    alpha: float = 0.05,
) -> Percentage:
    """100 effect / counterfactual with its interval.

    Give `observed`, the level seen with the change and taken as known: the counterfactual is then observed - effect,
    the percentage a monotone function of the effect and its interval exact. Or give `counterfactual` with its
    standard error and its covariance with the effect.
    """
    critical = float(stats.t.ppf(1 - alpha / 2, df))
    if observed is not None:
        ends = [effect, effect - critical * se, effect + critical * se]
        shares = [100 * x / (observed - x) if observed - x > 0 else np.inf for x in ends]
        return Percentage(shares[0], shares[1], shares[2], "exact")
    if counterfactual is None or not counterfactual > 0:
        raise ValueError("Give the level observed with the change, or a counterfactual level above zero.")
    ratio = effect / counterfactual
    if counterfactual_se == 0 or method == "delta":
        var = se**2 - 2 * ratio * covariance + ratio**2 * counterfactual_se**2
        half = critical * float(np.sqrt(var)) / counterfactual
        exact: Literal["exact", "delta"] = "exact" if counterfactual_se == 0 else "delta"
        return Percentage(100 * ratio, 100 * (ratio - half), 100 * (ratio + half), exact)
    lower, upper = _fieller(effect, counterfactual, se**2, counterfactual_se**2, covariance, critical**2)
    return Percentage(100 * ratio, 100 * lower, 100 * upper, "Fieller")


def _fieller(a: float, b: float, va: float, vb: float, cab: float, q: float) -> tuple[float, float]:
    """The ratios r at which a - r b is within its critical value of zero; unbounded where b is not clear of zero."""
    leading = b**2 - q * vb
    if leading <= 0:
        return -np.inf, np.inf
    middle = a * b - q * cab
    root = float(np.sqrt(max(middle**2 - leading * (a**2 - q * va), 0.0)))
    return (middle - root) / leading, (middle + root) / leading


@dataclass(frozen=True)
class NaturalFrequency:
    """An effect as a count out of `per`, rounded to what the interval supports, with its sentence."""

    per: int
    estimate: float
    lower: float
    upper: float
    clear: bool
    sentence: str


_BASES = (100, 1_000, 10_000, 100_000)


def natural_frequency(effect: float, lower: float, upper: float, unit: str) -> NaturalFrequency:
    """An effect on a proportion or a rate per one `unit` (plural: "attendances", "people") as a count.

    The base is the smallest of 100, 1,000, 10,000 and 100,000 at which the interval is wider than rounding and a
    clear effect does not round to none.
    """
    if not (np.isfinite(effect) and np.isfinite(lower) and np.isfinite(upper)):
        return NaturalFrequency(0, effect, lower, upper, False, "cannot be told from these data")
    clear = lower > 0 or upper < 0
    ends = np.array([effect, lower, upper])
    for per in _BASES:
        step = _step(per * (upper - lower) / 2)
        rounded = np.round(per * ends / step) * step
        if per * (upper - lower) / 2 >= 1 and (not clear or abs(rounded[0]) >= 1):
            break
    estimate, low, high = (float(x) + 0.0 for x in rounded)
    sentence = _sentence(estimate, low, high, per, unit, clear)
    return NaturalFrequency(per, estimate, low, high, clear, sentence)


def _step(half_width: float) -> float:
    """Two significant figures of the half-width are all that the interval supports; counts are whole."""
    return float(max(1.0, 10.0 ** (np.floor(np.log10(half_width)) - 1))) if half_width > 0 else 1.0


def _sentence(estimate: float, low: float, high: float, per: int, unit: str, clear: bool) -> str:
    if not clear:
        return f"no clear difference: anywhere from {_count(low)} to {_count(high)} per {per:,} {unit}"
    if estimate == 0:
        return f"{'fewer' if high <= 0 and low < 0 else 'more'}, by less than 1 per {per:,} {unit}"
    near, far = sorted((abs(low), abs(high)))
    word = "fewer" if estimate < 0 else "more"
    least = f"{near:,.0f}" if near else "less than 1"
    return f"about {abs(estimate):,.0f} {word} per {per:,} {unit} (between {least} and {far:,.0f} {word})"


def _count(value: float) -> str:
    return "no change" if value == 0 else f"{abs(value):,.0f} {'fewer' if value < 0 else 'more'}"


def own_scale(effect: float, lower: float, upper: float, unit: str) -> str:
    """An effect on a mean, in words, to two significant figures of its interval: "about 3.2 minutes lower ..."."""
    if not (np.isfinite(effect) and np.isfinite(lower) and np.isfinite(upper)):
        return "cannot be told from these data"
    half = (upper - lower) / 2
    digits = int(1 - np.floor(np.log10(half))) if half > 0 else 2

    def said(x: float) -> str:
        return f"{round(abs(x), digits):,.{max(digits, 0)}f}"

    if lower > 0 or upper < 0:
        word = "lower" if effect < 0 else "higher"
        near, far = sorted((lower, upper), key=abs)
        return f"about {said(effect)} {unit} {word} (between {said(near)} and {said(far)} {word})"
    return f"no clear difference: anywhere from {said(lower)} {unit} lower to {said(upper)} {unit} higher"
