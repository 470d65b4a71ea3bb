"""What one table says of another: sites, measures and populations that some table has and another lacks."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from holdfast.records.vocabularies import EVERYONE
from holdfast.workspace.dates import between, floor, later
from holdfast.workspace.engine import Engine
from holdfast.workspace.loading import TABLES, Loaded
from holdfast.workspace.presence import Presence, inventory, presence
from holdfast.workspace.report import Report
from holdfast.workspace.settings import PeriodUnit
from holdfast.workspace.suggest import did_you_mean, quoted
from holdfast.workspace.tidy import Observed

NEEDED = ("changes", "measures", "observations")
_CODE = re.compile(r"[\w.\-]{1,12}")


@dataclass(frozen=True)
class Summary:
    """Every source of observations, counted."""

    parts: tuple[tuple[Observed, Presence], ...]
    sites: frozenset[str]
    periods: tuple[dt.date, ...]
    """Every period from the first observed one to the last."""
    dimensions: Mapping[str, tuple[str, ...]]
    """Observed dimensions with their levels."""


def tables_there(loaded: Loaded, report: Report) -> None:
    """The tables without which there is nothing to study."""
    known = TABLES
    others = loaded.config.tables.model_extra or {}
    for name in others:
        report.note(f"holdfast.toml: the table “{name}” is not one that Holdfast reads. {did_you_mean(name, known)}")
    for name in NEEDED:
        if not loaded.sources[name] and not any(f"[tables.{name}]" in p.where for p in report.problems):
            declared = bool(getattr(loaded.config.tables, name))
            if not declared:
                report.problem(
                    "holdfast.toml", f"there is no {name} table", _how(name, others), column=f"tables.{name}"
                )


def summary(engine: Engine, loaded: Loaded) -> Summary:
    """Count every source once."""
    parts = tuple((one, presence(engine, one)) for one in loaded.observed)
    for one, counted in parts:
        one.repeats = counted.repeats
        one.inventory = inventory(counted) if one.settings.is_long else {}
    sites = {site for _, found in parts for site in found.by_site["site"].to_pylist() if site}
    days = [day for _, found in parts for day in found.by_period["period"].to_pylist() if day]
    unit = loaded.config.workspace.period
    periods = between(min(days), max(days), unit) if days else ()
    dimensions: dict[str, dict[str, None]] = {}
    for _, found in parts:
        for dimension, level in zip(
            found.by_level["dimension"].to_pylist(), found.by_level["level"].to_pylist(), strict=True
        ):
            if dimension not in (None, EVERYONE) and level:
                dimensions.setdefault(dimension, {})[level] = None
    return Summary(parts, frozenset(sites), periods, {name: tuple(levels) for name, levels in dimensions.items()})


def check_measures(loaded: Loaded, found: Summary, report: Report) -> None:
    """Declared measures must be observed, and have a denominator when they are a share or a rate."""
    observed: dict[str, int | None] = {}
    for one, counted in found.parts:
        if one.settings.is_long:
            rows = counted.by_level.group_by("measure").aggregate([("denominators", "sum")]).to_pylist()
            observed.update({row["measure"]: row["denominators_sum"] for row in rows if row["measure"]})
        else:
            _check_made(loaded, one, report)
            observed.update({made.measure: None for made in one.settings.measures})
    undeclared = [name for name in observed if name not in loaded.measures]
    for name, measure in loaded.measures.items():
        if name not in observed:
            report.problem(
                "measures",
                f"“{name}” is declared and no observation speaks of it",
                did_you_mean(name, undeclared) if undeclared else "Add its observations, or remove it.",
                column="measure",
            )
        elif observed[name] == 0 and measure.kind in ("proportion", "rate"):
            report.problem(
                _where_long(found, name),
                f"“{name}” is a {measure.kind} and has no denominator",
                "Fill the denominator, or call its kind count or mean.",
                column="denominator",
            )
    if undeclared:
        more = f" and {len(undeclared) - 10:,} more" if len(undeclared) > 10 else ""
        report.note(f"Observed and not declared as measures, so not read: {quoted(undeclared[:10])}{more}.")


def check_sites(loaded: Loaded, found: Summary, report: Report) -> None:
    """Sites that the observations have and the sites table lacks, and the other way round."""
    if not loaded.sites:
        report.note("There is no sites table: the sites are those observed, with no setting and no attribute.")
        return
    for one, counted in found.parts:
        here = {site for site in counted.by_site["site"].to_pylist() if site}
        lost = sorted(here - set(loaded.sites))
        if lost and loaded.config.workspace.unlisted_sites == "error":
            report.problem(
                one.source.where,
                f"{len(lost):,} sites are not in the sites table{codes(lost)}",
                'Add them there, or say `unlisted_sites = "ignore"` in [workspace] to leave them out.',
                column="site",
            )
        elif lost:
            report.note(f"{one.source.where}: {len(lost):,} sites are not in the sites table and are left out.")
    silent = sorted(set(loaded.sites) - found.sites)
    if silent:
        report.note(f"{len(silent):,} of {len(loaded.sites):,} sites have no observation{codes(silent)}.")


def note_gaps(loaded: Loaded, found: Summary, report: Report) -> None:
    """Months that some site lacks between its first and last, and a last month that looks unfinished."""
    unit = loaded.config.workspace.period
    for one, counted in found.parts:
        gaps, sites = _gaps(counted, unit)
        if gaps:
            report.note(
                f"{one.source.where}: {gaps:,} site-{unit}s of {sites:,} sites are missing between a site's first "
                f"and last {unit}; they are treated as missing, not as zero."
            )
        for text in _unfinished(one, counted, unit):
            report.note(f"{one.source.where}: {text}")


def codes(names: Sequence[str], limit: int = 5) -> str:
    """The first few codes, when they look like codes and nothing else."""
    shown = [name for name in names if _CODE.fullmatch(name)][:limit]
    if not shown:
        return ""
    return f" ({', '.join(shown)}{'…' if len(names) > len(shown) else ''})"


def _how(name: str, others: Iterable[str]) -> str:
    near = [other for other in others if did_you_mean(other, [name]).startswith("Did you")]
    if near:
        return f"Is [tables.{near[0]}] meant to be [tables.{name}]?"
    inline = "" if name == "observations" else f", or write its rows as [[{name}]]"
    header = "[[tables.observations]]" if name == "observations" else f"[tables.{name}]"
    return f"Add {header} with a path{inline}."


def _where_long(found: Summary, measure: str) -> str:
    for one, counted in found.parts:
        if one.settings.is_long and measure in counted.by_level["measure"].to_pylist():
            return one.source.where
    return "observations"


def _check_made(loaded: Loaded, one: Observed, report: Report) -> None:
    for made in one.settings.measures:
        measure = loaded.measures.get(made.measure)
        if measure is None:
            report.problem(
                "holdfast.toml",
                f"“{made.measure}” is made from columns and not declared as a measure",
                did_you_mean(made.measure, loaded.measures),
                column="tables.observations.measures",
            )
        elif made.denominator is None and measure.kind in ("proportion", "rate"):
            report.problem(
                "holdfast.toml",
                f"“{made.measure}” is a {measure.kind} and has no denominator",
                'Add `denominator = "column"`, or call its kind count or mean.',
                column="tables.observations.measures",
            )


def _gaps(counted: Presence, unit: PeriodUnit) -> tuple[int, int]:
    rows = counted.by_site.to_pylist()
    lengths: dict[tuple[dt.date, dt.date], int] = {}
    missing: dict[str, int] = {}
    for row in rows:
        if row["first"] is None or row["site"] is None:
            continue
        window = (row["first"], row["last"])
        if window not in lengths:
            lengths[window] = len(between(*window, unit))
        if lengths[window] > row["n"]:
            missing[row["site"]] = max(missing.get(row["site"], 0), lengths[window] - row["n"])
    return sum(missing.values()), len(missing)


def _unfinished(one: Observed, counted: Presence, unit: PeriodUnit) -> list[str]:
    sites: dict[dt.date, int] = {}
    for day, count in zip(counted.by_period["period"].to_pylist(), counted.by_period["sites"].to_pylist(), strict=True):
        if day is not None:
            sites[day] = max(sites.get(day, 0), count)
    days = sorted(sites)
    found = []
    if len(days) > 3 and sites[days[-1]] < 0.8 * median(sites[day] for day in days[-4:-1]):
        found.append(
            f"the last {unit} ({days[-1]}) has only {sites[days[-1]]:,} sites, fewer than the ones before; it may "
            "be unfinished. A study's `end` leaves it out."
        )
    days_read = sorted(one.source.dates["period"].dates.values()) if "period" in one.source.dates else []
    daily = any(day != floor(day, unit) for day in days_read)
    if daily and days_read[-1] < later(days_read[-1], 1, unit) - dt.timedelta(days=4):
        found.append(
            f"the last day is {days_read[-1]}, so the last {unit} is unfinished. A study's `end` leaves it out."
        )
    return found
