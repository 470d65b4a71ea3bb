"""Latent classes for sparse votes, fitted by expectation and maximisation.

Lazarsfeld & Henry (1968); Dempster, Laird & Rubin (1977). A person belongs to one of k classes that they do not
declare. Within a class votes are independent, each agree, disagree or pass by the class's rates for that statement
tilted by the person's manner of voting (:mod:`.manner`). A vote not given says nothing. Rates are drawn towards
everybody's by a prior worth ``STRENGTH`` votes, so a statement that few of a class have seen is not judged on those
few.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import gammaln

from holdfast.involve.classes.sheets import Floats, Sheet

STRENGTH: Final = 10.0
DRAWS: Final = tuple(float(2**power) for power in range(7))
TOLERANCE: Final = 1e-5
ROUNDS: Final = 100
SCALINGS: Final = 3


@dataclass(frozen=True, eq=False)
class Model:
    """``size`` (k,): share of people in each class; ``rate`` (k, S, 3): agree, disagree and pass rates of somebody of
    ordinary manner; ``objective``: log likelihood and log prior; ``settled``: whether it had stopped moving."""

    size: Floats
    rate: Floats
    objective: float
    settled: bool = True

    @property
    def k(self) -> int:
        """How many classes."""
        return len(self.size)


def everybody(counts: Floats) -> Floats:
    """S × 3 rates from counts S × 3, each statement's drawn towards the rates over all as far as they are alike."""
    overall = (counts.sum(axis=0) + 1.0) / (counts.sum() + 3.0)
    drawn = max(DRAWS, key=lambda weight: _evidence(counts, weight * overall))
    return np.asarray((counts + drawn * overall) / (counts.sum(axis=1, keepdims=True) + drawn))


def _evidence(counts: Floats, alpha: Floats) -> float:
    """Log likelihood of the counts when statements' rates are Dirichlet with ``alpha`` (3,)."""
    total = counts.sum(axis=1)
    each = (gammaln(counts + alpha) - gammaln(alpha)).sum(axis=1) + gammaln(alpha.sum()) - gammaln(total + alpha.sum())
    return float(each.sum())


def tilted(rate: Floats, tilt: Floats) -> Floats:
    """H × … × 3: rates (…, 3) as people of each of H manners (H × 3) give them."""
    shaped = tilt.reshape(len(tilt), *([1] * (rate.ndim - 1)), 3) * rate
    return np.asarray(shaped / shaped.sum(axis=-1, keepdims=True))


def memberships(model: Model, sheet: Sheet) -> tuple[Floats, Floats]:
    """P × k chances of each class given a person's votes, and (P,) the log likelihood of those votes."""
    rate = model.rate.transpose(1, 2, 0)
    common = np.log(_totals(rate, sheet)).astype(np.float32)
    logs = np.log(sheet.tilt).astype(np.float32)[:, None, :, None] - common[:, :, None]
    logs += np.log(rate).astype(np.float32)
    chance = sheet.summed(logs)
    chance += np.log(model.size).astype(np.float32)
    top = chance.max(axis=1, keepdims=True)
    chance -= top
    np.exp(chance, out=chance)
    total = chance.sum(axis=1, keepdims=True)
    chance /= total
    return chance, (top + np.log(total))[:, 0]


def maximise(share: Floats, sheet: Sheet, prior: Floats, strength: float, was: Model | None = None) -> Model:
    """The classes' sizes and rates given memberships (P × k); the objective is not known yet.

    With manners the rates have no closed form: each scaling (Darroch & Ratcliff 1972) raises the likelihood, and
    without them the first is exact.
    """
    k = share.shape[1]
    counts = sheet.tallied(share)
    observed = counts.sum(axis=0) + strength * prior[:, :, None]
    votes = counts[:, :, 0] + counts[:, :, 1] + counts[:, :, 2]
    rate = np.repeat(prior[:, :, None], k, axis=2) if was is None else was.rate.transpose(1, 2, 0)
    for _ in range(SCALINGS if was is None else 1):
        per = np.tensordot(sheet.tilt, votes / _totals(rate, sheet), axes=(0, 0)).transpose(1, 0, 2)
        rate = observed / (per + strength)
        rate = rate / rate.sum(axis=1, keepdims=True)
    size = (share.sum(axis=0, dtype=np.float64) + 1.0) / (len(share) + k)
    return Model(size, np.ascontiguousarray(np.maximum(rate, 1e-9).transpose(2, 0, 1)), -np.inf, False)


def _totals(rate: Floats, sheet: Sheet) -> Floats:
    """H × S × k: what tilted rates (S × 3 × k) must be divided by to sum to one."""
    return np.asarray(np.tensordot(sheet.tilt, rate, axes=(1, 1)))


def climb(model: Model, sheet: Sheet, prior: Floats, strength: float = STRENGTH, rounds: int = ROUNDS) -> Model:
    """From ``model`` upwards until a round gains less than ``TOLERANCE`` of a nat a vote, or ``rounds`` are done."""
    small = TOLERANCE * max(1, sheet.votes)
    last = -np.inf
    for _ in range(rounds):
        share, likely = memberships(model, sheet)
        now = float(likely.sum(dtype=np.float64)) + _log_prior(model, prior, strength)
        if now - last < small:
            return Model(model.size, model.rate, now)
        last, model = now, maximise(share, sheet, prior, strength, model)
    return Model(model.size, model.rate, last, False)


def _log_prior(model: Model, prior: Floats, strength: float) -> float:
    return float(strength * (prior * np.log(model.rate)).sum() + np.log(model.size).sum())
