"""Themes nobody has named yet, as proposals for a person: groups of comments, their words, and how stable they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from holdfast.understand.themes.features import Embed
from holdfast.understand.themes.records import Comment, maker, tidy

Floats = NDArray[np.float64]
Integers = NDArray[np.intp]
TERMS: Final = 8
FEWEST: Final = 20
"""Different comments below which nothing is proposed."""
RERUNS: Final = 4


@dataclass(frozen=True)
class Proposal:
    """A group of comments that may be a theme: it is one when a person names it, and not before.

    ``stability`` is the mean share of its members (Jaccard) that the likeliest group of a run on other comments, drawn
    from the same, has in common with it: below about 0.5 it will look different next time. ``examples`` are the ids
    of the comments nearest its middle.
    """

    terms: tuple[str, ...]
    comments: tuple[str, ...]
    examples: tuple[str, ...]
    stability: float
    made_by: str


def discover(
    comments: Sequence[Comment],
    groups: int = 12,
    how: Literal["nmf", "k-means"] = "nmf",
    embed: Embed | None = None,
    seed: int = 0,
) -> list[Proposal]:
    """Up to ``groups`` proposals, the most stable first. With ``embed``, k-means on its vectors.

    Texts that repeat count once, so that a stock phrase is not a theme. Empty where there is too little to group.
    """
    texts: dict[str, str] = {}
    for comment in sorted(comments, key=lambda c: c.id):
        texts.setdefault(tidy(comment.text).casefold(), comment.id)
    texts.pop("", None)
    words = list(texts)
    if len(words) < FEWEST:
        return []
    counted, names = _counted(words)
    if counted is None:
        return []
    space = counted if embed is None else np.asarray(embed(words), dtype=np.float64)
    method = "k-means" if embed is not None else how
    groups = max(2, min(groups, len(words) // 10))
    near = _near(space, groups, method, seed)
    member = near.argmax(axis=1)
    stable = _stability(space, member, groups, method, seed)
    ids = list(texts.values())
    found = [
        _proposal(g, near, member, ids, counted, names, stable[g], maker(embed))
        for g in range(groups)
        if (member == g).any()
    ]
    return sorted(found, key=lambda p: (-p.stability, -len(p.comments), p.terms))


def _counted(words: list[str]) -> tuple[Any, Any]:
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, TfidfVectorizer

    stop = sorted(ENGLISH_STOP_WORDS)
    vectoriser = TfidfVectorizer(ngram_range=(1, 2), min_df=3, max_df=0.3, sublinear_tf=True, stop_words=stop)
    try:
        counted = vectoriser.fit_transform(words)
    except ValueError:  # no word stands in three of them
        return None, None
    return counted, vectoriser.get_feature_names_out()


def _near(space: Any, groups: int, method: str, seed: int) -> Floats:
    """How near each comment is to each group (comments × groups), higher nearer."""
    if method == "nmf":
        from sklearn.decomposition import NMF

        parts = NMF(groups, init="nndsvd", max_iter=300, tol=1e-3, random_state=seed).fit_transform(space)
        return np.asarray(parts / np.maximum(parts.max(axis=0), 1e-12), dtype=np.float64)
    from sklearn.cluster import KMeans
    from sklearn.decomposition import TruncatedSVD
    from sklearn.preprocessing import normalize

    if not isinstance(space, np.ndarray):
        space = TruncatedSVD(min(100, space.shape[1] - 1), random_state=seed).fit_transform(space)
    vectors = normalize(space)
    return -np.asarray(KMeans(groups, n_init=4, random_state=seed).fit(vectors).transform(vectors), dtype=np.float64)


def _stability(space: Any, member: Integers, groups: int, method: str, seed: int) -> Floats:
    """Mean best Jaccard likeness of each group to the groups of runs on random four fifths (Hennig 2007)."""
    rng, total = np.random.default_rng(seed), np.zeros(groups)
    for run in range(RERUNS):
        rows = np.sort(rng.choice(len(member), int(0.8 * len(member)), replace=False))
        again, here = _near(space[rows], groups, method, seed + run + 1).argmax(axis=1), member[rows]
        both = np.zeros((groups, groups))
        np.add.at(both, (here, again), 1.0)
        either = both.sum(1, keepdims=True) + both.sum(0, keepdims=True) - both
        total += (both / np.maximum(either, 1.0)).max(axis=1)
    return total / RERUNS


def _proposal(
    group: int,
    near: Floats,
    member: Integers,
    ids: list[str],
    counted: Any,
    names: Any,
    stability: float,
    made_by: str,
) -> Proposal:
    inside = member == group
    lead = np.asarray(counted[inside].mean(axis=0)).ravel() - np.asarray(counted[~inside].mean(axis=0)).ravel()
    terms = tuple(str(names[i]) for i in np.argsort(-lead, kind="stable")[:TERMS] if lead[i] > 0)
    rows = np.flatnonzero(inside)
    nearest = rows[np.argsort(-near[rows, group], kind="stable")]
    here = tuple(ids[i] for i in nearest)
    return Proposal(terms, here, here[:5], float(stability), made_by)
