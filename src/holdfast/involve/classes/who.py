"""Who each opinion group is, by what people said of themselves, without telling of a few."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from holdfast.involve.classes.grouping import Groups
from holdfast.records.shares import jeffreys

NOT_SAID: Final = "not said"


@dataclass(frozen=True)
class Who:
    """One level of an attribute in one group: how many, and which share of the group's members, with its 95 % Jeffreys
    interval; ``everybody``: the share among all who are grouped. All ``None`` where too few to tell of."""

    attribute: str
    level: str
    group: int
    count: int | None
    share: float | None
    low: float | None
    high: float | None
    everybody: float | None


def who_is(groups: Groups, attributes: Mapping[str, Sequence[str | None]], *, fewest: int) -> tuple[Who, ...]:
    """Each group's make-up by each attribute (one value a participant, ``None`` where not said).

    A count of 1 to ``fewest`` − 1 is withheld, and with it another of its group and of its level, so that neither can
    be had by taking away.
    """
    found: list[Who] = []
    for attribute, values in attributes.items():
        if len(values) != len(groups.assigned):
            raise ValueError(f"“{attribute}” has {len(values):,} values for {len(groups.assigned):,} participants")
        levels, table = _crossed(groups, values)
        found += _told(attribute, levels, table, withheld(table, fewest))
    return tuple(found)


def _crossed(groups: Groups, values: Sequence[str | None]) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    said = np.array([NOT_SAID if value is None or value == "" else str(value) for value in values], object)
    inside = groups.assigned >= 0
    levels, codes = np.unique(said[inside].astype(str), return_inverse=True)
    cell = groups.assigned[inside].astype(np.int64) * max(1, len(levels)) + codes
    table = np.bincount(cell, minlength=groups.k * len(levels)).reshape(groups.k, len(levels))
    return tuple(str(level) for level in levels), table


def withheld(table: NDArray[np.int64], fewest: int) -> NDArray[np.bool_]:
    """Which cells (k × L) are not told: the few, and as many more as stop them being had by subtraction.

    They are every cell of some groups in some levels, so that nothing but their sums along one of these can be had.
    """
    hidden = (table > 0) & (table < fewest)
    while hidden.any():
        hidden = np.logical_and.outer(hidden.any(axis=1), hidden.any(axis=0))
        if not (_cover(table, hidden, fewest) or _cover(table.T, hidden.T, fewest)):
            break
    return hidden


def _cover(cells: NDArray[np.int64], hidden: NDArray[np.bool_], fewest: int) -> bool:
    """Withhold the smallest open cell of a line that needs one; False where none does, or none is open."""
    for line in np.flatnonzero(_bare(cells, hidden, fewest)):
        open_ = np.flatnonzero(~hidden[line])
        if len(open_):
            hidden[line, min(open_, key=lambda at: (cells[line, at] == 0, cells[line, at]))] = True
            return True
    return False


def _bare(cells: NDArray[np.int64], hidden: NDArray[np.bool_], fewest: int) -> NDArray[np.bool_]:
    """Lines where what is withheld is one cell, or adds up to a few."""
    count = hidden.sum(axis=1)
    total = np.where(hidden, cells, 0).sum(axis=1)
    return np.asarray((count == 1) | ((count > 1) & (total < fewest)), np.bool_)


def _told(attribute: str, levels: tuple[str, ...], table: NDArray[np.int64], hidden: NDArray[np.bool_]) -> list[Who]:
    size = table.sum(axis=1)
    low, high = jeffreys(table, size[:, None])
    of_all = table.sum(axis=0) / max(1, int(table.sum()))
    rows = []
    for g in range(len(table)):
        for at, level in enumerate(levels):
            if hidden[g, at]:
                rows.append(Who(attribute, level, g, None, None, None, None, None))
                continue
            share = table[g, at] / size[g] if size[g] else 0.0
            everybody = None if hidden[:, at].any() else float(of_all[at])
            rows.append(
                Who(
                    attribute,
                    level,
                    g,
                    int(table[g, at]),
                    float(share),
                    float(low[g, at]),
                    float(high[g, at]),
                    everybody,
                )
            )
    return rows
