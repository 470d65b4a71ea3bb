"""How much the answer to each statement would tell, in nats.

An answer tells of the person (which group they belong to) and of the statement (what that group's rates are). By the
chain rule of mutual information (Lindley 1956) the two add up to what it tells of both, so they are one currency.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import digamma, xlogy

from holdfast.involve.asking.state import Asking

Floats = NDArray[np.float64]

PRIOR = 1.0
"""Votes of each group's rates are begun with, spread as the group's rates."""


def belief(state: Asking, places: NDArray[np.int64], kinds: NDArray[np.int64]) -> Floats:
    """k × H: chance of each group and manner given answers, ``kinds`` of them 0 agree, 1 disagree or 2 pass."""
    logs = np.log(state.size)[:, None] + np.log(state.habit)[None]
    if len(places):
        rate = state.rate[:, places]
        given = np.einsum("gav,hv->gha", rate, state.tilt)
        told = np.take_along_axis(rate, kinds[None, :, None], axis=2)[:, None, :, 0] * state.tilt[None, :, kinds]
        logs = logs + np.log(told / given).sum(axis=2)
    chance = np.exp(logs - logs.max())
    return np.asarray(chance / chance.sum(), np.float64)


def answers(state: Asking, chance: Floats) -> tuple[Floats, Floats]:
    """k × S × 3, how each group would answer given the person's likely manner, and (k,) the chance of each group."""
    of_group = chance.sum(axis=1)
    manner = chance / np.maximum(of_group, 1e-300)[:, None]
    total = np.einsum("gsv,hv->gsh", state.rate, state.tilt)
    pull = np.einsum("gsh,gh,hv->gsv", 1.0 / total, manner, state.tilt)
    return np.asarray(state.rate * pull, np.float64), of_group


def about_person(rates: Floats, of_group: Floats) -> Floats:
    """S: what the answer would tell of the group: entropy of the answer, less its entropy were the group known."""
    mixed = np.einsum("g,gsv->sv", of_group, rates)
    known = np.einsum("g,gs->s", of_group, _entropy(rates))
    return np.asarray(np.maximum(_entropy(mixed) - known, 0.0))


def about_statements(state: Asking, of_group: Floats) -> Floats:
    """S: what the answer would tell of the rates themselves, known as well as the votes so far leave them (Dirichlet).

    About one over the number of votes: a statement hardly seen tells most.
    """
    alpha = state.votes.astype(np.float64) + PRIOR * state.rate
    total = alpha.sum(axis=2, keepdims=True)
    mean = alpha / total
    expected = (mean * (digamma(total + 1) - digamma(alpha + 1))).sum(axis=2)
    return np.asarray(of_group @ np.maximum(_entropy(mean) - expected, 0.0))


def _entropy(chance: Floats) -> Floats:
    return np.asarray(-xlogy(chance, chance).sum(axis=-1))
