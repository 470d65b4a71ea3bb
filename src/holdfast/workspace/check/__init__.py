"""Everything that can be wrong with the tables, found in the engine and said all at once.

Plain Ibis expressions driven by the table definitions in records, rather than pandera: pandera names its checks and
prints failing values, while a person needs the file, the row, the rule and the fix, and must never be shown a value.
"""

from __future__ import annotations

from holdfast.workspace.check import columns, cross, identifiers, populations, spells, studies, values
from holdfast.workspace.engine import Engine
from holdfast.workspace.loading import TABLES, Loaded
from holdfast.workspace.registers import rows_of
from holdfast.workspace.report import Report

CONFIG = "holdfast.toml"
BELIEFS = ("participants", "statements", "preferences", "assumptions", "makeup")
SMALL = ("sites", "changes", "adoptions", "measures", *BELIEFS)


def small_tables(engine: Engine, loaded: Loaded, report: Report, checked: bool = True) -> None:
    """Every table but the observations, each by its own definition; patient identifiers refused first."""
    if checked:
        identifiers.refuse_in_config(loaded.config, report)
        for source in (source for sources in loaded.sources.values() for source in sources):
            if not source.where.startswith(CONFIG):  # its own texts were searched
                identifiers.refuse(engine, source, report)
        if any(problem.rule == identifiers.RULE for problem in report.problems):
            report.raise_if_any()
    for name in SMALL:
        before = len(report.problems)
        for source in loaded.sources[name] if checked else ():
            columns.check(engine, source, report)
        loaded.rows[name] = [row for source in loaded.sources[name] for row in rows_of(engine, source)]
        if TABLES[name].key:
            columns.repeated_keys(TABLES[name], loaded.rows[name], report)
        loaded.unsound |= {name} if len(report.problems) > before else set()
    for source in loaded.sources["votes"] if checked else ():
        columns.check(engine, source, report)
    cross.tables_there(loaded, report)


def references(engine: Engine, loaded: Loaded, report: Report) -> None:
    """What one table says of another, where both are sound: sites, changes, measures, studies, spells."""
    summary = cross.summary(engine, loaded)

    def sound(*names: str) -> bool:
        return not loaded.unsound & set(names)

    if sound("measures", "observations"):
        cross.check_measures(loaded, summary, report)
    if sound("sites"):
        cross.check_sites(loaded, summary, report)
    if sound("sites", "observations"):
        populations.check_populations(loaded, summary, report)
    if sound("changes", "adoptions", "sites", "observations"):
        spells.check(loaded, summary, report)
    if sound("changes", "measures", "sites", "observations"):
        studies.check(loaded, summary, report)
    cross.note_gaps(loaded, summary, report)


def observations(engine: Engine, loaded: Loaded, report: Report) -> None:
    """Every row of the observations."""
    for observed in loaded.observed:
        values.check(engine, observed, loaded.measures, report)
    values.told_twice(engine, loaded.observed, report)
