"""What switching says: the effect of being on, of stopping, and of having stopped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from .spells import Array, SitesLeftOut

EffectKind = Literal["on", "restarted", "stopping", "after", "before"]


@dataclass(frozen=True)
class SwitchEffect:
    """One effect, averaged over months `since` (first, last) from the switch.

    kind: `on` since a first start, against sites off; `restarted` since a later start; `stopping` since the
    stop, against just before it; `after` since the stop, against before the start (what is left); `before`:
    leads of the first start, which should be nothing. against: status of the comparison sites. se is NaN
    with one switching site. inference: `permutation` or `welch`, where p_value, lower and upper come from.
    switchers, controls: sites; switcher_months: site-months carrying the estimate.
    """

    kind: EffectKind
    name: str
    since: tuple[int, int]
    against: Literal["on", "off"]
    estimate: float
    se: float
    df: float
    lower: float
    upper: float
    p_value: float
    inference: str
    switchers: int
    controls: int
    switcher_months: int


@dataclass(frozen=True)
class CarryOver:
    """What is left after stopping: estimate with interval, p of a return to baseline, its share of the effect while on
    (None where that is not clearly different from zero), and a sentence."""

    estimate: float
    lower: float
    upper: float
    p_value: float
    share_of_on: float | None
    sentence: str


@dataclass(frozen=True)
class SwitchResult:
    """effects over horizons with their influence (m, n) and covariance (m, m); months: the same by single months
    since the switch."""

    effects: tuple[SwitchEffect, ...]
    influence: Array
    months: tuple[SwitchEffect, ...]
    months_influence: Array
    carry_over: CarryOver | None
    starts: int
    stops: int
    restarts: int
    not_reached: tuple[str, ...]
    left_out: tuple[SitesLeftOut, ...]
    method: str
    assumptions: tuple[str, ...]

    @property
    def covariance(self) -> Array:
        """(m, m) of the effects, clustered by site; rows of an effect with one switching site are NaN."""
        se_known = np.array([np.isfinite(e.se) for e in self.effects])
        joint = self.influence @ self.influence.T
        return np.where(np.outer(se_known, se_known), joint, np.nan)

    def effect(self, kind: EffectKind, name: str = "all") -> SwitchEffect:
        """The effect of that kind and horizon; KeyError lists those there are."""
        for one in self.effects:
            if (one.kind, one.name) == (kind, name):
                return one
        there = ", ".join(f"{e.kind}/{e.name}" for e in self.effects)
        raise KeyError(f"no effect {kind}/{name}; there are: {there}")
