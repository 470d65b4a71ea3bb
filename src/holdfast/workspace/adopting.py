"""Adoption as spells on a grid: from dates and lapses, from a dose, or by a stated rule from a measure."""

from __future__ import annotations

import bisect
import datetime as dt
from collections.abc import Sequence

import numpy as np

from holdfast.records import Adoption, AdoptionRule
from holdfast.records.panel import Bools, Floats
from holdfast.workspace.dates import floor, later
from holdfast.workspace.registers import Spell
from holdfast.workspace.settings import PeriodUnit


def from_spells(
    change: str, spells: Sequence[Spell], sites: Sequence[str], periods: Sequence[dt.date], unit: PeriodUnit
) -> Adoption:
    """On in every period of which any day lies in a spell; the dose where one is given."""
    place = {site: index for index, site in enumerate(sites)}
    mine = [spell for spell in spells if spell.change == change and spell.site in place]
    on = np.zeros((len(sites), len(periods)), dtype=bool)
    dose = np.zeros(on.shape)
    given = False
    for spell in mine:
        if spell.adopted is None:
            continue
        here = covered(spell, periods, unit)
        on[place[spell.site]] |= here
        if spell.dose is not None:
            given = True
        dose[place[spell.site], here] = np.nan if spell.dose is None else spell.dose
    rule = f"On in each {unit} of which any day lies between adopted_on and lapsed_on."
    return Adoption(change, on, dose if given else None, rule, _notes(mine, sites, periods, on))


def covered(spell: Spell, periods: Sequence[dt.date], unit: PeriodUnit) -> Bools:
    """The periods of which any day lies in the spell."""
    if spell.adopted is None:
        return np.zeros(len(periods), dtype=bool)
    start = floor(spell.adopted, unit)
    end = spell.lapsed or dt.date.max
    return np.array([start <= period < end for period in periods], dtype=bool)


def _notes(spells: Sequence[Spell], sites: Sequence[str], periods: Sequence[dt.date], on: Bools) -> tuple[str, ...]:
    notes = []
    silent = len(set(sites) - {spell.site for spell in spells})
    if silent:
        notes.append(
            f"{silent:,} of {len(sites):,} sites are not in the adoptions table and are taken as never adopting."
        )
    late = [s for s in spells if s.adopted is not None and periods and s.adopted >= later_than(periods)]
    if late:
        notes.append(f"{len(late):,} adoptions come after the last period and cannot be seen.")
    if on.size and on[:, 0].any():
        notes.append(f"{int(on[:, 0].sum()):,} sites already have the change in the first period.")
    if not on.any():
        notes.append("No site has the change in any period.")
    return tuple(notes)


def later_than(periods: Sequence[dt.date]) -> dt.date:
    """The day after the last period, judged by the length of the periods."""
    step = periods[-1] - periods[-2] if len(periods) > 1 else dt.timedelta(days=31)
    unit: PeriodUnit = (
        "week" if step.days < 28 else "month" if step.days < 89 else "quarter" if step.days < 300 else "year"
    )
    return later(periods[-1], 1, unit)


def by_threshold(rule: AdoptionRule, values: Floats, periods: Sequence[dt.date], unit: PeriodUnit) -> Adoption:
    """On from the first period whose value exceeds ``above``; off again at or below ``until_below``.

    ``values`` is (sites × all observed periods); a missing value leaves the state as it was.
    """
    above = float("nan") if rule.above is None else rule.above
    with np.errstate(invalid="ignore"):
        rises = values > above
        falls = np.zeros_like(rises) if rule.until_below is None else values <= rule.until_below
    on = np.zeros(values.shape, dtype=bool)
    state = np.zeros(len(values), dtype=bool)
    for t in range(values.shape[1]):
        state = (state | rises[:, t]) & ~(falls[:, t] & ~rises[:, t])
        on[:, t] = state
    words = f"On from the first {unit} in which the {rule.value} of {rule.measure} exceeds {above:g}"
    until = "" if rule.until_below is None else f", until it is at or below {rule.until_below:g}"
    return Adoption(rule.change, on, None, f"{words}{until}.", _rule_notes(values, on))


def _rule_notes(values: Floats, on: Bools) -> tuple[str, ...]:
    notes = []
    silent = int(np.isnan(values).all(axis=1).sum())
    if silent:
        notes.append(
            f"{silent:,} sites never report the measure that adoption is derived from; taken as never adopting."
        )
    gaps = int((np.isnan(values) & on).sum())
    if gaps:
        notes.append(f"{gaps:,} site-periods without the measure keep the adoption of the period before.")
    return tuple(notes)


def as_dose(
    rule: AdoptionRule,
    numerator: Floats,
    denominator: Floats,
    measured: Sequence[dt.date],
    unit: PeriodUnit,
) -> Adoption:
    """Everybody changes at ``adopted_on``; the dose is the measure's ratio over a window, before which it is zero.

    The ratio of a window is the sum of its numerators over the sum of its denominators, so that a busy period counts
    for more; ``minus_before`` takes away the same ratio over all periods before ``adopted_on``.
    """
    periods = np.array(measured)
    start = floor(rule.adopted_on or measured[0], unit)
    first = floor(rule.dose_from, unit) if rule.dose_from else start
    last = rule.dose_to or measured[-1]
    dose = _ratio(numerator, denominator, (periods >= first) & (periods <= last))
    words = f"The dose is {rule.measure} from {first:%B %Y} to {floor(last, unit):%B %Y}"
    if rule.minus_before:
        dose = dose - _ratio(numerator, denominator, periods < start)
        words += f" less its level before {start:%B %Y}"
    after = periods >= start
    on = np.broadcast_to(after, numerator.shape).copy()
    grid = np.where(after[None, :], dose[:, None], 0.0)
    grid[np.isnan(dose)] = np.nan
    unknown = int(np.isnan(dose).sum())
    notes = (f"{unknown:,} sites have no dose, since the measure is missing for them.",) if unknown else ()
    return Adoption(rule.change, on, grid, f"{words}; everybody changed in {start:%B %Y}.", notes)


def _ratio(numerator: Floats, denominator: Floats, window: Bools) -> Floats:
    known = ~np.isnan(numerator) & ~np.isnan(denominator) & window[None, :]
    top = np.where(known, numerator, 0.0).sum(axis=1)
    bottom = np.where(known, denominator, 0.0).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        found: Floats = np.where(bottom > 0, top / bottom, np.nan)
    return found


def onto(adoption: Adoption, measured: Sequence[dt.date], periods: Sequence[dt.date]) -> Adoption:
    """The same adoption on the panel's periods. Before the first measured one nobody has it."""
    place = [bisect.bisect_right(measured, period) - 1 for period in periods]
    on = np.stack([adoption.on[:, t] if t >= 0 else np.zeros(len(adoption.on), bool) for t in place], axis=1)
    dose = adoption.dose
    if dose is not None:
        unknown = np.where(np.isnan(dose).all(axis=1), np.nan, 0.0)
        dose = np.stack([dose[:, t] if t >= 0 else unknown for t in place], axis=1)
    return Adoption(adoption.change, on, dose, adoption.rule, adoption.notes)
