"""Merging by people, never by itself: a history of events that can be replayed, and every one of them undone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal


@dataclass(frozen=True)
class MergeEvent:
    """Somebody said that records tell of one change (``merge``), or took back an earlier event (``undo``).

    ``event`` is the event's own identifier. A merge has ``members``; ``into`` names the member that stands for the
    group. An undo has ``undoes``, the event it takes back (which may itself be an undo). Nothing is ever deleted.
    """

    event: str
    kind: Literal["merge", "undo"]
    who: str
    when: dt.datetime
    why: str = ""
    members: tuple[str, ...] = ()
    into: str = ""
    undoes: str = ""


Events = tuple[MergeEvent, ...]


@dataclass(frozen=True)
class Groups:
    """What the history says now: the group of every merged record, and each group's members in order."""

    group_of: Mapping[str, str]
    members: Mapping[str, tuple[str, ...]]
    because: Mapping[str, tuple[str, ...]]
    """The events that made each group."""


def merge(
    events: Sequence[MergeEvent], members: Iterable[str], *, event: str, who: str, when: dt.datetime, why: str = "",
    into: str = "",
) -> Events:  # fmt: skip
    """The history with one merge more. ``into`` (default: the first member) stands for the group."""
    listed = tuple(dict.fromkeys(members))
    if len(listed) < 2:
        raise ValueError("a merge needs at least two different records")
    if into and into not in listed:
        raise ValueError(f"“{into}” is not one of the records merged: choose one of {', '.join(listed)}")
    _new(events, event, who)
    return (*events, MergeEvent(event, "merge", who, when, why, listed, into or listed[0]))


def unmerge(
    events: Sequence[MergeEvent], undoes: str, *, event: str, who: str, when: dt.datetime, why: str = ""
) -> Events:
    """The history with an earlier event taken back. Undoing an undo brings the merge back."""
    known = {held.event for held in events}
    if undoes not in known:
        raise ValueError(f"no event is called “{undoes}”: there are {len(known)} in this history")
    if undoes not in standing(events):
        raise ValueError(f"event “{undoes}” has been taken back already")
    _new(events, event, who)
    return (*events, MergeEvent(event, "undo", who, when, why, undoes=undoes))


def standing(events: Sequence[MergeEvent]) -> frozenset[str]:
    """Events that no standing event takes back."""
    back: set[str] = set()
    for held in reversed(events):
        if held.kind == "undo" and held.event not in back:
            back.add(held.undoes)
    return frozenset(held.event for held in events) - back


def replay(events: Sequence[MergeEvent]) -> Groups:
    """The groups that the standing merges make together; records that two merges share fall into one group.

    The group goes by the name that the latest of its merges gave it.
    """
    stands = standing(events)
    parent: dict[str, str] = {}
    merges = [held for held in events if held.kind == "merge" and held.event in stands]
    for held in merges:
        for member in held.members:
            parent.setdefault(member, member)
            parent[_root(parent, member)] = _root(parent, held.members[0])
    name = {_root(parent, held.members[0]): held.into for held in merges}
    group_of = {member: name[_root(parent, member)] for member in parent}
    members: dict[str, list[str]] = {}
    for member, group in group_of.items():
        members.setdefault(group, []).append(member)
    because: dict[str, list[str]] = {}
    for held in merges:
        because.setdefault(group_of[held.members[0]], []).append(held.event)
    return Groups(MappingProxyType(group_of), _frozen(members), _frozen(because))


def _root(parent: dict[str, str], member: str) -> str:
    while parent[member] != member:
        parent[member] = parent[parent[member]]
        member = parent[member]
    return member


def _frozen(lists: Mapping[str, list[str]]) -> Mapping[str, tuple[str, ...]]:
    return MappingProxyType({key: tuple(held) for key, held in lists.items()})


def _new(events: Sequence[MergeEvent], event: str, who: str) -> None:
    if not event or any(held.event == event for held in events):
        raise ValueError(f"“{event}” is not a new name for an event")
    if not who:
        raise ValueError("a merge is somebody's decision: say whose")
