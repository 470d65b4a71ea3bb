"""The tables of what people believe: who spoke, what they were asked, and what they answered. All are optional."""

from __future__ import annotations

from typing import Final

from holdfast.records.schema import Column, Table

PREFER_NOT: Final = "prefer not to say"
"""An answer in its own right: asked, and kept back. An empty entry was not asked."""
CHANNELS: Final = ("online", "phone", "paper", "meeting", "interpreter")
ANSWERS: Final = ("agree", "disagree", "pass")
PREFERENCES: Final = ("retain", "adapt", "reinstate", "stop")
STATEMENT_KINDS: Final = ("opinion", "assumption")
MODERATION: Final = ("accepted", "rejected", "waiting")
ROLES: Final = ("clinicians", "leaders", "innovators", "patients")
"""The roles whose beliefs the recommendation asks for. Others (carers, public, staff…) may speak too."""
PUBLICS: Final = ("patients", "carers", "public")
"""Roles that the population's make-up speaks for, where it names no role."""
ROLE_NOT_GIVEN: Final = "role not given"
JOINED: Final = ";"
"""Between the dimensions, and the levels, of a joint make-up: “age; sex”, “75+; female”."""

PARTICIPANTS: Final = Table(
    "participants",
    "People who took part. Further columns are about-you questions, each a dimension of the population; "
    "“prefer not to say” is kept apart from an empty entry, which means not asked.",
    (
        Column("participant", "text", "The person's identifier here; never a name or an NHS number.", required=True),
        Column("role", "text", "In which role: clinicians, leaders, innovators, patients, carers, public…"),
        Column("channel", "text", "How they took part.", allowed=CHANNELS),
    ),
    key=("participant",),
    open_ended=True,
)

STATEMENTS: Final = Table(
    "statements",
    "Short statements that people agree with, disagree with or pass on.",
    (
        Column("statement", "text", "The statement's identifier.", required=True),
        Column("change", "text", "The change it is about.", references="changes"),
        Column("text", "text", "The statement."),
        Column("kind", "text", "An opinion, or a test of an assumption (default: opinion).", allowed=STATEMENT_KINDS),
        Column("practice", "text", "The practice it is about (default: the introduced one)."),
        Column("assumption", "text", "The assumption that agreeing with it shares.", references="assumptions"),
        Column("moderated", "text", "Whether it may be shown (default: accepted).", allowed=MODERATION),
        Column("reason", "text", "Why it was rejected, or is waiting."),
        Column("meta", "flag", "True when it is about the conversation or the person, and not the matter."),
    ),
    key=("statement",),
)

VOTES: Final = Table(
    "votes",
    "Votes on statements. A person's last vote on a statement counts; earlier ones are kept and counted.",
    (
        Column("participant", "text", "Who voted.", required=True, references="participants"),
        Column("statement", "text", "On what.", required=True, references="statements"),
        Column("vote", "text", "Agree, disagree or pass.", required=True, allowed=ANSWERS),
        Column("at", "text", "When: 2024-05-03T10:20:30, or seconds or milliseconds since 1970."),
    ),
    key=(),
)

PREFERENCES_TABLE: Final = Table(
    "preferences",
    "What people would do with a practice. A row without population and setting is a person's answer in general; a row "
    "with them is where it differs.",
    (
        Column("participant", "text", "Who says so.", required=True, references="participants"),
        Column("change", "text", "The change.", required=True, references="changes"),
        Column("practice", "text", "The practice spoken of (default: the introduced one)."),
        Column("dimension", "text", "The dimension of the people for whom the answer differs."),
        Column("level", "text", "The level of that dimension."),
        Column("setting", "text", "The setting in which the answer differs."),
        Column("preference", "text", "Retain, adapt, reinstate or stop.", required=True, allowed=PREFERENCES),
        Column("words", "text", "The person's own words; never released."),
        Column("at", "text", "When: 2024-05-03T10:20:30, or seconds or milliseconds since 1970."),
    ),
    key=(),
)

ASSUMPTIONS: Final = Table(
    "assumptions",
    "What must be believed for a change to last.",
    (
        Column("assumption", "text", "The assumption's identifier.", required=True),
        Column("change", "text", "The change that rests on it.", required=True, references="changes"),
        Column("text", "text", "What must be believed.", required=True),
    ),
    key=("assumption",),
)

MAKEUP: Final = Table(
    "makeup",
    "The population's make-up, against which those who spoke are held. A joint make-up names several dimensions and "
    "levels in one row, with semicolons between.",
    (
        Column("dimension", "text", "The dimension, as a column of participants is called.", required=True),
        Column("level", "text", "The level.", required=True),
        Column("version", "text", "Version of the dimension's coding."),
        Column("people", "number", "How many people, or their share.", required=True, minimum=0),
        Column("role", "text", "Whose make-up it is (default: patients, carers and the public)."),
    ),
    key=("role", "dimension", "level"),
)

INVOLVING: Final[dict[str, Table]] = {
    t.name: t for t in (PARTICIPANTS, STATEMENTS, VOTES, PREFERENCES_TABLE, ASSUMPTIONS, MAKEUP)
}
