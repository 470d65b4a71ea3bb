"""The reference maths of a whole conversation, from votes to groups and what they hold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holdfast.involve.reference.clusters import Grouping, grouped
from holdfast.involve.reference.people import in_conversation
from holdfast.involve.reference.selecting import Pick, consensus, representative
from holdfast.involve.reference.space import Bools, Floats, Space, place, space
from holdfast.involve.reference.statistics import GroupStatistics, group_consensus, group_statistics, priority
from holdfast.involve.tallies import tally
from holdfast.involve.votes import Votes


@dataclass(frozen=True, eq=False)
class Reference:
    """What the reference would say. ``at`` (P, 2) where people stand; ``group`` (P,) their group, −1 for not grouped;
    ``tallies`` (k, S, 3) of the grouped; ``shared`` (S, 2) group-informed agreement and disagreement; ``priority``
    (S,); ``holds``: each group's statements; ``agreed``, ``disagreed``: everybody's."""

    space: Space
    at: Floats
    group: NDArray[np.int64]
    clusters: Grouping | None
    tallies: NDArray[np.int64]
    statistics: GroupStatistics
    shared: Floats
    priority: Floats
    holds: tuple[tuple[Pick, ...], ...]
    agreed: tuple[Pick, ...]
    disagreed: tuple[Pick, ...]

    @property
    def k(self) -> int:
        """How many groups."""
        return len(self.tallies)


def reference(
    votes: Votes,
    *,
    moderated_out: Bools | None = None,
    meta: Bools | None = None,
    inside: Bools | None = None,
    group: NDArray[np.integer] | None = None,
    k: int | None = None,
    like: Floats | None = None,
    seed: int = 0,
) -> Reference:
    """The reference maths of ``votes``.

    ``moderated_out`` and ``meta`` mark statements (S,). ``inside`` marks who is grouped (P,), else
    :func:`in_conversation` says. ``group`` (P,) gives published groups, and then nothing is clustered; ``k`` forces
    the number of groups; ``like`` (2, S) the direction the components point. ValueError where nobody has voted.
    """
    if not len(votes):
        raise ValueError("nobody has voted on anything, so there is nothing to lay out")
    room = space(votes, moderated_out, like=like)
    at = place(room, votes)
    clusters, codes = _groups(votes, at, inside, group, k, seed)
    tallies = tally(votes, codes, int(codes.max(initial=0)) + 1)
    stats = group_statistics(tallies)
    agreed, disagreed = consensus(votes.counts(), room.moderated_out)
    return Reference(
        space=room,
        at=at,
        group=codes,
        clusters=clusters,
        tallies=tallies,
        statistics=stats,
        shared=group_consensus(tallies),
        priority=priority(tallies, room.extremity(), meta),
        holds=representative(stats, room.moderated_out),
        agreed=agreed,
        disagreed=disagreed,
    )


def _groups(
    votes: Votes,
    at: Floats,
    inside: Bools | None,
    group: NDArray[np.integer] | None,
    k: int | None,
    seed: int,
) -> tuple[Grouping | None, NDArray[np.int64]]:
    if group is not None:
        return None, np.asarray(group, np.int64)
    people = in_conversation(votes) if inside is None else inside
    codes = np.full(votes.shape[0], -1, np.int64)
    if not people.any():
        return None, codes
    clusters = grouped(at[people], k=k, seed=seed)
    codes[people] = clusters.group
    return clusters, codes
