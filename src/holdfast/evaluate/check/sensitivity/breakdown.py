"""How large a violation of parallel trends the finding survives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from holdfast.evaluate.check.result import Check, Status, not_applicable
from holdfast.evaluate.check.sensitivity.event_study import EventStudy, RobustSet
from holdfast.evaluate.check.sensitivity.relative import Method, relative_magnitudes
from holdfast.evaluate.check.sensitivity.smoothness import frontier, smoothness
from holdfast.evaluate.check.thresholds import DEFAULT, Thresholds


@dataclass(frozen=True)
class Breakdown:
    """The largest violation whose confidence set still excludes `null`.

    value        : Mbar (a multiple of the worst pre-period change) or M (outcome's units per period); zero when
                   the set includes `null` even without a violation; the search limit when it never does
    significant  : whether the set excludes `null` with no violation allowed
    beyond_limit : whether the set still excluded `null` at the search limit, so that the value is a lower bound
    """

    value: float
    restriction: Literal["relative magnitudes", "smoothness"]
    null: float
    alpha: float
    significant: bool
    beyond_limit: bool


def breakdown_mbar(
    study: EventStudy, *, alpha: float = 0.05, null: float = 0.0, method: Method = "C-LF", limit: float = 20.0
) -> Breakdown:
    """Breakdown value under relative magnitudes, to 1e-3."""
    found = _largest(lambda x: relative_magnitudes(study, x, alpha=alpha, method=method), null, 1.0, limit, 1e-3)
    return Breakdown(found[0], "relative magnitudes", null, alpha, *found[1:])


def breakdown_m(study: EventStudy, *, alpha: float = 0.05, null: float = 0.0, limit: float | None = None) -> Breakdown:
    """Breakdown value under smoothness, to a thousandth of the effect's standard error."""
    path = frontier(study)
    highest = 100 * study.se if limit is None else limit
    found = _largest(
        lambda x: smoothness(study, x, alpha=alpha, path=path), null, study.se / 4, highest, study.se / 1000
    )
    return Breakdown(found[0], "smoothness", null, alpha, *found[1:])


def _largest(
    make: Callable[[float], RobustSet], null: float, first: float, limit: float, tolerance: float
) -> tuple[float, bool, bool]:
    if not make(0.0).excludes(null):
        return 0.0, False, False
    low, high = 0.0, min(first, limit)
    while make(high).excludes(null):
        if high >= limit:
            return limit, True, True
        low, high = high, min(2 * high, limit)
    while high - low > tolerance:
        middle = (low + high) / 2
        low, high = (middle, high) if make(middle).excludes(null) else (low, middle)
    return low, True, False


def check_breakdown(found: Breakdown | None, thresholds: Thresholds = DEFAULT) -> Check:
    """Grade the breakdown Mbar; there is nothing to grade when the effect is not distinguishable from none."""
    name = "sensitivity to other trends"
    if found is None:
        return not_applicable(name, "There are too few periods around the change to ask how far trends may differ.")
    if not found.significant:
        return not_applicable(
            name, "The effect cannot be told from none even if trends were parallel, so there is no finding to undo."
        )
    status: Status = (
        "fail"
        if found.value < thresholds.breakdown_fail
        else "concern"
        if found.value < thresholds.breakdown_concern
        else "pass"
    )
    at_least = "more than " if found.beyond_limit else ""
    said = (
        f"The finding stands unless trends differed after the change by {at_least}{found.value:.1f} times the most "
        "they differed from one period to the next before it."
    )
    return Check(name, found.value, thresholds.breakdown_concern, status, said, "times the worst earlier difference")
