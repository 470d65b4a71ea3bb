"""Two-by-two comparisons: sites that switched together against sites that did not switch."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from .spells import Array, Histories, Ints, Switch


@dataclass(frozen=True)
class Cell:
    """Change from the mean of months base (first, past-the-last) to month `month`, `since` months after the
    switch: `switchers` against `controls` (site positions)."""

    since: int
    month: int
    base: tuple[int, int]
    switchers: Ints
    controls: Ints


@dataclass(frozen=True)
class Window:
    """A switch with its comparison: clock zero at `zero`, base months ending before `base_end`."""

    site: int
    zero: int
    base_end: int


def on_windows(switches: Iterable[Switch], kind: str) -> list[Window]:
    """Windows of switches of one kind, their base just before the switch."""
    return [Window(s.site, s.month, s.month) for s in switches if s.kind == kind]


def after_windows(switches: Iterable[Switch]) -> list[Window]:
    """First stop of sites whose first start was seen: clock at the stop, base before the start."""
    started: dict[int, int] = {}
    out = []
    for s in switches:
        if s.kind == "start":
            started[s.site] = s.month
        elif s.kind == "stop" and s.site in started:
            out.append(Window(s.site, s.month, started.pop(s.site)))
    return out


def post_cells(histories: Histories, windows: list[Window], against: int, base_months: int, settled: int) -> list[Cell]:
    """Cells for every month since the switch while the new status lasts. against: the controls' status."""
    groups: dict[tuple[int, int], list[int]] = {}
    for w in windows:
        if w.base_end >= base_months and _steady_before(histories, w, base_months):
            groups.setdefault((w.zero, w.base_end), []).append(w.site)
    cells = []
    for (zero, base_end), sites in sorted(groups.items()):
        members = np.array(sites, dtype=np.intp)
        base = (base_end - base_months, base_end)
        for month in range(zero, histories.status.shape[1]):
            still = members[histories.last[members, zero] >= month]
            controls = np.flatnonzero(histories.held(against, base[0], month, settled))
            if len(still) and len(controls):
                cells.append(Cell(month - zero, month, base, still, controls))
    return cells


def lead_cells(
    histories: Histories, windows: list[Window], against: int, base_months: int, settled: int, leads: int
) -> list[Cell]:
    """Cells for months before the base, in which neither side had switched: they should show nothing."""
    cells = []
    for zero in sorted({w.zero for w in windows}):
        members = np.array([w.site for w in windows if w.zero == zero], dtype=np.intp)
        base = (zero - base_months, zero)
        for month in range(max(base[0] - leads, 0), base[0]):
            ready = members[histories.first[members, zero - 1] <= month]
            controls = np.flatnonzero(histories.held(against, month, zero, settled))
            if len(ready) and len(controls):
                cells.append(Cell(month - zero, month, base, ready, controls))
    return cells


def _steady_before(histories: Histories, window: Window, base_months: int) -> bool:
    return bool(histories.first[window.site, window.base_end - 1] <= window.base_end - base_months)


def change(y: Array, cell: Cell) -> Array:
    """(n,) each site's change over the cell, NaN where a month it needs is missing."""
    return np.asarray(y[:, cell.month] - y[:, slice(*cell.base)].mean(axis=1))
