"""Studies, adoption rules and policies: every name they use must exist."""

from __future__ import annotations

from collections.abc import Iterable

from holdfast.records import AdoptionRule, Study
from holdfast.records.vocabularies import CERTAINTIES, DESIGNS, HORIZONS
from holdfast.workspace.check.cross import Summary
from holdfast.workspace.dates import floor
from holdfast.workspace.loading import Loaded
from holdfast.workspace.registers import NOT_STATED
from holdfast.workspace.report import Report
from holdfast.workspace.suggest import did_you_mean


def check(loaded: Loaded, found: Summary, report: Report) -> None:
    """All of them."""
    unique((study.study for study in loaded.studies), "study", report)
    unique((policy.name for policy in loaded.policies), "policy", report)
    for study in loaded.studies:
        _study(loaded, study, found, report)
    for rule in loaded.config.adoption_rules:
        _rule(loaded, rule, f"adoption rule of {rule.change}", report)
    for policy in loaded.policies:
        where = f"policy {policy.name}"
        known(where, "minimum_certainty", [policy.minimum_certainty], CERTAINTIES, report)
        known(where, "horizon", [policy.horizon], [*HORIZONS, "overall"], report)


def known(where: str, column: str, names: Iterable[str], allowed: Iterable[str], report: Report) -> None:
    """Each name must be one of those allowed."""
    options = list(allowed)
    for name in names:
        if name not in options:
            report.problem(where, f"“{name}” is not known", did_you_mean(name, options), column=column)


def unique(names: Iterable[str], what: str, report: Report) -> None:
    """No name twice."""
    listed = list(names)
    for name in sorted({name for name in listed if listed.count(name) > 1}):
        report.problem("holdfast.toml", f"there are several called “{name}”", "Give each its own name.", column=what)


def _study(loaded: Loaded, study: Study, found: Summary, report: Report) -> None:
    where = f"study {study.study}"
    settings = {site.setting for site in loaded.sites.values()} or {NOT_STATED}
    attributes = {name for site in loaded.sites.values() for name in site.attributes}
    dimensions = [*found.dimensions, *loaded.config.populations]
    known(where, "change", [study.change], loaded.changes, report)
    known(where, "primary", [study.primary], loaded.measures, report)
    known(where, "measures", study.measures, loaded.measures, report)
    known(where, "populations", study.populations, dimensions, report)
    known(where, "settings", study.settings, sorted(settings), report)
    known(where, "exclude_sites", study.exclude_sites, loaded.sites or found.sites, report)
    known(where, "covariates", study.covariates, sorted(attributes), report)
    known(where, "cluster", [study.cluster] if study.cluster else [], sorted(attributes), report)
    known(where, "design", [study.design] if study.design else [], DESIGNS, report)
    if study.equity_dimension:
        known(where, "equity_dimension", [study.equity_dimension], dimensions, report)
    if study.rule is not None:
        _rule(loaded, study.rule, where, report)
    _window(loaded, study, found, where, report)


def _window(loaded: Loaded, study: Study, found: Summary, where: str, report: Report) -> None:
    if study.start and study.end and study.start > study.end:
        report.problem(where, "the end comes before the start", "Swap them.", column="end")
    if not found.periods:
        return
    first, last = found.periods[0], found.periods[-1]
    unit = loaded.config.workspace.period
    for column, day in (("start", study.start), ("end", study.end)):
        outside = day is not None and (
            (column == "start" and floor(day, unit) > last) or (column == "end" and day < first)
        )
        if outside:
            report.problem(
                where,
                f"no period is observed in the window: they run from {first} to {last}",
                "Correct the date.",
                column=column,
            )
    if study.exclude_periods and not study.exclude_reason:
        report.note(f"{where}: periods are excluded and no exclude_reason is given.")


def _rule(loaded: Loaded, rule: AdoptionRule, where: str, report: Report) -> None:
    known(where, "change", [rule.change], loaded.changes, report)
    known(where, "measure", [rule.measure], loaded.measures, report)
    if rule.as_dose and rule.adopted_on is None:
        report.problem(
            where, "a dose needs adopted_on, when everybody changed", "Add `adopted_on = …`.", column="adopted_on"
        )
    if not rule.as_dose and rule.above is None:
        report.problem(
            where, "the rule needs above, the value that must be exceeded", "Add `above = …`.", column="above"
        )
    if rule.until_below is not None and rule.above is not None and rule.until_below > rule.above:
        report.problem(
            where,
            "until_below is higher than above, so adoption would end where it begins",
            "Make it at most above.",
            column="until_below",
        )
