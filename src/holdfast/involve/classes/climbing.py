"""Expectation and maximisation, several models side by side: one pass over the votes serves them all.

Within this module an array's last axis runs over M models' k classes, M·k columns, in single precision: the sums over
votes are of thousands of shares, not millions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from holdfast.involve.classes.sheets import Floats, Sheet

SCALINGS: Final = 3
RAREST: Final = np.float32(1e-9)


@dataclass(frozen=True, eq=False)
class Abreast:
    """``size`` (M, k): share of people in each class; ``rate`` (3, S, M·k): agree, disagree and pass rates."""

    size: Floats
    rate: Floats


def expected(models: Abreast, sheet: Sheet) -> tuple[Floats, Floats]:
    """P × M·k chances of each class given a person's votes, and (M,) the log likelihood of all votes.

    What a person's habits alone make of their votes is the same for every model, and left out of the likelihood.
    """
    logs = np.log(models.rate) - np.log(_totals(models.rate, sheet))[:, None]
    chance = sheet.summed(logs)
    chance += np.log(models.size).astype(np.float32).reshape(-1)
    return _normalised(chance, len(models.size))


def _normalised(chance: Floats, models: int) -> tuple[Floats, Floats]:
    """Class by class, since sums along a few adjacent columns are slow."""
    across = np.ascontiguousarray(chance.T).reshape(models, -1, len(chance))
    top = across.max(axis=1)
    across -= top[:, None]
    np.exp(across, out=across)
    total = across.sum(axis=1)
    across /= total[:, None]
    likely = (top + np.log(total)).sum(axis=1, dtype=np.float64)
    return np.ascontiguousarray(across.reshape(chance.shape[::-1]).T), likely


def begun(share: Floats, models: int, sheet: Sheet, prior: Floats, strength: float) -> Abreast:
    """So many models from memberships (P × M·k) alone, drawn towards everybody's rates, ``prior`` (3, S)."""
    rate = np.repeat(prior.astype(np.float32)[:, :, None], share.shape[1], axis=2)
    return _fitted(share, sheet, prior, strength, Abreast(np.ones((models, len(share[0]) // models)), rate), SCALINGS)


def improved(share: Floats, sheet: Sheet, prior: Floats, strength: float, was: Abreast) -> Abreast:
    """The models from memberships (P × M·k) and from what they were."""
    return _fitted(share, sheet, prior, strength, was, 1)


def _fitted(share: Floats, sheet: Sheet, prior: Floats, strength: float, was: Abreast, scalings: int) -> Abreast:
    """The classes' sizes and rates.

    With manners the rates have no closed form: each scaling (Darroch & Ratcliff 1972) raises the likelihood, and
    without them the first is exact.
    """
    counts = sheet.tallied(share)
    observed = counts.sum(axis=0) + np.float32(strength) * prior.astype(np.float32)[:, :, None]
    votes, rate = counts.sum(axis=1), was.rate
    for _ in range(scalings):
        rate = _scaled(rate, votes, observed, sheet, strength)
    people = (np.ones(len(share), np.float32) @ share).astype(np.float64).reshape(was.size.shape)
    return Abreast((people + 1.0) / (len(share) + len(people[0])), np.maximum(rate, RAREST))


def _scaled(rate: Floats, votes: Floats, observed: Floats, sheet: Sheet, strength: float) -> Floats:
    per = votes / _totals(rate, sheet)
    tilt = sheet.tilt.astype(np.float32)
    raised = observed / ((tilt.T @ per.reshape(len(tilt), -1)).reshape(observed.shape) + np.float32(strength))
    raised /= raised.sum(axis=0)
    return np.asarray(raised)


def _totals(rate: Floats, sheet: Sheet) -> Floats:
    """H × S × M·k: what tilted rates must be divided by to sum to one."""
    tilt = sheet.tilt.astype(np.float32)
    return np.asarray((tilt @ rate.reshape(3, -1)).reshape(len(tilt), *rate.shape[1:]))


def log_prior(models: Abreast, prior: Floats, strength: float) -> Floats:
    """(M,): of the rates, drawn to everybody's ``prior`` (3, S) by ``strength`` votes, and of the sizes."""
    each = prior.reshape(-1) @ np.log(models.rate).reshape(prior.size, -1)
    return np.asarray(strength * each.reshape(models.size.shape).sum(axis=1) + np.log(models.size).sum(axis=1))
