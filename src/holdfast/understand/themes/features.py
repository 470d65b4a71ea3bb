"""Words and runs of characters as numbers: TF-IDF of both, and what is known besides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from holdfast.understand.themes.records import Comment, tidy

Embed = Callable[[Sequence[str]], NDArray[np.float64]]
LONGEST: Final = 20_000
"""Characters of one comment that are learned from; more adds time and no theme."""
FEWEST_OF_A_FACT: Final = 5
"""Comments of which a fact must be true, and one of which it must not, before it is learned from."""
WORDS: Final = r"(?u)\b\w+\b"


class Features:
    """Words (1–2), characters inside words (2–5) and the given facts, learned on one set and applied to another.

    Characters carry misspellings and scripts written without spaces. Facts are held against their mean, so that one
    that was not seen in learning, or not given, counts as the average and not as a kind of its own. ``embed`` adds
    its vectors, scaled to length 1, as further columns.
    """

    def __init__(self, embed: Embed | None = None) -> None:
        self._embed = embed
        self.names: tuple[str, ...] = ()
        self._facts: dict[tuple[str, str], int] = {}

    def fit(self, comments: Sequence[Comment]) -> Any:
        """Learn the vocabulary; the comments' matrix (comments × features, sparse)."""
        from sklearn.feature_extraction.text import TfidfVectorizer

        least = 2 if len(comments) > 50 else 1
        shared = {"sublinear_tf": True, "min_df": least, "strip_accents": "unicode", "dtype": np.float64}
        self._words = TfidfVectorizer(ngram_range=(1, 2), token_pattern=WORDS, **shared)
        self._characters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), **shared)
        self._learn_facts(comments)
        texts = _texts(comments)
        parts = [_fitted(self._words, texts), _fitted(self._characters, texts), self._given(comments)]
        parts += self._vectors(texts)
        self.names = tuple(self._words.get_feature_names_out()) if parts[0].shape[1] else ()
        self._kept = [part.shape[1] > 0 for part in parts[:2]]
        return _beside(parts)

    def of(self, comments: Sequence[Comment]) -> Any:
        """Other comments in the same columns."""
        texts, (words, characters) = _texts(comments), self._kept
        parts = [self._given(comments), *self._vectors(texts)]
        if characters:
            parts.insert(0, self._characters.transform(texts))
        if words:
            parts.insert(0, self._words.transform(texts))
        return _beside(parts)

    def _vectors(self, texts: list[str]) -> list[Any]:
        from scipy import sparse

        if self._embed is None:
            return []
        vectors = np.asarray(self._embed(texts), dtype=np.float64)
        if vectors.ndim != 2 or len(vectors) != len(texts) or not np.isfinite(vectors).all():
            raise ValueError(
                f"The embedding gave {vectors.shape} for {len(texts)} texts; it must give one finite vector a text."
            )
        length = np.linalg.norm(vectors, axis=1, keepdims=True)
        return [sparse.csr_matrix(vectors / np.maximum(length, 1e-12))]

    def _learn_facts(self, comments: Sequence[Comment]) -> None:
        counted = Counter(fact for comment in comments for fact in comment.about)
        kept = sorted(fact for fact, count in counted.items() if FEWEST_OF_A_FACT <= count < len(comments))
        total: Counter[str] = Counter()
        for fact in kept:
            total[fact[0]] += counted[fact]
        self._facts = {fact: column for column, fact in enumerate(kept)}
        self._mean = np.array([counted[fact] / total[fact[0]] for fact in kept])
        self._alike = {name: np.array([fact[0] == name for fact in kept]) for name in total}

    def _given(self, comments: Sequence[Comment]) -> Any:
        """1 less the mean where the fact holds, less the mean where another of its name does, 0 where none is known."""
        from scipy import sparse

        table = np.zeros((len(comments), len(self._facts)))
        for row, comment in zip(table, comments, strict=True):
            for fact in comment.about:
                if fact in self._facts:
                    alike = self._alike[fact[0]]
                    row[alike] = -self._mean[alike]
            for fact in comment.about:
                if fact in self._facts:
                    row[self._facts[fact]] += 1
        return sparse.csr_matrix(table)


def _texts(comments: Sequence[Comment]) -> list[str]:
    return [tidy(comment.text[:LONGEST]) for comment in comments]


def _fitted(vectoriser: Any, texts: list[str]) -> Any:
    from scipy import sparse

    try:
        return vectoriser.fit_transform(texts)
    except ValueError:  # no word in any of the texts, or none that stands in two of them
        return sparse.csr_matrix((len(texts), 0))


def _beside(parts: list[Any]) -> Any:
    from scipy import sparse

    return sparse.hstack(parts).tocsr()
