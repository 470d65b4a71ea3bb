"""Which comment is most worth a person's time next: the ones the model is least sure of, not all alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from holdfast.understand.arriving import key
from holdfast.understand.themes.features import Features
from holdfast.understand.themes.learning import ThemeModel
from holdfast.understand.themes.records import Comment, once, same_words, tidy

Floats = NDArray[np.float64]
SOFT: Final = 1.0
"""How fast doubt falls with distance from a theme's threshold, in log odds."""
ALIKE: Final = 0.5
"""Likeness to a comment already asked about at which its doubt counts half."""
MEMORY: Final = 500
"""Coded comments that others are held against before anything is learned."""
POOL: Final = 20_000
"""Comments looked at; of more, an even sample."""


@dataclass(frozen=True)
class Ask:
    """A comment to code next, the theme most in doubt, and how much is hoped to be learned (higher is more)."""

    comment: str
    theme: str
    worth: float
    reason: str


def ask_next(
    model: ThemeModel,
    comments: Sequence[Comment],
    coded: Collection[str],
    most: int = 10,
    seed: int = 0,
    chance: float = 0.5,
) -> list[Ask]:
    """Up to ``most`` comments that nobody has coded, most useful first, one of each text.

    Before anything is learned they are spread over the texts there are. Afterwards a comment is worth the doubt about
    its themes (each theme's distance from its threshold), less the more it is like one already on the list. Words that
    many comments repeat are worth more, since whoever codes one of them has coded them all.

    A share ``chance`` of them is drawn by chance once something is learned. Doubtful comments alone would teach the
    model that there are no others: asking by doubt alone was measured to do worse than chance, and half of each to do
    better than either.
    """
    comments, coded = once(comments), {key(comment, "a coded comment's id") for comment in coded}
    waiting = _waiting(comments, coded, seed)
    said = Counter(same_words(comment) for comment in comments)
    if not waiting:
        return []
    if model.machine is None:
        done = [comment for comment in comments if comment.id in coded and tidy(comment.text)]
        matrix, worth = _unlike(waiting, done)
        themes, reason = np.zeros(len(waiting), dtype=np.intp), "nothing is learned yet: unlike the others asked about"
        names: tuple[str, ...] = ("",)
    else:
        features, names = model.machine.features, model.learned
        every = features.of(waiting)
        matrix = every[:, : features.read]
        worth, themes = doubt(model.probabilities(waiting, every), model.machine.cuts)
        reason = "the model is unsure of this theme"
    repeats = np.array([said[same_words(comment)] for comment in waiting], dtype=np.float64)
    most = min(most, len(waiting))
    rng = np.random.default_rng([seed, len(coded)])
    drawn = _drawn(repeats, round(chance * most) if model.machine is not None else 0, rng)
    worth = np.where(np.isin(np.arange(len(waiting)), drawn), -np.inf, worth * (1 + np.log(repeats)))
    chosen = spread(matrix, worth, most - len(drawn))
    asked = [Ask(waiting[i].id, names[themes[i]], float(worth[i]), reason) for i in chosen]
    return asked + [
        Ask(waiting[i].id, names[themes[i]], 0.0, "drawn by chance, to keep the measure fair") for i in drawn
    ]


def _drawn(repeats: Floats, count: int, rng: np.random.Generator) -> list[int]:
    """Rows drawn by chance, each as likely as its words are said."""
    if count == 0:
        return []
    return [int(i) for i in rng.choice(len(repeats), count, replace=False, p=repeats / repeats.sum())]


def doubt(probability: Floats, cuts: Floats) -> tuple[Floats, NDArray[np.intp]]:
    """How much each comment (n) is in doubt over all themes, and the theme most in doubt.

    A theme's doubt is 1 at its threshold and falls to 0 with the log odds away from it. Comments that no theme reaches
    count as in doubt too: they may hold one that is rare.
    """
    p = np.clip(probability, 1e-6, 1 - 1e-6)
    away = (logit(p) - logit(np.clip(cuts, 1e-6, 1 - 1e-6))) / SOFT
    each = 4 * expit(away) * expit(-away)
    nothing = 1 - (away > 0).any(axis=1)
    return np.asarray(each.sum(axis=1) + 0.5 * nothing, dtype=np.float64), each.argmax(axis=1)


def _unlike(waiting: list[Comment], done: list[Comment]) -> tuple[Any, Floats]:
    """What the waiting comments say, as numbers, and a worth that falls with their likeness to any that is coded."""
    features = Features()
    matrix = features.fit(waiting)[:, : features.read]
    if not done:
        return matrix, np.ones(len(waiting))
    coded = features.of(done[-MEMORY:])[:, : features.read]
    like = (matrix @ coded.T).multiply(1 / np.maximum(_size(matrix)[:, None] * _size(coded)[None, :], 1e-12))
    return matrix, 1 / (1 + (np.asarray(like.max(axis=1).toarray()).ravel() / ALIKE) ** 2)


def _size(matrix: Any) -> Floats:
    return np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1), dtype=np.float64).ravel())


def spread(matrix: Any, worth: Floats, most: int) -> list[int]:
    """Rows by worth, each choice lowering the worth of those like it (cosine of ``matrix``'s rows)."""
    size = _size(matrix)
    left, chosen = worth.copy(), []
    for _ in range(most):
        best = int(np.argmax(left))
        if not np.isfinite(left[best]):
            break
        chosen.append(best)
        like = np.asarray((matrix @ matrix[best].T).toarray()).ravel() / np.maximum(size * size[best], 1e-12)
        left = left / (1 + (np.clip(like, 0, 1) / ALIKE) ** 2)
        left[best] = -np.inf
    return chosen


def _waiting(comments: Sequence[Comment], coded: set[str], seed: int) -> list[Comment]:
    """Comments with text that nobody has coded, one of each text and none whose text has been coded."""
    seen = {same_words(comment) for comment in comments if comment.id in coded} | {""}
    found = []
    for comment in sorted(comments, key=lambda c: c.id):
        text = same_words(comment)
        if comment.id not in coded and text not in seen:
            seen.add(text)
            found.append(comment)
    if len(found) <= POOL:
        return found
    return [found[i] for i in np.sort(np.random.default_rng(seed).choice(len(found), POOL, replace=False))]
