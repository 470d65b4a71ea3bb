"""Review dates: which decisions are due to be looked at again, and telling the people who look after them."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from holdfast.web.board import hooks, outbox
from holdfast.web.board.models import Cell, Decision
from holdfast.web.people import audit
from holdfast.web.people.models import User

SOON = dt.timedelta(days=60)


def overdue(today: dt.date | None = None) -> QuerySet[Cell]:
    """Cells whose review date has come, the oldest first."""
    return Cell.objects.filter(review_on__lte=today or timezone.localdate()).order_by("review_on", "id")


def coming(today: dt.date | None = None) -> QuerySet[Cell]:
    """Cells whose review date is within the next two months."""
    today = today or timezone.localdate()
    return Cell.objects.filter(review_on__gt=today, review_on__lte=today + SOON).order_by("review_on", "id")


def overdue_count(today: dt.date | None = None) -> int:
    """How many reviews are due, for the front page."""
    return overdue(today).count()


@transaction.atomic
def send_reminders(today: dt.date | None = None) -> int:
    """Write one message to whoever made the decision or looks after the change, for each due review, once.

    Returns how many messages were written; the sending is ``outbox.send_waiting``.
    """
    due = Decision.objects.filter(pk__in=overdue(today).values("decided_id"), cell__decided=F("pk"))
    written = 0
    for decision in due.select_related("cell__change__owner", "by").iterator(chunk_size=500):
        written += outbox.remind(decision, _reminded(decision))
    if written:
        audit.record("the server", "board.propose", "review", "due", f"wrote {written} reminders of reviews")
    return written


def _reminded(decision: Decision) -> list[hooks.Follower]:
    people: list[User | None] = [decision.by, decision.cell.change.owner]
    known = {p.email.lower(): hooks.Follower(p.email, p.name) for p in people if p is not None and p.is_active}
    return list(known.values())
