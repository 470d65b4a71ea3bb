"""How certain a finding is: where the design starts it, and every reason that moved it.

The levels and the domains follow GRADE (Guyatt et al. 2011, J Clin Epidemiol 64); the starting level follows the
Maryland scale of the design that was possible.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from holdfast.evaluate.check.result import Check

Level = Literal["very low", "low", "moderate", "high"]
LEVELS: tuple[Level, ...] = ("very low", "low", "moderate", "high")

# Checks that look at one weakness from several sides: together they may take off two levels, not one each.
DOMAINS: dict[str, str] = {
    "parallel pre-trends": "comparison",
    "power of the pre-trend test": "comparison",
    "anticipation": "comparison",
    "placebo date": "comparison",
    "sensitivity to other trends": "comparison",
    "other changes at the same time": "coincidence",
    "missing months": "data",
    "who is counted": "data",
    "leave one cohort out": "reliance on few sites",
    "leave one site out": "reliance on few sites",
    "cohorts resting on one site": "reliance on few sites",
}
_LARGEST_DROP = {"comparison": 2}


@dataclass(frozen=True)
class Move:
    """One step or more, down (negative) or up, and why; `source` is a domain or a rule."""

    steps: int
    source: str
    reason: str


@dataclass(frozen=True)
class Certainty:
    """The level reached, the level started from, and the moves between them in order."""

    level: Level
    start: Level
    moves: tuple[Move, ...]

    @property
    def reasons(self) -> tuple[str, ...]:
        return tuple(m.reason for m in self.moves)


def starting_level(maryland: float) -> Level:
    """5 starts high, 3 and 4 moderate, 2 low, anything less very low."""
    return "high" if maryland >= 5 else "moderate" if maryland >= 3 else "low" if maryland >= 2 else "very low"


def certainty(
    maryland: float,
    checks: Sequence[Check] = (),
    *,
    interval: tuple[float, float] | None = None,
    smallest_important: float | None = None,
    indirectness: Sequence[str] = (),
    dose_response_p: float | None = None,
    ratio_interval: tuple[float, float] | None = None,
) -> Certainty:
    """Grade a finding.

    interval           : of the effect on its own scale, with `smallest_important` > 0 on the same scale
    indirectness       : reasons why the people, place, measure or comparison are not those of the question
    dose_response_p    : p value of a trend of the effect with dose, in the direction claimed
    ratio_interval     : of the outcome after to its counterfactual, for the large-effect rule

    It moves up only from a design that is not randomised and only if nothing moved it down (GRADE).
    """
    start = starting_level(maryland)
    moves = _from_checks(checks) + _imprecision(interval, smallest_important)
    moves += [Move(-1, "indirectness", f"Indirect evidence: {why}") for why in indirectness]
    if not moves and start in ("low", "moderate"):
        moves = _upward(dose_response_p, ratio_interval)
    position = LEVELS.index(start) + sum(m.steps for m in moves)
    return Certainty(LEVELS[min(max(position, 0), len(LEVELS) - 1)], start, tuple(moves))


def _from_checks(checks: Sequence[Check]) -> list[Move]:
    moves = []
    for domain in dict.fromkeys(DOMAINS.get(c.name, c.name) for c in checks):
        inside = [c for c in checks if DOMAINS.get(c.name, c.name) == domain]
        failed = [c for c in inside if c.status == "fail"]
        doubtful = [c for c in inside if c.status == "concern"]
        if failed:
            steps = min(len(failed), _LARGEST_DROP.get(domain, 1))
            names = ", ".join(c.name for c in failed)
            moves.append(Move(-steps, domain, f"Failed: {names}. {failed[0].meaning}"))
        elif len(doubtful) >= 2:
            names = ", ".join(c.name for c in doubtful)
            moves.append(Move(-1, domain, f"Two concerns or more about the same thing: {names}."))
    return moves


def _imprecision(interval: tuple[float, float] | None, smallest: float | None) -> list[Move]:
    if interval is None or smallest is None:
        return []
    lower, upper = interval
    if not (np.isfinite(lower) and np.isfinite(upper)):
        return [Move(-1, "imprecision", "Imprecise: no interval could be formed.")]
    if lower <= -smallest and upper >= smallest:
        return [
            Move(-1, "imprecision", "Imprecise: the interval holds both an important benefit and an important harm.")
        ]
    return []


def _upward(dose_p: float | None, ratio: tuple[float, float] | None) -> list[Move]:
    moves = []
    if dose_p is not None and dose_p < 0.05:
        moves.append(Move(1, "dose response", "The more of the change a site took up, the larger the effect."))
    if ratio is not None:
        low, high = min(ratio), max(ratio)
        if low >= 5 or high <= 0.2:
            moves.append(
                Move(2, "large effect", "Very large effect: at least fivefold even at the interval's near end.")
            )
        elif low >= 2 or high <= 0.5:
            moves.append(Move(1, "large effect", "Large effect: at least twofold even at the interval's near end."))
    return moves
