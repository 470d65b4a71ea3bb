"""Sentiment on an ordered scale, never without how often it is right."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from holdfast.understand.arriving import blank, key, level, several
from holdfast.understand.shares import Share, share
from holdfast.understand.themes.accuracy import Accuracy, accuracy
from holdfast.understand.themes.classify import Linear, out_of_fold, train
from holdfast.understand.themes.features import Features
from holdfast.understand.themes.folds import Integers, folds
from holdfast.understand.themes.learning import FEWEST, FOLDS
from holdfast.understand.themes.records import OFFLINE, Comment, once, tidy

Floats = NDArray[np.float64]


LEAN: Final = 0.4
"""How far the choice leans to rare levels: each level's probability is divided by its share to this power."""


@dataclass(frozen=True)
class Feeling:
    """What the machine takes a comment's feeling to be; ``made_by`` says which machine."""

    comment: str
    level: str
    made_by: str = OFFLINE


@dataclass(frozen=True)
class Weighing:
    """From one score a level to one level: the scores weighed together, so that a neighbour's counts too.

    ``spread`` is each score's standard deviation, ``machine`` a multinomial logistic regression on scores divided by
    it, ``shares`` each level's share of the comments.
    """

    spread: Floats
    machine: Any
    shares: Floats

    def __call__(self, scores: Floats) -> NDArray[np.intp]:
        """The level of each comment, from its scores (comments × levels)."""
        probable = self.machine.predict_proba(scores / self.spread)
        return np.asarray((probable / self.shares**LEAN).argmax(axis=1), dtype=np.intp)


@dataclass(frozen=True)
class SentimentModel:
    """A model of ordered levels. ``right`` is the share exactly right, ``near`` right or one level off.

    Both are cross-validated, as is ``by_level``; ``usual`` is the share that the commonest level alone would get.
    ``left_out`` counts, by reason, the codings that were not learned from.
    """

    levels: tuple[str, ...]
    features: Features
    linear: Linear
    weighing: Weighing
    right: Share
    near: Share
    usual: float
    by_level: Accuracy
    left_out: Mapping[str, int] = field(default_factory=dict)

    def feelings(self, comments: Sequence[Comment]) -> list[Feeling]:
        """A level for each comment that has text."""
        held = [comment for comment in comments if tidy(comment.text)]
        if not held:
            return []
        best = self.weighing(self.linear.scores(self.features.of(held)))
        return [Feeling(comment.id, self.levels[i]) for comment, i in zip(held, best, strict=True)]


def learn_sentiment(
    comments: Sequence[Comment], coded: Mapping[str, object], levels: Sequence[object], seed: int = 0
) -> SentimentModel | None:
    """A model from people's coding of each comment (comment → level), or None where too few were coded.

    ``levels`` gives the levels from one end to the other; those with fewer than ``FEWEST`` comments are left out.
    Numbers are matched by value, so that 1, 1.0 and "1" are one level; None and NaN are no coding. What else is coded
    is counted in the model's ``left_out``. ValueError where nothing that is coded is one of the levels.
    """
    ordered = _ordered(levels)
    given_level = _matched(coded, ordered)
    comments = once(comments)
    read = [comment for comment in comments if tidy(comment.text) and comment.id in given_level]
    at_level = Counter(given_level[comment.id] for comment in read)
    names = tuple(ordered.values())
    kept = tuple(name for name in names if at_level[name] >= FEWEST)
    used = [comment for comment in read if given_level[comment.id] in kept]
    if len(kept) < 2:
        return None
    given = np.array([kept.index(given_level[comment.id]) for comment in used])
    known = np.eye(len(kept))[given]
    features = Features()
    matrix = features.fit(used)
    fold = folds(known, [comment.id for comment in used], FOLDS, seed)
    scores = out_of_fold(matrix, known, fold, seed)
    said = _unseen(scores, given, fold)
    n = len(used)
    return SentimentModel(
        levels=kept,
        features=features,
        linear=train(matrix, known, seed),
        weighing=weigh(scores, given),
        right=share(int((said == given).sum()), n),
        near=share(int((abs(said - given) <= 1).sum()), n),
        usual=float(np.bincount(given).max() / n),
        by_level=accuracy(np.eye(len(kept), dtype=bool)[said], known, kept, f"cross-validated on {n:,} comments"),
        left_out=_left_out(coded, given_level, len(read), n),
    )


def _ordered(levels: Sequence[object]) -> dict[object, str]:
    """What each level is known by, and its name. ValueError where two are the same."""
    if isinstance(levels, str):
        several(levels, "levels")
    named = {_value(name): level(name) for name in levels}
    if len(named) < len(levels):
        raise ValueError(f"{len(levels)} levels were given, and only {len(named)} differ. Give each level once.")
    return named


def _matched(coded: Mapping[str, object], ordered: Mapping[object, str]) -> dict[str, str]:
    """The level of each comment of which one is known."""
    values = {key(comment, "a coded comment's id"): _value(value) for comment, value in coded.items()}
    if coded and all(blank(value) for value in coded.values()):
        return {}
    found = {comment: ordered[value] for comment, value in values.items() if value in ordered}
    if coded and not found:
        listed = ", ".join(f"“{name}”" for name in ordered.values()) or "none"
        told = f"None of the {len(coded):,} values coded is one of the levels ({listed})."
        raise ValueError(f"{told} Give the levels as they are coded.")
    return found


def _value(value: object) -> object:
    """What a level is matched by: a number by its value, whichever way it is written; other text as it stands."""
    text = level(value).strip()
    try:
        number = float(text)
    except ValueError:
        return text
    return number if math.isfinite(number) else text


def _left_out(coded: Mapping[str, object], matched: Mapping[str, str], read: int, used: int) -> Mapping[str, int]:
    empty = sum(blank(value) for value in coded.values())
    reasons = {
        "no level given": empty,
        "not one of the levels": len(coded) - empty - len(matched),
        "the comment has no text, or is not there": len(matched) - read,
        f"a level with fewer than {FEWEST} comments": read - used,
    }
    return {why: count for why, count in reasons.items() if count}


def weigh(scores: Floats, given: Integers) -> Weighing:
    """What weighs out-of-sample scores (comments × levels) best, from the levels that people gave."""
    from sklearn.linear_model import LogisticRegression

    spread = np.maximum(scores.std(axis=0), 1e-9)
    machine = LogisticRegression(max_iter=1000).fit(scores / spread, given)
    return Weighing(spread, machine, np.bincount(given, minlength=scores.shape[1]) / len(given))


def _unseen(scores: Floats, given: Integers, fold: Integers) -> NDArray[np.intp]:
    """The level of each comment, its scores weighed as the other folds' comments say."""
    said = np.zeros(len(given), dtype=np.intp)
    for held in range(int(fold.max()) + 1):
        said[fold == held] = weigh(scores[fold != held], given[fold != held])(scores[fold == held])
    return said
