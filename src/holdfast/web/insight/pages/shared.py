"""What several pages do alike."""

from __future__ import annotations

import secrets
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST, require_safe

from holdfast.web.insight import jobs
from holdfast.web.insight.models_jobs import COLUMNS, DONE, RUNNING, WAITING
from holdfast.web.people.access import may

GET_OR_POST = ("GET", "HEAD", "POST")
FEW_CODINGS = 10
"""Comments coded with a theme below which no sentence says how good the suggestions are: 1 of 1 is 100 % too."""


def deed() -> str:
    """A name for one form, so that sending it twice counts once."""
    return secrets.token_urlsafe(16)


def words(job: Any) -> str:
    """How a job stands, in a sentence."""
    if job.state == COLUMNS:
        return "It waits for somebody to say what its columns hold."
    if job.state == WAITING:
        return "It was interrupted, and waits to be begun again." if job.problem else "It is waiting to begin."
    if job.state == RUNNING:
        far = f" {job.done:,} of {job.total:,} are done." if job.total else f" Row {job.done:,}." if job.done else ""
        return f"It is {job.step or 'beginning'}.{far}"
    return {DONE: "It is done."}.get(job.state, f"It {'was ' if job.state == 'interrupted' else ''}{job.state}.")


@may("insight.read")
@require_safe
def state(_request: HttpRequest, kind: str, pk: int) -> JsonResponse:
    """How far a job is, for the page that waits."""
    jobs.recover_now_and_then()
    job = get_object_or_404(jobs.MODELS[kind], pk=pk)
    return JsonResponse(
        {"state": job.state, "words": words(job), "done": job.done, "total": job.total, "finished": job.finished}
    )


@may("insight.code")
@require_POST
def again(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Ask for a job that failed once more."""
    job = get_object_or_404(jobs.MODELS[kind], pk=pk)
    jobs.again(job, request.user)
    if kind == "delivery":
        return redirect("insight:delivery", pk)
    return redirect("insight:themes", job.vocabulary.code)
