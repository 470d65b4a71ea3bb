"""Times of votes in a workspace: those that cannot be read are said, also when that is all of them."""

from __future__ import annotations

from typing import Any

import pytest

from holdfast.workspace import Workspace
from holdfast.workspace.moments import moment


def _space(tables: dict[str, Any], *at: str | None) -> Workspace:
    """One person who agreed and then, further down the table, disagreed."""
    votes = [{"participant": "p", "statement": "s", "vote": vote, "at": when}
             for vote, when in zip(("agree", "disagree"), at, strict=True)]  # fmt: skip
    return Workspace.from_tables(
        **tables,
        participants=[{"participant": "p", "role": "patients"}],
        statements=[{"statement": "s", "change": "c", "text": "a made-up text"}],
        votes=votes,
        preferences=[{"participant": "p", "change": "c", "preference": "retain", "at": at[0]}],
    )


@pytest.mark.parametrize(
    "at",
    [
        ("2024-05-03T10:00", "2024-05-02T10:00"),
        ("1714730400", "1714644000"),
        ("1714730400000", "1714644000"),
        ("1714730400.5", "1714644000000"),
    ],
)
def test_the_later_vote_counts_in_every_form(tables: dict[str, Any], at: tuple[str, str]) -> None:
    space = _space(tables, *at)
    assert space.heard.votes.vote.tolist() == [-1, 1]
    assert not any("cannot be read" in note for note in space.notes)


@pytest.mark.parametrize(
    ("at", "count"),
    [
        (("03/05/2024 10:00", "02/05/2024 10:00"), 2),
        (("3 May 2024", "2024-05-02"), 1),
        (("yesterday", None), 1),
        (("-5", "1e300"), 2),
    ],
)
def test_times_that_cannot_be_read_are_said_with_what_is_allowed(
    tables: dict[str, Any], at: tuple[str, str | None], count: int
) -> None:
    space = _space(tables, *at)
    (note,) = [note for note in space.notes if note.startswith("votes:") and "cannot be read" in note]
    assert f"votes: {count} with a time that cannot be read" in note
    assert "2024-05-03T10:20:30" in note and "last in the table's order counts" in note
    assert any(note.startswith("preferences: 1 with a time that cannot be read") for note in space.notes)
    assert space.heard.votes.vote.tolist() == [1, -1]


def test_no_times_at_all_need_no_note(tables: dict[str, Any]) -> None:
    assert not any("cannot be read" in note or "readable" in note for note in _space(tables, None, None).notes)


def test_seconds_and_milliseconds_are_told_apart_by_their_size() -> None:
    assert moment("1714730400") == moment(1714730400000) == moment("2024-05-03T10:00:00Z") == 1714730400.0
