"""Status histories as runs, and the switches in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Ints = NDArray[np.intp]
ALWAYS = 1_000_000
SwitchKind = Literal["start", "restart", "stop"]


@dataclass(frozen=True)
class SitesLeftOut:
    """Positions of sites (rows) whose switch could not be used, and why."""

    sites: tuple[int, ...]
    reason: str


@dataclass(frozen=True)
class Switch:
    """Site `site` first has its new status in month `month`."""

    site: int
    month: int
    kind: SwitchKind


@dataclass(frozen=True)
class Histories:
    """status (n, T) in 0, 1, NaN. first, last (n, T): first and last month of the run each month is in (−1
    where unknown). steady (n, T): months the status had already been held, or `ALWAYS` where it never
    changed before."""

    status: Array
    first: Ints
    last: Ints
    steady: Ints

    def held(self, value: int, start: int, end: int, settled: int) -> NDArray[np.bool_]:
        """Sites (n,) with this status throughout start … end, and settled in it before."""
        start = max(start, 0)
        same = (self.status[:, start] == value) & (self.last[:, start] >= end)
        return np.asarray(same & (self.steady[:, start] >= settled))


def read_histories(status: ArrayLike) -> Histories:
    """Runs of constant, known status. ValueError where a status is neither 0, 1 nor missing."""
    given = np.asarray(status, dtype=float)
    if given.ndim != 2:
        raise ValueError(f"status has {given.ndim} dimensions; sites × months is needed")
    odd = np.isfinite(given) & (given != 0) & (given != 1)
    if odd.any():
        raise ValueError(
            f"{int(odd.sum())} site-months have a status other than 0 (off) or 1 (on); give a dose to the "
            "dose–response instead"
        )
    sites, months = given.shape
    first, last, steady = (np.full(given.shape, -1, dtype=np.intp) for _ in range(3))
    known = np.isfinite(given)
    for t in range(months):
        again = known[:, t] & (given[:, t] == given[:, t - 1]) if t else np.zeros(sites, dtype=bool)
        first[:, t] = np.where(again, first[:, t - 1], np.where(known[:, t], t, -1))
    for t in reversed(range(months)):
        more = known[:, t] & (first[:, t + 1] == first[:, t]) if t + 1 < months else np.zeros(sites, dtype=bool)
        last[:, t] = np.where(more, last[:, min(t + 1, months - 1)], np.where(known[:, t], t, -1))
    ever = np.column_stack([np.zeros(sites), np.nancumsum(given, axis=1)[:, :-1]]) > 0
    unchanged = known & ((first == 0) | ((given == 0) & ~ever))
    steady = np.where(unchanged, ALWAYS, np.where(known, np.arange(months) - first, -1))
    return Histories(given, first, last, steady)


def find_switches(histories: Histories) -> tuple[Switch, ...]:
    """Every switch with a known status on both sides, in order of month."""
    status = histories.status
    out = []
    for t in range(1, status.shape[1]):
        moved = np.flatnonzero(np.isfinite(status[:, t] + status[:, t - 1]) & (status[:, t] != status[:, t - 1]))
        for i in moved:
            before = np.nansum(status[i, :t]) > 0
            kind: SwitchKind = "stop" if status[i, t] == 0 else ("restart" if before else "start")
            out.append(Switch(int(i), t, kind))
    return tuple(out)
