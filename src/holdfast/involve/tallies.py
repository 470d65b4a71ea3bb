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
    S = votes.shape[1]
    mine = np.asarray(group)[votes.who]
    rows = mine >= 0
    cell = (mine[rows].astype(np.int64) * S + votes.what[rows]) * 3 + votes.kind()[rows]
    return np.bincount(cell, minlength=k * S * 3).reshape(k, S, 3)


def soft_tally(votes: Votes, share: NDArray[np.floating]) -> Floats:
    """k × S × 3: the same where a person belongs to each group by a ``share`` (P × k) that sums to one."""
    return np.stack([np.asarray(votes.indicator(vote).T @ share).T for vote in ORDER], axis=2)
