"""Where the climb starts: classes guessed from random turns of the votes' main directions, the best few kept.

Short runs from many starts and long runs from the best (Biernacki, Celeux & Govaert 2003).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy import sparse

from holdfast.involve.classes.em import STRENGTH, Model, climb, everybody, maximise, tilted
from holdfast.involve.classes.manner import sheet_of
from holdfast.involve.classes.sheets import Floats, Sheet, counted

STARTS: Final = 8
SHORT: Final = 6
LONG: Final = 4
"""One long climb for so many short ones."""


class Ready:
    """Votes made ready to fit any number of classes to: laid out by manner, with their main directions."""

    def __init__(self, seen: sparse.csr_array, rng: np.random.Generator, most: int) -> None:
        self.sheet = sheet_of(seen)
        self.prior = everybody(counted(seen))
        width = min(most + 2, *seen.shape)
        self.scores = directions(seen, self.sheet, self.prior, width, rng) if most > 1 else np.zeros((0, 0))

    def fit(self, k: int, rng: np.random.Generator, starts: int = STARTS) -> Model:
        """The best of several climbs to ``k`` classes."""
        if k == 1:
            return self.climb(np.ones((self.sheet.people, 1)))
        short = [self.climb(_guess(self.scores[:, : k + 2], k, rng), SHORT) for _ in range(starts)]
        short.sort(key=lambda model: -model.objective)
        longer = [climb(model, self.sheet, self.prior) for model in short[: max(1, starts // LONG)]]
        return max(longer, key=lambda model: model.objective)

    def climb(self, share: Floats, rounds: int = 100) -> Model:
        """Upwards from memberships (P × k)."""
        model = maximise(share, self.sheet, self.prior, STRENGTH)
        return climb(model, self.sheet, self.prior, STRENGTH, rounds)


def directions(seen: sparse.csr_array, sheet: Sheet, prior: Floats, wanted: int, rng: np.random.Generator) -> Floats:
    """P × wanted: people's scores on the main directions of what they said beyond what was to be expected of them.

    The randomised range finder of Halko, Martinsson & Tropp (2011) on votes less their chances, never filled in.
    """
    chances = tilted(prior, sheet.tilt).reshape(len(sheet.tilt), -1).astype(np.float32)
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
