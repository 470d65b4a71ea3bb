"""Families and their fit by iteratively reweighted least squares.

The fit is ours, and short, because the outer loop needs the working response and weights at each step and
because thousands of short series are fitted in a run: about 0.1 ms each, where building a statsmodels
model costs milliseconds. It is held to statsmodels to 1e-8 in the tests.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import special

from .mixture import Array

Family = Literal["poisson", "quasi-poisson", "binomial", "quasi-binomial", "gaussian"]
FAMILIES: tuple[Family, ...] = ("poisson", "quasi-poisson", "binomial", "quasi-binomial", "gaussian")
_STEPS = 50
_TOLERANCE = 1e-10


@dataclass(frozen=True)
class Observed:
    """One arm's months, missing ones already gone. All arrays (n,).

    y: counts, numerators or values. denominator: exposure (counts), trials (proportions), or precision
    weight (values). extra: a further offset on the link scale (the control series).
    """

    y: Array
    denominator: Array
    extra: Array


def link_name(family: Family) -> str:
    """log, logit or identity."""
    return {"p": "log", "b": "logit", "g": "identity"}[family.removeprefix("quasi-")[0]]


def inverse_link(family: Family, eta: Array) -> Array:
    """Link scale → rate, proportion or value."""
    kind = link_name(family)
    if kind == "identity":
        return eta
    return np.asarray(np.exp(eta) if kind == "log" else special.expit(eta))


def slope_of_inverse(family: Family, eta: Array) -> Array:
    """d(inverse link)/d(eta)."""
    mean = inverse_link(family, eta)
    return {"identity": np.ones_like(mean), "log": mean, "logit": mean * (1 - mean)}[link_name(family)]


def working(family: Family, seen: Observed, eta: Array) -> tuple[Array, Array]:
    """Working response without the extra offset, and working weights, at linear predictor eta (n,)."""
    mean = inverse_link(family, eta)
    slope = slope_of_inverse(family, eta)
    if link_name(family) == "identity":
        return seen.y - seen.extra, seen.denominator
    residual = seen.y / seen.denominator - mean
    return eta - seen.extra + residual / slope, seen.denominator * slope


def irls(family: Family, x: Array, seen: Observed) -> Array:
    """Maximum (quasi-)likelihood coefficients (p,) at the canonical link.

    ValueError when the fit does not settle, as with no event at all on one side of the change.
    """
    eta: Array = _start(family, seen)
    beta: Array = np.zeros(x.shape[1])
    for _ in range(_STEPS):
        z, w = working(family, seen, eta)
        root = np.sqrt(w)
        new = np.asarray(np.linalg.lstsq(root[:, None] * x, root * z, rcond=None)[0], dtype=float)
        moved = np.max(np.abs(x @ (new - beta)))
        beta, eta = new, x @ new + seen.extra
        if moved < _TOLERANCE * max(1.0, float(np.max(np.abs(eta)))):
            return np.asarray(beta)
        eta = np.clip(eta, -30.0, 30.0) if family != "gaussian" else eta
    raise ValueError(
        "the segmented regression did not settle: there may be no events (or only events) on one side of the "
        "change; pool months or populations, or leave out the slope or the harmonics"
    )


def _start(family: Family, seen: Observed) -> Array:
    if link_name(family) == "identity":
        return seen.y
    if link_name(family) == "log":
        return np.asarray(np.log((seen.y + 0.5) / seen.denominator))
    return np.asarray(special.logit((seen.y + 0.5) / (seen.denominator + 1)))


def pearson_scale(family: Family, x: Array, seen: Observed, beta: Array) -> float:
    """Pearson χ² over n − p: 1 for Poisson or binomial variation, more when overdispersed."""
    eta = x @ beta + seen.extra
    z, w = working(family, seen, eta)
    return float(np.sum(w * (z - x @ beta) ** 2) / (len(z) - x.shape[1]))
