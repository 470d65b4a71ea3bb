"""How alike two groupings of the same people are."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

Codes = NDArray[np.integer[Any]]


def adjusted_rand(one: Codes, other: Codes) -> float:
    """1 when the same, about 0 when no more alike than chance (Hubert & Arabie 1985). 1 where both are one group."""
    table = _crossed(one, other)
    pairs, rows, columns, everyone = (
        float(_pairs(part).sum()) for part in (table, table.sum(1), table.sum(0), table.sum(keepdims=True))
    )
    if everyone == 0:
        return 1.0
    expected, most = rows * columns / everyone, (rows + columns) / 2
    return 1.0 if most == expected else (pairs - expected) / (most - expected)


def matched(one: Codes, other: Codes) -> tuple[Codes, NDArray[np.float64]]:
    """For each group of ``one``, the group of ``other`` it goes with, and their overlap over their union (Jaccard)."""
    table = _crossed(one, other)
    either = table.sum(axis=1, keepdims=True) + table.sum(axis=0, keepdims=True) - table
    overlap = table / np.maximum(either, 1)
    rows, columns = linear_sum_assignment(-overlap)
    to, share = np.full(len(table), -1), np.zeros(len(table))
    to[rows], share[rows] = columns, overlap[rows, columns]
    return to, share


def _crossed(one: Codes, other: Codes) -> NDArray[np.float64]:
    k, m = int(one.max(initial=0)) + 1, int(other.max(initial=0)) + 1
    return np.bincount(np.asarray(one, np.int64) * m + other, minlength=k * m).reshape(k, m).astype(float)


def _pairs(n: NDArray[np.float64]) -> NDArray[np.float64]:
    return n * (n - 1) / 2
