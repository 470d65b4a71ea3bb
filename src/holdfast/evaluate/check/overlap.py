"""Other changes that the same sites made at about the same time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from holdfast.evaluate.check.result import Check, graded, not_applicable
from holdfast.evaluate.check.thresholds import DEFAULT, Thresholds

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Overlap:
    """How often something else changed within `window` periods of adoption.

    adopters   : share of adopting sites with at least one other change in the window around their own date
    comparison : the same for comparison sites around the adopters' dates, averaged over those dates; NaN when
                 there are none
    by_change  : (m,) share of adopters with each other change in the window
    sites      : indices of the adopting sites concerned
    """

    adopters: float
    comparison: float
    by_change: Floats
    sites: tuple[int, ...]
    window: int
    n_adopters: int

    @property
    def excess(self) -> float:
        """Adopters' share less the comparison sites', or the adopters' share alone when there is no comparison."""
        return self.adopters - self.comparison if self.comparison == self.comparison else self.adopters


def overlap(adopted: ArrayLike, others: ArrayLike, *, window: int = 3) -> Overlap | None:
    """Compare adopters with comparison sites; None when nobody adopted.

    adopted : (n,) period of adoption of the change studied, NaN for comparison sites
    others  : (n, m) period in which each site adopted each other change, NaN for never
    """
    date, other = np.asarray(adopted, dtype=np.float64), np.asarray(others, dtype=np.float64)
    if date.ndim != 1 or other.ndim != 2 or len(other) != len(date):
        raise ValueError(
            f"adopted has shape {date.shape} and others {other.shape}; they must be (sites,) and (sites, changes)."
        )
    treated = np.isfinite(date)
    if not treated.any():
        return None
    near = np.abs(other[treated] - date[treated, None]) <= window
    hit = near.any(axis=1)
    control = other[~treated]
    rate = np.nan
    if len(control):
        dates = date[treated]
        rate = float(np.mean([(np.abs(control - d) <= window).any(axis=1).mean() for d in dates]))
    by_change = near.mean(axis=0)
    sites = tuple(int(i) for i in np.flatnonzero(treated)[hit])
    return Overlap(float(hit.mean()), rate, by_change, sites, window, int(treated.sum()))


def check_overlap(found: Overlap | None, thresholds: Thresholds = DEFAULT) -> Check:
    """Grade the excess of other changes among adopters over comparison sites."""
    name = "other changes at the same time"
    if found is None:
        return not_applicable(name, "No site adopted the change, so nothing can have coincided with it.")
    status = graded(found.excess, thresholds.overlap_concern, thresholds.overlap_fail)
    count, total = len(found.sites), found.n_adopters
    beside = "" if found.comparison != found.comparison else f", against {found.comparison:.0%} of comparison sites"
    said = (
        f"{count} of {total} adopting sites also changed something else within {found.window} periods of adopting"
        f"{beside}."
    )
    return Check(name, found.excess, thresholds.overlap_concern, status, said, "share of sites")
