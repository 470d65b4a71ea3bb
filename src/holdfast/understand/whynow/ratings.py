"""Enabler ratings per change, with the raters' differences shown and never averaged away."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from numbers import Real

import numpy as np
from scipy import stats

from holdfast.understand.agreement import Agreement, Level, alpha
from holdfast.understand.arriving import blank, key, level


@dataclass(frozen=True, slots=True)
class Rating:
    """What one person thinks of one enabler of one change on one day; a higher ``value`` is more of it.

    ``value`` is a number, None or NaN being no answer, and ``on`` a date; of a time of day the date is kept. TypeError
    for anything else, text included.
    """

    change: str
    enabler: str
    rater: str
    value: float
    on: dt.date
    role: str = ""

    def __post_init__(self) -> None:
        for name in ("change", "enabler", "rater"):
            object.__setattr__(self, name, key(getattr(self, name), f"a rating's {name}"))
        object.__setattr__(self, "role", level(self.role))
        object.__setattr__(self, "value", _number(self.value))
        object.__setattr__(self, "on", _day(self.on))


@dataclass(frozen=True)
class Profile:
    """One enabler of one change as its raters last saw it.

    ``low`` and ``high`` are the 95 % interval of the mean (Student's t over raters), NaN for a single rater or where
    all said the same: then there is no spread to tell it from. ``least`` and ``most`` are what raters actually said.
    """

    change: str
    enabler: str
    mean: float
    low: float
    high: float
    least: float
    most: float
    raters: int
    spread: float


def _number(value: object) -> float:
    if blank(value):
        return float("nan")
    kind = type(value).__name__
    if isinstance(value, Real) and kind != "bool":
        return float(value)
    raise TypeError(f"A rating's value is a {kind}; it must be a number, or None where nobody answered.")


def _day(on: object) -> dt.date:
    if not blank(on) and isinstance(on, dt.date):
        return on.date() if isinstance(on, dt.datetime) else on
    kind = "missing" if blank(on) else f"a {type(on).__name__}"
    raise TypeError(f"A rating's day is {kind}; it must be a date, as in datetime.date(2026, 1, 31).")


def latest(ratings: Iterable[Rating]) -> list[Rating]:
    """Each rater's last word on each enabler of each change; NaN and infinite values are no word."""
    last: dict[tuple[str, str, str], Rating] = {}
    for rating in sorted(_said(ratings), key=lambda r: r.on):
        last[rating.change, rating.enabler, rating.rater] = rating
    return list(last.values())


def profiles(ratings: Iterable[Rating]) -> list[Profile]:
    """Every change and enabler that somebody rated, from each rater's last word."""
    ordered = sorted(latest(ratings), key=lambda r: (r.change, r.enabler))
    return [
        _profile(change, enabler, [rating.value for rating in group])
        for (change, enabler), group in groupby(ordered, key=lambda r: (r.change, r.enabler))
    ]


def agreement(ratings: Iterable[Rating], level: Level = "ordinal", seed: int = 0) -> dict[str, Agreement]:
    """Krippendorff's alpha between raters for each enabler over changes, and under ``""`` over all of them."""
    last = latest(ratings)
    enablers = sorted({rating.enabler for rating in last})
    apart = {enabler: _alpha([r for r in last if r.enabler == enabler], level, seed) for enabler in enablers}
    return {"": _alpha(last, level, seed), **apart}


def _profile(change: str, enabler: str, values: Sequence[float]) -> Profile:
    n, mean = len(values), float(np.mean(values))
    spread = float(np.std(values, ddof=1)) if n > 1 else float("nan")
    half = float(stats.t.ppf(0.975, n - 1)) * spread / np.sqrt(n) if n > 1 and spread > 0 else float("nan")
    return Profile(change, enabler, mean, mean - half, mean + half, min(values), max(values), n, spread)


def _alpha(ratings: Sequence[Rating], level: Level, seed: int) -> Agreement:
    raters = {name: i for i, name in enumerate(sorted({r.rater for r in ratings}))}
    units = {key: i for i, key in enumerate(sorted({(r.change, r.enabler) for r in ratings}))}
    table = np.full((max(len(raters), 1), len(units)), np.nan)
    for rating in ratings:
        table[raters[rating.rater], units[rating.change, rating.enabler]] = rating.value
    return alpha(table, level, seed=seed)


def _said(ratings: Iterable[Rating]) -> list[Rating]:
    return [rating for rating in ratings if np.isfinite(rating.value)]
