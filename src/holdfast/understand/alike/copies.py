"""Copies: records that are one text, edited. Character and word evidence, weighed by a measured curve."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray

from holdfast.understand.alike.blocking import worth_comparing
from holdfast.understand.alike.calibration import Curve, shipped
from holdfast.understand.alike.edits import WIDTH, edit_distances
from holdfast.understand.alike.grams import Floats, gram_counts, plain
from holdfast.understand.alike.pair_evidence import Pairs, Register, cosines, evidence, register
from holdfast.understand.alike.records import Copies, Pair, Record, unlike

Near = list[tuple[int, int, float, float]]

LIKELY: Final = 0.4
FAINT: Final = ((0, -1.0), (10, 0.08), (15, 0.15), (20, 0.2), (30, 0.3), (60, 0.4))
"""Pairs with a smaller cosine are not looked at closely, by the shorter text's characters: long copies share more."""
SHORT: Final = 15
"""A slip can leave a text of fewer characters without a sequence of four in common; sequences of two find it."""
MOST: Final = 400_000
"""Pairs looked at closely, the most alike first; more are counted as left out."""
UNLIKE: Final = 0.2
"""A short pair with a smaller cosine is looked at closely only where few letters differ,"""
SLIPPED: Final = 0.5
"""which is no larger a share of the longer text than this."""
LONG_BUDGET: Final = 2e8
"""Of products for sequences of eight characters, which find most copies in a large register."""
COMMONPLACE: Final = 40
"""Two people may well write the same words when they are fewer characters than this."""
FULL_GROUP: Final = 30
"""Identical texts beyond this many are each tied to the first instead of to all."""


def copies(records: Iterable[Record], at_least: float = LIKELY, curve: Curve | None = None) -> Copies:
    """Pairs of records that are likely to be one text edited, from a whole register.

    Short texts that many share (“very good service”) are the same words without being copies, so identical short
    texts get one chance in as many as there are, and near ones are judged by how much they could tell. ValueError where
    two records have one key.
    """
    held = list(records)
    unlike(held)
    same: dict[str, list[int]] = defaultdict(list)
    for at, record in enumerate(held):
        same[plain(record.text)].append(at)
    empty = same.pop("", [])
    texts = list(same)
    curve = curve or shipped("copies")
    near, compared, left_out = _near(texts, curve, at_least)
    found = [*_identical(held, same, at_least), *_spread(held, list(same.values()), near)]
    found.sort(key=lambda pair: (-pair.probability, pair.first, pair.second))
    blank = tuple(held[at].key for at in empty)
    return Copies(tuple(found), len(held), compared, left_out, blank, curve.skill)


def close_pairs(texts: Sequence[str]) -> tuple[Register, Pairs, Floats, int]:
    """Pairs of distinct plain texts worth a close look, their cosines, and how many there was no room for."""
    counts = gram_counts(texts)
    few = gram_counts([text if len(text) < SHORT else "" for text in texts], 2)
    pairs = worth_comparing([gram_counts(texts, 8), counts, few], [LONG_BUDGET])
    held = register(texts, counts)
    cosine = cosines(held, pairs)
    lengths = np.array([len(text) for text in texts])
    shorter = np.minimum(lengths[pairs[:, 0]], lengths[pairs[:, 1]])
    starts, bars = (np.array(column) for column in zip(*FAINT, strict=True))
    near = np.flatnonzero(cosine >= bars[np.searchsorted(starts, shorter, side="right") - 1])
    near = near[~_unlike(texts, pairs[near], (shorter[near] < SHORT) & (cosine[near] < UNLIKE))]
    kept = np.sort(near[np.argsort(-cosine[near], kind="stable")[:MOST]])
    return held, pairs[kept], cosine[kept], len(near) - len(kept)


def _unlike(texts: Sequence[str], pairs: Pairs, doubtful: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which of the doubtful pairs are no slip of the finger, letter by letter."""
    both = [sorted((texts[i], texts[j]), key=len) for i, j in pairs[doubtful].tolist()]
    edits, _ = edit_distances([short for short, _ in both], [long for _, long in both])
    out = doubtful.copy()
    out[doubtful] = edits > SLIPPED * np.array([min(len(long), WIDTH) for _, long in both])
    return out


def _near(texts: Sequence[str], curve: Curve, at_least: float) -> tuple[Near, int, int]:
    held, pairs, cosine, left_out = close_pairs(texts)
    if not len(pairs):
        return [], 0, left_out
    probability = curve.probability_here(evidence(held, pairs, cosine))
    keep = probability >= at_least
    rows = zip(pairs[keep].tolist(), probability[keep].tolist(), cosine[keep].tolist(), strict=True)
    return [(i, j, p, c) for (i, j), p, c in rows], len(pairs), left_out


def _identical(held: Sequence[Record], same: dict[str, list[int]], at_least: float) -> Iterator[Pair]:
    for text, group in same.items():
        chance = 1.0 if len(text) >= COMMONPLACE or len(group) < 3 else 1.0 / (len(group) - 1)
        if len(group) < 2 or chance < at_least:
            continue
        small = len(group) <= FULL_GROUP
        for i, j in combinations(group, 2) if small else ((group[0], other) for other in group[1:]):
            yield Pair(held[i].key, held[j].key, chance, 1.0, _same_words(len(text), len(group)))


def _same_words(length: int, group: int) -> str:
    if length >= COMMONPLACE:
        return "the same words"
    return f"the same words, though few: {group} records have them"


def _spread(held: Sequence[Record], groups: list[list[int]], near: Near) -> Iterator[Pair]:
    """Pairs of distinct texts as pairs of records; a text that several records have stands for its first few."""
    for i, j, probability, cosine in near:
        for a in groups[i][:3]:
            for b in groups[j][:3]:
                first, second = sorted((held[a].key, held[b].key))
                yield Pair(first, second, probability, cosine, f"{cosine:.0%} of the character sequences alike")
