"""What speaks for two texts being one text edited: numbers for many pairs at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from holdfast.understand.alike.edits import WIDTH, edit_distances
from holdfast.understand.alike.grams import Floats, Matrix, rarity, weigh

NAMES: Final = (
    "cosine", "contained", "shared", "length ratio", "cosine × shared", "contained × shared", "cosine × contained",
    "cosine squared", "edits share", "edits inside share", "edits", "edits inside", "edits inside × length",
    "known words changed", "known words added", "both sides have words of their own", "known words shared",
    "fewer that are nearer", "more that are nearer", "fewer about as near", "more about as near", "length",
)  # fmt: skip
"""The columns of the evidence, in order."""
KNOWN_IN: Final = 3
"""A word that this many texts hold is a word; one in fewer may be a slip."""
AS_IF: Final = 4000
"""A smaller register is judged as if it were a sample of one this large, which is what the curve was fitted on."""
ABOUT: Final = 0.8
"""A text whose cosine is at least this share of a pair's is about as near."""
_SLICE: Final = 40_000

Pairs = NDArray[np.int64]


@dataclass(frozen=True)
class Register:
    """Plain texts with their character and word weights, made once and read for every pair."""

    texts: Sequence[str]
    grams: Matrix
    """texts × sequences, rows of length one."""
    norms: Floats
    """Length of each row before it was made one."""
    words: Matrix
    """texts × known words, rarity where the text holds the word."""


def register(texts: Sequence[str], counts: Matrix) -> Register:
    """The weights of ``texts``, whose counts of character sequences are ``counts``."""
    idf = rarity(counts, max(len(texts), AS_IF))
    rows = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
    squared = ((1.0 + np.log(counts.data)) * idf[counts.indices]) ** 2
    norms = np.sqrt(np.bincount(rows, weights=squared, minlength=len(texts)))
    return Register(texts, weigh(counts, idf), norms, _known_words(texts))


def cosines(held: Register, pairs: Pairs) -> Floats:
    """Cosine of the two texts of each pair."""
    return _dots(held.grams, held.grams, pairs)


def evidence(held: Register, pairs: Pairs, cosine: Floats) -> Floats:
    """pairs × NAMES. ``cosine`` is what :func:`cosines` gave for the same pairs."""
    first, second = pairs.T
    norm, other = held.norms[first], held.norms[second]
    contained = np.minimum(1.0, cosine * np.maximum(norm, other) / np.maximum(np.minimum(norm, other), 1e-9))
    shared = np.log1p(cosine * norm * other)
    lengths = np.array([len(text) for text in held.texts], dtype=np.float64)
    shorter = np.maximum(np.minimum(lengths[first], lengths[second]), 1)
    ratio = np.log(np.maximum(lengths[first], lengths[second]) / shorter)
    looks = (cosine, contained, shared, ratio, cosine * shared, contained * shared, cosine * contained, cosine**2)
    told = (*_edits(held.texts, pairs), *_word_changes(held.words, pairs), *_crowd(len(held.texts), pairs, cosine))
    return np.column_stack((*looks, *told, np.log(shorter)))


def _crowd(texts: int, pairs: Pairs, cosine: Floats) -> tuple[Floats, ...]:
    """How many other texts are nearer to one of a pair, or about as near: what many say is said by nobody's copy.

    Each text's partners stand in one sorted array, nearest first, so that counting is looking up a place.
    """
    text = np.concatenate((pairs[:, 0], pairs[:, 1])).astype(np.float64)
    near = np.minimum(1.0, np.concatenate((cosine, cosine)))
    place = np.sort(text + (1.0 - near) / 4)
    start = np.searchsorted(place, np.arange(texts) - 0.25)[text.astype(np.int64)]
    nearer = np.searchsorted(place, text + (1.0 - near) / 4 - 1e-6) - start
    about = np.searchsorted(place, text + (1.0 - ABOUT * near) / 4 + 1e-6) - start - nearer - 1
    counts = [np.log1p(np.maximum(0, count).reshape(2, -1)) for count in (nearer, about)]
    return tuple(which(*count) for count in counts for which in (np.minimum, np.maximum))


def _edits(texts: Sequence[str], pairs: Pairs) -> tuple[Floats, ...]:
    both = [sorted((texts[i], texts[j]), key=len) for i, j in pairs.tolist()]
    shorter, longer = [pair[0] for pair in both], [pair[1] for pair in both]
    whole, inside = edit_distances(shorter, longer)
    short = np.array([max(1, min(len(text), WIDTH)) for text in shorter], dtype=np.float64)
    long = np.array([max(1, min(len(text), WIDTH)) for text in longer], dtype=np.float64)
    share = inside / short
    return whole / long, share, np.minimum(whole, 15.0), np.minimum(inside, 15.0), share * np.log(short)


def _word_changes(words: Matrix, pairs: Pairs) -> tuple[Floats, ...]:
    """Two people's own words differ by real words on both sides; a slip or a cut does not."""
    held = words.copy()
    held.data = np.ones_like(held.data)
    weight, number = (np.asarray(m.sum(axis=1), dtype=np.float64).ravel() for m in (words, held))
    shared, count = _dots(held, words, pairs), _dots(held, held, pairs)
    first, second = pairs.T
    own, others = weight[first] - shared, weight[second] - shared
    both = np.minimum(number[first] - count, number[second] - count) > 0.5
    return np.minimum(own, others), np.maximum(own, others), both.astype(np.float64), np.log1p(np.maximum(shared, 0))


def _dots(left: Matrix, right: Matrix, pairs: Pairs) -> Floats:
    parts = [
        np.asarray(left[some[:, 0]].multiply(right[some[:, 1]]).sum(axis=1), dtype=np.float64).ravel()
        for some in (pairs[at : at + _SLICE] for at in range(0, len(pairs), _SLICE))
    ]
    return np.concatenate(parts) if parts else np.zeros(0)


def _known_words(texts: Sequence[str]) -> Matrix:
    held = [set(text.split()) for text in texts]
    texts_with = Counter(word for words in held for word in words)
    number = {word: at for at, word in enumerate(w for w, count in texts_with.items() if count >= KNOWN_IN)}
    idf = np.array(
        [np.log((1 + max(len(texts), AS_IF)) / (1 + texts_with[word])) for word in number] or [0.0], dtype=np.float32
    )
    rows = [[number[word] for word in words if word in number] for words in held]
    starts = np.concatenate(([0], np.cumsum([len(row) for row in rows]))).astype(np.int32)
    columns = np.array([at for row in rows for at in row], dtype=np.int32)
    return sparse.csr_array((idf[columns], columns, starts), shape=(len(texts), len(idf)))
