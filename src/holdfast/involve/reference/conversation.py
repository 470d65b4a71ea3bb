"""The reference maths of a whole conversation, from votes to groups and what they hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holdfast.involve.classes.named import Given, group_codes
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
    ``names`` (k,) what those who gave the groups call them, else their numbers; ``tallies`` (k, S, 3) of the grouped;
    ``shared`` (S, 2) group-informed agreement and disagreement; ``priority`` (S,); ``holds``: each group's statements;
    ``agreed``, ``disagreed``: everybody's."""

    space: Space
    at: Floats
    group: NDArray[np.int64]
    names: tuple[str, ...]
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
    group: Given | None = None,
    k: int | None = None,
    like: Floats | None = None,
    seed: int = 0,
) -> Reference:
    """The reference maths of ``votes``.

    ``moderated_out`` and ``meta`` mark statements (S,). ``inside`` marks who is grouped (P,), else
    :func:`in_conversation` says. ``group`` (P,) gives published groups by number or name, as ``read_polis(…).groups``
    does (−1, empty or missing: in none), and then nothing is clustered: groups are numbered anew in the order of
    ``Reference.names``, and none is empty. ``k`` forces the number of groups; ``like`` (2, S) the direction the
    components point. ValueError where nobody has voted, nobody is in a group given, or something is not of the people
    or statements there are.
    """
    if not len(votes):
        raise ValueError("nobody has voted on anything, so there is nothing to lay out")
    _refuse(votes, {"inside": inside}, {"moderated_out": moderated_out, "meta": meta})
    room = space(votes, moderated_out, like=like)
    at = place(room, votes)
    clusters, codes, names = _groups(votes, at, inside, group, k, seed)
    tallies = tally(votes, codes, len(names))
    stats = group_statistics(tallies)
    agreed, disagreed = consensus(votes.counts(), room.moderated_out)
    return Reference(
        space=room,
        at=at,
        group=codes,
        names=names,
        clusters=clusters,
        tallies=tallies,
        statistics=stats,
        shared=group_consensus(tallies),
        priority=priority(tallies, room.extremity(), meta),
        holds=representative(stats, room.moderated_out),
        agreed=agreed,
        disagreed=disagreed,
    )


def _refuse(votes: Votes, people: Mapping[str, Bools | None], statements: Mapping[str, Bools | None]) -> None:
    for size, kind, marks in ((votes.shape[0], "people", people), (votes.shape[1], "statements", statements)):
        for name, marked in marks.items():
            if marked is not None and np.shape(marked) != (size,):
                raise ValueError(f"{name} marks {np.shape(marked)} of {size:,} {kind}: give one true or false for each")


def _groups(
    votes: Votes,
    at: Floats,
    inside: Bools | None,
    group: Given | None,
    k: int | None,
    seed: int,
) -> tuple[Grouping | None, NDArray[np.int64], tuple[str, ...]]:
    if group is not None:
        return None, *_given(group, votes.shape[0])
    people = in_conversation(votes) if inside is None else np.asarray(inside, bool)
    codes = np.full(votes.shape[0], -1, np.int64)
    if not people.any():
        return None, codes, ("0",)
    clusters = grouped(at[people], k=k, seed=seed)
    codes[people] = clusters.group
    return clusters, codes, tuple(str(g) for g in range(int(clusters.group.max()) + 1))


def _given(group: Given, people: int) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    codes, names = group_codes(group)
    if len(codes) != people:
        raise ValueError(f"group names the groups of {len(codes):,} people and {people:,} are in the votes, in order")
    if not names:
        raise ValueError("group puts nobody in a group: leave it out, and groups are found")
    return codes, names
