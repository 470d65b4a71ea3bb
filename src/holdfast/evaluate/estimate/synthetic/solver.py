"""Weights on the simplex by Frank–Wolfe, for many problems at once.

The problem is that of Arkhangelsky, Athey, Hirshberg, Imbens and Wager (2021, AER 111(12), eqs. 4 and 6): minimise
‖Ax − b‖²/m + ζ²‖x‖² over x ≥ 0, Σx = 1. The steps, starting point, stopping rule and the pass that drops small weights
are those of the authors' R package `synthdid`, because an unregularised solution depends on where the solver stops.
Everything is done on the Gram matrix of the columns, so a problem of any length costs the same and every placebo is
one row of a matrix.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

ITERATIONS_BEFORE_SPARSIFYING = 100
REFRESH_EVERY = 100
CHUNK = 50_000  # numbers worked on at once, so that they stay in the processor's cache
FORBIDDEN = 1e150


@dataclass(frozen=True)
class Simplex:
    """B least-squares problems sharing p candidate columns.

    gram (C, p, p): AᵀA, of which problem i uses `gram[which[i]]`; which (B,).
    cross (B, p): Aᵀb. rows (B,): m, the number of equations. ridge (B,): ζ².
    allowed (B, p): columns that may carry weight. tolerance (B,): stop when the objective falls by no more than this.
    """

    gram: Floats
    which: Ints
    cross: Floats
    rows: Floats
    ridge: Floats
    allowed: Bools
    tolerance: Floats

    def subset(self, keep: Ints) -> Simplex:
        """The same problems, `keep` only."""
        return Simplex(
            self.gram, self.which[keep], self.cross[keep], self.rows[keep], self.ridge[keep], self.allowed[keep],
            self.tolerance[keep],
        )  # fmt: skip


def solve(problems: Simplex, max_iterations: int = 10_000, sparsify: bool = True) -> Floats:
    """Weights (B, p), starting from equal weights on the allowed columns."""
    start = problems.allowed / problems.allowed.sum(axis=1, keepdims=True)
    if not sparsify:
        return frank_wolfe(problems, start, max_iterations)
    first = frank_wolfe(problems, start, ITERATIONS_BEFORE_SPARSIFYING)
    return frank_wolfe(problems, drop_small(first), max_iterations)


def drop_small(x: Floats) -> Floats:
    """Zero the weights at or below a quarter of the largest, and make the rest sum to one."""
    kept = np.where(x <= x.max(axis=1, keepdims=True) / 4, 0.0, x)
    return np.asarray(kept / kept.sum(axis=1, keepdims=True))


def frank_wolfe(problems: Simplex, start: Floats, max_iterations: int) -> Floats:
    """Exact line search from `start` (B, p) until the objective falls by no more than the tolerance."""
    done = np.empty_like(start)
    for at in np.array_split(np.arange(len(start)), max(1, start.size // CHUNK)):
        done[at] = _chunk(problems.subset(at), start[at], max_iterations)
    return done


def _chunk(problems: Simplex, start: Floats, max_iterations: int) -> Floats:
    done, live = start.copy(), np.arange(len(start))
    state, fall, step = _State(problems, start), np.full(len(start), np.inf), 0
    while step < max_iterations:
        running = np.ones(len(live), dtype=bool)
        for _ in range(min(REFRESH_EVERY, max_iterations - step)):
            fall = state.step(running)
            if step > 0:
                running &= fall > state.problems.tolerance
            step += 1
            if not running.any():
                break
        done[live] = state.x
        keep = np.flatnonzero(running)
        if keep.size == 0:
            break
        live = live[keep]
        state = _State(state.problems.subset(keep), state.x[keep])
    return done


class _State:
    """Weights x with everything a step needs, moved along with it and made afresh before rounding can build up.

    h = (G + mζ²I)x − Aᵀb is half the gradient. Columns that may carry no weight have a gradient too large to be chosen.
    """

    def __init__(self, problems: Simplex, x: Floats) -> None:
        self.problems, self.x, self.row = problems, x.copy(), np.arange(len(x))
        self.m_ridge = problems.rows * problems.ridge
        self.cross = np.where(problems.allowed, problems.cross, -FORBIDDEN)
        gx = _times_gram(problems, x)
        self.h = gx + self.m_ridge[:, None] * x - self.cross
        self.xgx = np.einsum("bp,bp->b", gx, x)
        self.xx = np.einsum("bp,bp->b", x, x)
        self.xc = np.einsum("bp,bp->b", problems.cross, x)

    def step(self, running: Bools) -> Floats:
        """One step for every problem still running; returns how far each objective fell."""
        p, row, m_ridge = self.problems, self.row, self.m_ridge
        best = np.argmin(self.h, axis=1)
        x_best, c_best, h_best = self.x[row, best], p.cross[row, best], self.h[row, best]
        column = p.gram[p.which, best]
        gx_best = h_best - m_ridge * x_best + c_best
        slope = h_best - (self.xgx + m_ridge * self.xx - self.xc)
        curve = np.maximum(column[row, best] - 2 * gx_best + self.xgx, 0.0)
        curve += m_ridge * (1 - 2 * x_best + self.xx)
        with np.errstate(divide="ignore", invalid="ignore"):
            length = np.where(curve > 0, -slope / curve, (slope < 0).astype(float))
        length = np.clip(length, 0.0, 1.0) * running
        rest = 1 - length
        self.xgx = rest**2 * self.xgx + 2 * length * rest * gx_best + length**2 * column[row, best]
        self.xx = rest**2 * self.xx + 2 * length * rest * x_best + length**2
        self.xc = rest * self.xc + length * c_best
        self._move(best, column, length, rest)
        return np.asarray(-(2 * length * slope + length**2 * curve) / p.rows)

    def _move(self, best: Ints, column: Floats, length: Floats, rest: Floats) -> None:
        self.x *= rest[:, None]
        self.x[self.row, best] += length
        column -= self.cross
        column *= length[:, None]
        self.h *= rest[:, None]
        self.h += column
        self.h[self.row, best] += length * self.m_ridge


def _times_gram(problems: Simplex, x: Floats) -> Floats:
    if len(problems.gram) == 1:
        return np.asarray(x @ problems.gram[0])
    out = np.empty_like(x)
    for c in np.unique(problems.which):
        mine = problems.which == c
        out[mine] = x[mine] @ problems.gram[c]
    return out
