"""Raking: weights under which the people who spoke match the population on every dimension at once.

Iterative proportional fitting of Deming and Stephan (1940) over people, trimmed as by Battaglia and others (2009).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from holdfast.involve.intervals import kish

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Raked:
    """``weights`` (n,) have mean 1. ``discrepancy`` is the largest difference left between a weighted and a wanted
    share; ``trimmed`` how many weights stand at a limit.

    ``unreached`` lists (dimension, level, share of the population) in which nobody spoke: they cannot be weighted, and
    the weights match the rest of the population only.
    """

    weights: Floats
    converged: bool
    rounds: int
    discrepancy: float
    trimmed: int
    effective: float
    unreached: tuple[tuple[int, int, float], ...]


def rake(
    codes: Sequence[ArrayLike],
    targets: Sequence[ArrayLike],
    base: ArrayLike | None = None,
    *,
    least: float = 0.0,
    most: float = np.inf,
    tolerance: float = 1e-8,
    rounds: int = 500,
) -> Raked:
    """Rake ``base`` (n,) to ``targets``: for each dimension, people or shares by level (L_d,).

    ``codes`` give each person's level of each dimension, −1 where it is not known; such people keep the weight that
    the other dimensions give them, and the levels share out the rest. ``least`` and ``most`` bound the weights, as
    multiples of their mean.
    """
    held = [np.asarray(code, np.int64) for code in codes]
    n = len(held[0]) if held else len(np.asarray(base)) if base is not None else 0
    w = np.ones(n) if base is None else np.asarray(base, np.float64).copy()
    _refuse(held, targets, w, least, most)
    if n == 0:
        empty = [(d, i, float(s)) for d, t in enumerate(targets) for i, s in enumerate(_shares(t)) if s > 0]
        return Raked(w, False, 0, float("nan"), 0, 0.0, tuple(empty))
    wanted, unreached = _reachable(held, targets, w)
    w /= w.mean()
    done, gap = 0, np.inf
    for done in range(1, rounds + 1):  # noqa: B007 - how many rounds is part of the result
        before = w
        for code, share in zip(held, wanted, strict=True):
            w = _match(w, code, share)
        w = _bounded(w / w.mean(), least, most)
        gap = max((_distance(w, code, share) for code, share in zip(held, wanted, strict=True)), default=0.0)
        if gap < tolerance or float(np.abs(w - before).max()) < tolerance / 100:
            break
    limits = (w <= least * (1 + 1e-9)) * (least > 0) | (w >= most * (1 - 1e-9))
    return Raked(w, gap < tolerance, done, gap, int(limits.sum()), kish(w), unreached)


def _refuse(held: Sequence[Codes], targets: Sequence[ArrayLike], w: Floats, least: float, most: float) -> None:
    if len(held) != len(targets):
        raise ValueError(f"{len(held)} dimensions of codes and {len(targets)} of targets: give one target for each")
    if not 0 <= least < 1 < most:
        raise ValueError("weights are bounded around 1: least must be from 0 to below 1, most above 1")
    if (w <= 0).any() or not np.isfinite(w).all():
        raise ValueError("base weights must be above 0")
    for d, (code, target) in enumerate(zip(held, targets, strict=True)):
        people = np.asarray(target, np.float64)
        if len(code) != len(w):
            raise ValueError(f"dimension {d} has {len(code):,} codes for {len(w):,} people")
        if not np.isfinite(people).all() or (people < 0).any() or people.sum() <= 0:
            raise ValueError(f"the make-up of dimension {d} must be numbers of people, 0 or more, not all 0")
        if len(code) and (code.max() >= len(people) or code.min() < -1):
            raise ValueError(f"dimension {d} has a level that its make-up lacks; code it −1 and say so")
        if (people[np.unique(code[code >= 0])] == 0).any():
            raise ValueError(f"somebody spoke from a level of dimension {d} in which the make-up says nobody lives")


def _shares(target: ArrayLike) -> Floats:
    people = np.asarray(target, np.float64)
    return np.asarray(people / people.sum())


def _reachable(
    held: Sequence[Codes], targets: Sequence[ArrayLike], w: Floats
) -> tuple[list[Floats], tuple[tuple[int, int, float], ...]]:
    """Wanted shares over the levels somebody spoke from, and the levels nobody did."""
    wanted, unreached = [], []
    for d, (code, target) in enumerate(zip(held, targets, strict=True)):
        share = _shares(target)
        spoke = _by_level(w, code, len(share)) > 0
        unreached += [(d, i, float(share[i])) for i in np.flatnonzero(~spoke & (share > 0)).tolist()]
        reached = np.where(spoke, share, 0.0)
        wanted.append(reached / reached.sum() if reached.sum() > 0 else reached)
    return wanted, tuple(unreached)


def _by_level(w: Floats, code: Codes, levels: int) -> Floats:
    known = code >= 0
    return np.asarray(np.bincount(code[known], w[known], levels), np.float64)


def _match(w: Floats, code: Codes, share: Floats) -> Floats:
    now = _by_level(w, code, len(share))
    total = now.sum()
    if total <= 0:
        return w
    factor = np.divide(share * total, now, out=np.ones_like(now), where=now > 0)
    return np.asarray(np.where(code >= 0, w * factor[code], w), np.float64)


def _distance(w: Floats, code: Codes, share: Floats) -> float:
    now = _by_level(w, code, len(share))
    return float(np.abs(now / now.sum() - share).max()) if now.sum() > 0 else 0.0


def _bounded(w: Floats, least: float, most: float) -> Floats:
    """Within the bounds and still of mean 1, so far as the bounds let it be."""
    for _ in range(50):
        w = np.clip(w, least, most)
        if abs(w.mean() - 1) < 1e-12:
            break
        free = (w > least) & (w < most)
        if not free.any():
            break
        spare = len(w) - w[~free].sum()
        w = np.where(free, w * max(spare, 0.0) / w[free].sum(), w)
    return w
