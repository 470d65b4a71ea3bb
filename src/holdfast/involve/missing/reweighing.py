"""A result as people spoke and as their population might have: raw, raked and post-stratified, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from holdfast.involve.missing.caution import drift, opinion_by
from holdfast.involve.missing.presence import About
from holdfast.involve.missing.refusing import answers, opinions
from holdfast.involve.missing.weighing import Weighing, weigh
from holdfast.involve.roles import FEW
from holdfast.involve.weights import Poststratified, Share, joint, poststratify, weighted_share
from holdfast.records.heard import Makeup

Floats = NDArray[np.float64]
MOST_CELLS: Final = 600
"""Above this many cells of the population nothing is post-stratified: a share for each asks for more voices."""


@dataclass(frozen=True, eq=False)
class Reweighed:
    """``raw`` is the share as people spoke. ``raked`` and ``poststratified`` are None where nothing could be weighted.

    With few voices read the post-stratified one, whose interval holds sooner; with many they agree. ``warnings`` say
    what neither puts right.
    """

    raw: Share
    raked: Share | None
    poststratified: Poststratified | None
    weighing: Weighing
    warnings: tuple[str, ...]

    @property
    def moved(self) -> float:
        """How far weighting moves the share; 0 where it could not."""
        return self.raked.share - self.raw.share if self.raked else 0.0


def reweigh(
    y: ArrayLike, about: About, makeup: Sequence[Makeup], *, at: ArrayLike | None = None, few: int = FEW
) -> Reweighed:
    """Share of a population with ``y`` (n: 1, 0 or a share between, or NaN for no answer), from the people who spoke.

    ``about`` are their answers to each about-you question, ``at`` when they spoke. All of one role: roles are never
    pooled. ValueError where ``y`` is outside 0 to 1, where ``about`` or ``at`` are of more or fewer people, and as
    :func:`weigh` raises it.
    """
    value = opinions(y)
    answers(about, len(value))
    if at is not None and np.shape(at) != value.shape:
        raise ValueError(f"“at” must be one time for each of {len(value):,} people; its shape is {np.shape(at)}")
    rows = np.flatnonzero(~np.isnan(value))
    value = value[rows]
    given = {name: tuple(column[i] for i in rows.tolist()) for name, column in about.items()}
    weighing = weigh(given, makeup, few=few)
    raw = weighted_share(value, np.ones(len(value)))
    late = drift(value, np.asarray(at, np.float64)[rows]) if at is not None else ()
    warnings = (*weighing.warnings, *opinion_by(value, given, weighing.dimensions), *late)
    if weighing.raked is None or not len(value):
        return Reweighed(raw, None, None, weighing, warnings)
    raked = weighted_share(value, weighing.raked.weights, weighing.codes, wanted=weighing.targets)
    return Reweighed(raw, raked, _poststratified(value, weighing), weighing, warnings)


def _poststratified(value: Floats, weighing: Weighing) -> Poststratified | None:
    shape = tuple(len(target) for target in weighing.targets)
    known = np.stack([code >= 0 for code in weighing.codes]).all(axis=0)
    if int(np.prod(shape)) > MOST_CELLS or not known.any():
        return None
    codes = [code[known] for code in weighing.codes]
    people = joint(codes, weighing.targets)
    cell = np.ravel_multi_index(codes, shape)
    levels = np.unravel_index(np.arange(len(people)), shape)
    spoke = np.bincount(cell, minlength=len(people))
    return poststratify(np.bincount(cell, value[known], len(people)), spoke, levels, people)
