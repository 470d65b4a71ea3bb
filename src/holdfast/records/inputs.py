"""The tables a workspace reads. Users map their own column names to these in ``holdfast.toml``."""

from __future__ import annotations

from typing import Final

from holdfast.records.schema import Column, Table
from holdfast.records.vocabularies import (
    ASPECTS,
    BETTER,
    CHANGE_KINDS,
    CHANGE_STATUSES,
    FAMILIES,
    MEASURE_KINDS,
    ORIGINS,
    PRACTICE_ROLES,
)

SITES: Final = Table(
    "sites",
    "Organisations or places where care happens. Further columns are attributes of the site.",
    (
        Column("site", "text", "The site's code, for instance its ODS code.", required=True),
        Column("name", "text", "The site's name."),
        Column("setting", "text", "The kind of place: acute, community, primary care…"),
        Column("region", "text", "Region or integrated care board."),
        Column(
            "organisation",
            "text",
            "The organisation the site belongs to; errors are clustered by it if asked.",
        ),
    ),
    key=("site",),
    open_ended=True,
)

CHANGES: Final = Table(
    "changes",
    "Service changes: what was introduced, and what it displaced.",
    (
        Column("change", "text", "The change's identifier; it never alters.", required=True),
        Column("title", "text", "What changed, in a few plain words.", required=True),
        Column("description", "text", "What changed, why, and for whom."),
        Column("introduced", "text", "The practice that was introduced (default: the title)."),
        Column("displaced", "text", "The practice it replaced or paused; several are separated by semicolons."),
        Column("kind", "text", "The kind of innovation.", allowed=CHANGE_KINDS),
        Column("origin", "text", "Where the change came from.", allowed=ORIGINS),
        Column("aspect", "text", "Which aspect of care changed.", allowed=ASPECTS),
        Column("pathway", "text", "The pathway it belongs to."),
        Column("level", "text", "Level of the system, from local team to national."),
        Column("planned_months", "number", "Months the change had been planned to take.", minimum=0),
        Column("actual_months", "number", "Months it took.", minimum=0),
        Column("mandate", "text", "The guidance or operating procedure behind it."),
        Column("second_order_value", "text", "Value beyond the visible change."),
        Column(
            "cost",
            "number",
            "Running cost a year, in pounds; a futile change that costs is stopped.",
            minimum=0,
        ),
        Column("status", "text", "Where the change stands.", allowed=CHANGE_STATUSES),
    ),
    key=("change",),
    open_ended=True,
)

ADOPTIONS: Final = Table(
    "adoptions",
    "Spells: when a site had a change switched on, and how strongly. A site may have several spells.",
    (
        Column("change", "text", "The change.", required=True, references="changes"),
        Column("site", "text", "The site.", required=True, references="sites"),
        Column("adopted_on", "date", "First day of the spell (empty: known never to have adopted).", required=True),
        Column("lapsed_on", "date", "First day the change was no longer in use (empty: still in use)."),
        Column("dose", "number", "How strongly, in the dose's own unit (empty: on or off).", minimum=0),
    ),
    key=("change", "site", "adopted_on"),
)

MEASURES: Final = Table(
    "measures",
    "What is counted, which way is better, and the smallest difference that matters.",
    (
        Column("measure", "text", "The measure's identifier.", required=True),
        Column("label", "text", "The measure in plain words."),
        Column("family", "text", "Why it is watched.", required=True, allowed=FAMILIES),
        Column("kind", "text", "What numerator and denominator make.", required=True, allowed=MEASURE_KINDS),
        Column("better", "text", "Which way is better.", required=True, allowed=BETTER),
        Column(
            "smallest_important",
            "number",
            "Smallest difference that matters, on the measure's own scale (a share: 0.01 is one percentage point; "
            "a rate: per the stated number; a count: a fraction of the usual level).",
            required=True,
            minimum=0,
        ),
        Column("per", "number", "A rate is quoted per this many (default 1,000).", minimum=1),
        Column("unit", "text", "What is counted: attendances, patients, appointments."),
        Column("practice", "text", "Which practice the measure speaks for.", allowed=PRACTICE_ROLES),
    ),
    key=("measure",),
)

OBSERVATIONS: Final = Table(
    "observations",
    "Numerators and denominators by measure, site, period and population.",
    (
        Column("measure", "text", "The measure.", required=True, references="measures"),
        Column("site", "text", "The site.", required=True, references="sites"),
        Column("period", "date", "Any day of the period; its first day is kept.", required=True),
        Column("dimension", "text", "The population's dimension (empty: everyone)."),
        Column("level", "text", "The population's level of that dimension."),
        Column("version", "text", "Version of the dimension's coding, for instance IMD 2019."),
        Column("numerator", "number", "The count, or the sum for a mean.", required=True),
        Column("denominator", "number", "Out of how many (empty for a count)."),
    ),
    key=("measure", "site", "period", "dimension", "level"),
)

INPUTS: Final[dict[str, Table]] = {t.name: t for t in (SITES, CHANGES, ADOPTIONS, MEASURES, OBSERVATIONS)}
