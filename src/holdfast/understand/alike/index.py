"""An index of tellings: who else did something like this? Answers as somebody types, says why, and grows."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from holdfast.understand.alike.calibration import Curve, shipped
from holdfast.understand.alike.grams import Floats, Matrix
from holdfast.understand.alike.lexicon import Lexicon, shipped_lexicon
from holdfast.understand.alike.meanings import Meanings
from holdfast.understand.alike.nearness import Common
from holdfast.understand.alike.reasons import shared_ideas, shared_words
from holdfast.understand.alike.records import OFFLINE, Candidate, Others, Record, unlike
from holdfast.understand.alike.scoring import LABEL, LABELLED, NEAREST, above_background, dots, top, widened
from holdfast.understand.alike.telling import COLUMNS, feature_counts, labels_of, rarities, weigh_blocks, words_of
from holdfast.understand.alike.vectors import Embed as Embed
from holdfast.understand.alike.word_vectors import packaged

SMALL: Final = 2000
"""An index up to this size is made anew when a record is added, so that its rarities are right."""
SOME: Final = 500
"""Records added to a larger index that wait by themselves before they are put with the others."""
LIKELY: Final = 0.5
MOST_OTHERS: Final = 200


class Index:
    """Records by what they say. Build it with :meth:`build`; it is changed only by :meth:`add`."""

    def __init__(self, lexicon: Lexicon | None = None, embed: Embed | None = None, curve: Curve | None = None) -> None:
        self.lexicon = lexicon or shipped_lexicon()
        self.word_vectors = packaged()
        self.meanings = Meanings(embed)
        self.curve = curve or shipped(self.meanings.curve)
        self.made_by = OFFLINE + self.meanings.made_by
        self.records: list[Record] = []
        self.at: dict[str, int] = {}
        self.texts: list[str] = []
        self.labels: list[frozenset[str]] = []
        self.silent: list[int] = []
        self.holders: dict[str, array[int]] = {}
        self.idf: NDArray[np.float32] = np.full(COLUMNS, np.log(2.0), dtype=np.float32)
        self.by_feature: Matrix = sparse.csr_array(np.zeros((COLUMNS, 0), dtype=np.float32))
        self.waiting: list[Matrix] = []

    @classmethod
    def build(
        cls,
        records: Iterable[Record],
        lexicon: Lexicon | None = None,
        embed: Embed | None = None,
        curve: Curve | None = None,
    ) -> Index:
        """An index of ``records``; keys must differ.

        ``embed`` is a sentence embedding, off unless given; without one, word vectors that come with Holdfast serve.
        """
        index = cls(lexicon, embed, curve)
        for record in records:
            index._note(record)
        unlike(index.records)
        index.meanings.read([record.text for record in index.records])
        index.refresh()
        return index

    def __len__(self) -> int:
        return len(self.records)

    def add(self, record: Record) -> None:
        """One record more. It can be found at once; how rare words are is brought up to date by :meth:`refresh`."""
        if record.key in self.at:
            raise ValueError(f"the index already holds “{record.key}”: give every telling a key of its own")
        row = self.meanings.row(record.text)
        self._note(record)  # only now, so that a record that could not be embedded is not half in
        self.meanings.add(row)
        if len(self) <= SMALL:
            self.refresh()
            return
        self.waiting.append(self._row(self.texts[-1]))
        if len(self.waiting) >= SOME:
            self.settle()

    def refresh(self) -> None:
        """How rare each word is, and what embeddings have in common, from every record held now."""
        counts = feature_counts(self.texts, self.lexicon)
        self.idf = rarities(counts)
        self.by_feature = sparse.csr_array(weigh_blocks(counts, self.idf).T.tocsr())
        self.waiting = []
        self.meanings.refresh()

    def like(
        self, text: str, fields: Mapping[str, str] | None = None, k: int = 5, key: str = ""
    ) -> tuple[Candidate, ...]:
        """The ``k`` records most likely to tell of the same change, with reasons; fewer where nothing is shared.

        ``key`` is the telling's own where the index holds it already, so that it is not shown to itself.
        """
        question = Record(key, text, fields or {})
        scores, probability = self._judge(question)
        best = top(scores, k)
        return tuple(self._candidate(question, int(at), scores, probability) for at in best if scores[at] > 0)

    def others(
        self,
        text: str,
        fields: Mapping[str, str] | None = None,
        at_least: float = LIKELY,
        groups: Mapping[str, str] | None = None,
        key: str = "",
    ) -> Others:
        """How many others did something like this. ``groups`` gives the group of each record that people merged.

        ``key`` is the telling's own where the index holds it already; neither it nor its group is counted.
        """
        _, probability = self._judge(Record(key, text, fields or {}))
        best: dict[str, float] = {}
        for at in np.flatnonzero(probability >= 0.01):
            other = self.records[at].key
            group = (groups or {}).get(other, other)
            best[group] = max(best.get(group, 0.0), float(probability[at]))
        best.pop((groups or {}).get(key, key), None)
        keys = sorted((group for group, p in best.items() if p >= at_least), key=lambda group: -best[group])
        return Others(len(keys), tuple(keys[:MOST_OTHERS]), sum(best.values()), at_least, self.made_by)

    def evidence(self, question: Record, without: int | None = None) -> tuple[Floats, Floats]:
        """The score of every record and the evidence its probability rests on (records × the curve's names).

        ``without`` leaves one record out of the running: the question itself, where it is in the index already.
        """
        words = self._dots(question, without)
        labels = self._labels(labels_of(question.fields))
        scores = words + labels
        columns = [words, above_background(words), labels]
        near = self.meanings.near(question.text, self.silent)
        if near is not None:
            near[[] if without is None else without] = 0.0
            scores = words + LABELLED * labels + self.meanings.counts_for * near
            columns.append(near)
        return scores, np.column_stack(columns)

    def _judge(self, question: Record) -> tuple[Floats, Floats]:
        if not self.records:
            return np.zeros(0), np.zeros(0)
        own = self.at.get(question.key)
        scores, evidence = self.evidence(question, own)
        probability = self.curve.probability(evidence)
        if own is not None:
            scores[own] = probability[own] = 0.0
        return scores, probability

    def hold(
        self,
        records: Sequence[Record],
        by_feature: Matrix,
        idf: NDArray[np.float32],
        vectors: NDArray[np.float32] | None,
        common: Common | None,
    ) -> None:
        """Take up what an index made earlier held."""
        for record in records:
            self._note(record)
        self.by_feature, self.idf = by_feature, idf
        self.meanings.hold(vectors, common)

    def _note(self, record: Record) -> None:
        labels = labels_of(record.fields)
        for label in labels:
            self.holders.setdefault(label, array("q")).append(len(self.records))
        self.at[record.key] = len(self.records)
        if not record.text.strip():
            self.silent.append(len(self.records))
        self.records.append(record)
        self.texts.append(words_of(record))
        self.labels.append(labels)

    def _row(self, text: str) -> Matrix:
        return weigh_blocks(feature_counts([text], self.lexicon), self.idf)

    def settle(self) -> None:
        """Put the records that wait by themselves with the others."""
        if not self.waiting:
            return
        rows = sparse.vstack(self.waiting, format="csr")
        self.by_feature = sparse.csr_array(sparse.hstack([self.by_feature, rows.T.tocsr()], format="csr"))
        self.waiting = []

    def _dots(self, question: Record, without: int | None) -> Floats:
        asked = self._row(words_of(question))
        first = self._dot(asked.indices, asked.data)
        left_out = [] if without is None else [without]
        first[left_out] = 0.0
        nearest = [at for at in top(first, NEAREST) if first[at] > 0]
        if not nearest:
            return first
        rows = weigh_blocks(feature_counts([self.texts[at] for at in nearest], self.lexicon), self.idf)
        second = self._dot(*widened(asked, rows, first[nearest]))
        second[left_out] = 0.0
        return second

    def _dot(self, columns: NDArray[np.int32], weights: NDArray[np.float32]) -> Floats:
        settled = dots(self.by_feature, columns, weights)
        if not self.waiting:
            return settled
        row = sparse.csr_array((weights, (np.zeros(len(columns), dtype=np.int32), columns)), shape=(1, COLUMNS))
        waiting = sparse.vstack(self.waiting, format="csr") @ row.T
        return np.concatenate((settled, np.asarray(waiting.toarray(), dtype=np.float64).ravel()))

    def _labels(self, asked: frozenset[str]) -> Floats:
        out = np.zeros(len(self))
        for label in asked:
            holders = self.holders.get(label)
            if holders:
                at = np.frombuffer(holders, dtype=np.int64).copy()  # a view would forbid the array to grow
                out[at] += LABEL * np.log((2.0 + len(self)) / (1.0 + len(at)))
        return out

    def _candidate(self, question: Record, at: int, scores: Floats, probability: Floats) -> Candidate:
        asked = words_of(question)
        return Candidate(
            self.records[at].key,
            float(probability[at]),
            float(scores[at]),
            shared_words(asked, self.texts[at], self.idf),
            shared_ideas(asked, self.texts[at], self.lexicon, self.idf),
            tuple(sorted(labels_of(question.fields) & self.labels[at])),
            self.word_vectors.akin(question.text, self.records[at].text) if self.word_vectors else (),
            self.made_by,
        )
