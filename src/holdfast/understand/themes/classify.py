"""One linear classifier a theme over shared features: the numbers behind a theme model."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from holdfast.understand.themes.folds import Integers

Floats = NDArray[np.float64]
COST: Final = 0.1
"""Inverse of the classifiers' regularisation, on features scaled to a mean of 1."""
SCALE: Final = 0.5
"""Power of the leaning by which a feature is scaled: 1 is Wang and Manning's own, 0 none."""
RARER: Final = 0.25
"""Power of how much rarer one side is, by which its comments count for more."""
SMOOTHING: Final = 0.5
"""Added to a feature's weight on each side, so that one seen once does not decide."""
TOLERANCE: Final = 1e-2
"""Of the solver; against a hundredth of it scores move by less than 0.005, and it takes two thirds of the time."""


@dataclass(frozen=True)
class Linear:
    """Scores = features @ weights + bias. ``weights`` is features × themes, ``bias`` themes."""

    weights: NDArray[np.float32]
    bias: Floats

    def scores(self, matrix: Any) -> Floats:
        """Comments × themes."""
        return np.asarray(matrix @ self.weights + self.bias, dtype=np.float64)


def train(matrix: Any, known: Floats, seed: int = 0) -> Linear:
    """Linear support vector machines on features scaled by how far they lean to one side; unknown rows left out.

    After Wang and Manning (2012): each feature is multiplied by the square root of the size of its log ratio between
    comments with the theme and without. The root halves the pull towards what was seen on one side by chance: rare
    themes gained most by it. ``matrix`` is comments × features (sparse), ``known`` comments × themes. Each theme
    needs both sides present.
    """
    # one after the other: the solver's random numbers are shared by all threads, so two would not repeat themselves
    fitted = [_one(matrix, theme, seed) for theme in known.T]
    weights = np.stack([weight for weight, _ in fitted], axis=1) if fitted else np.zeros((matrix.shape[1], 0))
    return Linear(weights.astype(np.float32), np.array([bias for _, bias in fitted]))


def _one(matrix: Any, theme: Floats, seed: int) -> tuple[Floats, float]:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.svm import LinearSVC

    held = ~np.isnan(theme)
    rows, present = (matrix, theme > 0.5) if held.all() else (matrix[held], theme[held] > 0.5)
    leaning = _leaning(rows, present)
    scaled = rows.copy()
    scaled.data *= leaning[scaled.indices]
    rarer = float(((~present).sum() / present.sum()) ** RARER)
    machine = LinearSVC(C=COST, class_weight={True: rarer, False: 1.0}, tol=TOLERANCE, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the last step's gain is below what a split can see
        machine.fit(scaled, present)
    return np.asarray(machine.coef_[0] * leaning), float(machine.intercept_[0])


def _leaning(rows: Any, present: NDArray[np.bool_]) -> Floats:
    """|log ratio| of each feature's share of the weight on either side, to the power ``SCALE``, over its mean.

    A feature that goes below zero, as an embedding's do, has no such ratio and counts as the mean one.
    """
    side = present.astype(np.float64)
    yes, no = (np.asarray(rows.T @ part).ravel() + SMOOTHING for part in (side, 1 - side))
    signed = np.bincount(rows.indices[rows.data < 0], minlength=rows.shape[1]) > 0
    yes, no = np.where(signed, SMOOTHING, yes), np.where(signed, SMOOTHING, no)
    ratio = np.abs(np.log(yes / yes.sum()) - np.log(no / no.sum())) ** SCALE
    mean = float(ratio[~signed].mean()) if (~signed).any() else 0.0
    if mean <= 0:
        return np.ones(rows.shape[1])
    return np.asarray(np.where(signed, 1.0, ratio / mean), dtype=np.float64)


def out_of_fold(matrix: Any, known: Floats, fold: Integers, seed: int = 0) -> Floats:
    """Scores of each comment by classifiers that never saw it (comments × themes; NaN where a fold cannot learn)."""
    scores = np.full(known.shape, np.nan)
    for held in range(int(fold.max()) + 1 if len(fold) else 0):
        others, here = known[fold != held], fold == held
        both = (np.nansum(others, axis=0) > 0) & (np.nansum(1 - others, axis=0) > 0)
        learned = train(matrix[fold != held], others[:, both], seed)
        scores[np.ix_(here, both)] = learned.scores(matrix[here])
    return scores
