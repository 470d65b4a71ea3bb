"""Comments and codings as tables give them: repeated ids, empty answers, sentiment in numbers."""

from __future__ import annotations

import numpy as np
import pytest
from invented_comments import FRAMEWORK, invent

from holdfast.records.frameworks import framework
from holdfast.understand.insights import counts, mentions, moving, passages
from holdfast.understand.redact import redact
from holdfast.understand.themes import (
    Coding,
    Comment,
    ask_next,
    coder_agreement,
    from_seeds,
    learn,
    learn_sentiment,
    suggest,
    suggest_all,
)  # fmt: skip

COMMENTS, CODINGS = invent(120)
SEVEN = framework("seven_themes")


def test_a_comment_that_comes_twice_counts_once_and_is_said() -> None:
    model = learn([*COMMENTS, *COMMENTS[:10]], CODINGS, FRAMEWORK)
    assert model.repeated == 10 and model.fingerprint == learn(COMMENTS, CODINGS, FRAMEWORK).fingerprint
    again = [Comment(c.id, c.text, c.setting, c.about) for c in COMMENTS]
    twice, single = (mentions(given, {}, FRAMEWORK, CODINGS) for given in ([*COMMENTS, *again], COMMENTS))
    assert counts(twice, ["waiting"]) == counts(single, ["waiting"])
    assert suggest(model, [*COMMENTS, *again]) == suggest(model, COMMENTS)
    seeded = Comment("a", "We used video consultations")
    assert len(from_seeds([seeded, seeded], SEVEN)) == len(from_seeds([seeded], SEVEN)) == 1


def test_one_id_with_two_texts_is_refused_without_their_words() -> None:
    other = [Comment(c.id, "something else again") for c in COMMENTS[:3]]
    mixed = [*COMMENTS, *other]
    for attempt in (
        lambda: learn(mixed, CODINGS, FRAMEWORK),
        lambda: mentions(mixed, {}, FRAMEWORK, CODINGS),
        lambda: ask_next(learn(COMMENTS, [], FRAMEWORK), mixed, []),
        lambda: learn_sentiment(mixed, {}, ["1", "2"]),
    ):
        with pytest.raises(ValueError, match="3 comment ids stand for two comments that differ") as told:
            attempt()
        assert "something else" not in str(told.value)


def test_empty_answers_pass_through_everything() -> None:
    held = [Comment(c.id, float("nan") if i % 5 == 0 else c.text) for i, c in enumerate(COMMENTS)]  # type: ignore
    model = learn(held, CODINGS, FRAMEWORK)
    assert model.learned and len(model.unread) == 24
    assert not {s.comment for s in suggest(model, held)} & set(model.unread)
    assert suggest_all(held, [], [SEVEN])
    assert not {asked.comment for asked in ask_next(model, held, [], most=200)} & set(model.unread)
    assert from_seeds([Comment("a", None)], SEVEN) == []  # type: ignore[arg-type]
    assert redact(None).text == redact(float("nan")).text == ""  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="it must be text"):
        redact(3)  # type: ignore[arg-type]


def test_ids_that_are_numbers_are_learned_from_and_asked_about() -> None:
    held = [Comment(i, c.text) for i, c in enumerate(COMMENTS)]  # type: ignore[arg-type]
    said = [Coding(np.int64(i), FRAMEWORK, c.themes, c.by) for i, c in enumerate(CODINGS)]  # type: ignore[arg-type]
    model = learn(held, said, FRAMEWORK)
    assert model.learned and not model.unread
    asked = ask_next(model, held, range(100), most=50)  # type: ignore[arg-type]
    assert {int(ask.comment) for ask in asked} <= set(range(100, 120))
    found = mentions(held, {i: {"period": 2024.0} for i in range(120)}, FRAMEWORK, said)  # type: ignore
    assert {mention.facts["period"] for mention in found} == {"2024"}
    assert moving(found, ["waiting"], [2024])[0].comments == 120  # type: ignore[list-item]


def test_facts_that_are_not_known_are_counted_as_such() -> None:
    nan = float("nan")
    facts = {c.id: {"ward": nan if i % 2 else "4"} for i, c in enumerate(COMMENTS)}
    found = mentions(COMMENTS, facts, FRAMEWORK, CODINGS)  # type: ignore[arg-type]
    groups = {cell.group[0][1]: cell.out_of for cell in counts(found, ["waiting"], by=["ward"])}
    assert groups == {"4": 60, "not known": 60}
    shown = passages(COMMENTS, found, "waiting", redact, where={"ward": nan}, most=60)  # type: ignore[dict-item]
    assert shown and all(facts[passage.comment]["ward"] != "4" for passage in shown)


def test_one_text_in_place_of_a_list_is_refused() -> None:
    found = mentions(COMMENTS, {}, FRAMEWORK, CODINGS)
    for attempt in (
        lambda: counts(found, "waiting"),
        lambda: counts(found, ["waiting"], by="setting"),
        lambda: moving(found, "waiting", ["2024"]),
        lambda: learn(COMMENTS, CODINGS, FRAMEWORK, themes="waiting"),
        lambda: coder_agreement(CODINGS, FRAMEWORK, "waiting"),
        lambda: learn_sentiment(COMMENTS, {}, "12345"),
    ):
        with pytest.raises(TypeError, match="is a str; it must be a list"):
            attempt()


def _felt(scale: float = 1.0) -> dict[str, float]:
    return {comment.id: scale * (1 + i % 3) for i, comment in enumerate(COMMENTS)}


@pytest.mark.parametrize("levels", [["1", "2", "3"], [1, 2, 3], [1.0, 2.0, 3.0], ["1.0", " 2", "3"]])
def test_sentiment_in_numbers_is_matched_by_value(levels: list[object]) -> None:
    model = learn_sentiment(COMMENTS, _felt(), levels)
    assert model is not None and model.right.out_of == 120 and not model.left_out
    assert model.right == learn_sentiment(COMMENTS, {c: str(int(v)) for c, v in _felt().items()}, levels).right  # type: ignore


def test_sentiment_says_what_was_left_out() -> None:
    felt: dict[str, object] = {**_felt(), "gone": 1.0}
    ids = [comment.id for comment in COMMENTS]
    felt.update({ids[0]: None, ids[1]: float("nan"), ids[2]: 9.0, ids[3]: "four", ids[4]: 4, ids[5]: 4})
    held = [Comment(c.id, "" if c.id == ids[6] else c.text) for c in COMMENTS]
    model = learn_sentiment(held, felt, ["1", "2", "3", "4"])
    assert model is not None
    assert dict(model.left_out) == {
        "no level given": 2, "not one of the levels": 2, "the comment has no text, or is not there": 2,
        "a level with fewer than 5 comments": 2,
    }  # fmt: skip
    assert model.right.out_of + sum(model.left_out.values()) == len(felt)


def test_sentiment_in_other_levels_than_those_named_is_refused() -> None:
    with pytest.raises(ValueError, match=r"None of the 120 values coded is one of the levels .“poor”, “good”."):
        learn_sentiment(COMMENTS, _felt(), ["poor", "good"])
    with pytest.raises(ValueError, match="only 2 differ"):
        learn_sentiment(COMMENTS, _felt(), ["1", "1.0", "2"])
    assert learn_sentiment(COMMENTS, {}, ["1", "2"]) is None
    assert learn_sentiment(COMMENTS, {COMMENTS[0].id: None}, ["1", "2"]) is None
