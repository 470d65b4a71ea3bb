"""How many classes: the fewest that foretell hidden votes as well as the best number does, within its error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from holdfast.involve.classes.em import Model, tilted
from holdfast.involve.classes.sheets import Floats, Sheet
from holdfast.involve.classes.starting import Effort, Ready

HIDDEN: Final = 0.1
MOST: Final = 8
WANTED: Final = 4000
"""Hidden votes enough to tell classes apart; small conversations hide again and again until they have them."""
REPEATS: Final = 10
PATIENCE: Final = 2
SURE: Final = 2.0
"""Standard errors by which groups must foretell hidden votes better than no groups do."""
ENOUGH: Final = 4
"""Numbers always tried: even groups of four can be foretold worse by two or three than by none."""


@dataclass(frozen=True)
class HeldOut:
    """``loss``: mean of −log of the chance given to a hidden vote; ``worse``, ``error``: how much worse than the best
    number of classes and the standard error of that, people and not votes being what was drawn."""

    k: int
    loss: float
    worse: float
    error: float


def held_out(
    seen: sparse.csr_array, rng: np.random.Generator, *, most: int = MOST, effort: Effort
) -> tuple[HeldOut, ...]:
    """The loss of 1 to ``most`` classes on hidden votes; stops when ``PATIENCE`` more classes have not helped."""
    n = seen.nnz
    repeats = int(np.clip(np.ceil(WANTED / max(1, HIDDEN * n)), 1, REPEATS))
    folds = [_Fold(seen, rng, most) for _ in range(repeats)]
    losses: list[Floats] = []
    for k in range(1, most + 1):
        losses.append(np.sum([fold.loss(k, rng, effort) for fold in folds], axis=0))
        if k >= ENOUGH and k - 1 - int(np.argmin([loss.sum() for loss in losses])) >= PATIENCE:
            break
    return _compared(losses, sum(len(fold.who) for fold in folds))


def fewest(tried: tuple[HeldOut, ...]) -> int:
    """The fewest classes within one standard error of the best; one, where that is not beaten by ``SURE`` of them."""
    if tried and tried[0].worse <= SURE * tried[0].error:
        return 1
    return next((one.k for one in tried if one.worse <= one.error), 1)


class _Fold:
    """Votes with some hidden: what is known of a person, manner too, is learnt from the votes kept."""

    def __init__(self, seen: sparse.csr_array, rng: np.random.Generator, most: int) -> None:
        hide = rng.random(seen.nnz) < HIDDEN
        self.ready = Ready(without(seen, hide), rng, most)
        self.who = np.repeat(np.arange(seen.shape[0]), np.diff(seen.indptr))[hide]
        self.column = seen.indices[hide]

    def loss(self, k: int, rng: np.random.Generator, effort: Effort) -> Floats:
        """(P,): each person's −log chance of their hidden votes."""
        model, share = self.ready.fit(k, rng, effort)
        chance = foretold(model, share, self.ready.sheet, self.who, self.column)
        return np.bincount(self.who, weights=-np.log(chance), minlength=len(share)).astype(np.float64)


def without(seen: sparse.csr_array, dropped: NDArray[np.bool_]) -> sparse.csr_array:
    """The design without the votes marked."""
    keep = ~dropped
    total = np.concatenate([[0], np.cumsum(keep)])
    pointers = total[seen.indptr].astype(np.int32)
    return sparse.csr_array((seen.data[keep], seen.indices[keep], pointers), shape=seen.shape)


def foretold(model: Model, share: Floats, sheet: Sheet, who: NDArray[Any], column: NDArray[Any]) -> NDArray[np.float64]:
    """(n,): the chance of each vote (a column of the design) given the voter's memberships and manner."""
    rates = tilted(model.rate, sheet.tilt).transpose(0, 3, 2, 1).reshape(len(sheet.tilt), -1, model.k)
    return np.asarray(np.einsum("nk,nk->n", share[who], rates[sheet.manner[who], column]))


def _compared(losses: list[Floats], hidden: int) -> tuple[HeldOut, ...]:
    best = min(losses, key=lambda loss: float(loss.sum()))
    n = max(1, hidden)
    return tuple(
        HeldOut(
            k=k,
            loss=float(loss.sum()) / n,
            worse=float((loss - best).sum()) / n,
            error=float(np.sqrt(((loss - best) ** 2).sum())) / n,
        )
        for k, loss in enumerate(losses, 1)
    )
