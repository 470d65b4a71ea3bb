"""A conversation in the shapes that Polis exports, as records, with everything needed to write it again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from holdfast.records import Problem
from holdfast.records.heard import Heard

MODERATED: Final = {1: "accepted", 0: "waiting", -1: "rejected"}
PARTICIPANTS_FILES: Final = ("participants-votes.csv", "participant-votes.csv")
"""The same file: its name in older exports and in ours, and in those of today's server."""
PEOPLE: Final = "participants.json"
"""Not one of Polis's: everybody in order of arrival, with those who have not voted."""
CSV_FILES: Final = ("comments.csv", "votes.csv", *PARTICIPANTS_FILES, "summary.csv")
JSON_FILES: Final = ("comments.json", "votes.json", "conversation.json", "math-pca2.json", PEOPLE)
SUMMARY: Final = (
    "topic",
    "url",
    "views",
    "voters",
    "voters-in-conv",
    "commenters",
    "comments",
    "groups",
    "conversation-description",
)


@dataclass(frozen=True, eq=False)
class Conversation:
    """``heard`` holds people in order of arrival, statements and every vote cast, without roles: Polis asks for none.

    ``groups`` (P) are the opinion groups it was published with (empty: in none). ``authors`` and ``created`` (S) belong
    to the statements (empty and NaN where not known). ``about`` is the summary or the conversation's own settings and
    ``maths`` the reference server's, both kept as they came. ``problems`` say what was left out.
    """

    heard: Heard
    groups: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    created: tuple[float, ...] = ()
    about: Mapping[str, Any] = field(default_factory=dict)
    maths: Mapping[str, Any] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
