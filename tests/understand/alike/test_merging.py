"""Merges by people: a history that replays to the same groups, with every event reversible."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.understand.alike import MergeEvent, merge, replay, unmerge

NOON = dt.datetime(2026, 1, 5, 12, tzinfo=dt.UTC)
History = tuple[MergeEvent, ...]


def _merge(events: History, members: str, name: str, into: str = "") -> History:
    return merge(events, members, event=name, who="lead", when=NOON, why="the same clinic", into=into)


def _undo(events: History, undoes: str, name: str) -> History:
    return unmerge(events, undoes, event=name, who="lead", when=NOON)


def test_merges_that_share_a_record_make_one_group_named_by_the_latest() -> None:
    groups = replay(_merge(_merge((), "ab", "1"), "bc", "2", into="c"))
    assert dict(groups.members) == {"c": ("a", "b", "c")}
    assert dict(groups.because) == {"c": ("1", "2")}


def test_an_undo_puts_things_back_and_an_undone_undo_merges_again() -> None:
    first = _merge((), "ab", "1")
    second = _merge(first, "cd", "2")
    undone = _undo(second, "1", "3")
    assert dict(replay(undone).members) == {"c": ("c", "d")}
    assert dict(replay(_undo(undone, "3", "4")).members) == dict(replay(second).members)
    assert len(undone) == 3


def test_taking_out_the_link_splits_the_group() -> None:
    events = _merge(_merge(_merge((), "ab", "1"), "cd", "2"), "bc", "3")
    assert len(replay(events).members) == 1
    assert dict(replay(_undo(events, "3", "4")).members) == {"a": ("a", "b"), "c": ("c", "d")}


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (lambda e: _merge(e, "aa", "2"), "two different"),
        (lambda e: _merge(e, "ab", "2", into="z"), "not one of"),
        (lambda e: _merge(e, "ab", "1"), "not a new name"),
        (lambda e: merge(e, "ab", event="2", who="", when=NOON), "say whose"),
        (lambda e: _undo(e, "9", "2"), "no event is called"),
        (lambda e: _undo(_undo(e, "1", "2"), "1", "3"), "taken back already"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_reason(act: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        act(_merge((), "ab", "1"))  # type: ignore[operator]


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef")), max_size=8))
def test_undoing_everything_leaves_nothing_merged_whatever_the_order(pairs: list[tuple[str, str]]) -> None:
    events: History = ()
    for at, (one, other) in enumerate(pairs):
        if one != other:
            events = _merge(events, one + other, f"m{at}")
    before = replay(events)
    assert all(group in before.members[group] for group in before.members)
    merges = [held.event for held in events]
    for name in merges:
        events = _undo(events, name, f"u{name}")
    assert not replay(events).members
    for name in merges:
        events = _undo(events, f"u{name}", f"r{name}")
    assert dict(replay(events).members) == dict(before.members)
