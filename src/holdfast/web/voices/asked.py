"""The questions about people, and the roles they may speak in. Shipped rows are added once; then they are data."""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path
from typing import Any, Final

from django.db import DEFAULT_DB_ALIAS, connection

from holdfast.records.involving import PREFER_NOT
from holdfast.records.vocabularies import EVERYONE
from holdfast.web.voices.models import AboutQuestion, Participant, Preference

SHIPPED: Final = Path(__file__).with_name("about.toml")
ROLES: Final = (
    ("patients", "I use this service, or have done"),
    ("carers", "I care for somebody who uses it"),
    ("public", "I am a member of the public"),
    ("clinicians", "I look after patients"),
    ("leaders", "I lead or manage services"),
    ("innovators", "I helped to bring this change about"),
    ("other staff", "I do other work in health or care"),
)
"""Each role in which people may speak, and how somebody says so of themselves."""
ROLE_WHY: Final = "Staff and patients can see the same change differently. We show each group's answers side by side."


def ensure_questions() -> int:
    """Add shipped questions that are missing; what is there already, as somebody edited it, is left alone."""
    rows: list[dict[str, Any]] = tomllib.loads(SHIPPED.read_text(encoding="utf-8"))["question"]
    held = set(AboutQuestion.objects.values_list("code", flat=True))
    new = [AboutQuestion(**row, place=n) for n, row in enumerate(rows, 1) if row["code"] not in held]
    AboutQuestion.objects.bulk_create(new, ignore_conflicts=True)
    return len(new)


def fill_after_migrating(sender: Any, using: str, **_more: Any) -> None:
    """Called when migrations have run."""
    if using == DEFAULT_DB_ALIAS and AboutQuestion._meta.db_table in connection.introspection.table_names():
        ensure_questions()


def given() -> dict[str, Counter[str]]:
    """How many people gave each answer to each question, and gave a view of their own for those who would."""
    found: dict[str, Counter[str]] = {}
    said = Participant.objects.exclude(about={}).values_list("about", flat=True)
    for about in said.iterator(5_000):
        for code, level in about.items():
            found.setdefault(code, Counter())[str(level)] += 1
    spoken_for = Preference.objects.exclude(dimension=EVERYONE).values_list("dimension", "level")
    for code, level in spoken_for.iterator(5_000):
        found.setdefault(code, Counter())[level] += 1
    return found


def keep_given() -> None:
    """Note answers that somebody gave and that are not offered (any more): those who came from another register."""
    said = given()
    for question in AboutQuestion.objects.select_for_update():
        known = {*question.levels, *question.past, PREFER_NOT}
        if more := [level for level in said.get(question.code, ()) if level not in known]:
            question.past = [*question.past, *more]
            question.save(update_fields=["past"])


def choices(question: AboutQuestion, given: str = "") -> list[tuple[str, str]]:
    """A question's answers, with “prefer not to say” last; an answer given before it was dropped may stay."""
    levels = [*question.levels, *([given] if given in question.past else [])]
    return [*((level, level) for level in levels), (PREFER_NOT, "Prefer not to say")]
