"""Comments as numbers: TF-IDF of words and of runs of characters, length, and what is known besides."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from holdfast.understand.themes.given import Facts, lengths
from holdfast.understand.themes.records import Comment, tidy

Embed = Callable[[Sequence[str]], NDArray[np.float64]]
LONGEST: Final = 20_000
"""Characters of one comment that are learned from; more adds time and no theme."""
WORDS: Final = r"(?u)\b\w+\b"


class Features:
    """Words (1–2), characters inside words (2–5), length and the given facts, learned on one set, applied to another.

    Characters carry misspellings and scripts written without spaces. Words count once more under each fact that
    holds: “nothing” means one thing where the question was what was good, and another where it was what to improve.
    ``embed`` adds its vectors, scaled to length 1, as further columns. The first ``read`` columns are the words,
    named in ``names``, and the characters.
    """

    def __init__(self, embed: Embed | None = None) -> None:
        self._embed = embed
        self.names: tuple[str, ...] = ()
        self.read = 0

    def fit(self, comments: Sequence[Comment]) -> Any:
        """Learn the vocabulary; the comments' matrix (comments × features, sparse)."""
        from sklearn.feature_extraction.text import TfidfVectorizer

        least = 2 if len(comments) > 50 else 1
        shared = {"sublinear_tf": True, "min_df": least, "strip_accents": "unicode", "dtype": np.float64}
        self._words = TfidfVectorizer(ngram_range=(1, 2), token_pattern=WORDS, **shared)
        self._characters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), **shared)
        self._facts = Facts(comments)
        texts = _texts(comments)
        parts = [_fitted(self._words, texts), _fitted(self._characters, texts)]
        self._kept = [part.shape[1] > 0 for part in parts]
        self.read = sum(part.shape[1] for part in parts)
        self.names = tuple(self._words.get_feature_names_out()) if self._kept[0] else ()
        self._single = np.array([" " not in name for name in self.names], dtype=bool)
        pairs = self._facts.learn_pairs(comments, self._singles(parts[0])) if self._kept[0] else []
        return _beside([*parts, *self._besides(comments, texts), *pairs])

    def of(self, comments: Sequence[Comment]) -> Any:
        """Other comments in the same columns."""
        texts, (words, characters) = _texts(comments), self._kept
        parts = [self._words.transform(texts)] if words else []
        pairs = self._facts.pairs(comments, self._singles(parts[0])) if words else []
        parts += [self._characters.transform(texts)] if characters else []
        return _beside([*parts, *self._besides(comments, texts), *pairs])

    def _besides(self, comments: Sequence[Comment], texts: list[str]) -> list[Any]:
        return [lengths(texts), self._facts.table(comments), *self._vectors(texts)]

    def _singles(self, words: Any) -> Any:
        """Single words alone, each comment's scaled to length 1 again."""
        from sklearn.preprocessing import normalize

        return normalize(words[:, self._single])

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
