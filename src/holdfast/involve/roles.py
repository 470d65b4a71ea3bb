"""Agreement by role or declared group, side by side and never pooled across roles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from holdfast.involve.intervals import of_share
from holdfast.involve.tallies import tally, weighted_tally
from holdfast.involve.votes import Votes

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
ANSWERS: Final = ("agree", "disagree", "pass")
FEW: Final = 10
"""Below this many voices a group is too small to be spoken for."""


@dataclass(frozen=True, eq=False)
class Agreement:
    """G groups × S statements. ``counts`` (G, S, 3) are people who agreed, disagreed and passed, −1 where suppressed.

    ``share``, ``low`` and ``high`` (G, S, 3) are shares of those who voted on the statement, passes included, with 95 %
    Jeffreys intervals; NaN where fewer than ``few`` voted, as is ``effective`` (G, S), Kish's size under the weights.
    """

    groups: tuple[str, ...]
    statements: tuple[str, ...]
    counts: Ints
    share: Floats
    low: Floats
    high: Floats
    effective: Floats
    few: int

    @property
    def shown(self) -> NDArray[np.bool_]:
        """Where enough people voted to be spoken for, (G, S)."""
        return np.asarray(~np.isnan(self.share[..., 0]))


@dataclass(frozen=True, eq=False)
class Consensus:
    """S statements: ``agree`` is the lowest lower bound of agreement over the groups and ``worst`` whose it is.

    ``disagree`` is the same for disagreeing together. NaN where no group, or only one, could be spoken for;
    ``unheard`` names the groups left out of each statement because too few of them voted.
    """

    statements: tuple[str, ...]
    agree: Floats
    worst: tuple[str, ...]
    disagree: Floats
    worst_disagree: tuple[str, ...]
    unheard: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Position:
    """What one group holds on one statement, the minority beside the majority.

    ``contrary``: most of the other groups that could be spoken for credibly lean the other way.
    """

    group: str
    statement: str
    majority: str
    share: float
    minority: str
    minority_share: float
    contrary: bool


def agreement(
    votes: Votes, group: Sequence[str | None], *, weights: ArrayLike | None = None, few: int = FEW
) -> Agreement:
    """Agreement of each group named in ``group`` (P,); a person with ``None`` is in no group.

    ``weights`` (P,) reweights within the groups. ``few`` is the least number of voices that is shown, as the disclosure
    rule in use asks.
    """
    if len(group) != votes.shape[0]:
        raise ValueError(f"group must name each of the {votes.shape[0]:,} people once; it has {len(group):,} entries")
    names = tuple(dict.fromkeys(name for name in group if name is not None))
    code = np.array([names.index(name) if name is not None else -1 for name in group], np.int64).reshape(-1)
    w = np.ones(len(group)) if weights is None else np.asarray(weights, np.float64)
    if w.shape != (len(group),) or not (np.isfinite(w) & (w >= 0)).all():
        raise ValueError(
            f"weights must be a number of nought or more for each of the {len(group):,} people; shape {w.shape}, "
            "or some is negative or no number"
        )
    counts = tally(votes, code, len(names))
    heavy = weighted_tally(votes, code, len(names), w)
    squares = weighted_tally(votes, code, len(names), w**2).sum(axis=-1)
    total = heavy.sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = heavy / total[..., None]
        effective = np.where(squares > 0, total**2 / squares, 0.0)
    low, high = of_share(share, effective[..., None])
    hidden = counts.sum(axis=-1) < max(1, few)
    share, low, high = (np.where(hidden[..., None], np.nan, part) for part in (share, low, high))
    empty = counts.sum(axis=-1) == 0
    effective = np.where(hidden & ~empty, np.nan, effective)
    kept = np.where((hidden & ~empty)[..., None], -1, counts)
    return Agreement(names, votes.statements, kept, share, low, high, effective, few)


def consensus(found: Agreement) -> Consensus:
    """Cross-role consensus: what the least agreeing role can be said to agree to. One role alone is no consensus."""
    shown, names = found.shown, found.groups
    enough = shown.sum(axis=0) >= 2
    worst: list[tuple[Floats, tuple[str, ...]]] = []
    for place in (0, 1):
        low = np.where(shown, found.low[..., place], np.inf).reshape(len(names), len(found.statements))
        at = low.argmin(axis=0) if len(names) else np.zeros(len(found.statements), np.int64)
        value = low.min(axis=0, initial=np.inf)
        who = tuple(names[i] if fine else "" for i, fine in zip(at.tolist(), enough.tolist(), strict=True))
        worst.append((np.where(enough, value, np.nan), who))
    unheard = tuple(tuple(n for n, seen in zip(names, column, strict=True) if not seen) for column in shown.T.tolist())
    return Consensus(found.statements, worst[0][0], worst[0][1], worst[1][0], worst[1][1], unheard)


def positions(found: Agreement, least: float = 0.1) -> tuple[Position, ...]:
    """Each group's majority answer with the largest minority beside it, where that is at least ``least`` of it."""
    said = []
    for s, statement in enumerate(found.statements):
        rows = np.flatnonzero(found.shown[:, s]).tolist()
        leaning = {g: _leaning(found, g, s) for g in rows}
        for g in rows:
            order = np.argsort(-found.share[g, s, :], kind="stable").tolist()
            others = [leaning[h] for h in rows if h != g]
            against = leaning[g] != 0 and sum(o == -leaning[g] for o in others) > len(others) / 2
            second = float(found.share[g, s, order[1]])
            said.append(
                Position(
                    found.groups[g],
                    statement,
                    ANSWERS[order[0]],
                    float(found.share[g, s, order[0]]),
                    ANSWERS[order[1]] if second >= least else "",
                    second,
                    bool(against),
                )
            )
    return tuple(said)


def _leaning(found: Agreement, g: int, s: int) -> int:
    """1 or −1 where a group credibly agrees or disagrees by more than half, else 0."""
    return int(found.low[g, s, 0] > 0.5) - int(found.low[g, s, 1] > 0.5)
