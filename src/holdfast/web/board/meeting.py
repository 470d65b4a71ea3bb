"""Meetings: a group, a day, and cells to decide in an order."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from django.db import transaction
from django.db.models import Case, IntegerField, QuerySet, When

from holdfast.records.vocabularies import ALL_SETTINGS, EVERYONE
from holdfast.web.board.deciding import Seen, decide
from holdfast.web.board.models import Cell, Decision, Meeting, MeetingItem
from holdfast.web.people import audit

FIELDS: Final = ("name", "on", "group", "attendees")
TEN: Final = 10


class StaleError(Exception):
    """Somebody saved the meeting or its item after it was read. ``current`` is how it stands now."""

    def __init__(self, current: Meeting | MeetingItem) -> None:
        super().__init__("Somebody else has saved this since you opened it.")
        self.current = current


@transaction.atomic
def save(actor: Any, fields: Mapping[str, Any], *, meeting: Meeting | None = None, read_at: int = 0) -> Meeting:
    """A new meeting, or one saved again. Raises StaleError when it is no longer at version ``read_at``."""
    if meeting is None:
        held = Meeting(by=audit.account(actor), version=0)
    else:
        held = Meeting.objects.select_for_update().get(pk=meeting.pk)
        if held.version != read_at:
            raise StaleError(held)
    for name in FIELDS:
        setattr(held, name, fields.get(name) or "")
    held.version += 1
    held.save()
    audit.record(actor, "board.propose", "meeting", held.pk, f"prepared the meeting {held.name}"[:400])
    return held


@transaction.atomic
def add(meeting: Meeting, cells: Iterable[Cell], actor: Any) -> int:
    """Put cells at the end of the agenda, each once. Returns how many were new."""
    Meeting.objects.select_for_update().get(pk=meeting.pk)
    held = list(meeting.items.values_list("cell_id", "place"))
    known, last = {cell for cell, _ in held}, max((place for _, place in held), default=0)
    new = [cell for cell in dict.fromkeys(cells) if cell.pk not in known]
    MeetingItem.objects.bulk_create(
        MeetingItem(meeting=meeting, cell=cell, place=last + i) for i, cell in enumerate(new, start=1)
    )
    if new:
        audit.record(
            actor, "board.propose", "meeting", meeting.pk, f"added {len(new)} items", cells=[c.pk for c in new]
        )
    return len(new)


@transaction.atomic
def arrange(meeting: Meeting, item: MeetingItem, actor: Any, how: str) -> None:
    """Move an item ``up`` or ``down``, or ``remove`` it. An item at which something was decided stays."""
    Meeting.objects.select_for_update().get(pk=meeting.pk)
    order = list(meeting.items.order_by("place", "id"))
    at = next((i for i, one in enumerate(order) if one.pk == item.pk), None)
    if at is None:
        return
    if how == "remove":
        if order[at].decision_id:
            raise ValueError("Something was decided at this item, so it stays on the agenda.")
        order.pop(at).delete()
    else:
        to = at - 1 if how == "up" else at + 1
        if not 0 <= to < len(order):
            return
        order[at], order[to] = order[to], order[at]
    for place, one in enumerate(order, start=1):
        one.place = place
    MeetingItem.objects.bulk_update(order, ["place"])
    audit.record(actor, "board.propose", "meeting", meeting.pk, f"arranged the agenda: {how}", cell=item.cell_id)


def fill(meeting: Meeting, actor: Any) -> int:
    """Fill the agenda up to ten with what waits longest where there is something to decide. Returns how many."""
    room = TEN - meeting.items.count()
    if room <= 0:
        return 0
    return add(meeting, waiting().exclude(items__meeting=meeting)[:room], actor)


def waiting() -> QuerySet[Cell]:
    """Undecided cells for everyone: those with a verdict first, the surest first, then the oldest change."""
    ranks = {"retain": 0, "stop": 0, "reinstate": 0, "adapt": 0, "keep learning": 1}
    sure = {"high": 0, "moderate": 1, "low": 2}
    rank = Case(*(When(verdict=v, then=r) for v, r in ranks.items()), default=2, output_field=IntegerField())
    certain = Case(*(When(certainty=c, then=r) for c, r in sure.items()), default=3, output_field=IntegerField())
    whole = Cell.objects.filter(dimension=EVERYONE, level=EVERYONE, setting=ALL_SETTINGS, chosen="")
    return whole.exclude(verdict="").order_by(rank, certain, "change_id", "-role", "id")


@transaction.atomic
def note(item: MeetingItem, actor: Any, words: str, minutes: int | None, *, read_at: int) -> MeetingItem:
    """Write for the minutes, and the time set aside. Raises StaleError."""
    held = MeetingItem.objects.select_for_update().get(pk=item.pk)
    if (held.note, held.minutes) == (words, minutes):
        return held
    if held.version != read_at:
        raise StaleError(held)
    held.note, held.minutes, held.version = words, minutes, held.version + 1
    held.save()
    audit.record(actor, "board.propose", "meeting", held.meeting_id, f"wrote for item {held.place}")
    return held


@transaction.atomic
def decide_item(
    item: MeetingItem,
    actor: Any,
    fields: Mapping[str, Any],
    *,
    seen: Sequence[Seen],
    batch: uuid.UUID,
    dissent: Iterable[tuple[str, str, str]] = (),
    final: bool = False,
) -> list[Decision]:
    """Decide at a meeting's item; the item keeps what was made final there. Raises what ``decide`` raises."""
    made = decide(actor, fields, seen=seen, batch=batch, dissent=dissent, final=final)
    own = next((decision for decision in made if decision.cell_id == item.cell_id), None)
    if final and own is not None:
        MeetingItem.objects.filter(pk=item.pk).update(decision=own)
    return made


def decided_by(meeting: Meeting) -> str:
    """Who decides, as a decision's page first offers it."""
    people = ", ".join(line.strip() for line in meeting.attendees.splitlines() if line.strip())
    return ": ".join(part for part in (meeting.group, people) if part)
