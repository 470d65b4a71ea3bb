"""Weighing those who spoke against the population they came from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holdfast.involve.missing.caution import absent, stretched, unheld, unsaid
from holdfast.involve.missing.presence import About, Presence, held, presence
from holdfast.involve.missing.refusing import answers
from holdfast.involve.roles import FEW
from holdfast.involve.weights.raking import Raked, rake
from holdfast.records.heard import Makeup
from holdfast.records.involving import JOINED

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]


def widest(people: int) -> float:
    """The largest weight allowed, as a multiple of the mean: 8, and more as more people speak.

    A fixed limit is a bias that stays while the interval narrows: held at 5, intervals of 2,000 voices covered 64 % of
    truths; none at all, 90 % at 200 voices; this, 92 to 95 % throughout (`benchmarks/involving.py`).
    """
    return max(8.0, float(np.sqrt(people)) / 2)


@dataclass(frozen=True, eq=False)
class Weighing:
    """How those who spoke (n) are made to stand for the population.

    ``dimensions`` are those weighted on, with their ``levels``, ``codes`` (n) and ``targets``; ``raked`` is None where
    there is nothing to weight on. ``presence`` covers every dimension asked or held, and ``warnings`` say in sentences
    what weighting cannot put right.
    """

    dimensions: tuple[str, ...]
    levels: tuple[tuple[str, ...], ...]
    codes: tuple[Codes, ...]
    targets: tuple[Floats, ...]
    raked: Raked | None
    presence: tuple[Presence, ...]
    warnings: tuple[str, ...]

    def weights(self, people: int) -> Floats:
        """The weights, or 1 for each of ``people`` where nothing could be weighted."""
        return np.ones(people) if self.raked is None else self.raked.weights


def weigh(about: About, makeup: Sequence[Makeup], *, few: int = FEW, most: float | None = None) -> Weighing:
    """Weigh everybody in ``about`` (n answers to each question) against the make-up of their population.

    A joint make-up is weighted on as one dimension in place of the dimensions in it. Levels that the make-up lacks are
    treated as not known, and said. ``most`` bounds the weights above, and its inverse below (default: ``widest``).
    ValueError where questions have answers of different numbers of people or that are not text, or the make-up counts
    a level twice or not by a number of people.
    """
    answers(about)
    tables = held(makeup)
    asked = {name: column for name, column in about.items() if any(answer is not None for answer in column)}
    usable = {name: table for name, table in tables.items() if all(d in asked for d in name)}
    parts = {d for name in usable if len(name) > 1 for d in name}
    chosen = {name: table for name, table in usable.items() if len(name) > 1 or name[0] not in parts}
    codes, targets = [], []
    for name, table in chosen.items():
        code = _coded([asked[d] for d in name], list(table))
        if (code >= 0).any():
            codes.append(code)
            targets.append(np.array(list(table.values()), np.float64))
    fine = [name for name in chosen if (_coded([asked[d] for d in name], list(chosen[name])) >= 0).any()]
    limit = widest(max((len(code) for code in codes), default=0)) if most is None else most
    raked = rake(codes, targets, least=1 / limit, most=limit) if codes else None
    seen = presence(asked, makeup, few=few)
    return Weighing(
        tuple(JOINED.join(name) for name in fine),
        tuple(tuple(JOINED.join(level) for level in chosen[name]) for name in fine),
        tuple(codes),
        tuple(targets),
        raked,
        seen,
        (*unheld(asked, tables), *unsaid(asked, tables), *absent(seen), *stretched(raked, limit)),
    )  # fmt: skip


def _coded(columns: Sequence[Sequence[str | None]], levels: Sequence[tuple[str, ...]]) -> Codes:
    places = {level: i for i, level in enumerate(levels)}
    return np.array([places.get(row, -1) for row in zip(*columns, strict=True)], np.int64)
