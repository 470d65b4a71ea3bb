"""How like a telling every record of an index is: dots of features, what the nearest add, labels, and embeddings."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from holdfast.understand.alike.grams import Floats, Matrix
from holdfast.understand.alike.telling import GRAM_COLUMNS

LARGE: Final = 5000
NEAREST: Final = 3
"""Records whose words widen the question (pseudo-relevance feedback, Rocchio 1971)."""
WIDENED: Final = 0.6
WIDEST: Final = 160
"""Features kept of a widened question."""
LABEL: Final = 0.05
"""What one shared label counts for, times the log of how rare it is."""
VECTORED, EMBEDDED = 2.0, 4.0
"""What nearness counts for beside the words: of two sums of word vectors, and of two embeddings of sentences."""
LABELLED: Final = 2.0
"""How many times more labels count for where there are vectors, beside which they would be few."""
BACKGROUND: Final = slice(8, 24)
"""Ranks whose mean score says how like this telling records are that are not of the same change."""
NAMES: Final = ("score", "above background", "labels")
VECTOR_NAMES: Final = (*NAMES, "meaning")


def dots(by_feature: Matrix, columns: NDArray[np.int32], weights: NDArray[np.float32]) -> Floats:
    """Dot of a question with every record; ``by_feature`` is features × records.

    Character sequences that more than an eighth of a large register holds are passed over: they tell nothing apart.
    """
    out = np.zeros(by_feature.shape[1])
    common = max(LARGE, by_feature.shape[1] // 8)
    for column, weight in zip(columns.tolist(), weights.tolist(), strict=True):
        start, end = by_feature.indptr[column], by_feature.indptr[column + 1]
        if column < GRAM_COLUMNS and end - start > common:
            continue
        out[by_feature.indices[start:end]] += weight * by_feature.data[start:end]
    return out


def top(scores: Floats, most: int) -> NDArray[np.int64]:
    """Where the ``most`` highest scores stand, the highest first and earlier records first among equals."""
    if most <= 0 or not len(scores):
        return np.zeros(0, dtype=np.int64)
    most = min(most, len(scores))
    bar = scores[np.argpartition(-scores, most - 1)[most - 1]]
    reaching = np.flatnonzero(scores >= bar)
    return np.asarray(reaching[np.argsort(-scores[reaching], kind="stable")[:most]], dtype=np.int64)


def widened(question: Matrix, nearest: Matrix, scores: Floats) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """The question's features with those of its nearest records added, weighed by how near they are."""
    rows = np.repeat(np.asarray(scores * WIDENED), np.diff(nearest.indptr))
    columns = np.concatenate((question.indices, nearest.indices))
    weights = np.concatenate((question.data, nearest.data * rows))
    distinct, place = np.unique(columns, return_inverse=True)
    total = np.bincount(place, weights=weights)
    strongest = np.argsort(-total, kind="stable")[:WIDEST]
    return distinct[strongest].astype(np.int32), total[strongest].astype(np.float32)


def above_background(scores: Floats) -> Floats:
    """Scores less the mean of those that come well after the best."""
    if len(scores) <= BACKGROUND.start:
        return np.asarray(scores - scores.min(initial=0.0), dtype=np.float64)
    best = -np.partition(-scores, min(BACKGROUND.stop, len(scores) - 1))[: BACKGROUND.stop]
    level = float(np.sort(best)[::-1][BACKGROUND.start :].mean())
    return np.asarray(scores - level, dtype=np.float64)
