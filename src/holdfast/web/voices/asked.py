"""The questions about people, and the roles they may speak in. Shipped rows are added once; then they are data."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Final

from django.db import DEFAULT_DB_ALIAS, connection

from holdfast.records.involving import PREFER_NOT
from holdfast.web.voices.models import AboutQuestion

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


def choices(question: AboutQuestion) -> list[tuple[str, str]]:
    """A question's answers, with “prefer not to say” last."""
    return [*((level, level) for level in question.levels), (PREFER_NOT, "Prefer not to say")]
