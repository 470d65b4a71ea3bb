"""Parallel trends before the change, anticipation of it, and a change that did not happen.

All three are functionals of the leads of an event study with a universal base period (the reference, by default
event time -1, whose coefficient is zero and is left out). Roth (2022, AER: Insights 4) is the reference for what a
pre-test can and cannot see; its power is in `pretest_power.py`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from holdfast.evaluate.check.functionals import Floats, Functional, Wald, functional, joint_wald, largest_p
from holdfast.evaluate.check.result import Check, Status, not_applicable
from holdfast.evaluate.check.thresholds import DEFAULT, Thresholds


@dataclass(frozen=True)
class PreTrends:
    """The leads against zero.

    joint        : the joint Wald test (its p is NaN when there are more leads than sites)
    slope        : the straight line through the reference period that fits the leads, per period
    largest_at   : event time of the lead with the largest |t|
    largest      : that lead's estimate, and `largest_t` its t value
    largest_p    : p value of the largest |t| among all leads
    """

    joint: Wald
    slope: Functional
    largest_at: int
    largest: float
    largest_t: float
    largest_p: float

    @property
    def p(self) -> float:
        """The joint p value, or with few sites for the number of leads the largest lead's, adjusted for looking at all.

        Hotelling's test keeps its size with few degrees of freedom but sees almost nothing: with 12 adopters, 30
        others and 11 leads on a steady drift it found 72 % where the largest lead found 99 %
        (`benchmarks/calibrate_checks.py` shows the sizes).
        """
        enough = self.joint.df >= 2 * self.joint.rank + 2
        return self.joint.p if enough and self.joint.p == self.joint.p else self.largest_p


def leads_of(
    event_times: ArrayLike, estimates: ArrayLike, cov: ArrayLike, reference: int = -1
) -> tuple[Floats, Floats, Floats]:
    """Event times, estimates and covariance before the reference period, without the reference itself."""
    times = np.asarray(event_times, dtype=np.float64)
    b, v = np.asarray(estimates, dtype=np.float64), np.asarray(cov, dtype=np.float64)
    keep = (times < reference) & np.isfinite(b) & (np.diag(v) > 0)
    return times[keep], b[keep], v[np.ix_(keep, keep)]


def pre_trends(
    event_times: ArrayLike, estimates: ArrayLike, cov: ArrayLike, *, df: float = np.inf, reference: int = -1
) -> PreTrends | None:
    """Test the leads; None when there are none.

    event_times, estimates : (k,) and cov (k, k), of leads and, if given, later coefficients (which are ignored)
    df                     : degrees of freedom of the covariance, from `functionals.effective_df`
    """
    times, b, v = leads_of(event_times, estimates, cov, reference)
    if len(b) == 0:
        return None
    distance = times - reference
    line = functional(distance / (distance @ distance), b, v, df)
    t_values = b / np.sqrt(np.diag(v))
    at = int(np.abs(t_values).argmax())
    return PreTrends(
        joint_wald(b, v, df), line, int(times[at]), float(b[at]), float(t_values[at]), largest_p(t_values, v, df)
    )


def check_pre_trends(found: PreTrends | None, thresholds: Thresholds = DEFAULT) -> Check:
    """Grade the p value of the leads."""
    name = "parallel pre-trends"
    if found is None:
        return not_applicable(name, "There are no periods before the change to compare, so trends cannot be checked.")
    status = _by_p(found.p, thresholds.pretrend_concern_p, thresholds.pretrend_fail_p)
    said = {
        "pass": "Adopters and comparison sites moved together before the change, as far as these data can tell.",
        "concern": "Adopters and comparison sites may not have moved together before the change "
        f"(the largest gap was {found.largest:.3g}, {-found.largest_at} periods before).",
        "fail": "Adopters and comparison sites were already moving apart before the change "
        f"(the largest gap was {found.largest:.3g}, {-found.largest_at} periods before), "
        "so the effect may be the continuation of that.",
    }
    return Check(name, found.p, thresholds.pretrend_concern_p, status, said[status], "p value")


def anticipation(
    event_times: ArrayLike,
    estimates: ArrayLike,
    cov: ArrayLike,
    *,
    window: int = 2,
    df: float = np.inf,
    reference: int = -1,
) -> Functional | None:
    """The last `window` periods before the change against the earlier ones; None when either side is empty.

    The reference period counts as one of the last, its coefficient being zero.
    """
    times, b, v = leads_of(event_times, estimates, cov, reference)
    late = times > reference - window
    if window < 1 or late.all() or late.sum() != window - 1:
        return None
    weights = np.where(late, 1 / window, -1 / np.sum(~late))
    return functional(weights, b, v, df)


def check_anticipation(found: Functional | None, thresholds: Thresholds = DEFAULT) -> Check:
    """Grade a shift in the last periods before adoption."""
    name = "anticipation"
    if found is None:
        return not_applicable(name, "There are too few periods before the change to see whether it was anticipated.")
    status = _by_p(found.p, thresholds.anticipation_concern_p, thresholds.anticipation_fail_p)
    said = {
        "pass": "Nothing shifted at adopters in the last periods before the change.",
        "concern": f"Something may have shifted at adopters ({found.estimate:.3g}) shortly before the recorded date.",
        "fail": f"Adopters shifted by {found.estimate:.3g} shortly before the recorded date, "
        "so the date may be wrong or people acted ahead of it.",
        "not applicable": "The last periods before the change have no variance, so anticipation cannot be checked.",
    }
    return Check(name, found.p, thresholds.anticipation_concern_p, status, said[status], "p value")


def placebo_date(
    event_times: ArrayLike,
    estimates: ArrayLike,
    cov: ArrayLike,
    *,
    shift: int = 3,
    df: float = np.inf,
    reference: int = -1,
) -> Functional | None:
    """The average effect that would be found had the change been dated `shift` periods earlier.

    The periods from -shift to the reference are treated as after it and -shift - 1 becomes the base; true effects
    play no part. None when -shift - 1 was not estimated or a period between is missing.
    """
    times, b, v = leads_of(event_times, estimates, cov, reference)
    base = reference - shift
    between = (times > base) & (times < reference)
    if shift < 1 or base not in times or between.sum() != shift - 1:
        return None
    return functional(between / shift - (times == base), b, v, df)


def check_placebo_date(found: Functional | None, thresholds: Thresholds = DEFAULT) -> Check:
    """Grade the effect of a change that did not happen."""
    name = "placebo date"
    if found is None:
        return not_applicable(name, "There are too few periods before the change to try an earlier, false date.")
    status = _by_p(found.p, thresholds.placebo_concern_p, thresholds.placebo_fail_p)
    said = {
        "pass": "A false, earlier date gives no effect, as it should.",
        "concern": f"A false, earlier date gives an apparent effect of {found.estimate:.3g}, which may be chance.",
        "fail": f"A false, earlier date gives an effect of {found.estimate:.3g}, "
        "so something other than the change was at work.",
        "not applicable": "The periods before the change have no variance, so a false date cannot be tried.",
    }
    return Check(name, found.p, thresholds.placebo_concern_p, status, said[status], "p value")


def _by_p(p: float, concern: float, fail: float) -> Status:
    if p != p:
        return "not applicable"
    return "fail" if p < fail else "concern" if p < concern else "pass"
