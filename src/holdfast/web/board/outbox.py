"""Telling people what was decided and done: messages are written with the deed, and sent once, afterwards."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Sequence
from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import Q, QuerySet
from django.utils import timezone

from holdfast.share.words import shortened
from holdfast.web.board import hooks, letters, tasks
from holdfast.web.board.models import Action, Decision, Message

log = logging.getLogger(__name__)
LEASE: Final = dt.timedelta(minutes=10)
"""How long a sender may hold a message before another takes it over (it was killed in between)."""
ATTEMPTS: Final = 12
"""After these, about two days of trying, a message is left for a person to look at."""


def tell_decided(made: Sequence[Decision]) -> int:
    """One message a follower for decisions made together. Call it inside their transaction. Returns how many."""
    return _write(made[0], f"decided:{made[0].batch or made[0].pk}", letters.decided(made))


def remind(decision: Decision, people: Sequence[hooks.Follower]) -> int:
    """One message each that the review of a decision is due."""
    return _put(decision, f"review:{decision.pk}:{decision.review_on}", letters.review(decision), people)


def tell_done(action: Action) -> int:
    """One message a follower when an action is done."""
    return _write(action.decision, f"done:{action.pk}", letters.done(action))


def send_waiting(now: dt.datetime | None = None, most: int = 1_000) -> tuple[int, int]:
    """Send what is due. Returns how many went and how many failed; failures are kept and tried again, later each time.

    Nothing is sent while the database is locked: a message is claimed, sent, then marked. A sender that is killed
    between the last two leaves one message that another sends again after ten minutes.
    """
    now = now or timezone.now()
    sent = failed = 0
    for pk in _due(now).values_list("pk", flat=True)[:most]:
        if not _due(now).filter(pk=pk).update(claimed_at=now):
            continue
        if _send(Message.objects.get(pk=pk), now):
            sent += 1
        else:
            failed += 1
    return sent, failed


def _due(now: dt.datetime) -> QuerySet[Message]:
    free = Q(claimed_at=None) | Q(claimed_at__lt=now - LEASE)
    due = Q(next_try_at=None) | Q(next_try_at__lte=now)
    return Message.objects.filter(free, due, sent_at=None, attempts__lt=ATTEMPTS)


def _send(message: Message, now: dt.datetime) -> bool:
    mail = EmailMessage(message.subject, message.body, settings.DEFAULT_FROM_EMAIL, [message.address])
    mail.extra_headers["Message-ID"] = f"<holdfast-{message.pk}-{message.made_at:%Y%m%d%H%M%S}@holdfast>"
    try:
        mail.send()
    except Exception as problem:
        attempts = message.attempts + 1
        wait = dt.timedelta(minutes=min(2**attempts, 12 * 60))
        log.warning("message %s was not sent (attempt %s): %s", message.pk, attempts, type(problem).__name__)
        Message.objects.filter(pk=message.pk).update(
            attempts=attempts,
            claimed_at=None,
            next_try_at=now + wait,
            problem=f"{type(problem).__name__}: {problem}"[:400],
        )
        return False
    Message.objects.filter(pk=message.pk).update(
        sent_at=timezone.now(), attempts=message.attempts + 1, claimed_at=None, problem=""
    )
    return True


def next_try(now: dt.datetime | None = None) -> dt.datetime | None:
    """When the next failed message may be tried again; None when none is waiting."""
    waiting = Message.objects.filter(sent_at=None, attempts__lt=ATTEMPTS, next_try_at__gt=now or timezone.now())
    return waiting.order_by("next_try_at").values_list("next_try_at", flat=True).first()


def _write(decision: Decision, about: str, letter: tuple[str, str]) -> int:
    return _put(decision, about, letter, hooks.followers(decision.cell.change))


def _put(decision: Decision, about: str, letter: tuple[str, str], told: Sequence[hooks.Follower]) -> int:
    subject, body = letter
    rows = [
        Message(
            key=f"{about}:{one.address.lower()}"[:400], decision=decision, address=one.address,
            subject=shortened(subject, 200), body=letters.addressed(body, one),
        )
        for one in told
    ]  # fmt: skip
    known = set(Message.objects.filter(key__in=[row.key for row in rows]).values_list("key", flat=True))
    new = [row for row in rows if row.key not in known]
    Message.objects.bulk_create(new, ignore_conflicts=True)
    if new:
        tasks.send_messages.enqueue()  # a row of the same transaction, so that it is there exactly when the words are
    return len(new)
