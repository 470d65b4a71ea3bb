"""What callers hand over is made plain at the door: empty answers, ids that are numbers, lists that are lists."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

import numpy as np
import pandas as pd
import pytest

from holdfast.understand.alike import Record, copies
from holdfast.understand.arriving import blank, key, known, level, several, words
from holdfast.understand.themes import Coding, Comment
from holdfast.understand.whynow import Rating, profiles

NOTHING = (None, float("nan"), np.float32("nan"), pd.NA, pd.NaT)
DAY = dt.date(2026, 1, 31)


@pytest.mark.parametrize("value", NOTHING)
def test_nothing_is_no_text_and_not_known(value: object) -> None:
    assert blank(value) and words(value, "a text") == "" and level(value) == ""
    comment = Comment("a", value, setting=value, about=(("question", value), ("ward", "4")))  # type: ignore[arg-type]
    assert comment == Comment("a", "", "", (("ward", "4"),))
    assert known({"period": value, "setting": "acute"}) == {"setting": "acute"}


@pytest.mark.parametrize("value", [0, "", "nan", False, float("inf")])
def test_something_is_not_nothing(value: object) -> None:
    assert not blank(value)


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ("7", "7"),
        (7, "7"),
        (np.int64(7), "7"),
        (7.0, "7"),
        (2**60 + 1, str(2**60 + 1)),
        (UUID(int=1), str(UUID(int=1))),
    ],
)
def test_ids_are_text(given: object, text: str) -> None:
    assert key(given, "an id") == text
    assert Comment(given, "x").id == Coding(given, "own", (), "Ann").comment == text  # type: ignore[arg-type]


@pytest.mark.parametrize("given", [None, float("nan"), 7.5, True, ("a",), DAY])
def test_what_is_no_id_is_refused_in_words(given: object) -> None:
    with pytest.raises(TypeError, match=r"a comment's id is .*; it must be text or a whole number"):
        Comment(given, "x")  # type: ignore[arg-type]


@pytest.mark.parametrize("given", [7, 2.5, ["words"], b"words"])
def test_what_is_no_text_is_refused_in_words(given: object) -> None:
    with pytest.raises(TypeError, match=r"a comment's text is a .*; it must be text"):
        Comment("a", given)  # type: ignore[arg-type]


def test_one_text_is_no_list_of_themes() -> None:
    with pytest.raises(TypeError, match="themes is a str; it must be a list"):
        Coding("a", "own", "Parking", "Ann")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="refused is a str"):
        Coding("a", "own", (), "Ann", refused="Parking")  # type: ignore[arg-type]
    assert Coding("a", "own", ["Parking"], "Ann").themes == ("Parking",)  # type: ignore[arg-type]
    assert several((1, "b"), "themes") == ("1", "b")


def test_levels_are_text_whatever_the_table_made_of_them() -> None:
    assert [level(value) for value in (2024, 2024.0, 2.5, True, DAY)] == ["2024", "2024", "2.5", "True", "2026-01-31"]


def test_copies_are_found_with_ids_that_are_numbers_and_answers_that_are_empty() -> None:
    text = "We moved clinics to video calls"
    found = copies([Record(1, text, {"setting": float("nan")}), Record(2, text), Record(3, None)])  # type: ignore
    assert [(pair.first, pair.second) for pair in found.pairs] == [("1", "2")]
    assert found.empty == ("3",)


def test_a_rating_takes_numbers_and_days_only() -> None:
    rating = Rating(1, "resources", "r", np.int64(3), dt.datetime(2026, 1, 31, 9))  # type: ignore[arg-type]
    assert rating == Rating("1", "resources", "r", 3.0, DAY)
    assert type(rating.on) is dt.date
    assert [p.mean for p in profiles([rating, Rating("1", "resources", "s", None, DAY)])] == [3.0]  # type: ignore
    for value in ("high", True, [3]):
        with pytest.raises(TypeError, match=r"value is a .*; it must be a number"):
            Rating("a", "e", "r", value, DAY)  # type: ignore[arg-type]
    for on in ("2026-01-31", 2026, None, pd.NaT):
        with pytest.raises(TypeError, match=r"day is .*; it must be a date"):
            Rating("a", "e", "r", 3.0, on)  # type: ignore[arg-type]
