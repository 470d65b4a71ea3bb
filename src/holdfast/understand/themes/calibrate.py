"""From a classifier's scores to probabilities, and from probabilities to what is suggested."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit, logit

Floats = NDArray[np.float64]
SHRINK: Final = 200.0
"""A theme's own threshold counts as its examples over its examples plus this; the rest is the common threshold."""
RIDGE: Final = 4.0
"""Strength of the pull of a setting's own shift towards none, in examples' worth of information."""


@dataclass(frozen=True)
class Platt:
    """P(theme) = expit(slope · score + intercept + the setting's own shift)."""

    slope: float
    intercept: float
    shifts: dict[str, float] = field(default_factory=dict)

    def __call__(self, scores: Floats, settings: NDArray[np.str_] | None = None) -> Floats:
        shift = np.zeros(len(scores))
        if settings is not None and self.shifts:
            shift = np.array([self.shifts.get(str(setting), 0.0) for setting in settings])
        return np.asarray(expit(self.slope * scores + self.intercept + shift), dtype=np.float64)


def platt(scores: Floats, present: Floats) -> Platt:
    """Platt's (1999) sigmoid with his smoothed targets, so that a theme with few examples is never certain.

    ``scores`` and ``present`` (1 or 0) are n; scores must be out of sample. The slope is held at 0 or above: a higher
    score never means less likely.
    """
    yes = float(present.sum())
    no = float(len(present) - yes)
    target = np.where(present > 0.5, (yes + 1) / (yes + 2), 1 / (no + 2))

    def loss(w: Floats) -> tuple[float, Floats]:
        z = w[0] * scores + w[1]
        error = expit(z) - target
        return float(np.sum(np.logaddexp(0, z) - target * z)), np.array([np.sum(error * scores), np.sum(error)])

    start = np.array([1.0, np.log((yes + 1) / (no + 1))])
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=[(0, None), (None, None)])
    return Platt(float(found.x[0]), float(found.x[1]))


def by_setting(fitted: Platt, scores: Floats, present: Floats, settings: NDArray[np.str_]) -> Platt:
    """The same sigmoid with a shift for each setting, pulled towards none as far as its examples are few.

    One Newton-refined shift a setting with a normal prior: a setting with many examples gets its own base rate, a
    setting with few keeps the common one.
    """
    shifts = {}
    for setting in sorted({str(s) for s in settings if s}):
        here = settings == setting
        shifts[setting] = _shift(logit(np.clip(fitted(scores[here]), 1e-9, 1 - 1e-9)), present[here])
    return Platt(fitted.slope, fitted.intercept, shifts)


def _shift(z: Floats, present: Floats) -> float:
    shift = 0.0
    for _ in range(25):
        p = expit(z + shift)
        step = (float(np.sum(present - p)) - RIDGE * shift) / (float(np.sum(p * (1 - p))) + RIDGE)
        shift += float(np.clip(step, -1, 1))
        if abs(step) < 1e-8:
            break
    return shift


def thresholds(probabilities: Floats, known: Floats) -> Floats:
    """The probability at which each theme is suggested (themes), from out-of-sample probabilities and what is known.

    Both are comments × themes; NaN in ``known`` is left out. A theme's own best threshold for F1 is pulled, on the log
    scale, towards the one that is best for all themes together, the more the fewer its examples.
    """
    common = common_threshold(probabilities, known)
    own = np.array(
        [_best(p[~np.isnan(k)], k[~np.isnan(k)], common) for p, k in zip(probabilities.T, known.T, strict=True)]
    )
    n = np.nansum(known, axis=0)
    return np.asarray(np.exp((n * np.log(own) + SHRINK * np.log(common)) / (n + SHRINK)), dtype=np.float64)


def common_threshold(probabilities: Floats, known: Floats) -> float:
    """The one threshold with the best micro F1 (0.5 where there is nothing to judge by)."""
    held = ~np.isnan(known)
    return _best(probabilities[held], known[held], 0.5)


def _best(probability: Floats, present: Floats, otherwise: float) -> float:
    """The threshold with the highest F1, half way to the next probability below; kept within 0.02 and 0.98."""
    if not present.any():
        return otherwise
    order = np.argsort(-probability, kind="stable")
    p, hits = probability[order], np.cumsum(present[order])
    score = 2 * hits / (np.arange(1, len(p) + 1) + present.sum())
    last = np.r_[p[1:] < p[:-1], True]  # equal probabilities stand or fall together
    at = int(np.argmax(np.where(last, score, -1)))
    below = p[at + 1] if at + 1 < len(p) else 0.0
    return float(np.clip((p[at] + below) / 2, 0.02, 0.98))
