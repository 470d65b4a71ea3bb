"""The duties checklist: what must be answered before a change is made permanent or stopped."""

from __future__ import annotations

import datetime as dt
import functools
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction

from holdfast.records.vocabularies import VERDICTS
from holdfast.share.words import plural
from holdfast.web.board.models import DutyAnswer
from holdfast.web.people import audit
from holdfast.web.register.models import Change

SHIPPED: Final = Path(__file__).with_name("duties.toml")
GATED: Final = ("retain", "stop")
"""Verdicts that can never be made final without a checklist, whatever the file says."""


@dataclass(frozen=True)
class Duty:
    """One duty, and the verdicts it stands before."""

    code: str
    name: str
    kind: str
    question: str
    source: str
    evidence: str
    verdicts: tuple[str, ...]


@dataclass(frozen=True)
class Asked:
    """A duty with its last answer for one change and verdict; None: nobody has answered."""

    duty: Duty
    answer: DutyAnswer | None

    @property
    def is_open(self) -> bool:
        """Whether it stands in the way."""
        return self.answer is None or self.answer.is_open

    @property
    def words(self) -> str:
        """The answer in a word or two."""
        return "Not answered" if self.answer is None else self.answer.get_answer_display()


class StaleAnswerError(Exception):
    """Somebody answered the duty after it was read. ``current`` is their answer."""

    def __init__(self, current: DutyAnswer) -> None:
        super().__init__("Somebody else has answered this duty since you opened it.")
        self.current = current


def all_duties() -> tuple[Duty, ...]:
    """Every duty, from the home folder's own file where there is one."""
    own = settings.HOME / "duties.toml"
    path = own if own.is_file() else SHIPPED
    return _read(path, path.stat().st_mtime_ns)


def duties_for(verdict: str) -> tuple[Duty, ...]:
    """The duties that stand before a verdict, in order."""
    return tuple(duty for duty in all_duties() if verdict in duty.verdicts)


def checklist(change: Change, verdict: str) -> tuple[Asked, ...]:
    """Each duty with its last answer."""
    return checklists([change.pk], verdict)[change.pk]


def checklists(changes: Iterable[int], verdict: str) -> dict[int, tuple[Asked, ...]]:
    """The checklist of each change, in one query for all of them."""
    wanted = duties_for(verdict)
    numbers = list(changes)
    last: dict[tuple[int, str], DutyAnswer] = {}
    if wanted:
        for row in DutyAnswer.objects.filter(change_id__in=numbers, verdict=verdict).order_by("id"):
            last[row.change_id, row.duty] = row
    return {pk: tuple(Asked(duty, last.get((pk, duty.code))) for duty in wanted) for pk in numbers}


def still_open(change: Change, verdict: str) -> tuple[Duty, ...]:
    """Duties that keep a verdict from being made final."""
    return tuple(asked.duty for asked in checklist(change, verdict) if asked.is_open)


def engagement_debt(change: Change, asked: Iterable[Asked], today: dt.date) -> str:
    """What is still owed to people who were not asked, in a sentence; empty when nothing is."""
    owed = [a.duty for a in asked if a.duty.kind == "engagement" and a.is_open]
    if not owed:
        return ""
    count = "1 duty" if len(owed) == 1 else f"{len(owed)} duties"
    since = ""
    if change.started_on and change.started_on < today:
        months = (today.year - change.started_on.year) * 12 + today.month - change.started_on.month
        since = f", {plural(months, 'month')} after it began" if months else ", less than a month after it began"
    return f"Engagement debt: {count} to involve or consult people still owed{since}."


@transaction.atomic
def answer(
    change: Change, verdict: str, duty: Duty, actor: Any, given: Mapping[str, Any], *, read_at: int
) -> DutyAnswer:
    """Add an answer. ``read_at`` is the number of the last answer that the person saw, 0 for none.

    The same answer given twice is kept once. Raises StaleAnswerError when another answer came in between.
    """
    Change.objects.select_for_update().get(pk=change.pk)
    last = DutyAnswer.objects.filter(change=change, verdict=verdict, duty=duty.code).order_by("-id").first()
    fields = {name: given.get(name) or None if name == "on" else given.get(name) or "" for name in
              ("answer", "reference", "on", "reason")}  # fmt: skip
    if last is not None and all(getattr(last, name) == value for name, value in fields.items()):
        return last
    if (last.pk if last else 0) != read_at:
        assert last is not None
        raise StaleAnswerError(last)
    made = DutyAnswer.objects.create(
        change=change, verdict=verdict, duty=duty.code, follows=last, by=audit.account(actor),
        by_name=str(actor)[:200], **fields,
    )  # fmt: skip
    words = f"{duty.name}: {made.get_answer_display()}, for a decision to {verdict}"
    audit.record(actor, "board.duties", "change", change.identifier, words, duty=duty.code, answer=made.answer)
    return made


def snapshot(asked: Iterable[Asked]) -> list[dict[str, Any]]:
    """The checklist as a decision keeps it: JSON's own types only."""
    return [
        {
            "code": a.duty.code,
            "name": a.duty.name,
            "question": a.duty.question,
            "source": a.duty.source,
            "answer": a.words,
            "reference": a.answer.reference if a.answer else "",
            "on": a.answer.on.isoformat() if a.answer and a.answer.on else "",
            "reason": a.answer.reason if a.answer else "",
            "by": a.answer.by_name if a.answer else "",
            "at": a.answer.at.isoformat() if a.answer else "",
        }
        for a in asked
    ]


@functools.lru_cache(maxsize=8)
def _read(path: Path, _changed: int) -> tuple[Duty, ...]:
    try:
        held = tomllib.loads(path.read_text(encoding="utf-8"))
        found = tuple(Duty(**{**row, "verdicts": tuple(row["verdicts"])}) for row in held["duty"])
    except (tomllib.TOMLDecodeError, KeyError, TypeError, UnicodeDecodeError) as problem:
        raise ImproperlyConfigured(
            f"{path.name} cannot be read: {problem}. See the one that Holdfast brings."
        ) from None
    codes = [duty.code for duty in found]
    if len(set(codes)) != len(codes):
        raise ImproperlyConfigured(f"{path.name} has two duties of the same code.")
    strange = {verdict for duty in found for verdict in duty.verdicts} - set(VERDICTS)
    if strange:
        raise ImproperlyConfigured(f"{path.name}: {', '.join(sorted(strange))} is no verdict; see the GLOSSARY.")
    for verdict in GATED:
        if not any(verdict in duty.verdicts for duty in found):
            raise ImproperlyConfigured(f"{path.name} has no duty for {verdict}, which may not go without a checklist.")
    return found
