"""Who is grouped: people with enough votes, and those let in while the conversation was small."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from holdfast.involve.votes import Votes

ENOUGH: Final = 7
AT_LEAST: Final = 15


def in_conversation(votes: Votes, *, enough: int = ENOUGH, at_least: int = AT_LEAST) -> NDArray[np.bool_]:
    """(P,): ``enough`` votes (or a vote on every statement, where there are fewer), and the first ``at_least`` people.

    The reference fills up with whoever has voted most until ``at_least`` are in, and never puts anybody out again;
    since it looks after every few votes, those are the first to come. ``votes.participants`` must therefore be in
    order of arrival for the first comers to be the right ones.
    """
    seen = votes.counts_by_person().sum(axis=1)
    inside = seen >= min(enough, votes.shape[1])
    early = np.flatnonzero(seen > 0)[:at_least]
    inside[early] = True
    return np.asarray(inside & (seen > 0), np.bool_)
