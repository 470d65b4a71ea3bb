"""The ten adoption patterns that a judge of evaluability must get right, each with known truth.

100 comparison sites where there are any, 48 months,
site effects, a common path with a season and shared monthly shocks, and AR(1) disturbances with coefficient 0.5.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from holdfast.records import Adoption, Panel, Population
from holdfast.records.panel import Bools, Floats
from holdfast.simulate.levels import autoregressive
from holdfast.simulate.places import Integers
from holdfast.simulate.plan import calendar

CONTROLS: Final = 100
MONTHS: Final = 48
RHO: Final = 0.5
STAGES: Final = (14, 17, 20, 23, 26, 29, 32)
CANNOT: Final = "cannot tell yet"
MEASURE: Final = "outcome"
CHANGE: Final = "change"


@dataclass(frozen=True)
class AdoptionPattern:
    """One pattern: ``on`` and ``outcome`` (n × T), the true ``effect`` at each site and period (n × T).

    ``truth`` is the mean effect while on; for a dose, the effect of one unit. ``right`` are the designs that may be
    chosen, ``must_say`` what has to be said with it.
    """

    name: str
    title: str
    on: Bools
    outcome: Floats
    effect: Floats
    truth: float
    right: tuple[str, ...]
    must_say: str
    dose: Floats | None = None

    def records(self, denominator: float = 500.0) -> tuple[Panel, Adoption]:
        """The same as a panel of one mean measure called ``outcome`` and the adoption of ``change``."""
        n, months = self.on.shape
        people = np.full((1, n, months), denominator)
        panel = Panel(
            sites=tuple(f"S{k:03d}" for k in range(n)),
            periods=calendar(dt.date(2019, 1, 1), months),
            outcomes=((MEASURE, Population()),),
            numerator=self.outcome[None] * people,
            denominator=people,
            setting=np.full(n, "acute"),
        )
        return panel, Adoption(CHANGE, self.on, self.dose, "simulated")


@dataclass(frozen=True)
class _Recipe:
    title: str
    on: Callable[[np.random.Generator], Bools]
    right: tuple[str, ...]
    must_say: str
    effect: float = 0.0
    drift: float = 0.0
    by_dose: bool = False


def _from(starts: Integers, months: int = MONTHS) -> Bools:
    return np.asarray(np.arange(months) >= starts[:, None])


def _with_controls(starts: Integers, months: int = MONTHS) -> Bools:
    return _from(np.concatenate([starts, np.full(CONTROLS, months)]), months)


def _staged(rng: np.random.Generator, sites: int, stages: tuple[int, ...] = STAGES) -> Integers:
    return np.sort(rng.permutation(np.resize(stages, sites)))


def _pulses(rng: np.random.Generator) -> Bools:
    starts = _staged(rng, 40)
    ended = np.concatenate([starts + 4, np.full(CONTROLS, MONTHS)])
    return np.asarray(_with_controls(starts) & ~_from(ended))


_ITS: Final = "interrupted time series"
_RECIPES: Final[dict[str, _Recipe]] = {
    "A": _Recipe("staggered, with controls", lambda r: _with_controls(_staged(r, 40)),
                 ("staggered difference-in-differences",), "", effect=1.0),
    "B": _Recipe("everyone at once, 30 months before", lambda r: _from(np.full(CONTROLS, 30)), (_ITS, CANNOT),
                 "whatever else happened then is in the number"),
    "B-short": _Recipe("everyone at once, 10 months before", lambda r: _from(np.full(CONTROLS, 10)), (CANNOT,),
                       "no comparison site, and too few months before"),
    "B-dose": _Recipe("everyone at once, by different amounts", lambda r: _from(np.full(CONTROLS, 30)),
                      ("dose-response",), "sites with more and less dose would have responded alike", effect=1.0,
                      by_dose=True),
    "C": _Recipe("one adopting site", lambda r: _with_controls(np.array([24])),
                 ("synthetic difference-in-differences",), "one site"),
    "D": _Recipe("two adopting sites", lambda r: _with_controls(np.array([24, 24])),
                 ("synthetic difference-in-differences",), "two sites"),
    "E": _Recipe("adopted in the first period", lambda r: _with_controls(np.zeros(40, dtype=int)), (CANNOT,),
                 "nothing is known from before"),
    "F": _Recipe("switched off after four months", _pulses, ("switching on and off",), "carry-over", effect=1.0),
    "G": _Recipe("one period before", lambda r: _with_controls(np.ones(40, dtype=int)), (CANNOT,),
                 "one period before cannot show whether the paths ran alongside"),
    "H": _Recipe("adopters on a diverging trend", lambda r: _with_controls(_staged(r, 40, (20, 23, 26, 29, 32))),
                 (CANNOT,), "paths already diverged before adoption", drift=0.08),
    "I": _Recipe("everyone has adopted by the end", lambda r: _from(_staged(r, CONTROLS, (14, 18, 22, 26, 30, 34))),
                 ("staggered difference-in-differences",), "only while a site had not yet adopted", effect=1.0),
    "J": _Recipe("one series, 30 months before", lambda r: _from(np.array([30])), (_ITS,),
                 "whatever else happened then is in the number"),
    "J-short": _Recipe("one series, 12 months before", lambda r: _from(np.array([12]), 20), (CANNOT,),
                       "too few months before"),
}  # fmt: skip
PATTERNS: Final = tuple(_RECIPES)
"""Names of the patterns: A to J, with variants of B and J."""


def adoption_pattern(name: str, seed: int = 0, effect: float | None = None) -> AdoptionPattern:
    """Simulate one pattern; ``effect`` replaces its true effect."""
    recipe = _RECIPES[name]
    rng = np.random.default_rng([seed, PATTERNS.index(name)])
    size = recipe.effect if effect is None else effect
    on = recipe.on(rng)
    n, months = on.shape
    dose = None
    true = size * on.astype(np.float64)
    if recipe.by_dose:
        amount = np.round(rng.uniform(0.1, 1.0, n), 2)
        dose = np.where(on, amount[:, None], 0.0)
        true = size * dose
    diverging = recipe.drift * on.any(axis=1, keepdims=True) * np.arange(months)
    outcome = untreated(rng, n, months) + diverging + true
    return AdoptionPattern(name, recipe.title, on, outcome, true, size, recipe.right, recipe.must_say, dose)


def untreated(rng: np.random.Generator, n: int, months: int) -> Floats:
    """Untreated outcomes (n × T): level 10, unit site effects, season, shared shocks, unit AR(1)."""
    time = np.arange(months)
    common = 0.01 * time + 0.3 * np.cos(2 * np.pi * time / 12) + 0.2 * rng.standard_normal(months)
    return 10 + rng.standard_normal((n, 1)) + common + autoregressive(rng, (n,), months, RHO)
