"""Which enablers are fading: each rater held against themselves, each change one observation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from holdfast.understand.whynow.ratings import Rating

Floats = NDArray[np.float64]
YEAR: Final = 365.25
FEWEST: Final = 3
"""Changes with a trend of their own below which no interval is given."""

Verdict = Literal["fading", "growing", "cannot tell yet"]


@dataclass(frozen=True)
class Trend:
    """How an enabler moves in rating points a year, its 95 % interval, and q after false-discovery control.

    *Fading* or *growing* is said only where q is at most 0.05. ``changes`` counts those in which a rater spoke on two
    days or more, which are the ones that can show a trend.
    """

    enabler: str
    a_year: float
    low: float
    high: float
    p: float
    q: float
    verdict: Verdict
    changes: int
    ratings: int
    reason: str = ""


def fading(ratings: Iterable[Rating], rate: float = 0.05) -> list[Trend]:
    """A trend for each enabler over all the changes it was rated for.

    In each change the slope is fitted within raters (who rates high and who came late cannot make a trend). The
    changes' slopes are then one observation each (Matthews and others 1990), with Student's t between them.
    """
    slopes, counts = _slopes(ratings)
    found = [_trend(enabler, slopes[enabler], counts[enabler]) for enabler in sorted(counts)]
    return _controlled(found, rate)


def _slopes(ratings: Iterable[Rating]) -> tuple[dict[str, list[float]], dict[str, int]]:
    cells: dict[tuple[str, str], list[Rating]] = defaultdict(list)
    counts: dict[str, int] = defaultdict(int)
    for rating in ratings:
        if np.isfinite(rating.value):
            cells[rating.enabler, rating.change].append(rating)
            counts[rating.enabler] += 1
    slopes: dict[str, list[float]] = defaultdict(list)
    for (enabler, _), cell in sorted(cells.items()):
        slope = _within(cell)
        if slope is not None:
            slopes[enabler].append(slope)
    return slopes, counts


def _within(cell: Sequence[Rating]) -> float | None:
    """Least-squares slope a year of one change's ratings after each rater's own mean is taken away."""
    raters = np.unique([rating.rater for rating in cell], return_inverse=True)[1]
    when = np.array([rating.on.toordinal() / YEAR for rating in cell])
    value = np.array([rating.value for rating in cell], dtype=np.float64)
    when, value = _centred(when, raters), _centred(value, raters)
    spread = float(when @ when)
    return float(when @ value / spread) if spread > 1e-9 else None


def _centred(x: Floats, groups: NDArray[np.intp]) -> Floats:
    means = np.bincount(groups, x) / np.bincount(groups)
    return np.asarray(x - means[groups], dtype=np.float64)


def _trend(enabler: str, slopes: Sequence[float], ratings: int) -> Trend:
    n, nan = len(slopes), float("nan")
    mean = float(np.mean(slopes)) if n else nan
    if n < FEWEST:
        why = f"{n} changes were rated by the same person on two days; {FEWEST} are needed"
        return Trend(enabler, mean, nan, nan, nan, nan, "cannot tell yet", n, ratings, why)
    error = float(np.std(slopes, ddof=1)) / np.sqrt(n)
    if error < 1e-12:
        why = "every change shows the same trend, so chance cannot be judged"
        return Trend(enabler, mean, nan, nan, nan, nan, "cannot tell yet", n, ratings, why)
    half = float(stats.t.ppf(0.975, n - 1)) * error
    p = float(2 * stats.t.sf(abs(mean) / error, n - 1))
    return Trend(enabler, mean, mean - half, mean + half, p, nan, "cannot tell yet", n, ratings)


def _controlled(found: list[Trend], rate: float) -> list[Trend]:
    tested = [i for i, trend in enumerate(found) if np.isfinite(trend.p)]
    if not tested:
        return found
    q = stats.false_discovery_control([found[i].p for i in tested])
    for i, adjusted in zip(tested, q, strict=True):
        moved: Verdict = "fading" if found[i].a_year < 0 else "growing"
        clear = adjusted <= rate
        why = "" if clear else "the interval leaves room for no trend, or too many were looked at"
        found[i] = replace(found[i], q=float(adjusted), verdict=moved if clear else "cannot tell yet", reason=why)
    return found
