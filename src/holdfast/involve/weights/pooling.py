"""Partial pooling of shares of disjoint groups: each borrows from the others as far as they agree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc, betaln, expit

Floats = NDArray[np.float64]
CENTRES: Final = expit(np.linspace(-5.0, 5.0, 41))
KAPPAS: Final = np.exp(np.linspace(np.log(0.5), np.log(2000.0), 25))


@dataclass(frozen=True, eq=False)
class Pooled:
    """G groups: pooled ``share`` with its 95 % interval (G,), the common ``centre``, and ``kappa``: how many people the
    other groups together count for."""

    share: Floats
    low: Floats
    high: Floats
    centre: float
    kappa: float


def pool(successes: ArrayLike, trials: ArrayLike) -> Pooled:
    """Beta-binomial shrinkage over groups (G,), counts being whole or effective.

    Both the centre and the spread between groups are integrated over on a grid (Gelman and others, Bayesian Data
    Analysis, section 5.3: a prior flat on the logit centre and on 1/√kappa, the spread's own scale; flat on log kappa
    pools too much). So with few groups the interval says how little is known of the spread. A group without voices
    gets the interval of a new one.
    """
    k, n = np.broadcast_arrays(np.asarray(successes, np.float64), np.asarray(trials, np.float64))
    if k.ndim != 1 or (n < 0).any() or (k < 0).any() or (k > n + 1e-9).any():
        raise ValueError("successes and trials must be one count a group, 0 ≤ successes ≤ trials")
    a, b = _grid()
    fit = _likelihood(np.minimum(k, n), n, a, b) - np.log(a + b) / 2
    weight = np.exp(fit - fit.max())
    weight /= weight.sum()
    mean = ((a[None, :] + k[:, None]) / (a + b + n[:, None])) @ weight
    ends = [_quantile(k, n, a, b, weight, p) for p in (0.025, 0.975)]
    centre = float((a / (a + b)) @ weight)
    return Pooled(mean, ends[0], ends[1], centre, float(np.exp(np.log(a + b) @ weight)))


def _grid() -> tuple[Floats, Floats]:
    centre, kappa = (part.ravel() for part in np.meshgrid(CENTRES, KAPPAS))
    return centre * kappa, (1 - centre) * kappa


def _likelihood(k: Floats, n: Floats, a: Floats, b: Floats) -> Floats:
    return np.asarray(
        (betaln(a[None, :] + k[:, None], b[None, :] + (n - k)[:, None]) - betaln(a, b)[None, :]).sum(axis=0)
    )


def _quantile(k: Floats, n: Floats, a: Floats, b: Floats, weight: Floats, p: float) -> Floats:
    """By halving, over the grid points that hold all but a thousandth of the weight."""
    order = np.argsort(-weight)
    kept = order[: int(np.searchsorted(np.cumsum(weight[order]), 1 - 1e-3)) + 1]
    aa, bb = a[kept][None, :] + k[:, None], b[kept][None, :] + (n - k)[:, None]
    share = weight[kept] / weight[kept].sum()
    low, high = np.zeros(len(k)), np.ones(len(k))
    for _ in range(14):
        middle = (low + high) / 2
        below = betainc(aa, bb, middle[:, None]) @ share < p
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return (low + high) / 2
