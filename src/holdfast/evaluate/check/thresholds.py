"""The numbers that turn a check into pass, concern or fail, each with its reason."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any


def _because(default: float, reason: str) -> Any:
    return field(default=default, metadata={"reason": reason})


@dataclass(frozen=True)
class Thresholds:
    """Defaults for every check; replace any of them from a policy and print them beside the result."""

    pretrend_concern_p: float = _because(0.10, "leads this unlikely under parallel trends deserve a look")
    pretrend_fail_p: float = _because(0.01, "leads this unlikely under parallel trends are not chance")
    pretest_bias_share: float = _because(
        0.5, "a straight-line trend the pre-test would miss half the time must not explain half the effect"
    )
    anticipation_concern_p: float = _because(0.10, "as for pre-trends")
    anticipation_fail_p: float = _because(0.01, "as for pre-trends")
    placebo_concern_p: float = _because(0.10, "as for pre-trends")
    placebo_fail_p: float = _because(0.01, "as for pre-trends")
    breakdown_concern: float = _because(
        1.0, "below 1, a violation no larger than the worst already seen before the change would undo the finding"
    )
    breakdown_fail: float = _because(
        0.5, "below 0.5, a violation half as large as the worst already seen would undo the finding"
    )
    overlap_concern: float = _because(0.10, "one adopter in ten more than comparison sites changed something else")
    overlap_fail: float = _because(
        0.50, "when half the adopters changed something else as well, the effect belongs to the bundle"
    )
    missing_concern: float = _because(0.05, "5 points is the usual line for trivial missingness in trials")
    missing_fail: float = _because(0.20, "20 points is the usual line beyond which trial results are not trusted")
    denominator_concern: float = _because(0.05, "a 5 % change in who is counted can move a rate by as much")
    denominator_fail: float = _because(0.15, "a 15 % change in who is counted can make or hide most effects sought")
    leave_out_concern: float = _because(1.0, "one unit that moves the estimate by a standard error carries it")
    leave_out_fail: float = _because(2.0, "one unit that moves the estimate by two standard errors is the finding")
    single_site_concern: float = _because(0.25, "a quarter of the weight on one-site cohorts: their noise is unknown")
    single_site_fail: float = _because(0.75, "most of the weight on one-site cohorts: standard errors are fiction")

    def __post_init__(self) -> None:
        for f in fields(self):
            value = getattr(self, f.name)
            if not value > 0:
                raise ValueError(f"{f.name} = {value}: every threshold is a positive number.")

    def reasons(self) -> dict[str, str]:
        """Why each threshold is where it is, by name."""
        return {f.name: str(f.metadata["reason"]) for f in fields(self)}


DEFAULT = Thresholds()
