"""What chance the groups give to votes: how well they foretell, and how little a vote surprises."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from holdfast.involve.classes.grouping import Groups
from holdfast.involve.votes import Votes


def chances(groups: Groups, votes: Votes) -> NDArray[np.float64]:
    """(n,): the chance of each of ``votes``, by its voter's memberships and manner. The people and statements must be
    those the groups were found from; the votes should not be, or they are foretold from themselves."""
    if votes.shape != (len(groups.assigned), groups.model.rate.shape[1]):
        raise ValueError(
            "the votes are of other people or statements than the groups: keep participants and statements"
        )
    kind = votes.kind()
    every = np.arange(len(votes))
    total = np.zeros(len(votes))
    for g in range(groups.k):
        rate = groups.model.rate[g][votes.what] * groups.manner[votes.who]
        total += groups.share[votes.who, g] * rate[every, kind] / rate.sum(axis=1)
    return total
