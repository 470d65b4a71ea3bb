"""Datasets and runs in lists, and the page of one dataset."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from holdfast.web.evidence import bringing, checking, configuring, presence, protocols, recovery
from holdfast.web.evidence.models import DONE, UNFINISHED, Answer, Dataset, Run
from holdfast.web.evidence.pages import shared
from holdfast.web.people.access import allowed, may

A_PAGE = 20


@may("evidence.read")
@require_safe
def evidence(request: HttpRequest) -> HttpResponse:
    """What has been learned, and the tables it was learned from."""
    recovery.recover_now_and_then()
    latest = Run.objects.order_by("-pk").annotate(answered=Count("answers"))
    held = (
        Dataset.objects.filter(withdrawn_at=None)
        .select_related("by")
        .prefetch_related(Prefetch("runs", latest[:400], "lately"))
    )
    page = Paginator(held, A_PAGE).get_page(request.GET.get("page"))
    answers = Answer.objects.filter(run__state=DONE).select_related("change", "run__dataset")[:A_PAGE]
    return render(request, "evidence/list.jinja", {"page": page, "answers": answers, "wide": True})


@may("evidence.read")
@require_safe
def dataset(request: HttpRequest, pk: int) -> HttpResponse:
    """One dataset: the way from its tables to a run for whoever may go it, and its runs for everybody."""
    recovery.recover_now_and_then()
    held = shared.dataset_of(pk)
    runs = list(held.runs.select_related("by").annotate(answered=Count("answers"))[:50])
    said: dict[str, Any] = {"runs": runs, "DONE": DONE, "steps": []}
    if allowed(request.user, "evidence.run"):
        said |= {"steps": steps(held, runs), "workers": presence.present(), "tampered": protocols.tampered(held)}
    return shared.show(request, "dataset", held, **said)


def steps(held: Dataset, runs: list[Run]) -> list[dict[str, Any]]:
    """Each step from tables to results: its name, where it is done, a word for how it stands, and a sentence."""
    sound = checking.is_sound(held)
    standing = protocols.standings(held)
    open_ = [one for one in standing if not one.fixed]
    out: list[dict[str, Any]] = []
    if not held.served:
        files = held.mapping["files"]
        used = [one for one in files if configuring.role_of(held.mapping["config"], one["name"])]
        out.append(_step("Say what the tables hold", "evidence:mapping", held, "done" if used else "to do",
                         f"{len(used)} of {len(files)} files are used"))  # fmt: skip
    found = held.checked.get("problems", [])
    current = checking.is_current(held)
    word = (
        "done" if sound else "to do" if not current else "waiting" if held.checked["state"] == "waiting" else "problems"
    )
    said = (
        f"{len(found)} things to put right" if current and found else "" if current else "not checked as they are now"
    )
    out.append(_step("Check the tables, and see what can be answered", "evidence:check", held, word, said))
    word = "not yet" if not sound else "to do" if open_ else "done"
    said = f"{len(standing) - len(open_)} of {len(standing)} are fixed" if sound else ""
    out.append(_step("Fix the protocols", "evidence:protocols", held, word, said, sound))
    busy = any(run.state in UNFINISHED for run in runs)
    ready = sound and bool(standing) and not open_
    word = "running" if busy else "ready" if ready else "not yet"
    out.append(_step("Run the evaluation", "evidence:ask", held, word, "", ready or busy))
    return out


def _step(name: str, view: str, held: Dataset, word: str, said: str, reachable: bool = True) -> dict[str, Any]:
    return {"name": name, "view": view, "pk": held.pk, "word": word, "said": said, "reachable": reachable}


@may("evidence.run")
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a dataset out of the lists."""
    bringing.withdraw(request.user, shared.dataset_of(pk))
    return redirect("evidence:list")
