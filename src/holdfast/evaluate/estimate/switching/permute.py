"""Permutation of whole status histories across sites."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations
from math import perm

import numpy as np

from .cells import Cell, change
from .spells import Array, Ints

_EXACT = 5000
_DRAWS = 999
_SEED = 20_260_102
_HALVINGS = 24


def history_orders(status: Array) -> tuple[Ints, bool]:
    """Orders (B, n), the identity first: order[j] is the site whose outcomes are read under history j.

    Every placement of the histories that differ from the commonest, where there are at most 5,000;
    otherwise 999 seeded draws and the identity.
    """
    n = len(status)
    _, which, counts = np.unique(np.nan_to_num(status, nan=-1.0), axis=0, return_inverse=True, return_counts=True)
    common = which.ravel() == np.argmax(counts)
    rare = np.flatnonzero(~common)
    if perm(n, len(rare)) <= _EXACT:
        placed = [p for p in permutations(range(n), len(rare)) if p != tuple(rare)]
        orders = np.empty((len(placed), n), dtype=np.intp)
        for row, places in zip(orders, placed, strict=True):
            row[rare] = places
            row[common] = np.setdiff1d(np.arange(n), places)
        return np.vstack([np.arange(n)[None], orders]), True
    rng = np.random.default_rng(_SEED)
    return np.vstack([np.arange(n)[None], np.argsort(rng.random((_DRAWS, n)), axis=1)]), False


@dataclass(frozen=True)
class Shuffled:
    """One cell under every order: size (B,) switcher weight, and the difference of changes in the residual
    outcomes and in the pattern, both (B,)."""

    since: int
    size: Array
    residual: Array
    pattern: Array


def shuffle(residual: Array, pattern: Array, weight: Array, cells: Sequence[Cell], orders: Ints) -> list[Shuffled]:
    """Every cell's difference under every order. residual, pattern (n, T); missing months drop out where they
    fall."""
    out = []
    history_of = np.argsort(orders, axis=1)
    for cell in cells:
        moved = change(residual, cell)
        seen = np.isfinite(moved)
        v = np.where(seen, weight, 0.0)
        columns = [v, v * np.where(seen, moved, 0.0), v * np.where(seen, change(pattern, cell), 0.0)]
        values = np.column_stack(columns)
        sides = [_sums(values, side, orders, history_of) for side in (cell.switchers, cell.controls)]
        usable = (sides[0][:, 0] > 0) & (sides[1][:, 0] > 0)
        means = [s[:, 1:] / np.where(usable, s[:, 0], 1.0)[:, None] for s in sides]
        gap = np.where(usable[:, None], means[0] - means[1], 0.0)
        out.append(Shuffled(cell.since, np.where(usable, sides[0][:, 0], 0.0), gap[:, 0], gap[:, 1]))
    return out


def _sums(values: Array, side: Ints, orders: Ints, history_of: Ints) -> Array:
    """(B, k) sums of values (n, k) over the sites that sit under these histories, by whichever way is shorter."""
    if len(side) < 10:
        return np.asarray(values[orders[:, side]].sum(axis=1))
    member = np.zeros(len(values))
    member[side] = 1.0
    return np.asarray(member[history_of] @ values)


@dataclass(frozen=True)
class Permuted:
    """p at zero, interval by inversion, and the spread (sd) of the null distribution."""

    p_value: float
    lower: float
    upper: float
    spread: float


def permuted(parts: Sequence[Shuffled], estimate: float, removed: float, level: float) -> Permuted:
    """Test and interval of an average of cells from its shuffles.

    Under the hypothesis that the effect is b, the outcomes with an effect of b taken out are exchangeable
    across histories. `removed` is already out of the residual outcomes and the statistic is linear, so
    for every order it is s + (removed − b)·c. `estimate` is where the search for the interval starts.
    """
    size = np.sum([p.size for p in parts], axis=0)
    size = np.where(size > 0, size, 1.0)
    s = np.sum([p.size * p.residual for p in parts], axis=0) / size
    c = np.sum([p.size * p.pattern for p in parts], axis=0) / size

    def p_at(b: float) -> float:
        t = np.abs(s + (removed - b) * c)
        return float(np.count_nonzero(t >= t[0] - 1e-9 * max(abs(t[0]), 1e-300)) / t.size)

    spread = float(np.std(s))
    ends = []
    for direction in (-1.0, 1.0):
        near, step = estimate, direction * max(spread, 1e-12)
        for _ in range(20):
            if p_at(near + step) <= 1 - level:
                break
            near, step = near + step, 2 * step
        else:
            ends.append(direction * np.inf)
            continue
        far = near + step
        for _ in range(_HALVINGS):
            middle = 0.5 * (near + far)
            near, far = (near, middle) if p_at(middle) <= 1 - level else (middle, far)
        ends.append(0.5 * (near + far))
    return Permuted(p_at(0.0), float(ends[0]), float(ends[1]), spread)
