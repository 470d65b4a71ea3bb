"""Themes beside each other: what the others' probabilities say about one, learned once for all themes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

Floats = NDArray[np.float64]
RIDGE: Final = 30.0
"""Strength of the pull of each weight towards none, in pairs of comment and theme: few codings change little."""
EDGE: Final = 1e-4
"""Probabilities nearer to 0 or 1 count as this near."""
STEPS: Final = 25


@dataclass(frozen=True)
class Together:
    """Log odds of a theme, corrected by where it stands among the comment's others; the same weights for every theme.

    A comment that is surely about one thing is less likely about another, and one that seems about nothing is likely
    about the first in line, as far as people's coding shows it. ``weights`` are of ``_beside``'s columns, which are
    held within ``low`` and ``high``, as seen in learning, and divided by ``spread``.
    """

    weights: Floats
    low: Floats
    high: Floats
    spread: Floats

    def __call__(self, probabilities: Floats) -> Floats:
        """Comments × themes, corrected."""
        if not self.weights.any() or not len(probabilities):
            return probabilities
        own = logit(np.clip(probabilities, EDGE, 1 - EDGE))
        return np.asarray(expit(own + self._columns(probabilities) @ self.weights), dtype=np.float64)

    def _columns(self, probabilities: Floats) -> Floats:
        columns = np.clip(_beside(probabilities), self.low, self.high) / self.spread
        return np.concatenate([np.ones((*columns.shape[:2], 1)), columns, *_products(columns)], axis=2)


def together(probabilities: Floats, known: Floats) -> Together:
    """Learned from out-of-sample probabilities and what is known (comments × themes; NaN in ``known`` left out).

    A logistic regression on top of each theme's own log odds, by Newton's method. With one theme there are no others.
    """
    held = ~np.isnan(known)
    if probabilities.shape[1] < 2 or not held.any():
        return Together(np.zeros(0), np.zeros(0), np.zeros(0), np.ones(0))
    seen = _beside(probabilities)[held]
    fitted = Together(np.zeros(0), seen.min(axis=0), seen.max(axis=0), np.maximum(seen.std(axis=0), 1e-9))
    columns, offset = fitted._columns(probabilities)[held], logit(np.clip(probabilities[held], EDGE, 1 - EDGE))
    weights = _newton(columns, offset, known[held])
    return Together(weights, fitted.low, fitted.high, fitted.spread)


def _newton(columns: Floats, offset: Floats, present: Floats) -> Floats:
    """Weights of the columns (pairs × columns) beside a fixed offset, with a normal prior at none."""
    weights, pull = np.zeros(columns.shape[1]), RIDGE * np.eye(columns.shape[1])
    for _ in range(STEPS):
        p = expit(offset + columns @ weights)
        slope = columns.T @ (present - p) - RIDGE * weights
        step = np.linalg.solve((columns * (p * (1 - p))[:, None]).T @ columns + pull, slope)
        weights = weights + step / max(1.0, float(np.abs(step).max()))
        if np.abs(step).max() < 1e-8:
            break
    return np.asarray(weights, dtype=np.float64)


def _beside(probabilities: Floats) -> Floats:
    """Own log odds, the highest of the others', the log chance of none of them, how many of them to expect."""
    p = np.clip(probabilities, EDGE, 1 - EDGE)
    own = logit(p)
    ordered = np.sort(own, axis=1)
    highest = np.where(own == ordered[:, -1:], ordered[:, -2:-1], ordered[:, -1:])
    none = np.log1p(-p)
    parts = [own, highest, none.sum(axis=1, keepdims=True) - none, p.sum(axis=1, keepdims=True) - p]
    return np.stack(parts, axis=2)


def _products(columns: Floats) -> tuple[Floats, Floats]:
    """Squares, and products of the first with each of the rest."""
    return columns**2, columns[:, :, :1] * columns[:, :, 1:]
