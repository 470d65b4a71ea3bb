"""Everything one section of the report shows about one study of one change."""

from __future__ import annotations

from dataclasses import dataclass

from holdfast.records import Certainty, Change, Evaluability, ForWhom, Gap, Measure, Protocol
from holdfast.share.charts import (
    Chart,
    Table,
    adoption_chart,
    event_time_chart,
    for_whom_chart,
    gap_chart,
    gap_table,
    levels_chart,
)
from holdfast.share.report.index import WHOLE, Index
from holdfast.share.report.meta import Meta
from holdfast.share.report.reading import read_study
from holdfast.share.report.tables import (
    checks_table,
    exclusions_table,
    groups_table,
    horizons_table,
    measures_table,
    other_checks,
)
from holdfast.share.words import (
    ANYTIME,
    CERTAINTY,
    CLAIM,
    FIXED,
    METHOD,
    Reading,
    amount,
    gap_sentence,
    inside,
    plural,
    sentence,
)
from holdfast.share.words.text import clean


@dataclass(frozen=True)
class Section:
    """One study. Charts and tables are None where there is nothing that may be shown."""

    study: str
    primary: Measure
    reading: Reading
    answerable: bool
    evaluability: Evaluability | None
    certainty: Certainty | None
    for_whom: Chart | None
    differences: tuple[ForWhom, ...]
    event_time: Chart | None
    levels: Chart | None
    adoption: Chart | None
    gap: Chart | None
    gap_figures: Table | None
    other_gaps: Table | None
    gap_words: str
    gaps: tuple[Gap, ...]
    horizons: Table | None
    measures: Table
    groups: Table
    checks: Table | None
    other_checks: str
    method: tuple[str, ...]
    facts: tuple[str, ...]
    intervals: tuple[str, ...]
    exclusions: Table
    protocols: tuple[Protocol, ...]
    ecological: tuple[str, ...]


def section(index: Index, change: Change, study: str, meta: Meta) -> Section | None:
    """The section of one study; None when it has no measure."""
    reading = read_study(index, change, study)
    if reading is None:
        return None
    primary = index.measures_of(study)[0]
    row = index.evaluability(study, primary.measure)
    answerable = index.headline(study, primary.measure) is not None
    design = row.design if row else "cannot tell yet"
    released, checks = index.released, index.checks(study, primary.measure)
    gaps = index.equity_gaps(study, primary.measure)
    own = [c for c in checks if (c.dimension, c.level, c.setting) == WHOLE]
    return Section(
        study=study,
        primary=primary,
        reading=reading,
        answerable=answerable,
        evaluability=row,
        certainty=index.certainty(study, primary.measure) if answerable else None,
        for_whom=_for_whom(index, study, primary),
        differences=tuple(index.for_whom(study, primary.measure)),
        event_time=event_time_chart(released, study, primary, period=meta.period),
        levels=levels_chart(released, study, primary),
        adoption=adoption_chart(released, study, primary.measure, change.title),
        gap=gap_chart(released, study, primary, dimensions={g.dimension for g in gaps}),
        gap_figures=gap_table(gaps, primary, f"The gap in {inside(primary.label)}") if gaps else None,
        other_gaps=_other_gaps(index, study, primary, gaps),
        gap_words=gap_sentence(gaps),
        gaps=tuple(gaps),
        horizons=horizons_table(index, study, primary),
        measures=measures_table(index, study),
        groups=groups_table(index, study),
        checks=checks_table(own) if own else None,
        other_checks=other_checks(checks),
        method=METHOD.get(design, (sentence(design),)),
        facts=_facts(row, primary, meta),
        intervals=_intervals(index, study, primary) if answerable else (),
        exclusions=exclusions_table(index, study),
        protocols=tuple(index.protocols(study)),
        ecological=_ecological(index, study, primary),
    )


def _for_whom(index: Index, study: str, primary: Measure) -> Chart | None:
    """On the same kind of effect as the headline."""
    places = index.places(study, primary.measure)
    first = next((e for e in (index.headline(study, primary.measure, p) for p in places) if e is not None), None)
    return None if first is None else for_whom_chart(index.released, study, primary, first.kind, first.at)


def _other_gaps(index: Index, study: str, primary: Measure, watched: list[Gap]) -> Table | None:
    """Gaps between the other groups, which the study did not set out to watch."""
    rest = [g for g in index.gaps(study, primary.measure) if g not in watched]
    return gap_table(rest, primary, f"Other gaps in {inside(primary.label)}") if rest else None


def _facts(row: Evaluability | None, primary: Measure, meta: Meta) -> tuple[str, ...]:
    """What the study had to work with."""
    if row is None:
        return ()
    said = [
        sentence(f"{plural(row.sites, 'site')}: {row.adopters:,} that adopted and {row.comparison:,} to compare with"),
        sentence(
            f"{plural(row.periods_before, meta.period)} before the first adoption and {row.periods_after:,} from then"
        ),
    ]
    if row.pattern:
        said.append(sentence(f"The pattern of adoption: {clean(row.pattern)}"))
    if row.detectable is not None:
        least = amount(primary, row.smallest_important) if row.smallest_important else "not stated"
        said.append(
            f"The smallest effect it could be expected to see is {amount(primary, row.detectable)}; the smallest that "
            f"matters is {least}."
        )
    said.append(f"The strongest claim this design supports is {row.claim} of 5: {CLAIM.get(row.claim, '')}.")
    return tuple(said)


def _intervals(index: Index, study: str, primary: Measure) -> tuple[str, ...]:
    """Which intervals are shown, and how they were made."""
    found = index.headline(study, primary.measure)
    said = [FIXED]
    if any(e.anytime_low is not None for e in index.effects(study, primary.measure)):
        said.append(ANYTIME)
    if found is not None and found.inference:
        said.append(sentence(f"How the interval was made: {clean(found.inference)}"))
    if found is not None and found.equal_weights is not None:
        said.append(
            f"With every site counted alike the effect is {amount(primary, found.equal_weights)}, which differs."
        )
    return tuple(said)


def _ecological(index: Index, study: str, primary: Measure) -> tuple[str, ...]:
    """Dimensions that describe places and not people."""
    found = (index.headline(study, primary.measure, p) for p in index.places(study, primary.measure))
    return tuple(dict.fromkeys(clean(e.dimension) for e in found if e is not None and e.ecological))


def certainty_words(row: Certainty | None) -> str:
    """What a certainty means."""
    return CERTAINTY.get(row.certainty, "") if row else ""
