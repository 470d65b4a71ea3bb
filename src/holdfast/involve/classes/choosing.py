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
FIRST: Final = 3
AGAIN: Final = 8
WORK: Final = 450_000
"""Times that all of it is done with other votes hidden: ``AGAIN``, or ``FIRST`` where each of those finds no groups;
fewer where each is of so many votes that they are alike. Of 204 people on 50 statements one hiding in five chose
another number than most did, and eight together one in a hundred."""
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


@dataclass(frozen=True)
class Trial:
    """``tried``: each number of classes on all hidden votes; ``each``: the number that every hiding chose by itself."""

    tried: tuple[HeldOut, ...] = ()
    each: tuple[int, ...] = ()

    @property
    def chosen(self) -> int:
        """The number of classes that all hidings together choose."""
        return fewest(self.tried)


def held_out(seen: sparse.csr_array, rng: np.random.Generator, *, most: int = MOST, effort: Effort) -> Trial:
    """The loss of 1 to ``most`` classes on hidden votes; stops when ``PATIENCE`` more classes have not helped.

    Votes are hidden several times over, all hidings are judged together, and each by itself for what it would have
    chosen alone.
    """
    again = int(np.clip(WORK // max(1, seen.nnz), 1, AGAIN))
    hidings = _Hidings(seen, rng, most, effort)
    trial = hidings.judged(min(FIRST, again))
    return trial if set(trial.each) == {1} else hidings.judged(again)


def fewest(tried: tuple[HeldOut, ...]) -> int:
    """The fewest classes within one standard error of the best; one, where that is not beaten by ``SURE`` of them."""
    if tried and tried[0].worse <= SURE * tried[0].error:
        return 1
    return next((one.k for one in tried if one.worse <= one.error), 1)


class _Hidings:
    """Hidings of votes, each of as many folds as give it ``WANTED`` hidden votes, and their losses by classes."""

    def __init__(self, seen: sparse.csr_array, rng: np.random.Generator, most: int, effort: Effort) -> None:
        self.seen, self.rng, self.most, self.effort = seen, rng, most, effort
        self.folds: list[list[_Fold]] = []
        self.losses: list[list[Floats]] = []

    def judged(self, times: int) -> Trial:
        """What ``times`` hidings say, those already made among them."""
        within = int(np.clip(np.ceil(WANTED / max(1, HIDDEN * self.seen.nnz)), 1, REPEATS))
        while len(self.folds) < times:
            self.folds.append([_Fold(self.seen, self.rng, self.most) for _ in range(within)])
            self.losses.append([])
        k = 0
        while k < self.most and not self._enough(k):
            k += 1
            self._try(k)
        losses = np.array([each[:k] for each in self.losses])
        hidden = sum(len(fold.who) for folds in self.folds for fold in folds)
        return Trial(_compared(losses.sum(axis=0), hidden), tuple(fewest(_compared(one, hidden)) for one in losses))

    def _try(self, k: int) -> None:
        for folds, losses in zip(self.folds, self.losses, strict=True):
            if len(losses) < k:
                losses.append(np.sum([fold.loss(k, self.rng, self.effort) for fold in folds], axis=0))

    def _enough(self, k: int) -> bool:
        totals = [sum(float(each[at].sum()) for each in self.losses) for at in range(k)]
        return k >= ENOUGH and k - 1 - int(np.argmin(totals)) >= PATIENCE


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


def _compared(losses: Floats, hidden: int) -> tuple[HeldOut, ...]:
    best = losses[int(losses.sum(axis=1).argmin())]
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
