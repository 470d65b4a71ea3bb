"""DID_M: the effect in the month of a switch (de Chaisemartin & D'Haultfœuille 2020)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from .aggregate import Average, average
from .cells import Cell
from .spells import Array, read_histories


@dataclass(frozen=True)
class DidM:
    """total: joiners and leavers (sign turned) averaged by their numbers, with influence (n,) by site. placebo: two
    months before the switch against one before, which should be nothing. NaN where there is none."""

    total: float
    total_se: float
    joiners: float
    joiners_se: float
    leavers: float
    leavers_se: float
    placebo: float
    placebo_se: float
    influence: Array
    switches: int


def did_m(y: ArrayLike, status: ArrayLike) -> DidM:
    """Joiners 0→1 against stable 0, leavers 1→0 against stable 1, month by month, weighted by switches.

    y, status (n, T). A site's errors are its own across all its months (cluster by site).
    """
    outcome, given = np.asarray(y, dtype=float), read_histories(status).status
    one = np.ones(len(outcome))
    joining, leaving = (_month_cells(given, start, 0) for start in (0, 1))
    parts = [(average(outcome, one, c), sign) for c, sign in ((joining, 1), (leaving, -1))]
    early = [(average(outcome, one, _month_cells(given, start, 1)), sign) for start, sign in ((0, 1), (1, -1))]
    total, influence, switches = _pooled(parts)
    placebo, placebo_influence, _ = _pooled(early)
    values = [(sign * a.estimate, a.se) if a is not None else (np.nan, np.nan) for a, sign in parts]
    return DidM(
        total=total,
        total_se=float(np.sqrt(influence @ influence)),
        joiners=float(values[0][0]),
        joiners_se=float(values[0][1]),
        leavers=float(values[1][0]),
        leavers_se=float(values[1][1]),
        placebo=placebo,
        placebo_se=float(np.sqrt(placebo_influence @ placebo_influence)),
        influence=influence,
        switches=switches,
    )


def _month_cells(status: Array, start: int, back: int) -> list[Cell]:
    """Switches out of `start` against sites staying there; back=1 compares two months before with one before."""
    cells = []
    for t in range(1 + back, status.shape[1]):
        held = np.all(status[:, t - 1 - back : t] == start, axis=1)
        switchers = np.flatnonzero(held & (status[:, t] == 1 - start))
        controls = np.flatnonzero(held & (status[:, t] == start))
        if len(switchers) and len(controls):
            month = t - 2 if back else t
            cells.append(Cell(month - t, month, (t - 1, t), switchers, controls))
    return cells


def _pooled(parts: Sequence[tuple[Average | None, int]]) -> tuple[float, Array, int]:
    there = [(a, sign) for a, sign in parts if a is not None]
    count = sum(a.switcher_months for a, _ in there)
    if not count:
        return float("nan"), np.full(1, np.nan), 0
    shares = [sign * a.switcher_months / count for a, sign in there]
    estimate = sum(share * a.estimate for share, (a, _) in zip(shares, there, strict=True))
    influence = np.sum([share * a.influence for share, (a, _) in zip(shares, there, strict=True)], axis=0)
    return float(estimate), np.asarray(influence), int(count)
