"""The columns of a segmented regression: trend, level, slope, phase-in, season."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from .mixture import Array

Phase = Literal["excluded", "ramped"]


@dataclass(frozen=True)
class Segments:
    """How the change is drawn.

    start: month number of the first month under the change. slope: allow the slope to change too.
    phase_in: months from `start` while the change was taking hold, either `excluded` or `ramped` (a
    straight climb to the full level). harmonics: sine and cosine pairs over `period` months.
    """

    start: int
    slope: bool = True
    phase_in: int = 0
    phase: Phase = "excluded"
    harmonics: int = 0
    period: float = 12.0

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns, in order."""
        change = ("level", "slope") if self.slope else ("level",)
        season = [f"{f}{k}" for k in range(1, self.harmonics + 1) for f in ("sine", "cosine")]
        return ("intercept", "trend", *change, *season)

    @property
    def change_columns(self) -> slice:
        """Where the change's own coefficients sit."""
        return slice(2, 4 if self.slope else 3)

    def usable(self, month: Array) -> NDArray[np.bool_]:
        """False for months left out as phase-in."""
        since = month - self.start
        return (since < 0) | (since >= self.phase_in) | (self.phase == "ramped")

    def change(self, since: Array) -> Array:
        """The change's columns (n, 1 or 2) at months since the start; zero before it."""
        since = np.asarray(since, dtype=float)
        on = since >= 0
        climb = np.minimum((since + 1) / (self.phase_in + 1), 1.0) if self.phase == "ramped" else 1.0
        level = np.where(on, climb, 0.0)
        slope = np.where(on, np.maximum(since - self.phase_in, 0.0), 0.0)
        return np.column_stack([level, slope] if self.slope else [level])

    def matrix(self, month: Array, changed: bool = True) -> Array:
        """Design (n, p); with changed=False the counterfactual's, in which the change never came."""
        since = month - float(self.start)
        change = self.change(since)
        turns = 2 * np.pi * np.outer(month, np.arange(1, self.harmonics + 1)) / self.period
        season = np.stack([np.sin(turns), np.cos(turns)], axis=2).reshape(len(month), -1)
        return np.column_stack([np.ones(len(month)), since, change if changed else 0 * change, season])

    def effect_row(self, since: Array) -> Array:
        """(p,) the change averaged, on the link scale, over these months since the start."""
        row = np.zeros(len(self.names))
        row[self.change_columns] = self.change(since).mean(axis=0)
        return row
