"""Slips of the finger between two texts, counted for many pairs at once, a bit for each letter.

Levenshtein's distance by Myers (1999), "A fast bit-vector algorithm for approximate string matching", with Hyyrö's
(2003) form for whole texts: one 64-bit word holds a column of the table, and NumPy advances thousands of pairs a step.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import numpy as np
from numpy.typing import NDArray

WIDTH: Final = 64
"""Characters of each text that are compared letter by letter; longer texts are told apart by what they share."""
REACH: Final = 96
"""Characters of the longer text in which the shorter is looked for."""
BATCH: Final = 4096
THREADS: Final = 2

Counts = NDArray[np.int64]
Words = NDArray[np.uint64]
_ONE: Final = np.uint64(1)


def edit_distances(shorter: Sequence[str], longer: Sequence[str]) -> tuple[Counts, Counts]:
    """For each pair: edits from one text to the other, and edits from the shorter to its best place in the longer.

    An edit adds, drops or alters one character. Texts are cut to WIDTH characters (the longer to REACH for its
    places). No shorter text may be empty.
    """
    starts = range(0, len(shorter), BATCH)
    with ThreadPoolExecutor(THREADS) as pool:
        parts = list(pool.map(lambda at: _batch(shorter[at : at + BATCH], longer[at : at + BATCH]), starts))
    if not parts:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    return np.concatenate([whole for whole, _ in parts]), np.concatenate([inside for _, inside in parts])


def _batch(shorter: Sequence[str], longer: Sequence[str]) -> tuple[Counts, Counts]:
    short, lengths = _codes(shorter, WIDTH)
    long, reach = _codes(longer, REACH)
    last = (lengths - 1).astype(np.uint64)
    whole, place = _Column(lengths, last, whole=True), _Column(lengths, last, whole=False)
    ends = np.minimum(reach, WIDTH)
    edits, least = lengths.copy(), lengths.copy()
    for at in range(int(reach.max(initial=0))):
        same = np.packbits(short == long[:, at, None], axis=1, bitorder="little").view("<u8").ravel()
        place.advance(same)
        least = np.where(at < reach, np.minimum(least, place.score), least)
        if at < WIDTH:
            whole.advance(same)
            edits = np.where(at + 1 == ends, whole.score, edits)
    return edits, least


def _codes(texts: Sequence[str], width: int) -> tuple[NDArray[np.uint16], Counts]:
    """Characters by text × position, ended by a mark no text holds, and the lengths."""
    lengths = np.fromiter((min(len(text), width) for text in texts), dtype=np.int64, count=len(texts))
    filler = "\0" if width == WIDTH else "\1"
    padded = "".join(text[:width].ljust(width, filler) for text in texts)
    codes = np.frombuffer(padded.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    return codes.reshape(len(texts), width).astype(np.uint16), lengths


class _Column:
    """One column of the table of distances for every pair: where it rises and falls by one, and its last entry."""

    def __init__(self, lengths: Counts, last: Words, whole: bool) -> None:
        self.score = lengths.copy()
        self._rises = np.full(len(lengths), ~np.uint64(0))
        self._falls = np.zeros(len(lengths), dtype=np.uint64)
        self._last = last
        self._first = _ONE if whole else np.uint64(0)

    def advance(self, same: Words) -> None:
        """The next character of the longer text; ``same`` has a bit where it equals one of the shorter."""
        down = same | self._falls
        across = (((same & self._rises) + self._rises) ^ self._rises) | same
        more = self._falls | ~(across | self._rises)
        less = self._rises & across
        self.score += ((more >> self._last) & _ONE).astype(np.int64) - ((less >> self._last) & _ONE).astype(np.int64)
        more = (more << _ONE) | self._first
        self._rises = (less << _ONE) | ~(down | more)
        self._falls = more & down
