"""Light simulators for calibration: many panels or series at once, as arrays, with their truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from holdfast.records.panel import Bools, Floats
from holdfast.records.vocabularies import HORIZONS
from holdfast.simulate.levels import autoregressive
from holdfast.simulate.places import Integers


@dataclass(frozen=True)
class Panels:
    """R panels of P populations × n sites × T periods.

    ``outcome`` (R × P × n × T, NaN where missing); ``first`` (R × n), the first period on, T when never; ``weight``
    (R × P × n). ``effect`` (R × P × n × T) is what each site gained; ``mean_effect`` what it would gain on average
    over sites like it, so that ``truth`` can be asked of these sites or of the population they are drawn from.
    """

    outcome: Floats
    first: Integers
    weight: Floats
    effect: Floats
    mean_effect: Floats

    @property
    def since(self) -> Integers:
        """Periods since adoption (R × n × T), negative before and for sites that never adopt."""
        periods = np.arange(self.outcome.shape[-1])
        since = periods - self.first[:, :, None]
        return np.where((self.first < len(periods))[:, :, None], since, -len(periods))

    def truth(self, kind: str = "overall", at: str = "", of: str = "population") -> Floats:
        """True average effect (R × P), weighted as the estimate is: overall, a horizon or an event time.

        ``of`` is ``population`` (the sites are a sample of many) or ``sample`` (these sites and no others).
        """
        inside = self._window(kind, at)
        effect = self.mean_effect if of == "population" else self.effect
        weight = self.weight[:, :, :, None] * inside[:, None]
        mass = weight.sum(axis=(2, 3))
        total = (weight * effect).sum(axis=(2, 3))
        return np.asarray(np.divide(total, mass, out=np.full_like(total, np.nan), where=mass > 0), dtype=np.float64)

    def _window(self, kind: str, at: str) -> Bools:
        since = self.since
        if kind == "overall":
            return np.asarray(since >= 0)
        if kind == "event time":
            return np.asarray(since == int(at))
        start, stop = HORIZONS[at]
        return np.asarray((since >= start) & (since <= (stop if stop is not None else since.shape[-1])))


def staggered_panels(
    rng: np.random.Generator,
    replications: int,
    *,
    sites: int = 150,
    months: int = 48,
    treated: int = 50,
    cohorts: Sequence[int] = (18, 22, 26, 30),
    effect: float | Sequence[float] = 0.0,
    growth: int = 1,
    heterogeneity: float = 0.0,
    cohort_slope: float = 0.0,
    rho: float = 0.5,
    noise: float = 1.0,
    shared: float = 0.5,
    confounding: float = 1.0,
    trends: float = 0.0,
    shock: float = 2.0,
    spread: float = 0.0,
    sampling: float = 0.0,
    missing: float = 0.0,
    lost_on_adoption: float = 0.0,
) -> Panels:
    """Panels in which ``treated`` of the sites adopt in one of the ``cohorts``.

    ``effect`` is one number a population and is reached over ``growth`` months; sites differ about it by
    ``heterogeneity`` (sd) and each later cohort gains ``cohort_slope`` more. Disturbances are AR(1), of which
    ``shared`` is the correlation between populations. ``confounding`` is how strongly adoption follows a site's
    level, ``trends`` the extra slope of adopters a month, ``shock`` the peak of a common wave. ``spread`` is the
    log sd of denominators, and ``sampling`` adds error in proportion to one over their root. ``missing`` is lost at
    random, ``lost_on_adoption`` further in the six months after adoption.
    """
    sizes = np.atleast_1d(np.asarray(effect, dtype=np.float64))
    R, P = replications, len(sizes)
    level = rng.standard_normal((R, sites))
    first = _starts(rng, level, treated, cohorts, months, confounding)
    weight = np.exp(rng.normal(0.0, spread, (R, P, sites)) - spread**2 / 2) if spread else np.ones((R, P, sites))
    own, common = (autoregressive(rng, (R, p, sites), months, rho) for p in (P, 1))
    disturbance = noise * (np.sqrt(1 - shared) * own + np.sqrt(shared) * common)
    if sampling:
        disturbance += sampling * rng.standard_normal(disturbance.shape) / np.sqrt(weight)[..., None]
    clock = _clock(rng, R, months, shock) + trends * (first < months)[:, :, None] * np.arange(months)
    mean = _effects(first, sizes, cohorts, months, growth, cohort_slope)
    on = np.arange(months) >= first[:, None, :, None]
    gained = mean + on * heterogeneity * rng.standard_normal((R, 1, sites, 1))
    outcome = level[:, None, :, None] + clock[:, None] + disturbance + gained
    lost = _lost(rng, first, months, missing, lost_on_adoption)
    return Panels(np.where(lost[:, None], np.nan, outcome), first, weight, gained, mean)


def _starts(
    rng: np.random.Generator, level: Floats, treated: int, cohorts: Sequence[int], months: int, confounding: float
) -> Integers:
    score = confounding * level + rng.standard_normal(level.shape)
    place = np.argsort(np.argsort(-score, axis=1), axis=1)
    dealt = rng.permuted(np.tile(np.resize(np.asarray(cohorts), treated), (len(level), 1)), axis=1)
    padded = np.concatenate([dealt, np.full((len(level), level.shape[1] - treated), months)], axis=1)
    return np.take_along_axis(padded, place, axis=1).astype(np.int64)


def _clock(rng: np.random.Generator, replications: int, months: int, shock: float) -> Floats:
    """What every site shares (R × 1 × T): a season, a wave whose month varies, and small common shocks."""
    time = np.arange(months)
    peak = rng.uniform(0.2, 0.8, (replications, 1)) * months
    wave = shock * np.exp(-0.5 * ((time - peak) / 2) ** 2)
    return (wave + 0.3 * np.cos(2 * np.pi * time / 12) + 0.2 * rng.standard_normal(wave.shape))[:, None, :]


def _effects(
    first: Integers, sizes: Floats, cohorts: Sequence[int], months: int, growth: int, cohort_slope: float
) -> Floats:
    since = np.arange(months) - first[:, :, None]
    reached = np.where(since >= 0, np.minimum(1.0, (since + 1) / growth), 0.0)
    later = np.searchsorted(np.asarray(cohorts), first)[:, None, :, None] * cohort_slope * (reached > 0)[:, None]
    return np.asarray(sizes[None, :, None, None] * reached[:, None] + later, dtype=np.float64)


def _lost(rng: np.random.Generator, first: Integers, months: int, missing: float, on_adoption: float) -> Bools:
    since = np.arange(months) - first[:, :, None]
    chance = missing + on_adoption * ((since >= 0) & (since < 6))
    return np.asarray(rng.random(chance.shape) < chance)


@dataclass(frozen=True)
class Series:
    """R series of T periods interrupted at ``start``; ``exposure`` and ``control`` are R × T or None.

    ``level`` and ``slope`` are the true changes: added for a continuous series, on the log scale for counts.
    """

    outcome: Floats
    start: int
    level: float
    slope: float
    exposure: Floats | None = None
    control: Floats | None = None


def interrupted_series(
    rng: np.random.Generator,
    replications: int,
    *,
    months: int = 36,
    start: int | None = None,
    rho: float = 0.3,
    level: float = 0.0,
    slope: float = 0.0,
    season: float = 0.0,
    noise: float = 1.0,
    counts: float | None = None,
    control: bool = False,
) -> Series:
    """Series with a trend, a season and AR(1) disturbances of standard deviation ``noise``.

    With ``counts`` they are Poisson with that usual mean, everything else on the log scale. ``start`` is two thirds
    of the way by default. A control series shares season and trend and has its own disturbance.
    """
    begin = 2 * months // 3 if start is None else start
    time = np.arange(months)
    after = np.maximum(time - begin, 0)
    jump = level * (time >= begin) + slope * after
    shape = (replications, months)
    clock = (0.0 if counts else 0.02) * time + season * np.cos(2 * np.pi * time / 12)
    drawn = [clock + noise * autoregressive(rng, (replications,), months, rho) for _ in range(1 + control)]
    if counts is None:
        return Series(drawn[0] + jump, begin, level, slope, None, drawn[1] if control else None)
    exposure = np.exp(rng.normal(0.0, 0.05, shape))
    made = [rng.poisson(counts * exposure * np.exp(x)).astype(np.float64) for x in (drawn[0] + jump, *drawn[1:])]
    return Series(made[0], begin, level, slope, exposure, made[1] if control else None)
