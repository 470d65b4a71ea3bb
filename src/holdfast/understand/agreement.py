"""How far people who judged the same things agree beyond chance: Krippendorff's alpha with its interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Level = Literal["nominal", "ordinal", "interval"]
FEWEST_UNITS: Final = 5
"""Things judged by two people below which no interval is given."""


@dataclass(frozen=True)
class Agreement:
    """Alpha is 1 for perfect agreement, 0 for what chance gives, below 0 for systematic disagreement.

    NaN where it cannot be told: nothing was judged twice, or everybody always said the same one thing. ``units`` is
    how many things two or more people judged; ``raters`` how many people judged one of those.
    """

    alpha: float
    low: float
    high: float
    units: int
    raters: int
    level: Level
    reason: str = ""


def alpha(ratings: ArrayLike, level: Level = "nominal", draws: int = 2000, seed: int = 0) -> Agreement:
    """Krippendorff's alpha (Content Analysis, 2013, chapter 12), any number of raters, any missing.

    ``ratings`` is raters × units with NaN where a rater did not judge. The 95 % interval is the percentile bootstrap
    over units, which are what another study would draw anew.
    """
    given = np.atleast_2d(np.asarray(ratings, dtype=np.float64))
    twice = np.isfinite(given).sum(axis=0) >= 2
    given = given[:, twice]
    raters = int(np.isfinite(given).any(axis=1).sum())
    units = given.shape[1]
    if units == 0:
        nothing = float("nan")
        return Agreement(nothing, nothing, nothing, 0, raters, level, "nothing was judged by two people")
    values, each = _coincidences(given)
    value = float(_alpha(each.sum(axis=0)[None], values, level)[0])
    if np.isnan(value):
        return Agreement(value, value, value, units, raters, level, "everybody always said the same, so chance is all")
    if units < FEWEST_UNITS:
        return Agreement(
            value, -1.0, 1.0, units, raters, level, f"too few things judged twice ({units}) for an interval"
        )
    low, high = _interval(each, values, level, draws, seed)
    return Agreement(value, low, high, units, raters, level)


def _coincidences(given: Floats) -> tuple[Floats, Floats]:
    """The values used, and each unit's pairs of values (units × values × values), a unit of m judges weighing m."""
    values = np.unique(given[np.isfinite(given)])
    counts = np.stack([(given == value).sum(axis=0) for value in values], axis=1).astype(np.float64)
    judges = counts.sum(axis=1)
    pairs = counts[:, :, None] * counts[:, None, :]
    pairs -= np.einsum("uv,vw->uvw", counts, np.eye(len(values)))
    return values, pairs / (judges - 1)[:, None, None]


def _alpha(together: Floats, values: Floats, level: Level) -> Floats:
    """Alpha of each coincidence matrix (draws × values × values)."""
    margin = together.sum(axis=2)
    total = margin.sum(axis=1)
    apart = _distance(margin, values, level)
    observed = (together * apart).sum(axis=(1, 2))
    expected = (margin[:, :, None] * margin[:, None, :] * apart).sum(axis=(1, 2)) / np.maximum(total - 1, 1)
    ratio = np.divide(observed, expected, out=np.full(len(total), np.nan), where=expected > 0)
    return np.asarray(1 - ratio, dtype=np.float64)


def _distance(margin: Floats, values: Floats, level: Level) -> Floats:
    """Squared difference between values (draws × values × values); the ordinal one counts what lies between."""
    if level == "interval":
        return np.broadcast_to((values[:, None] - values[None, :]) ** 2, (len(margin), len(values), len(values)))
    if level == "nominal":
        return np.broadcast_to(1 - np.eye(len(values)), (len(margin), len(values), len(values)))
    middle = np.cumsum(margin, axis=1) - margin / 2
    return np.asarray((middle[:, :, None] - middle[:, None, :]) ** 2, dtype=np.float64)


def _interval(each: Floats, values: Floats, level: Level, draws: int, seed: int) -> tuple[float, float]:
    units = len(each)
    rng = np.random.default_rng(seed)
    weights = rng.multinomial(units, np.full(units, 1 / units), size=draws).astype(np.float64)
    found = _alpha(np.einsum("du,uvw->dvw", weights, each, optimize=True), values, level)
    held = found[np.isfinite(found)]
    if len(held) < draws / 2:
        return -1.0, 1.0
    low, high = np.quantile(held, [0.025, 0.975])
    return float(low), float(high)
