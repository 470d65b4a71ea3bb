"""Texts to weighted character sequences, all at once over one long array of characters."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Matrix = sparse.csr_array

SIZE: Final = 4
"""Characters in a sequence: three miss the order of short words, five lose too much to one slip of the finger."""
BITS: Final = 22
"""Sequences fall into 2**22 buckets; two sequences of a register of 100,000 share one about once in ten."""
LONGEST: Final = 4000
"""Characters of one text that are looked at."""
CHUNK: Final = 4_000_000
"""Characters handled at a time, which bounds the memory."""
_BREAKS: Final = re.compile(r"[\W_]+")


def plain(text: str) -> str:
    """Letters and digits in small letters with single spaces: what is left when dress and punctuation are ignored."""
    short = unicodedata.normalize("NFKC", text[:LONGEST]).casefold().replace("’", "").replace("'", "")
    return _BREAKS.sub(" ", short).strip()


def gram_counts(texts: Sequence[str], size: int = SIZE) -> Matrix:
    """Counts of sequences of ``size`` characters in plain texts: texts × 2**BITS, float32."""
    parts = [_count(chunk, size) for chunk in _chunks(texts)]
    empty = sparse.csr_array((0, 1 << BITS), dtype=np.float32)
    return sparse.csr_array(sparse.vstack([empty, *parts], format="csr"))


def _chunks(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    start = total = 0
    for at, text in enumerate(texts):
        total += len(text) + SIZE
        if total > CHUNK:
            yield texts[start : at + 1]
            start, total = at + 1, 0
    if start < len(texts):
        yield texts[start:]


def _count(texts: Sequence[str], size: int) -> Matrix:
    padded = [f" {text:<{size - 2}} " if text else "" for text in texts]
    lengths = np.fromiter((len(text) for text in padded), dtype=np.int64, count=len(padded))
    codes = np.frombuffer("".join(padded).encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    text_of = np.repeat(np.arange(len(texts)), lengths)
    whole = max(0, len(codes) - size + 1)
    inside = text_of[:whole] == text_of[size - 1 :][:whole]
    keys = (text_of[:whole][inside] << BITS) | _buckets(codes, size)[inside].astype(np.int64)
    found, counts = np.unique(keys, return_counts=True)
    starts = np.searchsorted(found >> BITS, np.arange(len(texts) + 1))
    columns = (found & ((1 << BITS) - 1)).astype(np.int32)
    return sparse.csr_array(
        (counts.astype(np.float32), columns, starts.astype(np.int32)), shape=(len(texts), 1 << BITS)
    )


def _buckets(codes: NDArray[np.uint64], size: int) -> NDArray[np.uint64]:
    """A fixed hash of each run of ``size`` characters (splitmix64's finish), the same on any machine."""
    whole = max(0, len(codes) - size + 1)
    mixed = np.zeros(whole, dtype=np.uint64)
    for shift in range(size):
        mixed = mixed * np.uint64(1_000_003) + codes[shift : shift + whole]
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (mixed ^ (mixed >> np.uint64(31))) & np.uint64((1 << BITS) - 1)


def rarity(counts: Matrix, texts: int) -> NDArray[np.float32]:
    """Inverse document frequency of each column: log of (1 + texts) / (1 + how many hold it)."""
    held = np.bincount(counts.indices, minlength=counts.shape[1])
    return np.asarray(np.log((1.0 + texts) / (1.0 + held)), dtype=np.float32)


def weigh(counts: Matrix, idf: NDArray[np.float32]) -> Matrix:
    """Damped counts times rarity, each row of length one (rows of nothing stay nothing)."""
    data = (1.0 + np.log(counts.data)) * idf[counts.indices]
    rows = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
    length = np.sqrt(np.bincount(rows, weights=data**2, minlength=counts.shape[0]))
    scaled = (data / np.where(length > 0, length, 1.0)[rows]).astype(np.float32)
    return sparse.csr_array((scaled, counts.indices, counts.indptr), shape=counts.shape)
