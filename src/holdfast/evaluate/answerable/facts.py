"""What the adoption pattern offers: counted, before any outcome is compared."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holdfast.evaluate.answerable.rules import Rules

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Facts:
    """Counts of one cell's adoption pattern. Arrays have one entry for each of the cell's n sites.

    ``first`` is the index of the first period on (T: never); ``ends`` marks sites whose spell ended inside the
    window; ``usable`` sites that have enough data on both sides to take part,
    ``complete`` those observed in every period; ``adopter`` and ``comparison`` are
    usable sites of either kind (a comparison site is never treated, or adopts later than somebody else).
    """

    first: Ints
    ends: Bools
    usable: Bools
    complete: Bools
    always_on: Bools
    adopter: Bools
    never: Bools
    periods: int
    before: int
    after: int
    together: bool
    dose_sites: int
    dose_spread: float

    @property
    def adopters(self) -> int:
        """Usable sites that adopted inside the window."""
        return int(self.adopter.sum())

    @property
    def nevers(self) -> int:
        """Usable sites that never adopted."""
        return int(self.never.sum())

    @property
    def not_yet(self) -> int:
        """Adopters that served as comparison for somebody who adopted earlier."""
        first = self.first[self.adopter]
        return int((first > first.min()).sum()) if first.size else 0

    @property
    def comparison(self) -> int:
        """Sites that can serve as comparison at least once."""
        return self.nevers + self.not_yet

    @property
    def cohorts(self) -> int:
        """Distinct periods in which somebody adopted."""
        return int(np.unique(self.first[self.adopter]).size)

    @property
    def unusable_adopters(self) -> int:
        """Sites that adopted inside the window but lack data."""
        inside = (self.first > 0) & (self.first < self.periods)
        return int((inside & ~self.usable).sum())


def gather(on: Bools, observed: Bools, rules: Rules, dose: Floats | None = None, anticipation: int = 0) -> Facts:
    """Count what the pattern offers.

    ``on`` and ``observed`` are sites × periods; ``dose`` likewise, NaN where unknown.
    """
    periods = on.shape[1]
    first = np.where(on.any(axis=1), on.argmax(axis=1), periods).astype(np.int64)
    reference = np.arange(periods)
    before = (observed & (reference < (first - anticipation)[:, None])).sum(axis=1)
    after = (observed & (reference >= first[:, None])).sum(axis=1)
    always_on = first == 0
    inside = ~always_on & (first < periods)
    usable = np.where(inside, (before >= rules.before) & (after >= rules.after), before >= rules.before + rules.after)
    usable &= ~always_on
    adopter, never = inside & usable, (first == periods) & usable
    spread, sites = _dose_spread(dose, on, adopter)
    # a site that adopted too early to be used must not shorten what the others offer
    counted = adopter if adopter.any() else inside
    return Facts(
        first=first,
        ends=np.asarray((on[:, :-1] & ~on[:, 1:]).any(axis=1), dtype=bool),
        usable=usable,
        complete=np.asarray(observed.all(axis=1), dtype=bool),
        always_on=always_on,
        adopter=adopter,
        never=never,
        periods=periods,
        before=int(first[counted].min()) if counted.any() else 0,
        after=int(periods - first[counted].min()) if counted.any() else 0,
        together=_together(first[inside], rules),
        dose_sites=sites,
        dose_spread=spread,
    )


def _together(first: Ints, rules: Rules) -> bool:
    """Whether nearly everyone who adopted did so in the same period."""
    if not first.size:
        return False
    return bool(np.bincount(first).max() / first.size >= rules.together)


def _dose_spread(dose: Floats | None, on: Bools, adopter: Bools) -> tuple[float, int]:
    """Coefficient of variation of the sites' mean dose while on, and how many sites have one."""
    if dose is None:
        return 0.0, 0
    values = np.where(on & np.isfinite(dose), dose, 0.0)[adopter].sum(axis=1)
    counted = (on & np.isfinite(dose))[adopter].sum(axis=1)
    mean = values[counted > 0] / counted[counted > 0]
    if mean.size < 2 or mean.mean() == 0:
        return 0.0, int(mean.size)
    return float(mean.std(ddof=1) / abs(mean.mean())), int(mean.size)
