"""One telling as weighted features: word stems, ideas and character sequences side by side in one row."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from holdfast.understand.alike.grams import BITS, Matrix, gram_counts, plain
from holdfast.understand.alike.lexicon import Lexicon
from holdfast.understand.alike.records import Record
from holdfast.understand.alike.stems import STOP, stem

GRAM_COLUMNS: Final = 1 << 18
STEM_COLUMNS: Final = 1 << 20
IDEA_COLUMNS: Final = 1 << 12
COLUMNS: Final = GRAM_COLUMNS + STEM_COLUMNS + IDEA_COLUMNS
BLOCKS: Final = ((0, GRAM_COLUMNS), (GRAM_COLUMNS, GRAM_COLUMNS + STEM_COLUMNS), (GRAM_COLUMNS + STEM_COLUMNS, COLUMNS))
SHARES: Final = (0.3, 1.0, 0.6)
"""What character sequences, stems and ideas count for; chosen on half of the made-up tellings."""
WORDS_OF_A_LABEL: Final = 4
"""A field of no more words than this is a label to be matched whole; a longer one is part of the telling."""

Floats = NDArray[np.float64]


def words_of(record: Record) -> str:
    """Everything the telling says: its text, then the fields that are sentences."""
    said = [value for value in record.fields.values() if len(value.split()) > WORDS_OF_A_LABEL]
    return plain(" ".join((record.text, *said)))


def labels_of(fields: Mapping[str, str]) -> frozenset[str]:
    """The fields that are labels, as “name=value” in small letters."""
    short = ((name, plain(value)) for name, value in fields.items() if len(value.split()) <= WORDS_OF_A_LABEL)
    return frozenset(f"{plain(name)}={value}" for name, value in short if value)


@lru_cache(maxsize=200_000)
def column_of(word: str) -> int:
    return GRAM_COLUMNS + zlib.crc32(word.encode("utf-8", "surrogatepass")) % STEM_COLUMNS


def stems_in(text: str) -> tuple[str, ...]:
    """Every word of a plain text, cut to its stem, common words too (phrases need them)."""
    return tuple(stem(word) for word in text.split())


def telling_stems(text: str) -> tuple[str, ...]:
    """The stems that carry meaning."""
    return tuple(stem(word) for word in text.split() if word not in STOP)


def feature_counts(texts: Sequence[str], lexicon: Lexicon) -> Matrix:
    """Counts of every feature: plain texts × COLUMNS, float32."""
    grams = _folded(gram_counts(texts))
    columns: list[int] = []
    counts: list[int] = []
    starts = [0]
    first_idea = GRAM_COLUMNS + STEM_COLUMNS
    for text in texts:
        held = Counter(column_of(word) for word in telling_stems(text))
        held.update(first_idea + idea for idea in lexicon.ideas(stems_in(text)))
        columns.extend(held)
        counts.extend(held.values())
        starts.append(len(columns))
    shape = (len(texts), COLUMNS)
    said = sparse.csr_array(
        (np.array(counts, dtype=np.float32), np.array(columns, dtype=np.int32), np.array(starts, dtype=np.int32)),
        shape=shape,
    )
    return sparse.csr_array(grams + said)


def _folded(grams: Matrix) -> Matrix:
    """Character sequences in fewer buckets, so that an index of them stays small."""
    assert GRAM_COLUMNS <= 1 << BITS
    folded = sparse.csr_array(
        (grams.data, grams.indices & (GRAM_COLUMNS - 1), grams.indptr), shape=(grams.shape[0], COLUMNS)
    )
    folded.sum_duplicates()
    return folded


def weigh_blocks(counts: Matrix, idf: NDArray[np.float32]) -> Matrix:
    """Damped counts times rarity; within each row every block has length √share, so dots add up as the shares say."""
    data = (1.0 + np.log(counts.data)) * idf[counts.indices]
    rows = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
    for (start, end), share in zip(BLOCKS, SHARES, strict=True):
        inside = (counts.indices >= start) & (counts.indices < end)
        squares = np.bincount(rows[inside], weights=data[inside] ** 2, minlength=counts.shape[0])
        scale = np.where(squares > 0, np.sqrt(share / np.where(squares > 0, squares, 1.0)), 0.0)
        data[inside] *= scale[rows[inside]]
    return sparse.csr_array((data.astype(np.float32), counts.indices, counts.indptr), shape=counts.shape)


def rarities(counts: Matrix) -> NDArray[np.float32]:
    """How rare each feature is among the rows; above nothing even when there are no rows."""
    held = np.bincount(counts.indices, minlength=COLUMNS)
    return np.asarray(np.log((2.0 + counts.shape[0]) / (1.0 + held)), dtype=np.float32)
