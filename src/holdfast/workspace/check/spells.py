"""Adoptions: known changes and sites, spells in order, none before the first period."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence

from holdfast.workspace.check.cross import Summary, codes
from holdfast.workspace.loading import Loaded
from holdfast.workspace.registers import Spell
from holdfast.workspace.report import Report
from holdfast.workspace.suggest import did_you_mean


def check(loaded: Loaded, found: Summary, report: Report) -> None:
    """Every spell against the other tables, and against the other spells of its site."""
    _known_changes(loaded, report)
    _known_sites(loaded, found, report)
    _in_order(loaded.spells, report)
    _overlapping(loaded.spells, report)
    _early(loaded, found, report)
    _without_adoption(loaded, report)
    never = sum(spell.adopted is None for spell in loaded.spells)
    if never:
        report.note(f"adoptions: {never:,} rows have no adopted_on; their sites are taken as never having adopted.")


def _say(report: Report, spells: Sequence[Spell], rule: str, fix: str, column: str) -> None:
    """One problem for each file, at its first row."""
    for where in dict.fromkeys(spell.where for spell in spells):
        rows = [spell.row for spell in spells if spell.where == where and spell.row is not None]
        report.problem(where, rule, fix, column=column, row=min(rows), count=len(rows))


def _known_changes(loaded: Loaded, report: Report) -> None:
    for name in dict.fromkeys(spell.change for spell in loaded.spells if spell.change not in loaded.changes):
        mine = [spell for spell in loaded.spells if spell.change == name]
        _say(report, mine, f"“{name}” is not in the changes table", did_you_mean(name, loaded.changes), "change")


def _known_sites(loaded: Loaded, found: Summary, report: Report) -> None:
    known = set(loaded.sites) or found.sites
    lost = [spell for spell in loaded.spells if spell.site not in known]
    table = "the sites table" if loaded.sites else "the observations"
    shown = codes(sorted({spell.site for spell in lost}))
    if lost and loaded.config.workspace.unlisted_sites == "ignore":
        report.note(f"adoptions: {len(lost):,} rows are of sites that are not in {table} and are left out.")
    elif lost:
        fix = 'Correct the code, add the site, or say `unlisted_sites = "ignore"` in [workspace].'
        _say(report, lost, f"the site is not in {table}{shown}", fix, "site")


def _in_order(spells: Sequence[Spell], report: Report) -> None:
    wrong = [s for s in spells if s.lapsed is not None and (s.adopted is None or s.lapsed <= s.adopted)]
    _say(report, wrong, "a lapse must come after its adoption", "Correct one of the two dates.", "lapsed_on")


def _overlapping(spells: Sequence[Spell], report: Report) -> None:
    by_site: dict[tuple[str, str], list[Spell]] = {}
    for spell in spells:
        if spell.adopted is not None:
            by_site.setdefault((spell.change, spell.site), []).append(spell)
    wrong = []
    for mine in by_site.values():
        mine.sort(key=lambda spell: spell.adopted or dt.date.min)
        for before, after in itertools.pairwise(mine):
            if before.adopted != after.adopted and (before.lapsed or dt.date.max) > (after.adopted or dt.date.min):
                wrong.append(after)
    _say(
        report,
        wrong,
        "this spell begins before the site's earlier one has ended",
        "Give the earlier one a lapsed_on, or merge the two.",
        "adopted_on",
    )


def _early(loaded: Loaded, found: Summary, report: Report) -> None:
    if not found.periods:
        return
    first = found.periods[0]
    early = [s for s in loaded.spells if s.adopted is not None and s.adopted < first and (s.lapsed or first) >= first]
    if not early:
        return
    if loaded.config.workspace.early_adopters == "keep":
        report.note(f"adoptions: {len(early):,} come before the first period ({first}) and are on from it.")
        return
    fix = 'Correct the date, give earlier observations, or say `early_adopters = "keep"` in [workspace].'
    _say(report, early, f"the adoption comes before the first observed period ({first})", fix, "adopted_on")


def _without_adoption(loaded: Loaded, report: Report) -> None:
    ruled = {rule.change for rule in loaded.config.adoption_rules} | {s.change for s in loaded.studies if s.rule}
    adopted = {spell.change for spell in loaded.spells if spell.adopted is not None}
    for name in loaded.changes:
        if name not in ruled | adopted:
            report.note(f"Nothing says when any site adopted “{name}”: add adoptions, or an adoption rule.")
