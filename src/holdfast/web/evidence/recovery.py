"""Runs whose worker died: picked up once more, then marked interrupted with the reason. Nothing waits for ever."""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any, Final

from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from holdfast.web.evidence import folders
from holdfast.web.evidence.models import CANCELLED, INTERRUPTED, RUNNING, UNFINISHED, WAITING, Run, Worker
from holdfast.web.people import audit

log = logging.getLogger("holdfast.evidence")
STALE: Final = 30
"""Seconds without a sign of life after which a run's worker is taken for dead."""
ATTEMPTS: Final = 2
"""How many times a run is begun at most."""
EVERY: Final = 10
"""Seconds between looks where a page asks for one."""
_DAY: Final = dt.timedelta(days=1)


def recover() -> list[int]:
    """Give runs without a sign of life another try, or end them. Called when a worker or a server starts, and often.

    Returns the numbers of the runs that were seen to.
    """
    from holdfast.web.evidence.tasks import carry_out_run

    before = timezone.now() - dt.timedelta(seconds=STALE)
    seen = []
    for pk, attempts in Run.objects.filter(state=RUNNING, beat_at__lt=before).values_list("pk", "attempts"):
        if give_up(pk, attempts, "its worker stopped without a word"):
            seen.append(pk)
    for run in Run.objects.filter(state=WAITING, asked_at__lt=before):
        if not is_queued(carry_out_run, [run.pk]):
            _enqueue(run.pk)
            seen.append(run.pk)
    Worker.objects.filter(beat_at__lt=timezone.now() - _DAY).delete()
    if seen:
        log.warning("runs without a sign of life were seen to: %s", seen)
    return seen


def recover_now_and_then() -> None:
    """The same, at most every few seconds over all servers; pages about runs call it."""
    if Run.objects.filter(state__in=UNFINISHED).exists() and cache.add("evidence-recovery", 1, EVERY):
        recover()


@transaction.atomic
def give_up(pk: int, attempt: int, why: str) -> bool:
    """Take a run from a worker that is gone: waiting again for its second try, or interrupted after that."""
    run = Run.objects.select_for_update().filter(pk=pk, state=RUNNING, attempts=attempt).first()
    if run is None:
        return False
    again = run.attempts < ATTEMPTS and run.cancel_asked_at is None
    run.state = WAITING if again else CANCELLED if run.cancel_asked_at else INTERRUPTED
    run.step, run.done = "", 0
    if again:
        run.problem = f"It was interrupted once: {why}. It is waiting to be begun again."
    else:
        run.ended_at = timezone.now()
        tried = "both times" if run.attempts > 1 else "then"
        run.problem = (
            f"It was interrupted: {why} {tried}. The tables and the protocols are as they were. Ask for it again."
        )
    run.save()
    if again:
        _enqueue(pk)
    audit.record("the server", "evidence.run", "run", pk, f"{run.state} after an interruption: {why}"[:400])
    return True


def is_queued(task: Any, words: list[Any]) -> bool:
    """Whether the task with these words waits for a worker, or has only now been taken by one."""
    from django_tasks import TaskResultStatus
    from django_tasks_db.models import DBTaskResult

    lately = timezone.now() - dt.timedelta(seconds=STALE)
    mine = DBTaskResult.objects.filter(task_path=task.module_path)
    waiting = [*mine.filter(status=TaskResultStatus.READY)]
    waiting += mine.filter(status=TaskResultStatus.RUNNING, started_at__gt=lately)
    return any(one.args_kwargs.get("args") == words for one in waiting)


def _enqueue(pk: int) -> None:
    from holdfast.web.evidence.tasks import carry_out_run

    carry_out_run.enqueue(pk)


def tidy() -> int:
    """Half-done folders of uploads and runs that were killed; how many went."""
    return folders.sweep()
