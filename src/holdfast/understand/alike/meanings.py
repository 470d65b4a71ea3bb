"""What tellings mean, one vector each: by a sentence embedding of one's own, else by word vectors that come with us."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from holdfast.understand.alike.grams import Floats
from holdfast.understand.alike.nearness import Common, Rows, common_to, joined, nearness
from holdfast.understand.alike.scoring import EMBEDDED, VECTORED
from holdfast.understand.alike.vectors import Embed, embedded
from holdfast.understand.alike.word_vectors import packaged


class Meanings:
    """The vectors of an index's records, in its order. Where there is nothing to make them with, there are none."""

    def __init__(self, given: Embed | None) -> None:
        self.embed: Embed | None = given or packaged()
        self.counts_for = EMBEDDED if given else VECTORED
        self.curve = "embedded" if given else "offline" if self.embed else "words"
        self.common: Common | None = None
        self._room: Rows = np.zeros((0, 0), dtype=np.float32)
        self._count = 0

    @property
    def made_by(self) -> str:
        """How results say it; empty where there are no vectors."""
        return f" and {getattr(self.embed, 'made_by', 'an embedding of your own')}" if self.embed else ""

    @property
    def vectors(self) -> Rows | None:
        """One row a record; None before the first."""
        return self._room[: self._count] if self._count else None

    def read(self, texts: Sequence[str]) -> None:
        """The vectors of all the records at once."""
        if self.embed and texts:
            self.hold(embedded(self.embed, texts), None)

    def row(self, text: str) -> Rows | None:
        """The vector of one more telling (1 × D), which :meth:`add` takes. ValueError where it can have none."""
        return embedded(self.embed, [text], self.vectors) if self.embed else None

    def add(self, row: Rows | None) -> None:
        """One record more. Rows are copied only when the room for them doubles."""
        if row is None:
            return
        if self._count == len(self._room):
            more = np.empty((max(self._count, 16), row.shape[1]), dtype=np.float32)
            self._room = np.concatenate((self._room, more)) if self._count else more
        self._room[self._count] = row[0]
        self._count += 1
        self.common = joined(self.common, row) if self.common else None

    def refresh(self) -> None:
        """What is common to all, from every record held now."""
        self.common = None if self.vectors is None else common_to(self.vectors)

    def near(self, text: str, silent: Sequence[int]) -> Floats | None:
        """How near ``text`` is to every record, nought for the ``silent``; None where there are no vectors."""
        asked = self.row(text) if self.vectors is not None and self.common else None
        if asked is None or self.vectors is None or self.common is None:
            return None
        near = nearness(self.vectors, self.common, asked[0]) * asked.any()
        near[list(silent)] = 0.0
        return near

    def hold(self, vectors: Rows | None, common: Common | None) -> None:
        """Take up vectors that were made earlier."""
        self._room = np.zeros((0, 0), dtype=np.float32) if vectors is None else vectors
        self._count, self.common = len(self._room), common
