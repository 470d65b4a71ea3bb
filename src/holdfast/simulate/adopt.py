"""Who adopted what and when. Need brings adoption forward, which is what fools a before–after reading."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from holdfast.records.panel import Bools, Floats
from holdfast.simulate.places import Integers, Places
from holdfast.simulate.specs import ChangeSpec


@dataclass(frozen=True)
class Uptake:
    """One change on the grid: ``on`` (n × T), ``since`` (n × T; periods since the spell began, −1 when off) and
    ``dose`` (n; 1 where adoption is only on or off)."""

    on: Bools
    dose: Floats
    by_dose: bool = False

    @property
    def since(self) -> Integers:
        """Periods since the present spell began, −1 when off."""
        count = np.full(self.on.shape, -1)
        for t in range(self.on.shape[1]):
            before = count[:, t - 1] if t else count[:, 0] * 0 - 1
            count[:, t] = np.where(self.on[:, t], before + 1, -1)
        return count

    @property
    def first(self) -> Integers:
        """First period on (n); T when never."""
        return np.asarray(np.where(self.on.any(axis=1), self.on.argmax(axis=1), self.on.shape[1]), dtype=np.int64)


def spread(rng: np.random.Generator, spec: ChangeSpec, places: Places, months: int, confounding: float) -> Uptake:
    """Adoption of one change by the sites of its settings."""
    eligible = np.isin(places.setting, spec.settings)
    score = confounding * spec.need * places.need + rng.standard_normal(len(places.sites))
    window = tuple(min(max(round(m * months / 36), 1), months - 1) for m in spec.window)
    if spec.pattern in ("everyone at once", "everyone by dose"):
        start = np.where(eligible, window[0], months)
    else:
        start = _staged(rng, spec, places, eligible, score, window, months)
    on = np.arange(months) >= start[:, None]
    if spec.pattern == "lapsing":
        on &= ~_lapsed(rng, start, months)
    by_dose = spec.pattern == "everyone by dose"
    return Uptake(on, _doses(rng, places) if by_dose else np.ones(len(places.sites)), by_dose)


def _staged(
    rng: np.random.Generator,
    spec: ChangeSpec,
    places: Places,
    eligible: Bools,
    score: Floats,
    window: Sequence[int],
    months: int,
) -> Integers:
    """First month on: within each setting the highest scores adopt, the highest of them first, in quarterly steps."""
    start = np.full(len(places.sites), months)
    for setting in spec.settings:
        members = np.flatnonzero(eligible & (places.setting == setting))
        adopters = 2 if spec.pattern == "few" else round(spec.share * len(members))
        order = members[np.argsort(-score[members])][:adopters]
        place = np.clip(np.linspace(0, 1, len(order)) + rng.normal(0, 0.12, len(order)), 0, 1)
        start[order] = window[0] + 3 * np.round(place * (window[1] - window[0]) / 3).astype(int)
    return np.asarray(np.minimum(start, months), dtype=np.int64)


def _lapsed(rng: np.random.Generator, start: Integers, months: int) -> Bools:
    """True where a spell has ended: seven sites in ten stop after six to fourteen months, some start again."""
    periods = np.arange(months)
    lasts = np.where(rng.random(len(start)) < 0.7, rng.integers(6, 15, len(start)), months)
    stop = (start + lasts)[:, None]
    again = np.where(rng.random(len(start)) < 0.2, rng.integers(5, 9, len(start)), months)[:, None]
    return np.asarray((periods >= stop) & (periods < stop + again))


def _doses(rng: np.random.Generator, places: Places) -> Floats:
    """A dose for each site, lower where more people are over 75."""
    older = places.mix["age"][:, 3]
    older = (older - older.mean()) / older.std()
    score = -0.1 - 0.7 * older + 0.9 * rng.standard_normal(len(older))
    return np.asarray(np.round(1 / (1 + np.exp(-score)), 2), dtype=np.float64)


def together(rng: np.random.Generator, spec: ChangeSpec, places: Places, own: Uptake, other: Uptake) -> Uptake:
    """Most sites that adopted the other change take this one up in the same month: true co-adoption."""
    joins = other.on.any(axis=1) & np.isin(places.setting, spec.settings) & (rng.random(len(places.sites)) < 0.6)
    return Uptake(np.where(joins[:, None], other.on, own.on), own.dose, own.by_dose)


def adoption_table(uptakes: dict[str, Uptake], sites: Sequence[str], periods: Sequence[dt.date]) -> pa.Table:
    """The adoptions table: one row per spell."""
    rows: list[tuple[str, str, dt.date, dt.date | None, float | None]] = []
    for change, uptake in uptakes.items():
        edges = np.diff(np.pad(uptake.on.astype(np.int8), ((0, 0), (1, 1))), axis=1)
        starts, stops = np.argwhere(edges == 1), np.argwhere(edges == -1)
        for (site, start), (_, stop) in zip(starts, stops, strict=True):
            end = periods[stop] if stop < len(periods) else None
            rows.append((change, sites[site], periods[start], end, uptake.dose[site] if uptake.by_dose else None))
    types = (pa.string(), pa.string(), pa.date32(), pa.date32(), pa.float64())
    columns = zip(*rows, strict=True) if rows else [[] for _ in types]
    names = ("change", "site", "adopted_on", "lapsed_on", "dose")
    return pa.table({n: pa.array(list(c), t) for n, c, t in zip(names, columns, types, strict=True)})
