"""A run's page while it runs and when it has ended: progress, cancel, again."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from holdfast.web.evidence import asking, presence, reading, recovery
from holdfast.web.evidence.bringing import RefusedError
from holdfast.web.evidence.models import DONE, RUNNING, WAITING, Run
from holdfast.web.evidence.pages import shared
from holdfast.web.people.access import may


def run_of(pk: int) -> Run:
    """A run with its dataset."""
    return get_object_or_404(Run.objects.select_related("dataset", "by"), pk=pk)


@may("evidence.read")
@require_safe
def run(request: HttpRequest, pk: int) -> HttpResponse:
    """What a run found; before that, how far it is; and why, when it did not end well."""
    recovery.recover_now_and_then()
    held = run_of(pk)
    said: dict[str, Any] = {"run": held, "words": words(held), "dataset": held.dataset, "told": None}
    if held.state in (WAITING, RUNNING):
        said["workers"] = presence.present()
    if held.state == DONE:
        try:
            said |= {"told": reading.contents(held), "downloads": reading.downloads(held), "MEANING": reading.MEANING}
        except reading.NoResultsError:
            said["gone"] = True
        said["answers"] = list(held.answers.select_related("change"))
    return render(request, "evidence/run.jinja", said)


def words(held: Run) -> str:
    """How a run stands, in a sentence."""
    if held.state == WAITING:
        return (
            "It is waiting to begin." if not held.attempts else "It was interrupted, and is waiting to be begun again."
        )
    if held.state == RUNNING:
        cancelling = " It is being cancelled, and stops at its next step." if held.cancel_asked_at else ""
        far = f" {held.done} of {held.total} studies are done." if held.total else ""
        step = held.step or "reading the tables"
        return f"It is {step}.{far}{cancelling}"
    return {DONE: "It is done."}.get(held.state, f"It {'was ' if held.state != 'failed' else ''}{held.state}.")


@may("evidence.read")
@require_safe
def state(_request: HttpRequest, pk: int) -> JsonResponse:
    """How far a run is, for the page that waits."""
    recovery.recover_now_and_then()
    held = run_of(pk)
    return JsonResponse(
        {"state": held.state, "words": words(held), "done": held.done, "total": held.total, "finished": held.finished}
    )


@may("evidence.run")
@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for a run to be cancelled."""
    asking.cancel(request.user, run_of(pk))
    return redirect("evidence:run", pk)


@may("evidence.run")
@require_POST
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for the same run once more."""
    try:
        fresh = asking.again(request.user, run_of(pk))
    except RefusedError as refused:
        return shared.refusing(request, refused)
    return redirect("evidence:run", fresh.pk)
