"""Reading one measure in one cell: its posterior at the horizon that is judged, or why there is none."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass, replace
from typing import Final

from scipy.special import ndtri, stdtrit

from holdfast.decide.index import Horizon, Index, Where
from holdfast.records import Effect, Measure
from holdfast.records.vocabularies import CERTAINTIES

ORDER: Final = (
    Horizon("horizon", "lasting"),
    Horizon("horizon", "later"),
    Horizon("horizon", "early"),
    Horizon("overall", ""),
    Horizon("level change", ""),
)
"""Fall-back order. A shorter test may stand in for a longer one that is not there yet, never the reverse."""

RANK: Final = {name: len(CERTAINTIES) - 1 - i for i, name in enumerate(CERTAINTIES)}
"""very low 0, low 1, moderate 2, high 3; −1 stands for not assessed."""


@dataclass(frozen=True)
class Reading:
    """One measure's effect in one cell. ``mean`` is oriented: positive is better; NaN where ``lacking`` says why."""

    measure: Measure
    effect: Effect | None = None
    mean: float = math.nan
    sd: float = math.nan
    df: float = math.inf
    claim: int = 0
    certainty: str = ""
    lacking: str = ""
    pooled: bool = False

    @property
    def known(self) -> bool:
        """Whether there is a posterior."""
        return not self.lacking

    @property
    def rank(self) -> int:
        """Certainty as a number, −1 when not assessed."""
        return RANK.get(self.certainty, -1)

    @property
    def estimate(self) -> float:
        """The posterior's centre with the measure's own sign."""
        return self.mean * self.measure.sign


def choose_horizon(index: Index, at: Where, preferred: str) -> Horizon | None:
    """The preferred horizon if it can be read, else the next shorter one, then overall, then the level change."""
    names = [horizon.name for horizon in ORDER]
    effects = index.effects.get(at, {})
    for horizon in ORDER[names.index(preferred) :]:
        if horizon in effects and _spread(effects[horizon]) is not None:
            return horizon
    return None


def read(index: Index, measure: Measure, at: Where, horizon: Horizon | None) -> Reading:
    """The measure's posterior at ``horizon`` and nowhere else, so that short and long tests are never mixed."""
    row = index.evaluability.get(at)
    sure = index.certainty.get(at)
    reading = Reading(measure, certainty=sure.certainty if sure else "", claim=row.claim if row else 0)
    if row is None:
        return replace(reading, lacking="not measured for this population and setting")
    if row.design == "cannot tell yet" or row.claim == 0:
        return replace(reading, lacking="cannot tell yet")
    if measure.sign == 0:
        return replace(reading, lacking="neither direction is better, so it cannot speak for benefit or harm")
    effect = index.effects.get(at, {}).get(horizon) if horizon else None
    spread = _spread(effect) if effect is not None else None
    if effect is None or spread is None:
        return replace(reading, lacking=f"no effect with an interval at the {horizon.name if horizon else ''} horizon")
    mean, sd, pooled = spread
    df = effect.df if effect.df and math.isfinite(effect.df) else math.inf
    return replace(reading, effect=effect, mean=measure.sign * mean, sd=sd, df=df, pooled=pooled)


def _spread(effect: Effect) -> tuple[float, float, bool] | None:
    """Centre, scale and whether they are partially pooled.

    The scale is the one whose 95 % interval covers the interval reported, so permutation intervals that are wider
    than their standard error suggests stay as wide. A pooled estimate's error is widened in the same proportion.
    """
    if effect.estimate is None or not math.isfinite(effect.estimate):
        return None
    if effect.low is None or effect.high is None:  # no interval could be given, whatever the standard error says
        return None
    implied = max(effect.high - effect.estimate, effect.estimate - effect.low) / _t975(effect.df)
    sd = max(implied, effect.se or 0.0)
    if not math.isfinite(sd):
        return None
    if effect.pooled is None or effect.pooled_se is None:
        return effect.estimate, sd, False
    return effect.pooled, effect.pooled_se * (sd / effect.se if effect.se else 1.0), True


@functools.lru_cache(maxsize=4096)
def _t975(df: float | None) -> float:
    return float(stdtrit(df, 0.975)) if df and math.isfinite(df) else float(ndtri(0.975))
