"""Whether the change altered who is counted: the denominator as an outcome."""

from __future__ import annotations

import numpy as np
from scipy import stats

from holdfast.evaluate.check.result import Check, Status, not_applicable
from holdfast.evaluate.check.thresholds import DEFAULT, Thresholds


def check_denominator(
    effect: float, se: float, *, df: float = np.inf, thresholds: Thresholds = DEFAULT, alpha: float = 0.05
) -> Check:
    """Grade the effect on the logarithm of the denominator.

    fail    : the interval lies wholly beyond the larger margin
    pass    : the interval lies wholly within it, and the estimate is below the smaller margin or compatible with none
    concern : everything between, including data too thin to rule out a change beyond the larger margin
    """
    name = "who is counted"
    if not (np.isfinite(effect) and np.isfinite(se) and se > 0):
        return not_applicable(name, "There is no usable estimate of the effect on the number of people counted.")
    half = float(stats.t.ppf(1 - alpha / 2, df)) * se
    estimate, lower, upper = (float(np.expm1(x)) for x in (effect, effect - half, effect + half))
    status = _status(estimate, lower, upper, thresholds)
    found = f"{estimate:+.0%}, between {lower:+.0%} and {upper:+.0%}"
    moved = "moved" if lower > 0 or upper < 0 else "may have moved"
    said = {
        "pass": f"The number counted did not move enough to matter ({found}).",
        "concern": f"The number counted {moved} ({found}), so part of the effect may be a change in who is counted.",
        "fail": f"The number counted moved with the change ({found}), so the effect on the rate mixes with a change "
        "in who is counted.",
    }
    return Check(name, estimate, thresholds.denominator_concern, status, said[status], "relative change")


def _status(estimate: float, lower: float, upper: float, thresholds: Thresholds) -> Status:
    small, large = thresholds.denominator_concern, thresholds.denominator_fail
    if lower > large or upper < -large:
        return "fail"
    within = lower > -large and upper < large
    clear = lower > 0 or upper < 0
    return "pass" if within and (abs(estimate) < small or not clear) else "concern"
