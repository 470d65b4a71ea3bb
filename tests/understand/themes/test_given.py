"""What is known of comments besides their words is learned from, and adds no more columns than it must."""

from __future__ import annotations

import numpy as np
import pytest
from invented_comments import WORDS, invent

from holdfast.understand.themes import Coding, Comment, accuracy, learn, learn_sentiment
from holdfast.understand.themes.features import Features
from holdfast.understand.themes.given import MOST_PAIRED, PAIRED, STEP

GOOD, BETTER = ("question", "What was good?"), ("question", "What could be better?")


def _answers(count: int, seed: int) -> tuple[list[Comment], list[Coding]]:
    """“Nothing” praises where the question was what could be better, and complains where it was what was good."""
    rng, comments, codings = np.random.default_rng(seed), [], []
    for i in range(count):
        asked, none = (GOOD, BETTER)[rng.integers(2)], rng.random() < 0.5
        words = ("nothing", "not a thing", "none")[rng.integers(3)] if none else WORDS["food"][rng.integers(4)]
        comments.append(Comment(f"{seed}-{i}", f"{words} {rng.integers(1000)}", about=(asked,)))
        themes = ("food",) if not none else ("praise",) if asked == BETTER else ("complaint",)
        codings.append(Coding(comments[-1].id, "f", themes, "Ann"))
    return comments, codings


def test_the_same_words_under_another_question_can_mean_another_theme() -> None:
    """Words and question each alone leave praise and complaint at one half either way: F1 0.67 at most."""
    model = learn(*_answers(400, 0), "f")
    fresh, truth = _answers(400, 1)
    known = np.array([[float(theme in coding.themes) for theme in model.learned] for coding in truth])
    assert model.machine is not None
    found = accuracy(model.probabilities(fresh) > model.machine.cuts, known, model.learned, "fresh")
    assert found.macro > 0.95


def test_how_much_was_said_is_learned_from() -> None:
    """The same word, once or forty times: TF-IDF scaled to one length cannot tell them apart."""
    comments = [Comment(str(i), " ".join(["lunch"] * (40 if i % 2 else 1))) for i in range(80)]
    model = learn(comments, [Coding(c.id, "f", ("long",) if int(c.id) % 2 else (), "Ann") for c in comments], "f")
    brief, long = model.probabilities([Comment("a", "lunch"), Comment("b", "lunch " * 45)])[:, 0]
    assert brief < 0.1 and long > 0.9


def test_columns_are_words_characters_length_facts_and_words_under_each_fact() -> None:
    comments = [Comment(str(i), ("cold lunch", "kind nurse")[i % 2], about=((GOOD, BETTER)[i % 2],)) for i in range(60)]
    features = Features()
    matrix = features.fit(comments)
    read, words = features.read, matrix[:, : len(features.names)]
    assert features.names == ("cold", "cold lunch", "kind", "kind nurse", "lunch", "nurse")
    assert (matrix != features.of(comments)).nnz == 0
    steps = matrix[:, read : read + 10].toarray()
    assert steps[0] == pytest.approx([STEP] * 2 + [0] * 8) and words.shape[1] < read
    table = matrix[:, read + 10 : read + 12].toarray()
    assert np.abs(table) == pytest.approx(np.full((60, 2), 0.5)) and table.sum() == pytest.approx(0)
    pairs = matrix[:, read + 12 :].toarray()
    assert pairs.shape[1] == 4 and pairs.max(axis=1) == pytest.approx(np.full(60, PAIRED / np.sqrt(2)))
    nobody = features.of([Comment("n", "cold lunch"), Comment("m", "cold lunch", about=(("question", "Else?"),))])
    assert nobody[:, read + 10 :].nnz == 0


def test_many_facts_do_not_multiply_the_columns() -> None:
    comments, _ = invent(600)
    about = [(("ward", str(i % 100)), ("day", str(i % 5))) for i in range(600)]
    matrix = Features().fit([Comment(c.id, c.text, about=a) for c, a in zip(comments, about, strict=True)])
    plain = Features().fit([Comment(c.id, c.text) for c in comments])
    single = {word for c in comments for word in c.text.casefold().replace(",", " ").split()}
    assert matrix.shape[1] <= plain.shape[1] + 105 + MOST_PAIRED * len(single)
    again = Features().fit([Comment(c.id, c.text, about=a[::-1]) for c, a in zip(comments, about, strict=True)])
    assert (matrix != again).nnz == 0


def test_what_sentiment_says_of_itself_is_so_and_a_rare_level_is_found() -> None:
    """Three levels, one of them rare, one comment in ten coded at random: right on 1,500 others as cross-validated."""
    comments, given = _felt(900, 0)
    model = learn_sentiment(comments, given, ["bad", "middling", "good"])
    fresh, truth = _felt(1500, 1)
    assert model is not None and model.levels == ("bad", "middling", "good")
    said = {feeling.comment: feeling.level for feeling in model.feelings(fresh)}
    right = np.mean([said[c.id] == truth[c.id] for c in fresh])
    assert right == pytest.approx(model.right.value, abs=0.035)  # two standard errors of the difference
    middling = model.by_level.theme("middling")
    assert middling is not None and middling.recall.value > 0.6
    again = learn_sentiment(comments[::-1], given, ["bad", "middling", "good"])
    assert again is not None and again.feelings(fresh) == model.feelings(fresh)


def _felt(count: int, seed: int) -> tuple[list[Comment], dict[str, str]]:
    words = {"bad": ("dreadful wait", "rude and late"), "middling": ("neither here nor there", "it was all right")}
    words["good"] = ("kind nurses", "lovely tea, thank you")
    rng = np.random.default_rng(seed)
    levels = rng.choice(["bad", "middling", "good"], count, p=[0.3, 0.1, 0.6])
    comments = [Comment(f"{seed}-{i}", f"{rng.choice(words[level])} {i}") for i, level in enumerate(levels)]
    noise, other = rng.random(count) < 0.1, rng.choice(["bad", "middling", "good"], count)
    return comments, {
        c.id: str(o if n else level) for c, level, n, o in zip(comments, levels, noise, other, strict=True)
    }
