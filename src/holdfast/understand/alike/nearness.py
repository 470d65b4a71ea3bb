"""Nearness of embeddings, told apart from what every record of a register has in common.

Tellings of one trade lie close together, so the register's mean is taken away first (Mu & Viswanath 2018, "All-but-the-
top"), and a record that is near to everything counts for less: CSLS of Conneau et al. (2018), "Word translation without
parallel data", 2 cos(x, y) − r(x) − r(y), where r is the mean cosine to the K nearest. Here N records, D columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from holdfast.understand.alike.grams import Floats

Rows = NDArray[np.float32]

AS_IF: Final = 10
"""The mean of a few records is mostly what they tell: as many records at nothing steady it."""
K: Final = 10
SAMPLE: Final = 1000
"""Records, spread evenly over the register, among which the K nearest are looked for."""
BLOCK: Final = 4096


@dataclass(frozen=True)
class Common:
    """What is common to the vectors of a register, and how near each lies to the rest."""

    centre: Rows
    sample: Rows
    """Up to SAMPLE × D, less the centre, of length one."""
    norms: Rows
    """N; each vector's length less the centre."""
    hubs: Rows
    """N; mean cosine to the K nearest of the sample, absent ones at nothing."""


def common_to(vectors: Rows) -> Common:
    """What is common to ``vectors`` (N × D, N of one or more)."""
    centre = np.asarray(vectors.sum(axis=0, dtype=np.float64) / (len(vectors) + AS_IF), dtype=np.float32)
    chosen = np.unique(np.linspace(0, len(vectors) - 1, SAMPLE).astype(np.int64))
    sample, _ = _less(vectors[chosen], centre)
    own = np.full(len(vectors), -1)
    own[chosen] = np.arange(len(chosen))
    parts = [_placed(vectors[at : at + BLOCK], own[at : at + BLOCK], centre, sample) for at in _starts(len(vectors))]
    norms, hubs = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Common(centre, sample, norms, hubs)


def joined(held: Common, vector: Rows) -> Common:
    """With one vector more (1 × D); the centre and the sample stay as they are."""
    norms, hubs = _placed(vector, np.array([-1]), held.centre, held.sample)
    return Common(held.centre, held.sample, np.concatenate((held.norms, norms)), np.concatenate((held.hubs, hubs)))


def nearness(vectors: Rows, held: Common, asked: Rows) -> Floats:
    """N; 1 + cosine − half of what is usual for the record, for one vector ``asked`` (D)."""
    (towards,), _ = _less(asked[None], held.centre)
    cosine = (vectors @ towards - held.centre @ towards) / held.norms
    return np.asarray(1.0 + cosine - held.hubs / 2, dtype=np.float64)


def _starts(number: int) -> range:
    return range(0, number, BLOCK)


def _less(vectors: Rows, centre: Rows) -> tuple[Rows, Rows]:
    """Vectors less the centre, of length one, and the lengths that they had."""
    apart = vectors - centre
    norms = np.maximum(np.linalg.norm(apart, axis=1), np.float32(1e-6))
    return np.asarray(apart / norms[:, None], dtype=np.float32), np.asarray(norms, dtype=np.float32)


def _placed(vectors: Rows, own: NDArray[np.int64], centre: Rows, sample: Rows) -> tuple[Rows, Rows]:
    apart, norms = _less(vectors, centre)
    cosine = apart @ sample.T
    at = np.flatnonzero(own >= 0)
    cosine[at, own[at]] = -2.0
    most = min(K, cosine.shape[1])
    nearest = -np.partition(-cosine, most - 1, axis=1)[:, :most]
    hubs = np.where(nearest > -1.5, nearest, 0.0).sum(axis=1) / K
    return norms, np.asarray(hubs, dtype=np.float32)
