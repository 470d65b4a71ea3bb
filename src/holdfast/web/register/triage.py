"""The queue of an improvement lead: what is new, and the small decisions that take a record off it."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from holdfast.web.people import audit
from holdfast.web.people.models import Role, User
from holdfast.web.register.merging import VERB, RefusedError, locked
from holdfast.web.register.models import LIVE, Change
from holdfast.web.register.models_sorting import Question
from holdfast.web.register.saving import ConflictError, amend
from holdfast.web.register.triage_alike import apart, with_alike

FILTERS = {
    "": "All",
    "mine": "Mine",
    "unassigned": "Nobody’s",
    "alike": "Possible duplicates",
    "asked": "Waiting for an answer",
    "answered": "Answered",
}
"""What the queue can be narrowed to, in the order of the page."""
COUNTED = 1_000
"""The most that is counted of a part of the queue; more is shown as 1,000+."""


def _asked() -> QuerySet[Question]:
    return Question.objects.filter(answered_at=None, closed_at=None)


def _answered() -> QuerySet[Question]:
    return Question.objects.filter(read_at=None, closed_at=None).exclude(answered_at=None)


def _about(questions: QuerySet[Question]) -> Q:
    """Records that a question is about, also by way of a record merged into them, or into one merged into them."""
    ways = ("change", "change__merged_into", "change__merged_into__merged_into")
    return reduce(or_, (Q(pk__in=questions.filter(**{f"{way}__isnull": False}).values(way)) for way in ways))


def queue(person: Any, narrowed: str = "") -> QuerySet[Change]:
    """What waits to be sorted, oldest first; a sorted record is back while an answer about it has not been read."""
    waiting = Change.objects.filter(LIVE)
    if narrowed == "answered":
        return waiting.filter(_about(_answered())).order_by("id")
    waiting = waiting.filter(sorted_at=None)
    if narrowed == "mine":
        waiting = waiting.filter(owner=person)
    elif narrowed == "unassigned":
        waiting = waiting.filter(owner=None)
    elif narrowed == "alike":
        waiting = with_alike(waiting)
    elif narrowed == "asked":
        waiting = waiting.filter(_about(_asked()))
    return waiting.order_by("id")


def after(change: Change, person: Any, narrowed: str = "") -> Change | None:
    """The next record of the queue: the one after this, else the first."""
    waiting = queue(person, narrowed).exclude(pk=change.pk)
    return waiting.filter(pk__gt=change.pk).first() or waiting.first()


def sorters() -> QuerySet[User]:
    """The people to whom a record can be given: those who may sort, or amend."""
    roles = [role.pk for role in Role.objects.all() if {VERB, "register.amend"} & set(role.verbs)]
    return User.objects.filter(roles__in=roles, is_active=True).distinct().order_by("name", "email")


@transaction.atomic
def keep(change: Change, actor: Any) -> Change:
    """Sorted as it is: it leaves the queue, and what was likened to it is known to be something else."""
    held = _held(change)
    if held.sorted_at is None:
        held.sorted_at = timezone.now()
        Change.objects.filter(pk=held.pk).update(sorted_at=held.sorted_at)
        apart(held, actor)
        audit.record(actor, VERB, "change", held.identifier, f"sorted, kept as it is: {held.title}")
    return held


@transaction.atomic
def unsort(change: Change, actor: Any) -> Change:
    """Back on the queue."""
    held = _held(change)
    if held.sorted_at is not None:
        held.sorted_at = None
        Change.objects.filter(pk=held.pk).update(sorted_at=None)
        audit.record(actor, VERB, "change", held.identifier, f"put back on the queue: {held.title}")
    return held


@transaction.atomic
def assign(change: Change, actor: Any, owner: User | None, *, was: int | None) -> Change:
    """Give a record to somebody, or to nobody. Raises ConflictError when it has changed hands since it was read."""
    held = _held(change)
    wanted = owner.pk if owner else None
    if held.owner_id == wanted:
        return held
    if held.owner_id != was:
        raise ConflictError(held)
    Change.objects.filter(pk=held.pk).update(owner=owner)
    held.owner = owner
    audit.record(actor, VERB, "change", held.identifier, f"given to {owner.email if owner else 'nobody'}")
    return held


@transaction.atomic
def withdraw(change: Change, actor: Any, why: str, *, read_at: int) -> Change:
    """Take a record out of the register for a reason. Its page and versions stay, and it can be put back."""
    held = locked([change.pk])[change.pk]
    if held.withdrawn_at:
        return held
    if held.merged_into_id is not None:
        raise ConflictError(held)
    if not why.strip():
        raise RefusedError("Say why the record is withdrawn.")
    held = amend(held, actor, {}, read_at=read_at, why=f"withdrawn: {why}", verb=VERB)
    held.withdrawn_at = timezone.now()
    Change.objects.filter(pk=held.pk).update(withdrawn_at=held.withdrawn_at)
    return held


@transaction.atomic
def put_back(change: Change, actor: Any, *, read_at: int) -> Change:
    """Put a withdrawn record back, as it stood."""
    held = locked([change.pk])[change.pk]
    if held.withdrawn_at is None:
        return held
    held = amend(held, actor, {}, read_at=read_at, why="put back", verb=VERB)
    Change.objects.filter(pk=held.pk).update(withdrawn_at=None)
    held.withdrawn_at = None
    return held


def counts(person: Any) -> dict[str, str]:
    """How many wait under each of the queue's filters, in words."""
    return {name: counted(queue(person, name)) for name in FILTERS}


def counted(rows: QuerySet[Change]) -> str:
    """A count in words that takes no longer for a very long queue."""
    count = rows.order_by()[: COUNTED + 1].count()
    return f"{COUNTED:,}+" if count > COUNTED else f"{count:,}"


def _held(change: Change) -> Change:
    held = locked([change.pk])[change.pk]
    if held.merged_into_id is not None or held.withdrawn_at is not None:
        raise ConflictError(held)
    return held
