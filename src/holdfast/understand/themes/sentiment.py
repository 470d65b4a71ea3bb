"""Sentiment on an ordered scale, never without how often it is right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from holdfast.understand.shares import Share, share
from holdfast.understand.themes.accuracy import Accuracy, accuracy
from holdfast.understand.themes.classify import Linear, out_of_fold, train
from holdfast.understand.themes.features import Features
from holdfast.understand.themes.folds import Integers, folds
from holdfast.understand.themes.learning import FEWEST, FOLDS
from holdfast.understand.themes.records import OFFLINE, Comment, tidy

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
    """

    levels: tuple[str, ...]
    features: Features
    linear: Linear
    weighing: Weighing
    right: Share
    near: Share
    usual: float
    by_level: Accuracy

    def feelings(self, comments: Sequence[Comment]) -> list[Feeling]:
        """A level for each comment that has text."""
        held = [comment for comment in comments if tidy(comment.text)]
        if not held:
            return []
        best = self.weighing(self.linear.scores(self.features.of(held)))
        return [Feeling(comment.id, self.levels[i]) for comment, i in zip(held, best, strict=True)]


def learn_sentiment(
    comments: Sequence[Comment], coded: Mapping[str, str], levels: Sequence[str], seed: int = 0
) -> SentimentModel | None:
    """A model from people's coding of each comment (comment → level), or None where too few were coded.

    ``levels`` gives the levels from one end to the other; those with fewer than ``FEWEST`` comments are left out.
    """
    used = [c for c in comments if tidy(c.text) and coded.get(c.id) in levels]
    counted = {level: sum(coded[c.id] == level for c in used) for level in levels}
    kept = tuple(level for level in levels if counted[level] >= FEWEST)
    used = [comment for comment in used if coded[comment.id] in kept]
    if len(kept) < 2:
        return None
    given = np.array([kept.index(coded[comment.id]) for comment in used])
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
    )


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
