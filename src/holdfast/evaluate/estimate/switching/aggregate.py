"""Averages of cells, with each site's influence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .cells import Cell, change
from .spells import Array, Ints


@dataclass(frozen=True)
class Average:
    """An average over switcher-months. influence (n,): its products sum over sites to (co)variance. df by Welch.
    switchers, controls: distinct sites; switcher_months: how many site-months carry it."""

    estimate: float
    influence: Array
    df: float
    switchers: int
    controls: int
    switcher_months: int

    @property
    def se(self) -> float:
        """Standard error; NaN with one switching site, whose own noise cannot be seen."""
        return float(np.sqrt(self.influence @ self.influence)) if self.switchers > 1 else float("nan")


def average(y: Array, weight: Array, cells: Sequence[Cell]) -> Average | None:
    """Mean over switcher-months of (switchers' change − controls' change); None where no cell can be used.

    y (n, T), weight (n,). Switchers are centred on the average itself and not on their own cell, whose
    mean of one or two sites would hide their noise; so differences between cohorts count as noise too,
    which errs on the wide side.
    """
    parts = [p for p in (_Part.of(y, weight, cell) for cell in cells) if p is not None]
    if not parts:
        return None
    total = sum(p.size for p in parts)
    estimate = sum(p.size * p.difference for p in parts) / total
    of_switchers, of_controls = np.zeros(len(y)), np.zeros(len(y))
    for p in parts:
        of_switchers[p.switchers] += p.switcher_weight * (p.switcher_gap - estimate) / total
        of_controls[p.controls] -= p.size / total * p.control_share * p.control_residual
    counts = [len(np.unique(np.concatenate([getattr(p, side) for p in parts]))) for side in ("switchers", "controls")]
    grown = [np.sqrt(k / (k - 1)) if k > 1 else 1.0 for k in counts]
    own = np.array([grown[0] * of_switchers, grown[1] * of_controls])
    variances = np.sum(own**2, axis=1)
    spare = np.maximum(np.array(counts) - 1.0, 1e-9)
    df = float(variances.sum() ** 2 / np.sum(variances**2 / spare)) if variances.sum() > 0 else float("nan")
    months = sum(len(p.switchers) for p in parts)
    return Average(float(estimate), own.sum(axis=0), df, counts[0], counts[1], months)


@dataclass(frozen=True)
class _Part:
    switchers: Ints
    controls: Ints
    switcher_weight: Array
    switcher_gap: Array
    control_share: Array
    control_residual: Array
    size: float
    difference: float

    @staticmethod
    def of(y: Array, weight: Array, cell: Cell) -> _Part | None:
        moved = change(y, cell)
        s, c = (side[np.isfinite(moved[side]) & (weight[side] > 0)] for side in (cell.switchers, cell.controls))
        if len(s) == 0 or len(c) == 0:
            return None
        share = weight[c] / weight[c].sum()
        drift = float(share @ moved[c])
        gap = moved[s] - drift
        size = float(weight[s].sum())
        return _Part(s, c, weight[s], gap, share, moved[c] - drift, size, float(weight[s] @ gap) / size)
