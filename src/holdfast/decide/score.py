"""How well verdicts were given, where the truth is known: the share right, the regret, the rate of false *retain*."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from holdfast.decide.rules import KEEP_LEARNING
from holdfast.records import Cell


@dataclass(frozen=True)
class TrueCell:
    """What is really so in a cell. ``right`` are the verdicts that would be right; ``losses`` what each verdict loses
    against the best one, in smallest important differences; ``benefit`` the true effect on the primary measure in the
    same unit, positive for better."""

    change: str
    practice: str
    dimension: str
    level: str
    setting: str
    right: tuple[str, ...]
    losses: Mapping[str, float]
    benefit: float

    @property
    def key(self) -> tuple[str, ...]:
        """What it is about."""
        return self.change, self.practice, self.dimension, self.level, self.setting


@dataclass(frozen=True)
class Score:
    """Shares of the cells judged, and ``regret``, the mean loss.

    ``decided`` is the share given a verdict and ``right_when_decided`` the share of those that are right. ``wrong`` is
    a verdict that is not right, ``undecided`` *keep learning* where a verdict would have been right.
    ``false_retain`` is the share retained among introduced practices where that is not right, ``null_retained`` among
    those whose true benefit is below a quarter of what matters.
    """

    cells: int
    right: float
    undecided: float
    wrong: float
    decided: float
    right_when_decided: float
    regret: float
    false_retain: float
    null_retained: float
    unmatched: int


def score(cells: Iterable[Cell], truths: Iterable[TrueCell]) -> Score:
    """Score verdicts cell by cell; cells about which the truth says nothing are counted and left out."""
    known = {truth.key: truth for truth in truths}
    given = [
        (cell, known.get((cell.change, cell.practice, cell.dimension, cell.level, cell.setting))) for cell in cells
    ]
    pairs = [(cell.verdict, truth) for cell, truth in given if truth is not None]
    right = [verdict in truth.right for verdict, truth in pairs]
    idle = [verdict == KEEP_LEARNING and not ok for (verdict, _), ok in zip(pairs, right, strict=True)]
    return Score(
        cells=len(pairs),
        right=_share(right),
        undecided=_share(idle),
        wrong=_share([not ok and not waits for ok, waits in zip(right, idle, strict=True)]),
        decided=_share([verdict != KEEP_LEARNING for verdict, _ in pairs]),
        right_when_decided=_share(
            [ok for (verdict, _), ok in zip(pairs, right, strict=True) if verdict != KEEP_LEARNING]
        ),
        regret=_share([regret(verdict, truth) for verdict, truth in pairs]),
        false_retain=_share([v == "retain" for v, t in pairs if "retain" in t.losses and "retain" not in t.right]),
        null_retained=_share([v == "retain" for v, t in pairs if abs(t.benefit) < 0.25 and "retain" in t.losses]),
        unmatched=len(given) - len(pairs),
    )


def regret(verdict: str, truth: TrueCell) -> float:
    """What the verdict loses against the best one."""
    try:
        return truth.losses[verdict]
    except KeyError:
        raise ValueError(
            f"the truth of {truth.change} gives no loss for {verdict}; it has {', '.join(truth.losses)}"
        ) from None


def _share(values: list[bool] | list[float]) -> float:
    return sum(values) / len(values) if values else float("nan")
