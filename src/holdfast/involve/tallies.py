"""How each group voted on each statement: counts that add up, so that tallies of two batches merge by adding."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from holdfast.involve.votes import AGREE, DISAGREE, PASS, Votes

Floats = NDArray[np.float64]
ORDER = (AGREE, DISAGREE, PASS)
"""What the last axis of every tally holds."""


def tally(votes: Votes, group: NDArray[np.integer], k: int) -> NDArray[np.int64]:
    """k × S × 3: how many people of each group agreed, disagreed and passed. ``group`` (P,) is −1 for none."""
    cell, _ = _cells(votes, group)
    return np.bincount(cell, minlength=3 * k * votes.shape[1]).reshape(k, votes.shape[1], 3)


def weighted_tally(votes: Votes, group: NDArray[np.integer], k: int, weights: Floats) -> Floats:
    """The same with each person (P,) counting as their weight."""
    cell, who = _cells(votes, group)
    found = np.bincount(cell, weights[who], 3 * k * votes.shape[1])
    return found.astype(np.float64).reshape(k, votes.shape[1], 3)


def _cells(votes: Votes, group: NDArray[np.integer]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """The place of each vote by somebody in a group, groups before statements before answers; and who gave it."""
    mine = np.asarray(group)[votes.who]
    rows = mine >= 0
    place = mine[rows].astype(np.int64) * votes.shape[1] + votes.what[rows]
    return place * 3 + votes.kind()[rows], votes.who[rows]


def soft_tally(votes: Votes, share: NDArray[np.floating]) -> Floats:
    """k × S × 3: the same where a person belongs to each group by a ``share`` (P × k) that sums to one."""
    return np.stack([np.asarray(votes.indicator(vote).T @ share).T for vote in ORDER], axis=2)
