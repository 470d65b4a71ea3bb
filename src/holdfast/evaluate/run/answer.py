"""What every design hands back: the same shape, whatever the method behind it."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holdfast.evaluate.run.cuts import Key

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Answer:
    """Effects of one outcome.

    ``rows`` names each of the A effects as (kind, at); ``estimate``, ``se``, ``low``, ``high``, ``p`` and ``df`` have
    one entry each (NaN unknown); ``band`` (A, 2) is the simultaneous band over the rows of the same kind, NaN
    where there is none. ``psi`` (A, U) decomposes each estimate's error over U independent units (sites of the
    panel, periods, or placebos) so that ``psi @ other.psi.T`` is the covariance of two outcomes of one study.
    ``counterfactual`` (A) is the level had the change not been made. ``paths`` are (group, axis, at, value).
    ``left_out`` are (what, who, count, reason);
    ``cohorts`` pairs each cohort's label with its number of sites; ``equal_weights`` is the overall effect with every
    site counting alike. ``overall`` and ``horizons`` are found by name in ``rows``.
    """

    key: Key
    design: str
    rows: tuple[tuple[str, str], ...]
    estimate: Floats
    se: Floats
    low: Floats
    high: Floats
    p: Floats
    df: Floats
    band: Floats
    psi: Floats
    units: str
    counterfactual: Floats
    inference: str
    sites: int
    adopters: int
    paths: tuple[tuple[str, str, str, float], ...] = ()
    left_out: tuple[tuple[str, str, int, str], ...] = ()
    notes: tuple[str, ...] = ()
    cohorts: tuple[tuple[str, int], ...] = ()
    equal_weights: float | None = None

    def index(self, kind: str, at: str = "") -> int | None:
        """Position of one effect, or None."""
        return self.rows.index((kind, at)) if (kind, at) in self.rows else None

    def covariance(self) -> Floats:
        """Joint covariance of the rows, scaled so that its diagonal is ``se`` squared."""
        scaled = scaled_psi(self)
        return np.asarray(scaled @ scaled.T)


def scaled_psi(answer: Answer) -> Floats:
    """``psi`` with each row's length made equal to its standard error, so small-sample corrections carry over.

    A row without a finite standard error is NaN throughout: it covaries with nothing, rather than with certainty.
    """
    length = np.sqrt((answer.psi**2).sum(axis=1))
    finite = np.isfinite(answer.se) & np.isfinite(length)
    factor = np.where(finite & (length > 0), answer.se / np.where(length > 0, length, 1.0), 0.0)
    scaled: Floats = np.where(
        finite[:, None], np.nan_to_num(answer.psi) * np.where(finite, factor, 0.0)[:, None], np.nan
    )
    return scaled


def covariance_between(rows: Sequence[tuple[Answer, int]]) -> Floats:
    """Joint covariance of single rows of several answers; zero between answers over different kinds of unit."""
    scaled = {id(answer): scaled_psi(answer) for answer, _ in rows}
    parts = [scaled[id(answer)][i] for answer, i in rows]
    alike: dict[tuple[str, int], list[int]] = defaultdict(list)
    for at, ((answer, _), part) in enumerate(zip(rows, parts, strict=True)):
        alike[answer.units, part.size].append(at)
    total = np.zeros((len(rows), len(rows)))
    for members in alike.values():
        stacked = np.stack([parts[at] for at in members])
        total[np.ix_(members, members)] = stacked @ stacked.T
    return total


def degrees_of_freedom(answer: Answer) -> float:
    """Degrees of freedom of an answer's errors, where its intervals do not state them: adopters less one."""
    if math.isfinite(answer.df[0]):
        return float(answer.df[0])
    if answer.units.startswith("placebos"):
        return float(max(answer.psi.shape[1] - 1, 1))
    return float(max(answer.adopters - 1, 1))
