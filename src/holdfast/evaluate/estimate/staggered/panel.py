"""A panel as arrays, with what is missing and who holds it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .arrays import Bools, Floats, Ints


@dataclass(frozen=True)
class Panel:
    """One outcome over sites and periods; NaN where a site-month is missing.

    sites: (n,) identifiers; periods: (T,) ascending labels; cohort: (n,) first adopting period, `inf` for never.
    Y: (n, T). weights: (n,), (n, T) or None. X: (n, p) or (n, T, p) covariates, an intercept first, or None.
    cluster: (n,) code of the coarser unit, or None.
    """

    sites: NDArray[Any]
    periods: Floats
    cohort: Floats
    Y: Floats
    weights: Floats | None = None
    X: Floats | None = None
    cluster: Ints | None = None

    @property
    def seen(self) -> Bools:
        """(n, T) site-months with outcome, weight and covariates."""
        seen = np.isfinite(self.Y)
        if self.weights is not None:
            seen &= np.isfinite(self.weights).reshape(len(seen), -1)
        if self.X is not None:
            seen &= np.isfinite(self.X).all(axis=-1).reshape(len(seen), -1)
        return seen

    def only(self, sites: Bools | Ints) -> Panel:
        """The panel of some sites."""
        pick = [None if part is None else part[sites] for part in (self.weights, self.X)]
        cluster = None if self.cluster is None else self.cluster[sites]
        return Panel(self.sites[sites], self.periods, self.cohort[sites], self.Y[sites], pick[0], pick[1], cluster)


@dataclass(frozen=True)
class Missing:
    """What is missing: the site-months without a value, and what was done about them.

    site, period: (h,) identifier and period label of each hole. share: (2,) share of site-months missing among sites
    that adopt and that never do; left_out: (C,) sites of each cell not used in it because of a hole; rule: the words.
    """

    site: NDArray[Any]
    period: Floats
    share: tuple[float, float]
    left_out: Ints
    rule: str


def holes(panel: Panel, seen: Bools, left_out: Ints, rule: str) -> Missing:
    """Describe the holes of a panel."""
    i, t = np.nonzero(~seen)
    adopts = np.isfinite(panel.cohort)
    share = tuple(float(1 - seen[who].mean()) if who.any() else float("nan") for who in (adopts, ~adopts))
    return Missing(panel.sites[i], panel.periods[t], (share[0], share[1]), left_out, rule)
