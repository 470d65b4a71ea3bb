"""From a number of classes to a fitted model of everybody, and what becomes of it when votes are dropped."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from holdfast.involve.classes.choosing import without
from holdfast.involve.classes.em import Model, climb, everybody
from holdfast.involve.classes.likeness import adjusted_rand, matched
from holdfast.involve.classes.manner import sheet_of
from holdfast.involve.classes.sheets import Floats, Sheet, counted
from holdfast.involve.classes.starting import Effort, Ready

BUDGET: Final = 150_000
"""Votes of people drawn at random that the number of classes, and the first guess at them, are found from where there
are more; four times as many, and again, while those show no groups. Every vote is used after that."""
DROPPED: Final = 0.1
POLISH: Final = 3e-6
"""Nats a vote: the last climb is nearly there when it starts, and slow."""


@dataclass(frozen=True)
class Stability:
    """What became of the groups when a tenth of the votes were dropped and everything was fitted afresh.

    ``likeness``: the adjusted Rand index of each repeat; ``stays`` (k,): how much each group overlapped with the
    group it became, over their union, on average; NaN where not tried.
    """

    dropped: float
    likeness: tuple[float, ...]
    stays: tuple[float, ...]

    @property
    def mean(self) -> float:
        """The average adjusted Rand index; 1 where there was one group and so nothing to lose, NaN where not tried."""
        if self.likeness:
            return float(np.mean(self.likeness))
        return 1.0 if len(self.stays) == 1 else float("nan")


def some_of(seen: sparse.csr_array, rng: np.random.Generator, budget: int) -> sparse.csr_array:
    """Everybody, or people drawn at random until their votes are ``budget``."""
    if seen.nnz <= budget:
        return seen
    people = rng.permutation(seen.shape[0])
    enough = int(np.searchsorted(np.cumsum(np.diff(seen.indptr)[people]), budget)) + 1
    return seen[np.sort(people[:enough])]


def settled(
    seen: sparse.csr_array, some: sparse.csr_array, k: int, rng: np.random.Generator, effort: Effort
) -> tuple[Model, Floats, Sheet]:
    """The model of everybody, classes in order of size; how far each person is in each (P × k); and their sheet."""
    ready = Ready(some, rng, k)
    (model, share), sheet = ready.fit(k, rng, effort), ready.sheet
    if some is not seen:
        prior = everybody(counted(seen))
        sheet = sheet_of(seen, prior)
        model, share = climb(model, sheet, prior, POLISH)
    order = np.argsort(-model.size, kind="stable")
    return replace(model, size=model.size[order], rate=model.rate[order]), share[:, order], sheet


def likeliest(share: NDArray[Any], seen: sparse.csr_array) -> NDArray[np.int32]:
    return np.where(np.diff(seen.indptr) > 0, share.argmax(axis=1), -1).astype(np.int32)


def shaken(
    seen: sparse.csr_array,
    assigned: NDArray[np.int32],
    k: int,
    repeats: int,
    rng: np.random.Generator,
    effort: Effort,
) -> Stability:
    if k == 1 or repeats == 0:
        return Stability(DROPPED, (), (1.0 if k == 1 else float("nan"),) * k)
    spoke = assigned >= 0
    likeness, stays = [], []
    for _ in range(repeats):
        kept = without(seen, rng.random(seen.nnz) < DROPPED)
        again = settled(kept, some_of(kept, rng, BUDGET), k, rng, effort)[1].argmax(axis=1)[spoke]
        likeness.append(adjusted_rand(assigned[spoke], again))
        stays.append(np.pad(matched(assigned[spoke], again)[1], (0, k))[:k])
    return Stability(DROPPED, tuple(likeness), tuple(float(share) for share in np.mean(stays, axis=0)))
