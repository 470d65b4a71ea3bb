"""Runs and the tables they released."""

import dataclasses
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Path, Router

from holdfast.records import ROW_TYPES
from holdfast.web.api.doors import MOST, After, Limit, RefusedError, as_json, needs, once, page
from holdfast.web.evidence import asking, reading
from holdfast.web.evidence.bringing import RefusedError as NotReadyError
from holdfast.web.evidence.models import DONE, Dataset, Run

router = Router(tags=["Evidence"])
Key = Annotated[int, Path(ge=1, le=2**62)]


def run_shown(run: Run) -> dict[str, Any]:
    """A run: how it stands, and under which rule its numbers were released."""
    return {
        "id": run.pk,
        "dataset": run.dataset_id,
        "title": run.dataset.title,
        "state": run.state,
        "asked_at": run.asked_at,
        "ended_at": run.ended_at,
        "step": run.step,
        "done": run.done,
        "total": run.total,
        "problem": run.problem,
        "protocols": run.protocols,
        "policy": run.policy,
        "disclosure": run.disclosure,
        "inputs_sha256": run.inputs_sha256,
        "tables": sorted(ROW_TYPES) if run.state == DONE else [],
    }


@router.get("/datasets", summary="Workspaces that were brought here")
@needs("evidence.read")
def datasets(request: HttpRequest, after: After = None, limit: Limit = 100) -> HttpResponse:
    """Titles only: the tables themselves are not given out."""
    found = Dataset.objects.filter(withdrawn_at=None)
    return as_json(page(request, found, lambda d: {"id": d.pk, "title": d.title, "brought": d.made_at}, after, limit))


@router.get("/runs", summary="Evaluations")
@needs("evidence.read")
def runs(request: HttpRequest, after: After = None, limit: Limit = 100) -> HttpResponse:
    """Every run, whatever came of it."""
    return as_json(page(request, Run.objects.select_related("dataset"), run_shown, after, limit))


@router.get("/runs/{key}", summary="One evaluation")
@needs("evidence.read")
def run(request: HttpRequest, key: Key) -> HttpResponse:
    """How it stands: ask again while it is waiting or running."""
    return as_json(run_shown(_run(key)))


@router.post("/datasets/{key}/runs", summary="Ask for an evaluation", response={202: dict})
@needs("evidence.run")
@once
def ask(request: HttpRequest, key: Key) -> HttpResponse:
    """It runs in the background; while one is unfinished, asking again gives that one."""
    dataset = get_object_or_404(Dataset, pk=key, withdrawn_at=None)
    try:
        asked = asking.ask(request.auth.user, dataset)
    except NotReadyError as refused:
        raise RefusedError(409, "not_ready", " ".join(str(part) for part in refused.args[0])) from None
    answer = as_json(run_shown(asked))
    answer.status_code = 202
    return answer


@router.get("/runs/{key}/tables/{table}", summary="Rows of one table of results")
@needs("evidence.read")
def table(request: HttpRequest, key: Key, table: str, after: After = None, limit: Limit = MOST) -> HttpResponse:
    """Released rows, as their names and meanings stand in the data dictionary. ``after`` counts rows."""
    held = _run(key)
    if table not in ROW_TYPES:
        raise RefusedError(404, "not_found", f"There is no such table. Choose one of {', '.join(sorted(ROW_TYPES))}.")
    try:
        rows = getattr(reading.findings(held), table)
    except (reading.NoResultsError, OSError):
        raise RefusedError(409, "no_results", f"This run is {held.state} and has no results.") from None
    start = after or 0
    following = None
    if start + limit < len(rows):
        query = request.GET.copy()
        query["after"] = str(start + limit)
        following = request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
    items = [dataclasses.asdict(row) for row in rows[start : start + limit]]
    return as_json({"items": items, "next": following, "disclosure": held.disclosure})


def _run(key: int) -> Run:
    held: Run = get_object_or_404(Run.objects.select_related("dataset"), pk=key)
    return held
