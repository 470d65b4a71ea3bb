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

from holdfast.involve.classes.climbing import Abreast, begun, expected, improved, log_prior
from holdfast.involve.classes.sheets import Floats, Sheet

STRENGTH: Final = 10.0
DRAWS: Final = tuple(float(2**power) for power in range(7))
TOLERANCE: Final = 1e-5
ROUNDS: Final = 100


@dataclass(frozen=True, eq=False)
class Model:
    """``size`` (k,): share of people in each class; ``rate`` (k, S, 3): agree, disagree and pass rates of somebody of
    ordinary manner; ``objective``: log likelihood and log prior, for comparing models of the same votes; ``settled``:
    whether it had stopped moving."""

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


def rough(share: Floats, models: int, sheet: Sheet, prior: Floats, rounds: int) -> list[Model]:
    """Short climbs from several memberships (P × M·k), best first."""
    abreast = begun(share, models, sheet, prior.T, STRENGTH)
    for at in range(1, rounds + 1):
        share, likely = expected(abreast, sheet)
        reached, objective = abreast, likely + log_prior(abreast, prior.T, STRENGTH)
        if at < rounds:
            abreast = improved(share, sheet, prior.T, STRENGTH, reached)
    found = [_one_of(reached, m, float(objective[m])) for m in range(models)]
    return sorted(found, key=lambda model: -model.objective)


def climb(model: Model, sheet: Sheet, prior: Floats, gain: float = TOLERANCE) -> tuple[Model, Floats]:
    """From ``model`` upwards until a round gains less than ``gain`` nats a vote, or ``ROUNDS`` are done.

    With the model reached, P × k: the chances of each class given a person's votes.
    """
    small = gain * max(1, sheet.votes)
    now, last, settled = _alone(model), -np.inf, False
    for at in range(ROUNDS):
        share, likely = expected(now, sheet)
        objective = float(likely[0] + log_prior(now, prior.T, STRENGTH)[0])
        last, settled = objective, objective - last < small
        if settled or at == ROUNDS - 1:
            break
        now = improved(share, sheet, prior.T, STRENGTH, now)
    return _one_of(now, 0, last, settled), share


def _alone(model: Model) -> Abreast:
    return Abreast(model.size[None], np.ascontiguousarray(model.rate.transpose(2, 1, 0), np.float32))


def _one_of(abreast: Abreast, m: int, objective: float, settled: bool = False) -> Model:
    k = abreast.size.shape[1]
    rate = abreast.rate[:, :, m * k : (m + 1) * k].astype(np.float64)
    return Model(abreast.size[m], np.ascontiguousarray(rate.transpose(2, 1, 0)), objective, settled)
