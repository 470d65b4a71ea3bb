"""Secondary suppression: no hidden count may be worked out from its row or column.

A published table is held with its totals: the last row is the sum of the rows above it and the last column the sum of
the columns before it, so each row and each column is an equation. A hidden cell that the equations determine is a
hidden cell in name only. A table of one column (or one row) has only the one total.
"""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import NDArray

from holdfast.share.disclosure.profiles import Profile
from holdfast.share.disclosure.rounding import hidden, rounded

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Spot = tuple[int, int]


def determined(mask: Bools) -> Bools:
    """Which hidden cells of a table with totals the shown cells determine exactly.

    ``mask`` (R+1, C+1) is True where hidden. A cell is determined when every change of the hidden cells that keeps
    all row and column equations leaves it alone: its coordinate is zero throughout their null space.
    """
    cells = np.argwhere(mask)
    out = np.zeros_like(mask)
    if not len(cells):
        return out
    _, s, vt = np.linalg.svd(_equations(cells, *mask.shape))
    null = vt[int((s > 1e-9).sum()) :]
    free = np.abs(null).max(axis=0, initial=0.0) > 1e-9
    out[tuple(cells[~free].T)] = True
    return out


def _equations(cells: NDArray[np.intp], R: int, C: int) -> Floats:
    """Coefficients of the hidden cells in each row's and each column's equation; totals enter with −1."""
    equations = np.zeros((R + C, len(cells)))
    for k, (i, j) in enumerate(cells):
        if C > 1:
            equations[i, k] = -1.0 if j == C - 1 else 1.0
        if R > 1:
            equations[R + j, k] = -1.0 if i == R - 1 else 1.0
    return equations


def secondary(counts: Floats, primary: Bools) -> Bools:
    """Further cells to hide so that none of ``primary`` is determined.

    ``counts`` (R+1, C+1) with totals last, NaN where not published: a reader does not know it. Each
    exposed cell gets the cheapest set of cells that closes a loop of equations through it: fewest people hidden, totals
    only when nothing else is left. Zeros are no cover, since zeros are known to be zeros.
    """
    unknown = np.isnan(counts)
    mask = primary | unknown
    tried: set[Spot] = set()
    while True:
        exposed = [(int(i), int(j)) for i, j in np.argwhere(determined(mask) & primary) if (i, j) not in tried]
        if not exposed:
            return np.asarray(mask & ~primary & ~unknown)
        tried.add(exposed[0])
        for spot in _cheapest_loop(counts, mask, *exposed[0]):
            mask[spot] = True


def _cheapest_loop(counts: Floats, mask: Bools, i: int, j: int) -> tuple[Spot, ...]:
    """The cells that, hidden with (i, j), leave it undetermined; empty when there is no cover at all."""
    R, C = counts.shape
    dearest = float(np.nansum(np.abs(counts))) + 1.0

    def cost(spots: tuple[Spot, ...]) -> float:
        extra = [s for s in spots if not mask[s]]
        if not all(counts[s] > 0 for s in extra):
            return float("inf")
        totals = sum(int(s[0] == R - 1 and R > 1) + int(s[1] == C - 1 and C > 1) for s in extra)
        people: float = sum(float(counts[s]) for s in extra)
        return people + dearest * totals

    rows, columns = [k for k in range(R) if k != i], [k for k in range(C) if k != j]
    if C == 1 or R == 1:
        loops: list[tuple[Spot, ...]] = [*(((k, j),) for k in rows), *(((i, k),) for k in columns)]
    else:
        loops = [((i, b), (a, j), (a, b)) for a, b in product(rows, columns)]
    best = min(loops, key=cost, default=())
    return best if best and cost(best) < float("inf") else ()


def protect_table(counts: Floats, rule: Profile) -> Floats:
    """A table of counts with its totals last, as it may be shown: NaN where hidden.

    With ``totals = "after"`` each total is the sum of what is shown of its line, so that it tells nothing about what
    is hidden, and no second cell need be hidden.
    """
    mask = hidden(counts, rule)
    if rule.secondary and rule.totals == "before":
        mask |= secondary(counts, mask)
    shown = np.where(mask, np.nan, rounded(counts, rule))
    if rule.totals == "after":
        shown[:-1, -1] = np.nansum(shown[:-1, :-1], axis=1)
        shown[-1, :-1] = np.nansum(shown[:-1, :-1], axis=0)
        shown[-1, -1] = np.nansum(shown[:-1, :-1])
    return shown
