"""Carrying out a run: claimed once, alive while it works, and finished in one transaction or not at all."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from holdfast.share import DEFAULT
from holdfast.web.evidence import failing, folders, keeping, linking, protocols, recovery
from holdfast.web.evidence.beating import Beating, CancelledError, LostError
from holdfast.web.evidence.models import CANCELLED, DONE, FAILED, RUNNING, WAITING, Answer, Run
from holdfast.web.evidence.signals import run_finished
from holdfast.web.people import audit

SERVER = "the server"


def carry_out(pk: int) -> None:
    """Do everything a waiting run asks for. A run that is not waiting is somebody else's, or has ended."""
    run = _claim(pk)
    if run is None:
        return
    try:
        with one_thread(), Beating(run.pk, run.attempts) as beating:
            _work(run, beating)
    except LostError:
        return
    except CancelledError:
        _end(run, CANCELLED, "It was cancelled while it ran. Nothing of it was kept.")
    except Exception as problem:
        _end(run, FAILED, failing.in_words(problem, "The run"))
    except BaseException:  # the worker was told to stop at once
        recovery.give_up(run.pk, run.attempts, "the worker was told to stop")
        raise
    finally:
        shutil.rmtree(_fresh(run), ignore_errors=True)


@transaction.atomic
def _claim(pk: int) -> Run | None:
    run = Run.objects.select_for_update().filter(pk=pk, state=WAITING).first()
    if run is None:
        return None
    now = timezone.now()
    run.state, run.started_at, run.beat_at, run.attempts = RUNNING, now, now, run.attempts + 1
    run.step, run.done, run.total, run.problem = "reading the tables", 0, 0, ""
    run.save()
    return run


def one_thread() -> Any:
    """Linear algebra on one thread, so that a run leaves the other cores to the readers."""
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # it carries no types

    return threadpool_limits(limits=1)


def _work(run: Run, beating: Beating) -> None:
    from holdfast import learning
    from holdfast.web.evidence import configuring
    from holdfast.workspace import Workspace

    beating.tell("reading the tables", 0, 0)
    if not run.dataset.served:
        configuring.write(run.dataset)
    space = Workspace.open(run.dataset.path)
    judging = next((p for p in space.policies if p.name == run.policy.get("name")), space.policies[0])
    found = learning.learn(space, beating.tell, policy=judging.name)
    kept = keeping.keep(
        _fresh(run),
        space,
        found.findings,
        tell=beating.tell,
        rule=run.rule or DEFAULT,
        reason=run.reason,
        policy=judging,
        ledger=run.dataset.path / keeping.RELEASES,
        title=run.dataset.title,
        command=f"Holdfast in the browser, run {run.pk}",
    )
    beating.stop_if_asked()
    run.policy = judging.model_dump(mode="json")
    finish(run, kept, linking.Workspace.of(space))


def _whole_sentences(text: str, most: int) -> str:
    """The text, or as many of its first sentences as fit."""
    return text if len(text) <= most else text[: text.rfind(". ", 0, most) + 1] or text[:most]


def finish(run: Run, kept: keeping.Kept, known: linking.Workspace) -> None:
    """The results into their place, the run done, and everybody told: all of it or nothing."""
    with transaction.atomic():
        held = Run.objects.select_for_update().get(pk=run.pk)
        if held.state != RUNNING or held.attempts != run.attempts:
            raise LostError
        if held.cancel_asked_at is not None:
            raise CancelledError
        held.results = f"{folders.RESULTS}/{held.pk}"
        held.policy, held.disclosure = run.policy, _whole_sentences(kept.line, 400)
        held.protocols = protocols.as_rows(kept.findings.protocols)
        held.inputs_sha256 = kept.inputs_sha256
        held.state, held.ended_at, held.beat_at = DONE, timezone.now(), timezone.now()
        held.step, held.done = "", held.total
        held.save()
        write_answers(held, kept, known)
        audit.record(SERVER, "evidence.run", "run", held.pk, f"finished a run: {held.dataset.title}")
        run_finished.send(sender=Run, run=held, findings=kept.findings)
        into_place(kept.folder, held.where)


def write_answers(run: Run, kept: keeping.Kept, known: linking.Workspace) -> None:
    """A line for each study of each change; changes that the register does not hold are recorded first."""
    changes = linking.link(known, [line["change"] for line in kept.studies] + kept.judged)
    run.answers.all().delete()
    Answer.objects.bulk_create(
        Answer(run=run, change=changes[line["change"]], **{k: v for k, v in line.items() if k != "change"})
        for line in kept.studies
    )


def into_place(fresh: Path, target: Path) -> None:
    """Move results to where they are read. What an attempt that was killed left there makes way."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        shutil.rmtree(target)
    os.replace(fresh, target)


@transaction.atomic
def _end(run: Run, state: str, why: str) -> None:
    held = Run.objects.select_for_update().get(pk=run.pk)
    if held.state != RUNNING or held.attempts != run.attempts:
        return
    held.state, held.problem, held.ended_at = state, why, timezone.now()
    held.save(update_fields=["state", "problem", "ended_at"])
    audit.record(SERVER, "evidence.run", "run", held.pk, f"{state}: {held.dataset.title}")


def _fresh(run: Run) -> Path:
    return settings.HOME / folders.RESULTS / f".new-{run.pk}-{run.attempts}"
