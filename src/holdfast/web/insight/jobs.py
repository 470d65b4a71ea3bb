"""Work in the background: claimed once, alive while it works, begun again once, and never waiting for ever."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from typing import Any, Final

from django.core.cache import cache
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from holdfast.web.evidence.recovery import ATTEMPTS, STALE, is_queued
from holdfast.web.evidence.working import one_thread
from holdfast.web.insight import failing
from holdfast.web.insight.models import Asking, Delivery, Job, Learning
from holdfast.web.insight.models_jobs import DONE, FAILED, INTERRUPTED, RUNNING, UNFINISHED, WAITING
from holdfast.web.people import audit

SERVER: Final = "the server"
EVERY: Final = 5.0
"""Seconds between signs of life."""
MODELS: Final[dict[str, type[Any]]] = {"delivery": Delivery, "learning": Learning, "asking": Asking}
KINDS: Final = {model: kind for kind, model in MODELS.items()}


class LostError(Exception):
    """The job is no longer this worker's."""


def ask(job: Job) -> None:
    """Put a job that waits before the workers. Called in the transaction that made it wait."""
    from holdfast.web.insight.tasks import carry_out_job

    carry_out_job.enqueue(KINDS[type(job)], job.pk)


def carry_out(kind: str, pk: int) -> None:
    """Do a job that waits; one that does not is somebody else's, or has ended."""
    recover()
    job = _claim(MODELS[kind], pk)
    if job is None:
        return
    try:
        with one_thread(), _Alive(job):
            _work_of(job)(job)
        _end(job, DONE, "")
    except LostError:
        return
    except Exception as problem:
        _end(job, FAILED, failing.in_words(problem))
    except BaseException:  # the worker was told to stop at once
        give_up(job)
        raise


def _work_of(job: Any) -> Callable[[Any], None]:
    from holdfast.web.insight import asking, comments_reading, learning, scraps_reading

    if isinstance(job, (Learning, Asking)):
        return learning.carry_out if isinstance(job, Learning) else asking.carry_out
    return scraps_reading.carry_out if job.kind == Delivery.SCRAPS else comments_reading.carry_out


@transaction.atomic
def _claim(model: type[Any], pk: int) -> Any:
    job = model.objects.select_for_update().filter(pk=pk, state=WAITING).first()
    if job is None:
        return None
    now = timezone.now()
    job.state, job.started_at, job.beat_at, job.attempts = RUNNING, now, now, job.attempts + 1
    job.problem = ""
    job.save()
    return job


def still_mine(job: Any) -> Any:
    """The job, locked, inside a transaction; LostError when it was given to another worker."""
    held = type(job).objects.select_for_update().filter(pk=job.pk, state=RUNNING, attempts=job.attempts).first()
    if held is None:
        raise LostError
    return held


def tell(job: Any, step: str, done: int, total: int) -> None:
    """Say what is being done."""
    mine = type(job).objects.filter(pk=job.pk, state=RUNNING, attempts=job.attempts)
    if not mine.update(step=step[:200], done=done, total=total, beat_at=timezone.now()):
        raise LostError


@transaction.atomic
def _end(job: Any, state: str, why: str) -> None:
    held = still_mine(job)
    held.state, held.problem, held.ended_at, held.step = state, why, timezone.now(), ""
    held.save(update_fields=["state", "problem", "ended_at", "step"])
    audit.record(SERVER, "insight.code", KINDS[type(job)], job.pk, f"{state}: {KINDS[type(job)]} {job.pk}")


@transaction.atomic
def give_up(job: Any) -> None:
    """Take a job from a worker that is gone: waiting for its second try, or interrupted after that."""
    held = type(job).objects.select_for_update().filter(pk=job.pk, state=RUNNING, attempts=job.attempts).first()
    if held is None:
        return
    again = held.attempts % ATTEMPTS > 0
    held.state = WAITING if again else INTERRUPTED
    held.problem = (
        "It was interrupted once, and is waiting to be begun again. What was kept so far stays."
        if again
        else "It was interrupted twice. What was kept so far stays. Ask for it again to go on."
    )
    held.ended_at = None if again else timezone.now()
    held.save()
    if again:
        ask(held)
    audit.record(SERVER, "insight.code", KINDS[type(job)], job.pk, f"{held.state} after an interruption")


@transaction.atomic
def again(job: Any, actor: Any) -> None:
    """Somebody asks for a job that failed or was interrupted once more; it goes on where it stopped."""
    held = type(job).objects.select_for_update().get(pk=job.pk)
    if held.state not in {FAILED, INTERRUPTED}:
        return
    held.state, held.problem, held.ended_at = WAITING, "", None
    held.attempts += -held.attempts % ATTEMPTS  # tries anew, and never a number that an earlier worker is known by
    held.save()
    ask(held)
    audit.record(actor, "insight.code", KINDS[type(job)], job.pk, "asked for again")


def recover() -> None:
    """See to jobs without a sign of life, and to those that wait though no task does."""
    from holdfast.web.insight.tasks import carry_out_job

    before = timezone.now() - dt.timedelta(seconds=STALE)
    for kind, model in MODELS.items():
        for job in model.objects.filter(state=RUNNING, beat_at__lt=before):
            give_up(job)
        for job in model.objects.filter(state=WAITING, asked_at__lt=before):
            if not is_queued(carry_out_job, [kind, job.pk]):
                ask(job)


def recover_now_and_then() -> None:
    """The same, at most every few seconds over all servers; pages about jobs call it."""
    busy = any(model.objects.filter(state__in=UNFINISHED).exists() for model in MODELS.values())
    if busy and cache.add("insight-recovery", 1, 10):
        recover()


class _Alive:
    """While inside, a thread says every few seconds that the job is alive."""

    def __init__(self, job: Any) -> None:
        self._mine = type(job).objects.filter(pk=job.pk, state=RUNNING, attempts=job.attempts)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"words-{job.pk}", daemon=True)

    def __enter__(self) -> _Alive:
        self._thread.start()
        return self

    def __exit__(self, *_problem: object) -> None:
        self._over.set()
        self._thread.join()

    def _beat(self) -> None:
        try:
            while not self._over.wait(EVERY):
                try:
                    self._mine.update(beat_at=timezone.now())
                except DatabaseError:  # locked for a moment: the next one may get through
                    connection.close()
        finally:
            connection.close()
