"""Themes are learned from people's coding; how well is said, and is true of comments not yet seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from invented_comments import FRAMEWORK, WORDS, invent

from holdfast.records.frameworks import Framework, Term, framework
from holdfast.understand.themes import (
    OFFLINE,
    SEEDS,
    Coding,
    Comment,
    accuracy,
    ask_next,
    coder_agreement,
    correct,
    from_seeds,
    gather,
    learn,
    suggest,
    suggest_all,
)
from holdfast.understand.themes.features import Features

COMMENTS, CODINGS = invent(600)
MODEL = learn(COMMENTS, CODINGS, FRAMEWORK)


def test_every_theme_is_learned_and_its_accuracy_is_shown_with_intervals() -> None:
    assert MODEL.learned == tuple(sorted(WORDS))
    assert MODEL.accuracy is not None and MODEL.accuracy.micro.value > 0.8
    for theme in MODEL.accuracy.themes:
        assert theme.support > 0
        for share in (theme.precision, theme.recall, theme.f1):
            assert share.low <= share.value <= share.high
    assert set(MODEL.by_setting) == {"acute", "community"}


def test_a_setting_is_judged_on_its_own_comments_and_they_add_up_to_all() -> None:
    assert MODEL.accuracy is not None
    for theme in MODEL.accuracy.themes:
        parts = [one for judged in MODEL.by_setting.values() if (one := judged.theme(theme.theme)) is not None]
        assert sum(part.support for part in parts) == theme.support and len(parts) == 2
        found = sum(part.recall.value * part.support for part in parts)
        assert found == pytest.approx(theme.recall.value * theme.support)
        assert all(part.precision.low <= part.precision.value <= part.precision.high for part in parts)


def test_comments_are_turned_into_numbers_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    real = Features.of

    def counted(self: Features, comments: Sequence[Comment]) -> Any:
        read.append(len(comments))
        return real(self, comments)

    monkeypatch.setattr(Features, "of", counted)
    found = suggest(MODEL, COMMENTS)
    assert read == [len(COMMENTS)] and found
    coded = {coding.comment for coding in CODINGS[:100]}
    assert ask_next(MODEL, COMMENTS, coded) and len(read) == 2


def test_the_accuracy_said_is_the_accuracy_found_on_comments_not_seen() -> None:
    """2,000 new comments: micro F1 within 0.03 of what cross-validation said (standard error about 0.01)."""
    fresh, truth = invent(2000, seed=9)
    known = gather(truth, FRAMEWORK, MODEL.learned).known
    assert MODEL.machine is not None and MODEL.accuracy is not None
    found = accuracy(MODEL.probabilities(fresh) > MODEL.machine.cuts, known, MODEL.learned, "fresh")
    assert found.micro.value == pytest.approx(MODEL.accuracy.micro.value, abs=0.03)


def test_probabilities_are_calibrated() -> None:
    """In ten equal groups of 2,000 × 5 probabilities, the share present is within 0.06 of the mean probability."""
    fresh, truth = invent(2000, seed=10)
    said = MODEL.probabilities(fresh).ravel()
    there = gather(truth, FRAMEWORK, MODEL.learned).known.ravel()
    for part in np.array_split(np.argsort(said), 10):
        assert said[part].mean() == pytest.approx(there[part].mean(), abs=0.06)


def test_the_same_codings_in_any_order_give_the_same_model() -> None:
    again = learn(COMMENTS[::-1], CODINGS[::-1], FRAMEWORK)
    assert again.fingerprint == MODEL.fingerprint
    assert np.array_equal(again.probabilities(COMMENTS[:50]), MODEL.probabilities(COMMENTS[:50]))


def test_suggestions_name_their_maker_and_their_reasons() -> None:
    (found,) = suggest(MODEL, [Comment("new", "the car park was full, parking costs too much")])
    assert found.theme == "parking" and found.made_by == OFFLINE and found.model == MODEL.fingerprint
    assert found.probability is not None and found.probability > 0.5
    assert set(found.because) & {"parking", "car park", "car", "park"}
    everything = suggest(MODEL, [Comment("new", "the car park was full")], everything=True)
    assert len(everything) == len(MODEL.learned) and sum(s.suggested for s in everything) == 1


def test_a_correction_is_a_coding_of_that_theme_alone_with_credit_and_is_learned_from() -> None:
    (found,) = suggest(MODEL, [Comment("new", "the car park was full")])
    answer = correct(found, right=False, by="Ben", at="2026-01-02", note="about the park, not parking")
    assert (answer.by, answer.refused, answer.themes, answer.complete) == ("Ben", ("parking",), (), False)
    assert MODEL.fingerprint in answer.answers
    known = gather([*CODINGS, answer], FRAMEWORK)
    row = known.known[known.comments.index("new")]
    assert row[known.themes.index("parking")] == 0 and np.isnan(row).sum() == len(WORDS) - 1


def test_many_corrections_change_what_is_suggested() -> None:
    odd = [Comment(f"odd{i}", f"a walk in the park by the pond {i}") for i in range(40)]
    before = np.mean(MODEL.probabilities(odd)[:, MODEL.learned.index("parking")])
    answers = [Coding(c.id, FRAMEWORK, (), "Ben", refused=("parking",), complete=False) for c in odd[:20]]
    after = learn([*COMMENTS, *odd], [*CODINGS, *answers], FRAMEWORK)
    assert np.mean(after.probabilities(odd[20:])[:, after.learned.index("parking")]) < before
    assert after.coders == ("Ann", "Ben")


def test_a_later_word_replaces_an_earlier_and_disagreement_is_kept_apart() -> None:
    codings = [
        Coding("a", "f", ("x", "y"), "Ann", at="2026-01-01"),
        Coding("a", "f", ("x",), "Ann", at="2026-01-02"),
        Coding("a", "f", ("x", "y"), "Ben"),
        Coding("b", "f", ("y",), "Ann"),
    ]
    labels = gather(codings, "f")
    assert labels.known[0, 0] == 1 and np.isnan(labels.known[0, 1])
    assert labels.disputed == (("a", "y"),)
    three = gather([*codings, Coding("a", "f", ("x",), "Cy")], "f")
    assert three.known[0, 1] == 0 and three.disputed == (("a", "y"),)


def test_a_mistyped_theme_says_of_no_theme_that_it_is_absent_and_is_named() -> None:
    known = ("digital", "team", "access")
    typed = [Coding("a", "f", ("Digital",), "Ann"), Coding("b", "f", ("team", "Digital"), "Ann")]
    labels = gather([*typed, Coding("c", "f", ("digital",), "Ann")], "f", known)
    assert np.isnan(labels.known[0]).all() and labels.unknown == (("Digital", 2),)
    assert labels.known[1, 1] == 1 and np.isnan(labels.known[1, [0, 2]]).all()
    assert labels.known[2].tolist() == [1, 0, 0]
    put_right = [*typed, Coding("a", "f", ("digital",), "Ann", at="2026-01-02")]
    assert gather(put_right, "f", known).unknown == (("Digital", 1),)
    assert gather(typed, "f", ("team",), [*known, "Digital"]).known.tolist() == [[0], [1]]
    votes = coder_agreement([*typed, Coding("a", "f", ("digital",), "Ben")], "f", known)
    assert votes["digital"].units == 0


def test_mistyped_themes_are_counted_in_the_model() -> None:
    typed = [replace(coding, themes=("Parking",)) for coding in CODINGS[:20]]
    themes = Framework(id="x", name="X", version="1", terms=tuple(Term(code=code, label=code) for code in WORDS))
    model = learn(COMMENTS[:40], [replace(coding, framework="x") for coding in typed], themes)
    assert model.unknown == (("Parking", 20),) and model.learned == ()
    assert {ready.reason for ready in model.readiness} == {"0 coded with it; 5 more are needed"}
    some = learn(COMMENTS, CODINGS, FRAMEWORK, themes=("food",))
    assert some.unknown == () and some.learned == ("food",)


def test_a_machines_suggestion_is_never_a_coding() -> None:
    found = suggest(MODEL, COMMENTS[:20])
    assert not any(isinstance(s, Coding) for s in found)
    with pytest.raises(AttributeError):
        gather(found, FRAMEWORK)  # type: ignore[arg-type]


def test_a_theme_with_two_examples_cannot_be_learned_yet_and_the_rest_can() -> None:
    rare = [replace(c, themes=(*c.themes, "rare")) for c in CODINGS[:2]] + CODINGS[2:]
    model = learn(COMMENTS, rare, FRAMEWORK)
    (ready,) = [r for r in model.readiness if r.theme == "rare"]
    assert ready.state == "cannot learn yet" and "3 more" in ready.reason
    assert "rare" not in model.learned and len(model.learned) == len(WORDS)


@pytest.mark.parametrize("count", [0, 1, 4])
def test_too_little_is_not_learned_from(count: int) -> None:
    model = learn(COMMENTS, CODINGS[:count], FRAMEWORK)
    assert model.learned == () and model.accuracy is None
    assert suggest(model, COMMENTS) == []


def test_one_theme_that_everybody_has_cannot_be_told_from_none() -> None:
    model = learn(COMMENTS, [Coding(c.id, "f", ("all",), "Ann") for c in COMMENTS], "f")
    assert model.learned == () and "without it" in model.readiness[0].reason


def test_comments_without_text_are_listed_and_get_no_suggestion() -> None:
    blank = [Comment("e1", ""), Comment("e2", " \n\t ")]
    codings = [Coding("e1", FRAMEWORK, ("food",), "Ann"), Coding("gone", FRAMEWORK, ("food",), "Ann")]
    model = learn([*COMMENTS, *blank], [*CODINGS, *codings], FRAMEWORK)
    assert set(model.unread) == {"e1", "gone"}
    assert suggest(model, blank) == [] and np.isnan(model.probabilities(blank)).all()


def test_any_script_markup_formulas_and_length_are_read_as_text() -> None:
    odd = [
        "=HYPERLINK(1)", "<script>alert(1)</script> lunch was cold", "食物很冷", "الطعام بارد", "🍲🥶", "\x00\x07lunch",
        "lunch " * 20_000, "a" * 100_000, "\ud800 lunch",
    ]  # fmt: skip
    found = suggest(MODEL, [Comment(str(i), text) for i, text in enumerate(odd)])
    assert {"1", "5", "6"} <= {s.comment for s in found if s.theme == "food"}
    assert np.isfinite(MODEL.probabilities([Comment("x", text) for text in odd])).all()


def test_a_language_without_spaces_is_learned_too() -> None:
    lines = [("食物很冷", "food"), ("午餐不好吃", "food"), ("停车太贵", "parking"), ("没有停车位", "parking")]
    comments = [Comment(str(i), lines[i % 4][0] + str(i)) for i in range(80)]
    codings = [Coding(str(i), "f", (lines[i % 4][1],), "Ann") for i in range(80)]
    model = learn(comments, codings, "f")
    assert [s.theme for s in suggest(model, [Comment("n", "食物不好吃")])] == ["food"]


def test_duplicates_do_not_break_and_do_not_vanish() -> None:
    comments = [Comment(str(i), "Same words") for i in range(60)] + COMMENTS
    codings = [Coding(str(i), FRAMEWORK, ("food",), "Ann") for i in range(60)] + CODINGS
    model = learn(comments, codings, FRAMEWORK)
    assert [s.theme for s in suggest(model, [Comment("n", "same words")])] == ["food"]


def test_coding_one_of_many_copies_teaches_as_much_as_coding_them_all_and_is_judged_as_one() -> None:
    copies = [Comment(f"copy{i}", "Nothing  to SAY" if i else "nothing to say") for i in range(150)]
    one = Coding("copy0", FRAMEWORK, ("food",), "Ann")
    alone = learn([*COMMENTS, copies[0]], [*CODINGS, one], FRAMEWORK)
    among = learn([*COMMENTS, *copies], [*CODINGS, one], FRAMEWORK)
    j, fresh = among.learned.index("food"), [Comment("n", "nothing to say")]
    assert among.probabilities(fresh)[0, j] > 0.8 > alone.probabilities(fresh)[0, j]
    assert among.accuracy is not None and among.accuracy.comments == len(COMMENTS) + 1
    assert [r.examples for r in among.readiness] == [r.examples for r in alone.readiness]


def test_a_setting_with_another_base_rate_gets_its_own() -> None:
    """Half of one setting's comments are coded with a theme their words do not show, a twentieth of the other's."""
    rng = np.random.default_rng(3)
    comments, codings = invent(800, seed=4)
    codings = [
        replace(k, themes=(*k.themes, "hidden")) if rng.random() < (0.5 if c.setting == "community" else 0.05) else k
        for c, k in zip(comments, codings, strict=True)
    ]
    model = learn(comments, codings, FRAMEWORK)
    j = model.learned.index("hidden")
    fresh = [replace(c, setting=s) for s in ("community", "acute") for c in invent(300, seed=5)[0]]
    said = model.probabilities(fresh)[:, j]
    assert said[:300].mean() == pytest.approx(0.5, abs=0.1)
    assert said[300:].mean() == pytest.approx(0.05, abs=0.05)


def test_a_question_that_was_never_asked_before_counts_as_the_average_one() -> None:
    """It must not take the place of the questions that were: they hold each theme's base rate between them."""
    comments = [replace(c, about=(("question", "good?" if i % 2 else "better?"),)) for i, c in enumerate(COMMENTS)]
    model = learn(comments, CODINGS, FRAMEWORK)
    fresh, truth = invent(800, seed=11)
    known = gather(truth, FRAMEWORK, model.learned).known
    assert model.machine is not None
    for about in ((), (("question", "Anything else?"),), (("ward", "7"),)):
        said = model.probabilities([replace(comment, about=about) for comment in fresh])
        assert said.mean() == pytest.approx(known.mean(), abs=0.03)
        assert accuracy(said > model.machine.cuts, known, model.learned, "fresh").micro.value > 0.85


def test_an_embedding_is_named_in_what_it_helped_to_make() -> None:
    def first_letters(texts: object, /) -> np.ndarray:
        return np.array([[ord(ch) % 7 - 3 for ch in (text + "   ")[:3]] for text in texts], dtype=float)  # type: ignore[attr-defined]

    model = learn(COMMENTS, CODINGS, FRAMEWORK, embed=first_letters)
    assert {s.made_by for s in suggest(model, COMMENTS[:9])} == {f"{OFFLINE} with first_letters"}

    def wrong(texts: object, /) -> np.ndarray:
        return np.zeros((1, 3))

    with pytest.raises(ValueError, match="one finite vector a text"):
        learn(COMMENTS, CODINGS, FRAMEWORK, embed=wrong)


def test_seed_terms_are_a_start_and_say_so() -> None:
    found = from_seeds(
        [Comment("a", "A Video-Consultation, and volunteers from the CHARITY")], framework("seven_themes")
    )
    assert {s.theme for s in found} == {"digital", "communities"}
    assert all(s.made_by == SEEDS and s.probability is None and s.because for s in found)
    assert from_seeds([Comment("a", "videographer"), Comment("b", "")], framework("seven_themes")) == []


def test_several_frameworks_at_once_each_from_what_it_has() -> None:
    own = Framework(
        id=FRAMEWORK, name="Invented", version="1",
        terms=(*(Term(code=w, label=w) for w in WORDS), Term(code="rare", label="Rare", seeds=("unicorn",))),
    )  # fmt: skip
    fresh = [Comment("n", "the screen call froze, a unicorn helped")]
    found, models = suggest_all([*COMMENTS, *fresh], CODINGS, [own, framework("seven_themes")])
    mine = {(s.framework, s.theme): s for s in found if s.comment == "n"}
    assert mine[FRAMEWORK, "video"].made_by == OFFLINE
    assert mine[FRAMEWORK, "rare"].made_by == SEEDS
    assert models["seven_themes"].learned == ()


def test_the_themes_of_a_framework_that_nobody_gave_are_named_as_waiting() -> None:
    model = learn(COMMENTS, CODINGS, framework("seven_themes"))
    assert {r.state for r in model.readiness} == {"cannot learn yet"} and len(model.readiness) == 7
