"""Editing what people are asked about themselves. What somebody answered keeps its words, whatever becomes of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.text import slugify

from holdfast.records.involving import JOINED, PREFER_NOT
from holdfast.web.people import audit
from holdfast.web.voices import asked
from holdfast.web.voices.models import AboutQuestion
from holdfast.web.voices.moderating import VERB, StaleError
from holdfast.web.words import refuse_unsafe

LEVEL: Final = 80
"""Characters of an answer."""
MOST: Final = 30
COLUMNS: Final = ("role", "words", "setting", "everyone")
"""Names that a table of paper voices gives to other columns."""


@dataclass(frozen=True)
class Wanted:
    """A question as somebody wants it."""

    label: str
    why: str
    levels: list[str]
    version: str = ""
    asked: bool = True
    place: int = 0


def levels_of(text: str) -> list[str]:
    """Answers from lines, in their order. Raises ValidationError with what is wrong."""
    found = [
        refuse_unsafe(line, LEVEL, called=f"The answer “{line.strip()[:30]}”", lines=False)
        for line in text.splitlines()
        if line.strip()
    ]
    low = [level.casefold() for level in found]
    if not 2 <= len(found) <= MOST:
        raise ValidationError(f"Give 2 to {MOST} answers, one on each line. There are {len(found)}.")
    if twice := next((level for level in found if low.count(level.casefold()) > 1), None):
        raise ValidationError(f"“{twice}” stands twice. Give each answer once.")
    if {PREFER_NOT.casefold(), "prefer not to say"} & set(low):
        raise ValidationError("“Prefer not to say” is always offered. Leave it out.")
    if joined := next((level for level in found if JOINED in level), None):
        raise ValidationError(f"“{joined}” holds “{JOINED}”, which joins answers in a make-up. Use a comma instead.")
    return found


@transaction.atomic
def save(question: AboutQuestion, actor: Any, wanted: Wanted, *, read_at: int) -> AboutQuestion:
    """Keep a question as it is wanted. Raises StaleError where somebody else has changed it since it was read.

    Answers that are no longer offered and that somebody gave are kept beside it, in the words in which they were given.
    """
    held = AboutQuestion.objects.select_for_update().get(pk=question.pk)
    if held.revision != read_at:
        raise StaleError
    before = _told(held)
    given = [level for level in asked.given().get(held.code, ()) if level != PREFER_NOT]
    ever = dict.fromkeys((*held.past, *(level for level in held.levels if level in given), *given))
    held.past = [level for level in ever if level not in wanted.levels]
    held.label, held.why, held.levels, held.version = wanted.label, wanted.why, wanted.levels, wanted.version
    held.asked, held.place = wanted.asked, wanted.place or held.place
    after = _told(held)
    if after == before:
        return held
    held.revision += 1
    held.save()
    said = f"changed a question about people: {held.label}"
    audit.record(actor, VERB, "question", held.code, said, before=before, after=after)
    return held


@transaction.atomic
def add(actor: Any, wanted: Wanted) -> AboutQuestion:
    """A question of an organisation's own. The same question and answers twice are one."""
    list(AboutQuestion.objects.select_for_update())  # one at a time, so that a form sent twice at once adds one
    same = AboutQuestion.objects.filter(label=wanted.label, levels=wanted.levels).first()
    if same is not None:
        return same
    last = AboutQuestion.objects.aggregate(last=Max("place"))["last"] or 0
    made = AboutQuestion.objects.create(
        code=_code(wanted.label), label=wanted.label, why=wanted.why, levels=wanted.levels, version=wanted.version,
        asked=wanted.asked, place=wanted.place or last + 1,
    )  # fmt: skip
    audit.record(actor, VERB, "question", made.code, f"added a question about people: {made.label}", after=_told(made))
    return made


def _code(label: str) -> str:
    """A name for columns and make-ups: words of the question, and unlike any other."""
    base = slugify(label)[:40].strip("-") or "question"
    base = f"about-{base}" if base in COLUMNS or base[1:].isdigit() or base.startswith("prefer") else base
    held = set(AboutQuestion.objects.filter(code__startswith=base).values_list("code", flat=True))
    return next(name for n in range(1, len(held) + 2) if (name := base if n == 1 else f"{base}-{n}") not in held)


def _told(one: AboutQuestion) -> dict[str, Any]:
    return {
        "label": one.label, "why": one.why, "levels": list(one.levels), "past": list(one.past),
        "version": one.version, "asked": one.asked, "place": one.place,
    }  # fmt: skip
