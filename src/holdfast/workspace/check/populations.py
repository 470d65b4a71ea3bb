"""Populations: declared dimensions and levels must exist, and each dimension has one coding version."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pyarrow.compute as pc

from holdfast.workspace.check.cross import Summary
from holdfast.workspace.dimensions import as_level, as_number
from holdfast.workspace.loading import Loaded
from holdfast.workspace.report import Report
from holdfast.workspace.settings import PopulationSettings
from holdfast.workspace.suggest import did_you_mean, quoted
from holdfast.workspace.tidy import Observed

_VERSION = re.compile(r"\b(IMD|IoD)\s*(20\d\d)\b", re.IGNORECASE)


def check_populations(loaded: Loaded, found: Summary, report: Report) -> None:
    """Dimensions and levels that are declared must exist, and have one coding version each."""
    attributes = {name for site in loaded.sites.values() for name in site.attributes}
    for name, settings in loaded.config.populations.items():
        if settings.site_attribute is None:
            _check_observed(name, settings, found, report)
        elif settings.site_attribute not in attributes:
            report.problem(
                "holdfast.toml",
                f"the sites table has no column “{settings.site_attribute}”",
                did_you_mean(settings.site_attribute, sorted(attributes)),
                column=f"populations.{name}.site_attribute",
            )
        else:
            _check_attribute(loaded, name, settings, report)
    for one, _ in found.parts:
        declared = {name: s.version for name, s in loaded.config.populations.items() if s.version}
        one.versions.update(declared)
    for name in found.dimensions:
        _check_versions(loaded, name, found, report)


def _check_observed(name: str, settings: PopulationSettings, found: Summary, report: Report) -> None:
    if name not in found.dimensions:
        report.problem(
            "holdfast.toml",
            f"no observation has the dimension “{name}”",
            f"{did_you_mean(name, found.dimensions)} For an attribute of the site, say `site_attribute`.",
            column=f"populations.{name}",
        )
        return
    _levels_exist(name, settings.levels, found.dimensions[name], report)


def _check_attribute(loaded: Loaded, name: str, settings: PopulationSettings, report: Report) -> None:
    held = {site.site: as_level(site.attributes.get(settings.site_attribute or "")) for site in loaded.sites.values()}
    filled = [value for value in held.values() if value]
    where = f"populations.{name}"
    if len(filled) < len(held):
        report.note(
            f"{name}: {len(held) - len(filled):,} of {len(held):,} sites have no {settings.site_attribute}; "
            "they belong to none of its levels."
        )
    if settings.quantiles or settings.cuts:
        wrong = sum(as_number(value) != as_number(value) for value in filled)
        if wrong:
            report.problem(
                "holdfast.toml",
                f"“{settings.site_attribute}” is not a number for {wrong:,} sites",
                "Cut a numeric attribute, or use its values as levels.",
                column=where,
            )
        groups = settings.quantiles or len(settings.cuts) + 1
        if settings.levels and len(settings.levels) != groups:
            report.problem(
                "holdfast.toml",
                f"there are {len(settings.levels)} levels and {groups} groups",
                "Name each group once, most disadvantaged first.",
                column=f"{where}.levels",
            )
    else:
        _levels_exist(name, settings.levels, sorted(set(filled)), report)
    if settings.version_column:
        versions = {as_level(site.attributes.get(settings.version_column)) for site in loaded.sites.values()} - {""}
        _one_version(name, versions | ({settings.version} if settings.version else set()), "sites", report)


def _levels_exist(name: str, levels: Sequence[str], there: Sequence[str], report: Report) -> None:
    for level in levels:
        if level not in there:
            report.problem(
                "holdfast.toml",
                f"no row of {name} has the level “{level}”",
                did_you_mean(level, there),
                column=f"populations.{name}.levels",
            )
    extra = [level for level in there if levels and level not in levels]
    if extra:
        report.note(f"{name}: {len(extra):,} levels are not listed and are left out of it ({quoted(extra[:5])}).")


def _check_versions(loaded: Loaded, name: str, found: Summary, report: Report) -> None:
    """One coding version for a dimension, whether a column, the settings or the levels' own names state it."""
    stated: dict[str, Observed] = {}
    for one, counted in found.parts:
        rows = counted.by_level.filter(pc.equal(counted.by_level["dimension"], name))
        versions = [v for v in (rows["version"].to_pylist() if "version" in rows.column_names else []) if v]
        versions += [one.settings.versions[name]] if name in one.settings.versions and len(rows) else []
        for level in rows["level"].to_pylist():
            versions += [f"{kind.upper()} {year}" for kind, year in _VERSION.findall(level or "")]
        stated.update(dict.fromkeys(versions, one))
    settings = loaded.config.populations.get(name)
    every = {*stated, *([settings.version] if settings is not None and settings.version else [])}
    where = next(iter(stated.values())).source.where if stated else "holdfast.toml"
    _one_version(name, every, where, report)
    if len(every) == 1:
        for one, _ in found.parts:
            one.versions[name] = next(iter(every))


def _one_version(name: str, versions: set[str], where: str, report: Report) -> None:
    if len(versions) > 1:
        report.problem(
            where,
            f"{name} mixes coding versions: {quoted(sorted(versions))}",
            "Versions are not comparable: keep one, or give each its own dimension.",
            column="version",
        )
