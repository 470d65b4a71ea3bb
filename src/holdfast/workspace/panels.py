"""The panel of a study, and adoption derived from a measure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from holdfast.records import Adoption, AdoptionRule, Panel, Population, Study
from holdfast.records.panel import Bools
from holdfast.records.vocabularies import EVERYONE
from holdfast.workspace import adopting
from holdfast.workspace.dates import between, floor
from holdfast.workspace.dimensions import as_level, as_number, natural, site_levels
from holdfast.workspace.engine import Engine
from holdfast.workspace.grid import Grid, fill
from holdfast.workspace.loading import Loaded
from holdfast.workspace.registers import NOT_STATED, Site
from holdfast.workspace.settings import PeriodUnit
from holdfast.workspace.tidy import Block, all_blocks


def study_measures(study: Study) -> tuple[str, ...]:
    """The primary measure first, then the others that the study names."""
    return tuple(dict.fromkeys((study.primary, *study.measures)))


def panel(engine: Engine, loaded: Loaded, study: Study) -> Panel:
    """The grid on which a study is done."""
    unit = loaded.config.workspace.period
    measures = study_measures(study)
    observed_in = observed_dimensions(loaded, measures)
    asked = [name for name in observed_in if _asked(study, name)]
    found = [block for part in all_blocks(engine, loaded.observed, measures, asked) for block in part]
    levels = {name: _levels(loaded, found, name) for name in asked}
    notes = _sum_notes(loaded, measures)
    outcomes = [
        (measure, population) for measure in measures for population in _populations(measure, observed_in, levels)
    ]
    sites, site_notes = _sites(loaded, study, found)
    periods = _periods(found, study, unit)
    grid = fill(found, loaded.measures, outcomes, sites, periods)
    left_out = _leave_out_periods(grid, study, unit)
    grid, empty = _without_empty_sites(grid)
    notes += [*site_notes, *empty, *_grid_notes(grid), *left_out]
    return _assemble(loaded, study, grid, levels, notes)


def observed_dimensions(loaded: Loaded, measures: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """For each observed dimension, the measures that have it."""
    found: dict[str, list[str]] = {}
    for one in loaded.observed:
        for measure, names in one.dimensions.items():
            for name in names:
                if name != EVERYONE and measure in measures:
                    found.setdefault(name, []).append(measure)
    order = [*(name for name in loaded.config.populations if name in found), *found]
    return {name: tuple(found[name]) for name in dict.fromkeys(order)}


def site_attributes(loaded: Loaded) -> dict[str, tuple[tuple[str, ...], Mapping[str, str]]]:
    """For each dimension that is an attribute of the site, its levels and each site's level."""
    return {
        name: site_levels(tuple(loaded.sites.values()), settings)
        for name, settings in loaded.config.populations.items()
        if settings.site_attribute is not None
    }


def adoption_by_rule(engine: Engine, loaded: Loaded, rule: AdoptionRule, panel: Panel) -> Adoption:
    """Adoption of the panel's sites, judged on every period in which the rule's measure was observed."""
    unit = loaded.config.workspace.period
    found = [block for part in all_blocks(engine, loaded.observed, (rule.measure,), ()) for block in part]
    measured = _periods(found, None, unit)
    grid = fill(found, loaded.measures, [(rule.measure, Population())], panel.sites, measured)
    top, bottom = grid.numerator[0], grid.denominator[0]
    if rule.as_dose:
        given = adopting.as_dose(rule, top, bottom, measured, unit)
    else:
        with np.errstate(invalid="ignore", divide="ignore"):
            values = {"numerator": top, "denominator": bottom, "ratio": top / bottom}[rule.value]
        given = adopting.by_threshold(rule, values, measured, unit)
    return adopting.onto(given, measured, panel.periods)


def _asked(study: Study, dimension: str) -> bool:
    return not study.populations or dimension in study.populations


def _levels(loaded: Loaded, found: Sequence[Block], dimension: str) -> tuple[str, ...]:
    """The levels in the order the configuration gives, or by number and alphabet."""
    settings = loaded.config.populations.get(dimension)
    if settings is not None and settings.levels:
        return tuple(settings.levels)
    levels: set[str] = set()
    for block in found:
        if "level" not in block.rows.column_names or block.dimension not in (None, dimension):
            continue
        rows = block.rows
        if block.dimension is None:
            rows = rows.filter(pc.equal(rows["dimension"], dimension))
        levels.update(level for level in pc.unique(rows["level"]).to_pylist() if level)
    return tuple(sorted(levels, key=natural))


def _populations(
    measure: str, observed_in: Mapping[str, tuple[str, ...]], levels: Mapping[str, tuple[str, ...]]
) -> list[Population]:
    found = [Population()]
    for dimension, names in levels.items():
        if measure in observed_in[dimension]:
            found += [Population(dimension, level) for level in names]
    return found


def _sites(loaded: Loaded, study: Study, found: Sequence[Block]) -> tuple[tuple[str, ...], list[str]]:
    """Sites with observations that are listed, in the study's settings and not excluded."""
    seen = {site for block in found for site in pc.unique(block.rows["site"]).to_pylist() if site}
    notes = []
    sites = sorted(site for site in seen if not loaded.sites or site in loaded.sites)
    if study.settings:
        sites = [site for site in sites if _setting(loaded, site) in study.settings]
    out = [site for site in sites if site in study.exclude_sites]
    if out:
        reason = f": {study.exclude_reason}" if study.exclude_reason else ""
        notes.append(f"{len(out):,} sites are excluded by the protocol{reason}.")
    return tuple(site for site in sites if site not in study.exclude_sites), notes


def _setting(loaded: Loaded, site: str) -> str:
    return loaded.sites[site].setting if site in loaded.sites else NOT_STATED


def _periods(found: Sequence[Block], study: Study | None, unit: PeriodUnit) -> tuple[dt.date, ...]:
    """Every period from the first to the last observed one, within the study's window."""
    days = [day for block in found for day in pc.unique(block.rows["period"]).to_pylist() if day]
    if not days:
        return ()
    first, last = min(days), max(days)
    if study is not None:
        first = max(first, floor(study.start, unit)) if study.start else first
        last = min(last, study.end) if study.end else last
    return between(first, last, unit) if first <= last else ()


def _leave_out_periods(grid: Grid, study: Study, unit: PeriodUnit) -> list[str]:
    """Excluded periods stay on the grid, so that time runs on, with nothing in them."""
    out = {floor(day, unit) for day in study.exclude_periods}
    here = [place for place, period in enumerate(grid.periods) if period in out]
    grid.numerator[:, :, here] = np.nan
    grid.denominator[:, :, here] = np.nan
    reason = f": {study.exclude_reason}" if study.exclude_reason else ""
    return [f"{len(here):,} periods are excluded by the protocol{reason}."] if here else []


def _sum_notes(loaded: Loaded, measures: Sequence[str]) -> list[str]:
    notes = []
    for one in loaded.observed:
        for dimension in dict.fromkeys(one.sums_over.values()):
            names = [name for name, over in one.sums_over.items() if over == dimension and name in measures]
            if names:
                notes.append(f"{', '.join(names)}: no rows for everyone, so everyone is the sum over {dimension}.")
    return notes


def _grid_notes(grid: Grid) -> list[str]:
    said = (
        (grid.repeated, "are given more than once, and the last is used"),
        (
            {name: int(counts.sum()) for name, counts in grid.zero.items() if counts.sum()},
            "have a denominator of zero and hold no ratio; they are missing",
        ),
    )
    notes = [f"{sum(c.values()):,} site-periods {what} ({_named(c)})." for c, what in said if c]
    for dimension in dict.fromkeys(dimension for _, dimension in grid.unplaced):
        counts = {name: count for (name, other), count in grid.unplaced.items() if other == dimension}
        notes.append(
            f"{sum(counts.values()):,} rows of {dimension} have no level, or one that is not listed; they count for "
            f"everyone and in no level ({_named(counts)})."
        )
    missing = {
        name: int(np.isnan(grid.numerator[place]).sum())
        for place, (name, population) in enumerate(grid.outcomes)
        if population == Population()
    }
    size = len(grid.sites) * len(grid.periods)
    gaps = {name: count for name, count in missing.items() if count}
    if gaps:
        notes.append(f"Of {size:,} site-periods each, missing: {_named(gaps)}.")
    return notes


def _named(counts: Mapping[str, int], limit: int = 6) -> str:
    """The largest counts by measure, and how many more there are."""
    order = sorted(counts.items(), key=lambda pair: -pair[1])
    shown = ", ".join(f"{name} {count:,}" for name, count in order[:limit])
    return shown + (f" and {len(order) - limit:,} more measures" if len(order) > limit else "")


def _without_empty_sites(grid: Grid) -> tuple[Grid, list[str]]:
    """Sites for which nothing at all was observed tell nothing, and would be counted as comparison sites."""
    here: Bools = np.array(~np.isnan(grid.numerator).all(axis=(0, 2)))
    if here.all():
        return grid, []
    sites = tuple(site for site, keep in zip(grid.sites, here, strict=True) if keep)
    zero = {name: counts[here] for name, counts in grid.zero.items()}
    kept = replace(
        grid, sites=sites, numerator=grid.numerator[:, here], denominator=grid.denominator[:, here], zero=zero
    )
    return kept, [f"{int((~here).sum()):,} sites have no usable observation in the study and are left out."]


def _assemble(
    loaded: Loaded, study: Study, grid: Grid, levels: Mapping[str, tuple[str, ...]], notes: Sequence[str]
) -> Panel:
    attributes: dict[str, NDArray[np.generic]] = {}
    if loaded.sites:
        names = list(dict.fromkeys(name for site in loaded.sites.values() for name in site.attributes))
        attributes = {name: _attribute([loaded.sites[site] for site in grid.sites], name) for name in names}
    by_site = {name: found for name, found in site_attributes(loaded).items() if _asked(study, name)}
    for name, (_, belongs) in by_site.items():
        attributes[name] = np.array([belongs[site] for site in grid.sites], dtype=np.str_)
    settings = loaded.config.populations
    versions = {name: settings[name].version for name in settings if settings[name].version}
    for one in loaded.observed:
        versions.update(one.versions)
    shown = {**levels, **{name: found for name, (found, _) in by_site.items()}}
    return Panel(
        sites=grid.sites,
        periods=grid.periods,
        outcomes=grid.outcomes,
        numerator=grid.numerator,
        denominator=grid.denominator,
        setting=np.array([_setting(loaded, site) for site in grid.sites], dtype=np.str_),
        attributes=attributes,
        site_dimensions=tuple(by_site),
        levels=shown,
        versions={name: version for name, version in versions.items() if name in shown},
        notes=tuple(notes),
    )


def _attribute(sites: Sequence[Site], name: str) -> NDArray[np.generic]:
    """Numbers where every filled value is one, else text; an absent number is NaN, an absent text empty."""
    held = [site.attributes.get(name) for site in sites]
    texts = [as_level(value) for value in held]
    numbers = [as_number(text) for text in texts]
    if any(texts) and all(np.isfinite(number) for number, text in zip(numbers, texts, strict=True) if text):
        return np.array(numbers, dtype=np.float64)
    return np.array(texts, dtype=np.str_)
