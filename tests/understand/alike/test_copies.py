"""Copies of one text: letters held to a plain distance, copies found, bad input answered."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alike_tellings import SETS, read
from copied_comments import comments, light, with_copies
from holdfast.understand.alike import Record, copies
from holdfast.understand.alike.edits import REACH, WIDTH, edit_distances
from holdfast.understand.alike.grams import plain

LETTERS = st.text(alphabet="ab c", min_size=1, max_size=30)


def _distance(short: str, long: str, anywhere: bool) -> int:
    """Levenshtein's (1966) or Sellers's (1980) table, a cell at a time: the reference."""
    row = [0 if anywhere else at for at in range(len(long) + 1)]
    for at, letter in enumerate(short):
        below = [at + 1]
        for where, other in enumerate(long):
            below.append(min(row[where] + (letter != other), row[where + 1] + 1, below[where] + 1))
        row = below
    return min(row) if anywhere else row[-1]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(LETTERS, LETTERS), min_size=1, max_size=8))
def test_edits_are_counted_as_the_plain_table_counts_them(pairs: list[tuple[str, str]]) -> None:
    ordered = [sorted(pair, key=len) for pair in pairs]
    whole, inside = edit_distances([short for short, _ in ordered], [long for _, long in ordered])
    for at, (short, long) in enumerate(ordered):
        assert whole[at] == _distance(short, long, anywhere=False)
        assert inside[at] == _distance(short, long, anywhere=True)


def test_edits_at_full_width_and_beyond() -> None:
    draw = random.Random(0)
    long = "".join(draw.choice("abcd") for _ in range(300))
    short = long[10 : 10 + WIDTH]
    (whole,), (inside,) = edit_distances([short], [long])
    assert inside == 0
    assert whole == _distance(short, long[:WIDTH], anywhere=False)
    assert long[: REACH - 20].find(short) == 10


def test_made_up_tellings_with_edited_copies_are_told_apart() -> None:
    """309 short tellings and a lightly edited copy of each; no two tellings are copies."""
    texts = with_copies([record.text for _, record in read(SETS[:1], False)], light, 5)
    found = copies(Record(str(at), text) for at, text in enumerate(texts))
    right = sum(abs(int(pair.first) - int(pair.second)) == len(texts) // 2 for pair in found.pairs)
    assert right / len(found.pairs) >= 0.98
    assert right / (len(texts) // 2) >= 0.98


def test_real_comments_with_edited_copies(shared_data: Path) -> None:
    """The bar: precision 0.95 at recall 0.98, here on 1,000 comments of twenty characters or more (words unseen)."""
    originals = [text for text in comments() if len(plain(text)) >= 20]
    texts = with_copies(random.Random(8).sample(originals, 1000), light, 8)
    found = copies((Record(str(at), text) for at, text in enumerate(texts)), at_least=0.3)
    right = sum(abs(int(pair.first) - int(pair.second)) == 1000 for pair in found.pairs)
    assert right / len(found.pairs) >= 0.95
    assert right / 1000 >= 0.98


def test_few_words_that_many_wrote_are_the_same_words_and_not_copies() -> None:
    many = [Record(str(at), "Did not answer") for at in range(1000)]
    assert copies(many).pairs == ()
    assert len(copies(many, at_least=0).pairs) == 999
    two = copies([Record("a", "All good!"), Record("b", "ALL GOOD")]).pairs
    assert [(pair.first, pair.second, pair.probability) for pair in two] == [("a", "b", 1.0)]


@pytest.mark.parametrize("texts", [[], ["one"], ["", "", "…"], ["ab", "ab"], ["a"], ["诊所改为视频", "诊所改为视频"]])
def test_little_or_nothing_is_answered(texts: list[str]) -> None:
    found = copies(Record(str(at), text) for at, text in enumerate(texts))
    assert found.records == len(texts)
    assert len(found.empty) == sum(not plain(text) for text in texts)


def test_any_script_html_and_a_very_long_text_are_compared() -> None:
    texts = [
        "<p>Clinics moved to video &amp; phone across the trust</p>",
        "<P>clinics moved to VIDEO & phone across the trust",
    ]
    texts += [
        "患者现在通过视频会诊而不是去医院",
        "患者现在通过视频会诊，而不是去医院！",
        "=HYPERLINK(1)",
        "x" * 300_000,
        "\ud800",
    ]
    found = {(pair.first, pair.second) for pair in copies(Record(str(at), t) for at, t in enumerate(texts)).pairs}
    assert ("0", "1") in found and ("2", "3") in found


def test_the_skill_shown_is_what_was_measured() -> None:
    skill = copies([]).skill
    assert skill and all(0 <= row.precision <= 1 and 0 <= row.recall <= 1 for row in skill)
    assert [row.recall for row in skill] == sorted((row.recall for row in skill), reverse=True)
