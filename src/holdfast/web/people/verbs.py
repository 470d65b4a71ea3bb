"""What a person may do. A permission is a verb; roles, which are data, hold verbs."""

from __future__ import annotations

from typing import Final

VERBS: Final[dict[str, str]] = {
    "register.read": "read the register",
    "register.capture": "record a change",
    "register.amend": "amend any change",
    "register.import": "import many changes at once",
    "register.triage": "sort new changes: merge, split and assign them, and ask their authors",
    "register.curate": "edit the vocabularies",
    "evidence.read": "read the evidence",
    "evidence.run": "bring tables, fix protocols and run evaluations",
    "board.read": "read recommendations and decisions",
    "board.propose": "draft decisions and prepare meetings",
    "board.decide": "make a decision final",
    "board.duties": "answer the duties checklist",
    "voices.take_part": "vote and give views",
    "voices.read": "read what people believe",
    "voices.moderate": "moderate statements and enter paper voices",
    "insight.read": "read themes and insights",
    "insight.code": "code comments to themes and correct the machine",
    "exchange.export": "take the register out as a workspace",
    "exchange.import": "bring a workspace in",
    "audit.read": "read and download the audit log",
    "people.manage": "invite people and give roles",
    "api.use": "make tokens for the programming interface",
}
"""Each verb in words that finish the sentence "You may …"."""

EVERYBODY: Final = "everybody"
"""The verb of a page that anybody may open, signed in or not."""
SIGNED_IN: Final = "signed in"
"""The verb of a page for any account, whatever its roles."""
PUBLIC_ROLE: Final = "public-reader"
"""The role of whoever has not signed in; everyone else holds it too."""

ROLES: Final[dict[str, tuple[str, str, tuple[str, ...]]]] = {
    PUBLIC_ROLE: (
        "Public reader",
        "Anybody, signed in or not.",
        ("register.read", "register.capture", "board.read", "evidence.read", "voices.take_part", "voices.read"),
    ),
    "contributor": (
        "Contributor",
        "Records changes and follows them.",
        ("register.read", "register.capture", "insight.read"),
    ),
    "improvement-lead": (
        "Improvement lead",
        "Sorts what comes in and looks after the register.",
        (
            *("register.capture", "register.amend", "register.import", "register.triage", "board.propose"),
            *("voices.moderate", "insight.read", "insight.code", "exchange.export", "api.use"),
        ),
    ),
    "analyst": (
        "Analyst",
        "Brings tables and runs evaluations.",
        (
            *("register.capture", "register.import", "evidence.run", "insight.read", "insight.code"),
            *("exchange.export", "exchange.import", "api.use"),
        ),
    ),
    "decision-maker": (
        "Decision maker",
        "Decides, with reasons, and answers the duties.",
        ("board.propose", "board.decide", "board.duties", "insight.read"),
    ),
    "equality-lead": (
        "Equality lead",
        "Looks after gaps, and answers the duties.",
        ("board.propose", "board.duties", "insight.read", "insight.code", "voices.moderate"),
    ),
    "curator": (
        "Curator",
        "Keeps the vocabularies.",
        ("register.capture", "register.amend", "register.curate", "insight.read", "insight.code"),
    ),
    "information-governance": (
        "Information governance",
        "Reads who did what and what left.",
        ("audit.read", "exchange.export", "insight.read"),
    ),
    "administrator": (
        "Administrator",
        "Invites people and gives roles; reads the audit log.",
        ("people.manage", "audit.read", "exchange.export", "exchange.import", "api.use"),
    ),
}
"""The roles a new register starts with: code → name, meaning, verbs. Afterwards they are rows that people edit."""
