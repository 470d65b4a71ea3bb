"""How well hidden votes are foretold: nothing but the statement, the reference's groups, and latent classes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from holdfast.involve import Votes
from holdfast.involve.classes import chances, opinion_groups
from holdfast.involve.reference import reference
from holdfast.involve.tallies import tally

SMOOTHED = 1.0
"""Votes of each kind added to a group's counts before they are shares."""


def losses(votes: Votes, seed: int, out: NDArray[np.bool_] | None = None) -> dict[str, float]:
    """Mean −log of the chance given to each of a tenth of the votes, hidden at random."""
    hide = np.random.default_rng(seed).random(len(votes)) < 0.1
    kept, hidden = votes.only(~hide), votes.only(hide)
    kind = hidden.kind()
    group = reference(kept, moderated_out=out).group
    everybody = _grouped(kept, np.zeros(kept.shape[0], np.int64), hidden, kind)
    classes = opinion_groups(kept, repeats=2, seed=seed)
    return {
        "nothing": _loss(everybody),
        "reference": _loss(np.where(group[hidden.who] >= 0, _grouped(kept, group, hidden, kind), everybody)),
        "classes": _loss(chances(classes, hidden)),
        "k": classes.k,
    }


def _grouped(kept: Votes, group: NDArray[np.int64], hidden: Votes, kind: NDArray[np.int8]) -> NDArray[np.float64]:
    counts = tally(kept, group, int(group.max()) + 1) + SMOOTHED
    share = counts / counts.sum(axis=2, keepdims=True)
    return np.asarray(share[group[hidden.who], hidden.what, kind])


def _loss(chance: NDArray[np.float64]) -> float:
    return float(-np.log(chance).mean())
