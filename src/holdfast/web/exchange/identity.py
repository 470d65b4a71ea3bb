"""Which rows make up the register, its decisions and what people said, and by what a row is the same row elsewhere."""

from __future__ import annotations

from typing import Final

from django.apps import apps
from django.db import models

IDENTITY: Final[dict[str, tuple[str, ...]]] = {
    "register.vocabulary": ("code",),
    "register.term": ("vocabulary", "code"),
    "register.change": ("identifier",),
    "register.change_terms": ("change", "term"),
    "register.practice": ("change", "role", "name"),
    "register.changeversion": ("change", "version"),
    "register.mergeevent": ("deed",),
    "register.splitevent": ("deed",),
    "register.splitevent_parts": ("splitevent", "change"),
    "evidence.dataset": ("title", "made_at"),
    "evidence.run": ("dataset", "asked_at"),
    "evidence.answer": ("run", "study"),
    "voices.aboutquestion": ("code",),
    "voices.makeup": ("role", "dimension", "level"),
    "voices.batch": ("change", "sha256"),
    "voices.participant": ("key",),
    "voices.assumption": ("change", "text", "made_at"),
    "voices.statement": ("change", "text", "made_at"),
    "voices.vote": ("participant", "statement", "vote", "at"),
    "voices.preference": ("participant", "practice", "dimension", "level", "setting", "preference", "at"),
    "insight.delivery": ("once",),
    "insight.sentfile": ("delivery", "name", "sha256"),
    "insight.scrap": ("digest",),
    "insight.comment": ("digest",),
    "insight.coding": ("deed",),
    "insight.enablerrating": ("deed", "enabler"),
    "board.cell": ("change", "practice", "role", "dimension", "level", "setting"),
    "board.recommendation": ("cell", "run", "study", "heard"),
    "board.intake": ("run",),
    "board.decision": ("cell", "made_at"),
    "board.dissent": ("cell", "at", "words"),
    "board.dutyanswer": ("change", "verdict", "duty", "at"),
    "board.action": ("decision", "words"),
    "board.meeting": ("name", "on", "made_at"),
    "board.meetingitem": ("meeting", "cell"),
}
"""Table → the columns that name a row wherever it is, in an order in which each row's links come before it."""

ALIKE: Final = frozenset(
    {"voices.assumption", "voices.statement", "voices.vote", "voices.preference", "insight.sentfile"}
)
"""Tables in which two rows may be alike in those columns: the first is the first there, the second the second."""

LATER: Final[dict[str, tuple[str, ...]]] = {
    "register.change": ("merged_into", "split_from"),
    "register.term": ("parent",),
    "voices.statement": ("same_as",),
    "board.cell": ("latest", "decided"),
    "board.decision": ("supersedes",),
    "board.dutyanswer": ("follows",),
}
"""Links to rows that come afterwards: set when everything is there."""

PEOPLE: Final = "people.user"
"""Links to accounts go by e-mail address; somebody who has none here is left out, their name stays in the words."""

VOICES, INSIGHT = PARTS = ("voices", "insight")
"""Parts that go out for those who may read them: their rooms, whose tables' names begin so."""


def part_of(label: str) -> str:
    """The part that a table belongs to; empty for the register, its evidence and decisions."""
    room = label.split(".", 1)[0]
    return room if room in PARTS else ""


def model_of(label: str) -> type[models.Model]:
    """The table called ``label``, joining tables included."""
    found = {m._meta.label_lower: m for m in apps.get_models(include_auto_created=True)}
    return found[label]


def links(model: type[models.Model]) -> dict[str, str]:
    """Each column that is a link, and the table it goes to."""
    return {
        field.name: field.related_model._meta.label_lower for field in model._meta.concrete_fields if field.is_relation
    }
