"""How alike two groupings of the same people are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from holdfast.involve.classes.named import Given, group_codes

Codes = NDArray[np.integer[Any]]


@dataclass(frozen=True)
class Alike:
    """``index``: the adjusted Rand index over the ``people`` who are in a group in both groupings, NaN where those are
    fewer than two; ``left_out``: how many are in none in one of them or in both."""

    index: float
    people: int
    left_out: int


def alike(one: Given, other: Given) -> Alike:
    """How alike two groupings of the same people are, and of how many that is told.

    Each is one number or name a person, in the same order: arrays or sequences, such as ``Groups.assigned``,
    ``Groups.names``, ``Reference.group`` or the groups a file was published with. −1, an empty text, ``None`` and NaN
    are no group. ValueError where they are not of as many people.
    """
    (a, _), (b, _) = group_codes(one), group_codes(other)
    if len(a) != len(b):
        raise ValueError(f"two groupings of the same people are compared; these are of {len(a):,} and {len(b):,}")
    both = (a >= 0) & (b >= 0)
    people = int(both.sum())
    index = _adjusted(_crossed(a[both], b[both])) if people > 1 else float("nan")
    return Alike(index, people, len(a) - people)


def adjusted_rand(one: Given, other: Given) -> float:
    """1 when the same, about 0 when no more alike than chance (Hubert & Arabie 1985). 1 where both are one group.

    People in no group in either grouping are left out: :func:`alike` takes the same and says how many.
    """
    return alike(one, other).index


def matched(one: Codes, other: Codes) -> tuple[Codes, NDArray[np.float64]]:
    """For each group of ``one``, the group of ``other`` it goes with, and their overlap over their union (Jaccard)."""
    table = _crossed(one, other)
    either = table.sum(axis=1, keepdims=True) + table.sum(axis=0, keepdims=True) - table
    overlap = table / np.maximum(either, 1)
    rows, columns = linear_sum_assignment(-overlap)
    to, share = np.full(len(table), -1), np.zeros(len(table))
    to[rows], share[rows] = columns, overlap[rows, columns]
    return to, share


def _adjusted(table: NDArray[np.float64]) -> float:
    pairs, rows, columns, everyone = (
        float(_pairs(part).sum()) for part in (table, table.sum(1), table.sum(0), table.sum(keepdims=True))
    )
    expected, most = rows * columns / everyone, (rows + columns) / 2
    return 1.0 if most == expected else (pairs - expected) / (most - expected)


def _crossed(one: Codes, other: Codes) -> NDArray[np.float64]:
    k, m = int(one.max(initial=0)) + 1, int(other.max(initial=0)) + 1
    return np.bincount(np.asarray(one, np.int64) * m + other, minlength=k * m).reshape(k, m).astype(float)


def _pairs(n: NDArray[np.float64]) -> NDArray[np.float64]:
    return n * (n - 1) / 2
