"""What every check returns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Status = Literal["pass", "concern", "fail", "not applicable"]
_ORDER: dict[Status, int] = {"not applicable": 0, "pass": 1, "concern": 2, "fail": 3}


@dataclass(frozen=True)
class Check:
    """One number against one threshold, and what it means in a sentence.

    name      : stable identifier, for instance "parallel pre-trends"
    value     : the number found; NaN where the check could not be made
    threshold : the number it was held against
    status    : "pass", "concern", "fail" or "not applicable"
    meaning   : one plain-English sentence for a person who decides
    unit      : what `value` and `threshold` count, for instance "p value" or "percentage points"
    """

    name: str
    value: float
    threshold: float
    status: Status
    meaning: str
    unit: str = ""

    def __post_init__(self) -> None:
        if self.status not in get_args(Status):
            raise ValueError(f"status {self.status!r} is not one of {', '.join(get_args(Status))}.")
        if not self.name or not self.meaning.endswith("."):
            raise ValueError("A check needs a name and a meaning that is a full sentence ending in a full stop.")


def not_applicable(name: str, why: str, unit: str = "") -> Check:
    """A check that could not be made, with the reason as its meaning."""
    return Check(name, float("nan"), float("nan"), "not applicable", why, unit)


def graded(value: float, concern: float, fail: float) -> Status:
    """The status of a value that is worse the higher it is."""
    if value != value:
        return "not applicable"
    return "fail" if value >= fail else "concern" if value >= concern else "pass"


def worst(checks: tuple[Check, ...]) -> Status:
    """The worst status among checks; "not applicable" when there is none."""
    return max((c.status for c in checks), key=_ORDER.__getitem__, default="not applicable")
