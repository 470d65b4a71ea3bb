"""Around the model: accuracy as scikit-learn counts it, what to ask next, agreement, sentiment and discovery."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from invented_comments import FRAMEWORK, WORDS, invent
from sklearn.metrics import f1_score, precision_score, recall_score

from holdfast.understand.shares import f1, share
from holdfast.understand.themes import (
    Coding,
    Comment,
    accuracy,
    ask_next,
    coder_agreement,
    discover,
    learn,
    learn_sentiment,
)


def test_accuracy_is_what_scikit_learn_counts() -> None:
    rng = np.random.default_rng(0)
    known, suggested = rng.random((300, 6)) < 0.3, rng.random((300, 6)) < 0.4
    found = accuracy(suggested, known.astype(float), list("abcdef"), "test")
    assert found.micro.value == pytest.approx(f1_score(known, suggested, average="micro"), abs=1e-12)
    assert found.macro == pytest.approx(f1_score(known, suggested, average="macro"), abs=1e-12)
    assert [t.precision.value for t in found.themes] == pytest.approx(precision_score(known, suggested, average=None))
    assert [t.recall.value for t in found.themes] == pytest.approx(recall_score(known, suggested, average=None))
    assert found.macro_low < found.macro < found.macro_high
    one = accuracy(np.array([[True]] + 9 * [[False]]), np.array([[1.0]] + 9 * [[0.0]]), ["a"], "one example")
    assert one.macro == 1 and np.isnan([one.macro_low, one.macro_high]).all()  # drawing one again tells nothing
    without = accuracy(suggested, known.astype(float), list("abcdef"), "test", without=("a",))
    assert without.micro.value == pytest.approx(f1_score(known[:, 1:], suggested[:, 1:], average="micro"))


def test_pairs_that_nobody_judged_are_not_counted() -> None:
    known = np.array([[1.0, np.nan], [0.0, 1.0], [1.0, 0.0]])
    found = accuracy(np.ones((3, 2), dtype=bool), known, "ab", "test")
    assert (found.themes[1].precision.out_of, found.themes[1].support) == (2, 1)


def test_intervals_of_f1_cover() -> None:
    """Multinomial draws of hits, wrong and missed with F1 = 0.6 in the long run: 2,000 draws, coverage 0.93 to 0.98."""
    rng, held = np.random.default_rng(1), 0
    for _ in range(2000):
        hits, wrong, missed, _ = rng.multinomial(200, [0.12, 0.10, 0.06, 0.72])
        found = f1(int(hits), int(wrong), int(missed))
        held += found.low <= 0.6 <= found.high
    assert 0.93 <= held / 2000 <= 0.98


def test_a_share_of_nothing_is_not_a_number() -> None:
    nothing = share(0, 0)
    assert np.isnan([nothing.value, nothing.low, nothing.high]).all()
    assert share(0, 10).low == 0 and share(10, 10).high == 1


def test_what_is_asked_next_is_uncoded_different_and_in_doubt() -> None:
    comments, codings = invent(400, seed=2)
    model = learn(comments, codings[:200], FRAMEWORK)
    asked = ask_next(model, [*comments, Comment("e", " ")], {c.comment for c in codings[:200]}, most=20, chance=0)
    assert len({a.comment for a in asked}) == 20 and not {a.comment for a in asked} & {c.id for c in comments[:200]}
    assert all(a.theme in WORDS and a.reason for a in asked)
    rest = model.probabilities(comments[200:])
    picked = model.probabilities([c for c in comments if c.id in {a.comment for a in asked}])
    assert np.minimum(picked, 1 - picked).sum(1).mean() > np.minimum(rest, 1 - rest).sum(1).mean()


def test_half_of_what_is_asked_is_drawn_by_chance_and_says_so() -> None:
    comments, codings = invent(400, seed=2)
    model, coded = learn(comments, codings[:200], FRAMEWORK), {c.comment for c in codings[:200]}
    asked = ask_next(model, comments, coded, most=20)
    assert len({a.comment for a in asked}) == 20
    assert sum("by chance" in a.reason for a in asked) == 10
    assert asked == ask_next(model, comments, coded, most=20)
    left = {c.text.casefold() for c in comments[200:]} - {c.text.casefold() for c in comments[:200]}
    assert len({a.comment for a in ask_next(model, comments, coded, most=10_000)}) == len(left)


def test_before_anything_is_learned_the_first_asked_are_unlike_each_other() -> None:
    comments = [Comment(f"a{i}", f"lunch was cold today {i}") for i in range(30)] + [Comment("z", "parking full")]
    asked = ask_next(learn(comments, [], FRAMEWORK), comments, set(), most=2)
    assert "z" in {a.comment for a in asked}


def test_copies_of_one_text_are_asked_about_once_and_not_after_it_is_coded() -> None:
    comments = [Comment(str(i), "Did not answer") for i in range(9)] + [Comment("x", "something else")]
    model = learn(comments, [], FRAMEWORK)
    assert len(ask_next(model, comments, set(), most=9)) == 2
    assert [a.comment for a in ask_next(model, comments, {"0"}, most=9)] == ["x"]
    assert ask_next(model, [], set()) == []


def test_asking_finds_the_rare_themes_sooner_than_chance() -> None:
    """Nine comments in ten say one thing: three rounds of ten after the first 20, macro F1 over two worlds."""
    gained = []
    for seed in range(2):
        comments, codings = invent(400, seed=20 + seed, wrong=0.0)
        dull = [Comment(f"dull{i}", f"{WORDS['waiting'][i % 4]} {i}", "acute") for i in range(1200)]
        said = {coding.comment: coding for coding in codings}
        said |= {comment.id: Coding(comment.id, FRAMEWORK, ("waiting",), "Ann") for comment in dull}
        fresh, truth = invent(300, seed=40 + seed, wrong=0.0)
        pool = [(comments + dull)[i] for i in np.random.default_rng(seed).permutation(1600)]
        gained.append(_after(pool, said, fresh, truth, True) - _after(pool, said, fresh, truth, False))
    assert np.mean(gained) > 0.05


def _after(
    comments: list[Comment], said: dict[str, Coding], fresh: list[Comment], truth: list[Coding], active: bool
) -> float:
    rng, coded = np.random.default_rng(0), {c.id for c in comments[:20]}
    for _ in range(3):
        model = learn(comments, [said[c] for c in sorted(coded)], FRAMEWORK)
        left = [c.id for c in comments if c.id not in coded]
        more = [a.comment for a in ask_next(model, comments, coded)] if active else list(rng.choice(left, 10, False))
        coded |= set(more)
    model = learn(comments, [said[c] for c in sorted(coded)], FRAMEWORK)
    suggested = np.zeros((len(fresh), len(WORDS)), dtype=bool)
    columns = [list(WORDS).index(theme) for theme in model.learned]
    if model.machine is not None:
        suggested[:, columns] = model.probabilities(fresh) > model.machine.cuts
    known = np.array([[float(theme in coding.themes) for theme in WORDS] for coding in truth])
    return accuracy(suggested, known, list(WORDS), "").macro


def test_coders_agreement_is_high_where_they_agree_and_low_where_they_do_not() -> None:
    comments, first = invent(150, seed=6, wrong=0.0)
    rng = np.random.default_rng(0)
    second = [
        Coding(
            c.comment,
            FRAMEWORK,
            tuple(t for t in WORDS if (t in c.themes if t != "food" else rng.random() < 0.5)),
            "Ben",
        )
        for c in first
    ]
    found = coder_agreement([*first, *second], FRAMEWORK, list(WORDS))
    assert found["parking"].alpha == pytest.approx(1)
    assert found["food"].high < 0.5 and found["food"].units == 150
    of_some = coder_agreement([*first, *second], FRAMEWORK, ["food"], listed=list(WORDS))
    assert of_some["food"] == found["food"]
    alone = coder_agreement(first, FRAMEWORK, ["food"])
    assert np.isnan(alone["food"].alpha) and len(comments) == 150


def test_sentiment_comes_with_how_often_it_is_right_and_beats_the_usual() -> None:
    good, bad = ("lovely kind staff", "all went well, thank you"), ("rude and late", "a dreadful wait")
    rng = np.random.default_rng(0)
    comments = [Comment(str(i), f"{rng.choice(good if i % 2 else bad)} {i}") for i in range(200)]
    coded = {c.id: "good" if int(c.id) % 2 else "bad" for c in comments}
    model = learn_sentiment(comments, coded, ["good", "bad"])
    assert model is not None and model.right.low > model.usual
    assert [f.level for f in model.feelings([Comment("n", "kind staff, thank you"), Comment("e", "")])] == ["good"]
    assert learn_sentiment(comments, {"0": "good"}, ["good", "bad"]) is None


def test_what_is_discovered_is_a_proposal_with_words_and_stability() -> None:
    comments = [c for c in invent(600, seed=8)[0] if c.text]
    single = [Comment(f"{t}{i}", f"{WORDS[t][i % 4]} number{i}") for t in WORDS for i in range(40)]
    found = discover(single, groups=20)
    assert found and all(p.terms and p.comments and 0 <= p.stability <= 1 for p in found)
    assert [p.stability for p in found] == sorted((p.stability for p in found), reverse=True)
    usual = [max(Counter(c.rstrip("0123456789") for c in p.comments).values()) for p in found]
    assert sum(usual) / sum(len(p.comments) for p in found) > 0.8  # five themes of equal size: chance is 0.2
    assert discover(single, groups=20) == found
    assert discover(comments[:10]) == [] and discover([Comment(str(i), f"{i}x") for i in range(50)]) == []


def test_discovery_can_use_an_embedding_and_says_so() -> None:
    single = [Comment(f"{t}{i}", f"{WORDS[t][i % 4]} number{i}") for t in WORDS for i in range(20)]

    def by_theme(texts: object, /) -> np.ndarray:
        ways = {way: j for j, theme in enumerate(WORDS) for way in WORDS[theme]}
        return np.array([np.eye(5)[next(j for w, j in ways.items() if w in text)] for text in texts])  # type: ignore[attr-defined]

    found = discover(single, groups=5, embed=by_theme)
    assert len(found) == 5 and all(p.stability == pytest.approx(1) for p in found)
    assert {p.made_by for p in found} == {"holdfast with by_theme"}
    assert replace(found[0], terms=()).comments == found[0].comments
