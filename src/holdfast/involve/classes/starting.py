"""Where the climb starts: classes guessed from random turns of the votes' main directions, the best few kept.

Short runs from many starts and long runs from the best (Biernacki, Celeux & Govaert 2003).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import sparse

from holdfast.involve.classes.em import Model, climb, everybody, rough, tilted
from holdfast.involve.classes.manner import sheet_of
from holdfast.involve.classes.sheets import Floats, Sheet, counted

SHORT: Final = 7
COLUMNS: Final = 16
"""Classes of models climbed side by side; more at once no longer fit the processor's memory."""


@dataclass(frozen=True)
class Effort:
    """How many ``short`` climbs, and how many of the best of them are made ``long``."""

    short: int
    long: int


class Ready:
    """Votes made ready to fit any number of classes to: laid out by manner, with their main directions."""

    def __init__(self, seen: sparse.csr_array, rng: np.random.Generator, most: int) -> None:
        self.prior = everybody(counted(seen))
        self.sheet = sheet_of(seen, self.prior)
        width = min(most + 2, *seen.shape)
        self.scores = directions(seen, self.sheet, self.prior, width, rng) if most > 1 else np.zeros((0, 0))

    def fit(self, k: int, rng: np.random.Generator, effort: Effort) -> tuple[Model, Floats]:
        """The best of several climbs to ``k`` classes, and who is how far in which (P × k)."""
        if k == 1:  # one class is everybody; rates of its own, less smoothed, would lose to many copies of themselves
            return Model(np.ones(1), self.prior[None], 0.0), np.ones((self.sheet.people, 1), np.float32)
        guesses = [_guess(self.scores[:, : k + 2], k, rng) for _ in range(effort.short)]
        abreast = max(1, COLUMNS // k)
        together = [guesses[at : at + abreast] for at in range(0, effort.short, abreast)]
        short = [model for some in together for model in self._short(some, SHORT)]
        short.sort(key=lambda model: -model.objective)
        longer = [climb(model, self.sheet, self.prior) for model in short[: effort.long]]
        return max(longer, key=lambda found: found[0].objective)

    def _short(self, guesses: list[Floats], rounds: int) -> list[Model]:
        return rough(np.concatenate(guesses, axis=1), len(guesses), self.sheet, self.prior, rounds)


def directions(seen: sparse.csr_array, sheet: Sheet, prior: Floats, wanted: int, rng: np.random.Generator) -> Floats:
    """P × wanted: people's scores on the main directions of what they said beyond what was to be expected of them.

    The randomised range finder of Halko, Martinsson & Tropp (2011) on votes less their chances, never filled in.
    """
    chances = tilted(prior, sheet.tilt).transpose(0, 2, 1).reshape(len(sheet.tilt), -1).astype(np.float32)
    manner = np.repeat(sheet.manner, np.diff(seen.indptr))
    data = np.float32(1.0) - chances[manner, seen.indices]
    beyond = sparse.csr_array((data, seen.indices, seen.indptr), shape=seen.shape)
    probe = rng.standard_normal((seen.shape[1], wanted)).astype(np.float32)
    scores = beyond @ probe
    for _ in range(2):
        scores = beyond @ (beyond.T @ np.linalg.qr(scores)[0])
    return np.asarray(np.linalg.qr(scores)[0])


def _guess(scores: Floats, k: int, rng: np.random.Generator) -> Floats:
    """P × k: each person to the furthest of k random directions in the scores' space."""
    width = scores.shape[1]
    turn = np.linalg.qr(rng.standard_normal((max(width, k), width)))[0][:, :width]
    nearest = (scores @ turn.T)[:, :k].argmax(axis=1)
    return np.asarray(np.eye(k, dtype=np.float32)[nearest])
