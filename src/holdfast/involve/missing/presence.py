"""Who took part against the population's make-up, level by level."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from holdfast.involve.missing.refusing import answers, makeups
from holdfast.involve.roles import FEW
from holdfast.records.heard import Makeup
from holdfast.records.involving import JOINED, PREFER_NOT
from holdfast.records.shares import jeffreys

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
About = Mapping[str, Sequence[str | None]]
Table = Mapping[tuple[str, ...], float]
NOBODY: Final = "nobody reached: cannot be weighted"
TOO_FEW: Final = "too few to speak for"
FEWER: Final = "fewer than their share"
MORE: Final = "more than their share"
IN_PROPORTION: Final = "in proportion"
NO_MAKEUP: Final = "make-up not held"


@dataclass(frozen=True)
class Presence:
    """One level of one dimension: its share of the population, and of those who took part and said their level.

    ``ratio`` is the one over the other; None where the make-up is not held. ``low`` and ``high`` are Jeffreys' 95 %.
    """

    dimension: str
    level: str
    people: float | None
    voices: int
    share: float
    low: float
    high: float
    ratio: float | None
    state: str


def presence(about: About, makeup: Sequence[Makeup], *, few: int = FEW) -> tuple[Presence, ...]:
    """Every level asked about or in the make-up. “Prefer not to say” counts as a level without a make-up.

    ValueError as :func:`weigh` raises it.
    """
    answers(about)
    tables = held(makeup)
    found: list[Presence] = []
    for name in dict.fromkeys([*((d,) for d in about), *tables]):
        table = tables.get(name, {})
        columns = [about.get(d, ()) for d in name]
        given = list(zip(*columns, strict=True)) if all(columns) else []
        said = [row for row in given if all(a is not None and a != PREFER_NOT for a in row)]
        people = sum(table.values())
        for level in dict.fromkeys([*table, *said]):
            voices = said.count(level)
            share = table[level] / people if level in table and people else None
            found.append(_presence(name, level, share, voices, len(said), few))
        kept_back = sum(PREFER_NOT in row for row in given)
        if kept_back:
            found.append(_presence(name, (PREFER_NOT,), None, kept_back, len(given), 0))
    return tuple(found)


def _presence(
    name: tuple[str, ...], level: tuple[str | None, ...], share: float | None, voices: int, said: int, few: int
) -> Presence:
    low, high = (float(end) for end in jeffreys(voices, said))
    spoke = voices / said if said else float("nan")
    if share is not None and voices == 0:
        state = NOBODY
    elif voices < few:
        state = TOO_FEW
    elif share is None:
        state = NO_MAKEUP
    else:
        state = FEWER if high < share else MORE if low > share else IN_PROPORTION
    ratio = spoke / share if share else None
    return Presence(JOINED.join(name), JOINED.join(map(str, level)), share, voices, spoke, low, high, ratio, state)


def held(makeup: Sequence[Makeup]) -> dict[tuple[str, ...], dict[tuple[str, ...], float]]:
    """People by level, for each dimension or joint of dimensions; levels without people are left out."""
    makeups(makeup)
    found: dict[tuple[str, ...], dict[tuple[str, ...], float]] = {}
    for row in makeup:
        if row.people > 0:
            found.setdefault(row.dimensions, {})[row.levels] = row.people
    return found
