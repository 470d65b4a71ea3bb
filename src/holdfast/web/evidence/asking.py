"""Asking for a run, cancelling it, and asking again."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from holdfast.share import DEFAULT, profiles
from holdfast.web.evidence import checking, protocols
from holdfast.web.evidence.bringing import RefusedError
from holdfast.web.evidence.models import CANCELLED, UNFINISHED, WAITING, Dataset, Run
from holdfast.web.people import audit


def ask(actor: Any, dataset: Dataset, *, policy: str = "", rule: str = DEFAULT, reason: str = "") -> Run:
    """A run of every study of a dataset, in the background. While one is unfinished, asking again gives that one.

    Raises RefusedError when something must be done first.
    """
    with transaction.atomic():
        held = Dataset.objects.select_for_update().get(pk=dataset.pk)
        unfinished = held.runs.filter(state__in=UNFINISHED).first()
        if unfinished is not None:
            return unfinished
        _refuse_unready(held, rule, reason)
        wanted = policy or held.checked["policies"][0]
        run = _new(actor, held, {"name": wanted}, rule, reason)
        audit.record(actor, "evidence.run", "run", run.pk, f"asked for a run: {held.title}", dataset=held.pk)
    return run


def again(actor: Any, run: Run) -> Run:
    """The same run once more, after one that failed, was cancelled or was interrupted."""
    return ask(actor, run.dataset, policy=run.policy.get("name", ""), rule=run.rule or DEFAULT, reason=run.reason)


def _refuse_unready(dataset: Dataset, rule: str, reason: str) -> None:
    if not checking.is_sound(dataset):
        raise RefusedError(
            ["Check the tables first: they have changed since they were checked, or need putting right."]
        )
    open_ = [one.study.study for one in protocols.standings(dataset) if not one.fixed]
    if open_:
        raise RefusedError([f"Fix the protocol of {name} first." for name in open_])
    if rule not in profiles():
        raise RefusedError([f"There is no disclosure rule called {rule}. Choose one of {', '.join(profiles())}."])
    if profiles()[rule].needs_reason and not reason.strip():
        raise RefusedError(
            ["That disclosure rule hides nothing. Say why it may be used, for instance who published the counts."]
        )


def _new(actor: Any, dataset: Dataset, policy: dict[str, Any], rule: str, reason: str) -> Run:
    """The run and its task, both or neither."""
    from holdfast.web.evidence.tasks import carry_out_run

    by = audit.account(actor)
    run = Run.objects.create(dataset=dataset, by=by, policy=policy, rule=rule, reason=reason[:300], state=WAITING)
    carry_out_run.enqueue(run.pk)
    return run


@transaction.atomic
def cancel(actor: Any, run: Run) -> Run:
    """A waiting run is cancelled at once; a running one stops at its next step. A finished one stays as it is."""
    held = Run.objects.select_for_update().get(pk=run.pk)
    if held.finished or held.cancel_asked_at is not None:
        return held
    held.cancel_asked_at = timezone.now()
    if held.state == WAITING:
        held.state, held.ended_at = CANCELLED, held.cancel_asked_at
        held.problem = "It was cancelled before it began."
    held.save(update_fields=["cancel_asked_at", "state", "ended_at", "problem"])
    audit.record(actor, "evidence.run", "run", held.pk, f"asked to cancel a run: {held.dataset.title}")
    return held
