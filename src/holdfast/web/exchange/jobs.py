"""Arrivals in the background: claimed once, one at a time, begun again once, and all of one or nothing."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from holdfast.web.evidence import failing
from holdfast.web.evidence.recovery import ATTEMPTS, STALE, is_queued
from holdfast.web.exchange import arriving, keeping, signs
from holdfast.web.exchange.models import CANCELLED, LOOKED, Arrival
from holdfast.web.insight.jobs import SERVER, LostError, still_mine
from holdfast.web.insight.models_jobs import DONE, FAILED, INTERRUPTED, RUNNING, UNFINISHED, WAITING
from holdfast.web.people import audit
from holdfast.web.people.models import User

GONE: Final = "The file is no longer here. Send it again."
STOPPED: Final = "It was cancelled. Nothing was brought in, and the file was taken away."


def ask(held: Arrival) -> None:
    """Put an arrival that waits before the workers. Called in the transaction that made it wait."""
    from holdfast.web.exchange.tasks import carry_out_arrival

    carry_out_arrival.enqueue(held.pk)


def carry_out(pk: int) -> None:
    """Look at an archive or bring it in; one that does not wait is somebody else's, or has ended."""
    recover()
    held = _claim(pk)
    if held is None:
        return
    try:
        with signs.Signs(held) as said:
            last = partial(_found, held)
            arrived = arriving.bring(held.file, held.by or SERVER, for_real=held.for_real, tell=said.tell, last=last)
        if not held.for_real:
            _found(held, arrived)
    except LostError:
        return
    except signs.CancelledError:
        _end(held, CANCELLED, STOPPED)
    except arriving.ArrivalError as problem:
        _end(held, FAILED, str(problem) if held.file.exists() else GONE)
        keeping.drop(held)
    except Exception as problem:
        _end(held, FAILED, failing.in_words(problem, "It"))
    except BaseException:  # the worker was told to stop at once
        give_up(held)
        raise
    keeping.sweep()


@transaction.atomic
def _claim(pk: int) -> Arrival | None:
    """The arrival, if it waits and no other is under way: two at once would add the same rows."""
    unfinished = {one.pk: one for one in Arrival.objects.select_for_update().filter(state__in=UNFINISHED)}
    held = unfinished.get(pk)
    if held is None or any(one.state == RUNNING for one in unfinished.values()):
        return None
    now = timezone.now()
    held.state, held.started_at, held.beat_at, held.attempts = RUNNING, now, now, held.attempts + 1
    held.problem = ""
    held.save()
    return held


@transaction.atomic
def _found(held: Arrival, arrived: arriving.Arrived) -> None:
    """What it would do, or did: noted in the very transaction in which it was done."""
    mine = still_mine(held)
    mine.state, mine.ended_at = DONE if held.for_real else LOOKED, timezone.now()
    counted = {name: dict(getattr(arrived, name)) for name in ("added", "here", "out", "beside")}
    mine.told = counted | {"ours": list(arrived.ours)}
    mine.save()


@transaction.atomic
def _end(held: Arrival, state: str, why: str) -> None:
    """It stops here, unless it is somebody else's by now; where it waits again, a worker is asked."""
    mine = Arrival.objects.select_for_update().filter(pk=held.pk, state=RUNNING, attempts=held.attempts).first()
    if mine is None:
        return
    mine.state, mine.problem, mine.ended_at = state, why, None if state == WAITING else timezone.now()
    mine.save()
    if state == WAITING:
        ask(mine)
    who = User.objects.filter(pk=signs.stopper(held)).first() if state == CANCELLED else None
    audit.record(who or SERVER, "exchange.import", "arrival", held.pk, f"{state}: bringing a register in")


def give_up(held: Arrival) -> None:
    """Take an arrival from a worker that is gone: waiting for its second try, or ended after that."""
    if signs.stopper(held) is not None:
        _end(held, CANCELLED, STOPPED)
    elif held.attempts % ATTEMPTS:
        _end(held, WAITING, "It was interrupted once, and is waiting to be begun again. Nothing was brought in.")
    else:
        _end(held, INTERRUPTED, "It was interrupted twice. Nothing was brought in.")


@transaction.atomic
def go_on(actor: Any, pk: int) -> None:
    """Somebody says yes to what was looked at, or asks once more for what failed or was interrupted."""
    held = Arrival.objects.select_for_update().get(pk=pk)
    if held.state not in {LOOKED, FAILED, INTERRUPTED} or not held.file.exists():
        return
    held.for_real = held.for_real or held.state == LOOKED
    held.state, held.problem, held.ended_at, held.by = WAITING, "", None, audit.account(actor)
    held.attempts += -held.attempts % ATTEMPTS  # tries anew, and never a number that an earlier worker is known by
    held.save()
    ask(held)
    words = "asked for a register to be brought in" if held.for_real else "asked again what a register would do"
    audit.record(actor, "exchange.import", "arrival", pk, words)


def cancel(actor: Any, pk: int) -> None:
    """Nothing of it is to be brought in. While a worker is at it, it is the worker that stops and notes who asked."""
    if Arrival.objects.filter(pk=pk, state=RUNNING).exists():
        signs.stop(Arrival(pk=pk), actor.pk)
        return
    with transaction.atomic():
        held = Arrival.objects.select_for_update().get(pk=pk)
        if held.state == RUNNING:
            signs.stop(held, actor.pk)
        if held.state in {RUNNING, DONE, CANCELLED}:
            return
        held.state, held.problem, held.ended_at = CANCELLED, STOPPED, timezone.now()
        held.save()
        audit.record(actor, "exchange.import", "arrival", pk, "cancelled: bringing a register in")
    keeping.drop(held)


def recover() -> None:
    """See to arrivals without a sign of life, to those that wait though no task does, and to files left over."""
    from holdfast.web.exchange.tasks import carry_out_arrival

    before = timezone.now() - dt.timedelta(seconds=STALE)
    for held in Arrival.objects.filter(state=RUNNING, beat_at__lt=before):
        if signs.last_sign(held) < before.timestamp():
            give_up(held)
    for held in Arrival.objects.filter(state=WAITING, asked_at__lt=before):
        if not is_queued(carry_out_arrival, [held.pk]):
            ask(held)
    keeping.sweep()
