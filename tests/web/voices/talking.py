"""Small conversations for the tests: a change with statements, and people of known opinion."""

from __future__ import annotations

from typing import Any

TEXTS = (
    "Video works as well as coming in.",
    "I can choose how I am seen.",
    "Travelling less makes it easier to keep an appointment.",
    "People without the internet lose out.",
)


def change(actor: Any = "the tests", title: str = "Skin clinics by video") -> Any:
    """A change with one introduced and one displaced practice."""
    from holdfast.web.register import saving

    return saving.create(
        actor, {"title": title, "introduced": "Video clinics", "description": "A photograph first, then a call."},
        displaced=["Walk-in clinics"],
    )  # fmt: skip


def statements(one: Any, texts: tuple[str, ...] = TEXTS) -> list[Any]:
    """Accepted statements."""
    from holdfast.web.voices import moderating

    return [moderating.add(one, "the tests", text) for text in texts]


def people(one: Any, role: str, count: int, vote: int, preference: str, **more: Any) -> list[Any]:
    """People of a role who all vote alike on every statement and prefer the same for the introduced practice."""
    from holdfast.web.register import merging
    from holdfast.web.voices import choosing, taking
    from holdfast.web.voices.models import Participant, Vote

    asked = choosing.accepted(merging.family(one))
    made = [Participant.objects.create(change=one, role=role, **more) for _ in range(count)]
    Vote.objects.bulk_create(Vote(participant=who, statement=s, vote=vote) for who in made for s in asked)
    for who in made:
        taking.prefer(who, "Video clinics", preference)
    return made
