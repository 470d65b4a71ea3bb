"""From a long table to a `Panel`: a reshape when rows are in order, one scatter when they are not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .arrays import Bools, Floats, Ints
from .frames import Axis, Table, Values, axis_of, codes
from .panel import Panel


@dataclass(frozen=True)
class Layout:
    """Where each row of a long table goes in (n, T).

    order: "site" (rows by site then period), "period" (by period then site) or "any", in which case `flat` (N,) is
    each row's place in the flattened panel.
    """

    sites: Values
    periods: Values
    order: str
    flat: Ints | None

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.sites), len(self.periods)

    def wide(self, values: Values) -> Floats:
        """A column as (n, T) floats, NaN where the table has no row."""
        numbers = values.astype(np.float64, copy=False)
        if self.order == "site":
            return numbers.reshape(self.shape)
        if self.order == "period":
            return np.ascontiguousarray(numbers.reshape(self.shape[::-1]).T)
        full = np.full(self.shape[0] * self.shape[1], np.nan)
        full[self.flat] = numbers
        return full.reshape(self.shape)

    def by_site(self, values: Values, name: str) -> Floats:
        """A column that must not change within a site, as (n,); NaN counts as a value."""
        numbers = values.astype(np.float64, copy=False)
        one, same = self._firsts(numbers)
        if not same.all():
            index = self._site_of_row()
            who = np.unique(index[~same])
            raise ValueError(
                f"Column {name!r} changes within {len(who)} of {len(one)} sites (first: {self.sites[who[0]]}). "
                "It must be one value per site; for spells that start and stop, use the design for changes that end."
            )
        return one

    def _firsts(self, numbers: Floats) -> tuple[Floats, Bools]:
        """One value of each site (n,), and whether each row (N,) holds its site's; NaN is a value like another."""
        if self.order == "any":
            index = self._site_of_row()
            one = np.full(self.shape[0], np.nan)
            one[index] = numbers
            held = one[index]
        else:
            held = numbers.reshape(self.shape if self.order == "site" else self.shape[::-1])
            numbers = held
            one = held[:, 0].copy() if self.order == "site" else held[0].copy()
            held = one[:, None] if self.order == "site" else one
        same = numbers == held
        if not same.all():
            same |= np.isnan(numbers) & np.isnan(held)
        return one, np.asarray(same).ravel()

    def _site_of_row(self) -> Ints:
        n, T = self.shape
        if self.order == "site":
            return np.repeat(np.arange(n), T)
        return np.tile(np.arange(n), T) if self.order == "period" else np.asarray(self.flat) // T


def layout(site: Values | tuple[Ints, Values], period: Floats) -> Layout:
    """Recognise an ordered, complete table; otherwise place each row. Two rows for one site-month are refused."""
    coded, known = site if isinstance(site, tuple) else (site, None)
    if coded.dtype.kind == "f" and not np.isfinite(coded).all():
        raise ValueError(f"{int((~np.isfinite(coded)).sum())} rows have no site identifier; every row needs one.")
    quick = _ordered(coded, period)
    if quick is not None:
        sites, periods, order = quick
        return Layout(sites if known is None else known[sites], periods, order, None)
    s, sites = codes(coded)
    t, periods = codes(period)
    flat = s * len(periods) + t
    filled = np.zeros(len(sites) * len(periods), dtype=bool)
    filled[flat] = True
    if int(filled.sum()) < len(flat):
        many = np.flatnonzero(np.bincount(flat) > 1)
        i, j = divmod(int(many[0]), len(periods))
        where = sites[i] if known is None else known[i]
        raise ValueError(
            f"{len(many)} site-months have more than one row (first: site {where}, period {periods[j]:g}). Keep "
            "one row for each site and period."
        )
    return Layout(sites if known is None else known[sites], periods, "any", flat)


def _ordered(site: Values, period: Floats) -> tuple[Values, Values, str] | None:
    """Sites, periods and order of a complete table sorted by site then period, or by period then site."""
    for outer, inner, order in ((site, period, "site"), (period, site, "period")):
        change = np.flatnonzero(outer != outer[0]) if len(outer) else np.array([], dtype=int)
        run = int(change[0]) if len(change) else len(outer)
        if run == 0 or len(outer) % run:
            continue
        blocks, lines = outer.reshape(-1, run), inner.reshape(-1, run)
        first, once = blocks[:, 0], lines[0]
        if not (np.all(first[1:] > first[:-1]) and np.all(once[1:] > once[:-1])):
            continue
        if (blocks == first[:, None]).all() and (lines == once).all():
            return (first, once, order) if order == "site" else (once, first, order)
    return None


def read_panel(
    frame: Any,
    outcome: str,
    site: str | None,
    period: str,
    cohort: str,
    *,
    covariates: Sequence[str] = (),
    weights: str | None = None,
    cluster: str | None = None,
) -> tuple[Panel, Axis, Any]:
    """Read a long table: the panel, its period axis, and the kind of frame it was. Without a site, each row is one."""
    table = Table(frame)
    times = table.column(period)
    if not len(times):
        raise ValueError("The table has no rows.")
    axis = axis_of(times, period)
    place = layout(np.arange(len(times)) if site is None else table.identifiers(site), axis.encode(times, period))
    adopted = _adopted(place.by_site(axis.encode(table.column(cohort), cohort), cohort), place.periods, axis, cohort)
    Y = place.wide(_number(table.column(outcome), outcome))
    Y = np.where(np.isinf(Y), np.nan, Y) if np.isinf(Y).any() else Y
    w = None if weights is None else _steady(place.wide(_number(table.column(weights), weights)))
    if w is not None and bool((w < 0).any()):
        raise ValueError(f"Column {weights!r} has {int((w < 0).sum())} negative weights; weights must be zero or more.")
    groups = None
    if cluster is not None:
        groups = codes(place.by_site(codes_of(table.identifiers(cluster)).astype(np.float64), cluster))[0]
    X = _covariates(table, place, covariates)
    return Panel(place.sites, place.periods, adopted, Y, w, X, groups), axis, table.kin


def codes_of(values: Values | tuple[Ints, Values]) -> Ints:
    """Integer codes of identifiers."""
    return values[0] if isinstance(values, tuple) else codes(values)[0]


def _adopted(first: Floats, periods: Values, axis: Axis, name: str) -> Floats:
    """First adopting periods with `inf` for never: missing, infinite, or 0 when periods are numbers above 0."""
    never = ~np.isfinite(first)
    if not axis.unit and bool((first == 0).any()):
        if periods[0] <= 0:
            raise ValueError(
                f"Column {name!r} is 0 for some sites, which means never, but 0 is also a period. Mark never as "
                "missing, or number the periods from 1."
            )
        never |= first == 0
    return np.where(never, np.inf, first)


def _number(values: Values, name: str) -> Values:
    if values.dtype.kind in "iufb":
        return values
    try:
        return np.array([np.nan if v is None else v for v in values], dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"Column {name!r} holds text where numbers are needed.") from error


def _steady(wide: Floats) -> Floats:
    """(n,) when no site's value changes over periods, else (n, T)."""
    return wide[:, 0].copy() if np.array_equal(wide, np.broadcast_to(wide[:, :1], wide.shape)) else wide


def _covariates(table: Table, place: Layout, names: Sequence[str]) -> Floats | None:
    """Intercept and covariates: (n, p), or (n, T, p) when one changes; text becomes 0/1 columns, the first left out."""
    if not names:
        return None
    columns: list[Floats] = []
    for name in names:
        values = table.identifiers(name)
        if isinstance(values, tuple):
            columns += [place.wide(values[0] == level) for level in range(1, len(values[1]))]
        else:
            columns.append(place.wide(values))
    X = np.stack([np.where(np.isfinite(columns[0]), 1.0, np.nan), *columns], axis=-1)
    return X[:, 0].copy() if np.array_equal(X, np.broadcast_to(X[:, :1], X.shape)) else X
