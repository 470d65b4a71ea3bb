"""What is known of comments besides their words: facts held against their mean, words under each fact, length."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from holdfast.understand.themes.records import Comment

Floats = NDArray[np.float64]
FEWEST_OF_A_FACT: Final = 5
"""Comments of which a fact must be true, and one of which it must not, before it is learned from."""
MOST_PAIRED: Final = 20
"""Facts under which words are held apart: the commonest, so that many facts do not multiply the columns."""
PAIRED: Final = 0.7
"""Weight of a word under a fact, beside 1 for the word itself."""
LENGTHS: Final = (2, 5, 10, 20, 40, 80, 160, 320, 640, 1280)
"""Characters above which a comment counts as longer still."""
STEP: Final = 0.3
"""Weight of one such step. Scaling each comment to one length loses how much was said; this puts it back."""


class Facts:
    """The facts that enough comments share, learned on one set and applied to another.

    One that was not seen in learning, or not given, counts as the average and not as a kind of its own.
    """

    def __init__(self, comments: Sequence[Comment]) -> None:
        counted = Counter(fact for comment in comments for fact in comment.about)
        kept = sorted(fact for fact, count in counted.items() if FEWEST_OF_A_FACT <= count < len(comments))
        total: Counter[str] = Counter()
        for fact in kept:
            total[fact[0]] += counted[fact]
        self._column = {fact: column for column, fact in enumerate(kept)}
        self._mean = np.array([counted[fact] / total[fact[0]] for fact in kept])
        self._alike = {name: np.array([fact[0] == name for fact in kept]) for name in total}
        commonest = sorted(kept, key=lambda fact: (-counted[fact], fact))[:MOST_PAIRED]
        self._paired = sorted(self._column[fact] for fact in commonest)
        self._pairs: list[NDArray[np.intp]] = []

    def table(self, comments: Sequence[Comment]) -> Any:
        """1 less the mean where the fact holds, less the mean where another of its name does, 0 where none is known."""
        from scipy import sparse

        table = np.zeros((len(comments), len(self._column)))
        for row, comment in zip(table, comments, strict=True):
            for fact in comment.about:
                if fact in self._column:
                    alike = self._alike[fact[0]]
                    row[alike] = -self._mean[alike]
            row[self._holding(comment)] += 1
        return sparse.csr_matrix(table)

    def learn_pairs(self, comments: Sequence[Comment], words: Any) -> list[Any]:
        """The words (comments × words) again under each fact; only those that two comments share are kept."""
        apart = self._apart(comments, words)
        self._pairs = [np.flatnonzero(np.bincount(part.indices, minlength=words.shape[1]) > 1) for part in apart]
        return [part[:, kept] for part, kept in zip(apart, self._pairs, strict=True)]

    def pairs(self, comments: Sequence[Comment], words: Any) -> list[Any]:
        """The same columns of other comments."""
        return [part[:, kept] for part, kept in zip(self._apart(comments, words), self._pairs, strict=True)]

    def _apart(self, comments: Sequence[Comment], words: Any) -> list[Any]:
        from scipy import sparse

        holds = np.zeros((len(comments), len(self._column)))
        for row, comment in zip(holds, comments, strict=True):
            row[self._holding(comment)] = PAIRED
        found = [sparse.diags(holds[:, fact]) @ words for fact in self._paired]
        for part in found:
            part.eliminate_zeros()
        return found

    def _holding(self, comment: Comment) -> list[int]:
        return sorted({self._column[fact] for fact in comment.about if fact in self._column})


def lengths(texts: Sequence[str]) -> Any:
    """How long each text is, as steps passed (texts × steps, sparse)."""
    from scipy import sparse

    passed = np.array([len(text) for text in texts], dtype=np.intp)[:, None] > np.array(LENGTHS)
    return sparse.csr_matrix(passed * STEP)
