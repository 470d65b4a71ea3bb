"""Post-stratification with partial pooling: a share for every cell of the population, then their sum by people.

Multilevel regression and post-stratification (Gelman and Little 1997), the spread of each dimension estimated from the
data (empirical Bayes, by EM on Laplace's approximation) instead of sampled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
PRIOR_SD: Final = 0.5
"""A weak guess at a dimension's spread on the logit scale, worth one level, so that a spread is never fixed at 0."""
TWO_LEVELS_SD: Final = 1.5
"""Two levels cannot tell their own spread, and shrinking them by a guess cost coverage when measured (0.90 against
0.93 at 600 voices, `benchmarks/involving.py`), so they are left nearly free."""


@dataclass(frozen=True, eq=False)
class Poststratified:
    """The population's share with its 95 % interval, and the same for each cell (C,).

    ``spread`` is each dimension's standard deviation between levels on the logit scale, the cells' own last.
    """

    share: float
    se: float
    low: float
    high: float
    cells: Floats
    cells_low: Floats
    cells_high: Floats
    spread: tuple[float, ...]
    converged: bool


def poststratify(
    successes: ArrayLike, trials: ArrayLike, levels: Sequence[ArrayLike], people: ArrayLike
) -> Poststratified:
    """From ``successes`` of ``trials`` in each cell (C,), its level of each dimension, and its people.

    A cell in which nobody spoke is told by its levels; a level in which nobody spoke at all by the population's centre,
    with an interval that says so. Cells with no people count for the fit and not for the sum. One voice, half for and
    half against, is shared out over all, so that people of one mind leave some doubt as Jeffreys' prior would.
    ValueError where successes are more than trials, a count is no number from 0, or lengths differ.
    """
    k, n, size = (np.asarray(part, np.float64) for part in (successes, trials, people))
    codes = [np.asarray(level, np.int64) for level in levels]
    _refuse(k, n, size, codes)
    if size.sum() <= 0 or n.sum() <= 0:
        raise ValueError("post-stratification needs people in the population and people who spoke")
    k, n = k + 0.5 * n / n.sum(), n + n / n.sum()
    x, block = _design(codes, len(k))
    spread = np.full(int(block.max()) + 1, PRIOR_SD)
    beta = np.zeros(x.shape[1])
    beta[0] = np.log(k.sum() / (n.sum() - k.sum()))
    converged, V = False, np.zeros((len(beta), len(beta)))
    for _ in range(200):
        beta, V = _mode(x, k, n, beta, _precision(block, spread), 2)
        new = _spreads(beta, V, block, len(spread))
        converged = bool(np.abs(new - spread).max() < 1e-3)
        spread = new
        if converged:
            break
    beta, V = _mode(x, k, n, beta, _precision(block, spread), 50)
    return _summed(x, beta, V, size / size.sum(), spread, converged)


def _refuse(k: Floats, n: Floats, size: Floats, codes: Sequence[Codes]) -> None:
    shapes = [part.shape for part in (k, n, size, *codes)]
    if len(set(shapes)) > 1 or k.ndim != 1:
        raise ValueError(
            f"successes, trials, people and each dimension's levels need one value a cell; their shapes are {shapes}"
        )
    if not all(np.isfinite(part).all() and (part >= 0).all() for part in (k, n, size)):
        raise ValueError("successes, trials and people must be numbers, 0 or more, in every cell")
    if wrong := int((k > n + 1e-9).sum()):
        raise ValueError(f"in {wrong:,} of {len(k):,} cells there are more successes than trials")
    if any((code < 0).any() for code in codes):
        raise ValueError("levels are codes from 0: leave out people whose level is not known")


def _design(levels: Sequence[Codes], cells: int) -> tuple[Floats, Codes]:
    """Intercept, one column a level, one a cell; and which spread governs each column (−1: none)."""
    parts, block = [np.ones((cells, 1))], [-1]
    for d, level in enumerate([*levels, np.arange(cells)]):
        wide = int(level.max()) + 1
        parts.append((level[:, None] == np.arange(wide)).astype(np.float64))
        block += [d] * wide
    return np.hstack(parts), np.array(block, np.int64)


def _precision(block: Codes, spread: Floats) -> Floats:
    return np.where(block < 0, 1e-4, 1 / spread[np.maximum(block, 0)] ** 2)


def _mode(x: Floats, k: Floats, n: Floats, beta: Floats, precision: Floats, steps: int) -> tuple[Floats, Floats]:
    """Newton's steps to the posterior mode, and the inverse of the curvature there."""
    for _ in range(steps):
        p = expit(x @ beta)
        curvature = (x.T * (n * p * (1 - p))) @ x + np.diag(precision)
        step = np.linalg.solve(curvature, x.T @ (k - n * p) - precision * beta)
        beta = beta + step * min(1.0, 4.0 / max(float(np.abs(step).max()), 1e-12))
        if float(np.abs(step).max()) < 1e-6:
            break
    p = expit(x @ beta)
    curvature = (x.T * (n * p * (1 - p))) @ x + np.diag(precision)
    return beta, np.asarray(np.linalg.inv(curvature), np.float64)


def _spreads(beta: Floats, V: Floats, block: Codes, many: int) -> Floats:
    moment, sizes = beta**2 + np.diag(V), np.bincount(block[block >= 0], minlength=many)
    found = np.sqrt((np.bincount(block[block >= 0], moment[block >= 0], many) + PRIOR_SD**2) / (sizes + 1))
    return np.where((sizes <= 2) & (np.arange(many) < many - 1), TWO_LEVELS_SD, found)


def _summed(x: Floats, beta: Floats, V: Floats, share: Floats, spread: Floats, converged: bool) -> Poststratified:
    eta = x @ beta
    p = expit(eta)
    half = 1.959963984540054 * np.sqrt(np.einsum("ij,jk,ik->i", x, V, x))
    total = float(share @ p)
    gradient = (share * p * (1 - p)) @ x
    se = float(np.sqrt(gradient @ V @ gradient))
    logit, slope = np.log(total / (1 - total)), se / max(total * (1 - total), 1e-12)
    low, high = expit(logit - 1.959963984540054 * slope), expit(logit + 1.959963984540054 * slope)
    return Poststratified(
        total, se, float(low), float(high), p, expit(eta - half), expit(eta + half), tuple(spread.tolist()), converged
    )


def joint(codes: Sequence[ArrayLike], targets: Sequence[ArrayLike]) -> Floats:
    """People in every cell of several dimensions of which only each one's own make-up is known, flattened in C order.

    Fitted to the margins by proportional fitting from the pattern of those who spoke, one person added to each cell
    on average as if the dimensions were unrelated. That the people who spoke go together as the population does is
    an assumption: give the joint make-up where it is known.
    """
    shares = [np.asarray(t, np.float64) / np.asarray(t, np.float64).sum() for t in targets]
    shape = tuple(len(s) for s in shares)
    free = shares[0]
    for s in shares[1:]:
        free = np.multiply.outer(free, s)
    held = np.stack([np.asarray(code, np.int64) for code in codes])
    known = (held >= 0).all(axis=0)
    seed = np.zeros(shape)
    np.add.at(seed, tuple(held[:, known]), 1.0)
    table = seed + free * free.size
    for _ in range(500):
        before = table
        for d, s in enumerate(shares):
            axes = tuple(i for i in range(len(shape)) if i != d)
            now = table.sum(axis=axes)
            factor = np.divide(s, now, out=np.zeros_like(s), where=now > 0)
            table = table * factor.reshape([-1 if i == d else 1 for i in range(len(shape))])
        if float(np.abs(table - before).max()) < 1e-12:
            break
    return np.asarray(table.ravel())
