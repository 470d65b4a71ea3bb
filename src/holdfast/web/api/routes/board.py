"""Cells, recommendations and decisions."""

import uuid
from typing import Annotated, Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Query, Router

from holdfast.web.api.doors import After, Limit, RefusedError, as_json, etag, needs, once, page, tagged
from holdfast.web.api.shapes import NewDecision
from holdfast.web.board import deciding
from holdfast.web.board.models import Cell, Decision, Recommendation

router = Router(tags=["Decisions"])
Word = Annotated[str, Query(max_length=200)]


def cell_shown(cell: Cell) -> dict[str, Any]:
    """A cell with what is recommended and what was decided: two different records."""
    return {
        "id": cell.pk,
        "change": cell.change.identifier,
        "practice": cell.practice,
        "role": cell.role,
        "dimension": cell.dimension,
        "level": cell.level,
        "setting": cell.setting,
        "recommendation": recommendation_shown(cell.latest) if cell.latest else None,
        "decision": decision_shown(cell.decided) if cell.decided else None,
    }


def recommendation_shown(one: Recommendation) -> dict[str, Any]:
    """What the machine said."""
    return {
        "id": one.pk,
        "run": one.run_id,
        "verdict": one.verdict,
        "certainty": one.certainty,
        "at": one.made_at,
        "row": one.row,
    }


def decision_shown(one: Decision) -> dict[str, Any]:
    """What people decided."""
    return {
        "id": one.pk,
        "cell": one.cell_id,
        "state": one.state,
        "verdict": one.verdict,
        "reasons": one.reasons,
        "decided_by": one.decided_by,
        "conditions": one.conditions,
        "review_on": one.review_on,
        "recommendation": one.recommendation_id,
        "departs_because": one.departs_because,
        "supersedes": one.supersedes_id,
        "final_at": one.final_at,
        "dissent": [{"name": d.name, "role": d.role, "words": d.words} for d in one.dissents.all()],
    }


@router.get("/cells", summary="Cells: practice, population and setting")
@needs("board.read")
def cells(
    request: HttpRequest,
    change: Word = "",
    verdict: Annotated[str, Query(max_length=40, description="What is recommended.")] = "",
    dimension: Word = "",
    level: Word = "",
    setting: Word = "",
    after: After = None,
    limit: Limit = 100,
) -> HttpResponse:
    """Each with the latest recommendation and the decision that stands."""
    wanted = {
        "change__identifier": change,
        "latest__verdict": verdict,
        "dimension": dimension,
        "level": level,
        "setting": setting,
    }
    asked = {name: value.replace("\x00", "") for name, value in wanted.items() if value}
    return as_json(page(request, _cells().filter(**asked), cell_shown, after, limit))


@router.get("/cells/{int:key}", summary="One cell")
@needs("board.read")
def cell(request: HttpRequest, key: int) -> HttpResponse:
    """One cell. Its ETag says how it stands: send it back as If-Match to decide."""
    held = _cell(key)
    return tagged(request, _seen(held), cell_shown(held))


@router.get("/cells/{int:key}/recommendations", summary="What was recommended for a cell, run by run")
@needs("board.read")
def recommendations(request: HttpRequest, key: int, after: After = None, limit: Limit = 100) -> HttpResponse:
    """Oldest first."""
    return as_json(page(request, _cell(key).recommendations.all(), recommendation_shown, after, limit))


@router.get("/decisions", summary="Final decisions")
@needs("board.read")
def decisions(request: HttpRequest, change: Word = "", after: After = None, limit: Limit = 100) -> HttpResponse:
    """Those that were superseded are here too: a later one names the one it supersedes."""
    found = Decision.objects.filter(state=Decision.FINAL).prefetch_related("dissents")
    if change:
        found = found.filter(cell__change__identifier=change.replace("\x00", ""))
    return as_json(page(request, found, decision_shown, after, limit))


@router.post("/cells/{int:key}/decisions", summary="Draft a decision, or make it final", response={201: dict})
@needs("board.propose")
@once
def decide(request: HttpRequest, key: int, body: NewDecision) -> HttpResponse:
    """Send the cell's ETag as If-Match. 412 when somebody decided, or evidence came, in between; 409 when not ready."""
    held = _cell(key)
    sent = request.headers.get("If-Match", "").strip()
    if not sent:
        raise RefusedError(428, "if_match_needed", "Send the cell's ETag as If-Match: nobody's decision is lost then.")
    if sent != etag(_seen(held)):
        raise RefusedError(412, "moved_on", "The cell has changed since you read it. Read it again, then decide.")
    fields = body.model_dump(include=set(deciding.FIELDS))
    dissent = [(one.name, one.role, one.words) for one in body.dissent]
    try:
        made = deciding.decide(
            request.auth.user, fields, seen=[deciding.Seen.read(_seen(held))],
            batch=body.batch or uuid.uuid4(), dissent=dissent, final=body.final and _may_finish(request),
        )[0]  # fmt: skip
    except deciding.ConflictError as clash:
        raise RefusedError(412, "moved_on", str(clash)) from None
    except deciding.NotReadyError as waits:
        details = [{"where": f"body.{name}" if name else "body", "message": words} for name, words in waits.problems]
        raise RefusedError(409, "not_ready", "It cannot be made final yet.", details) from None
    except ValueError as problem:
        raise RefusedError(422, "invalid", str(problem)) from None
    except PermissionDenied:
        raise RefusedError(403, "not_allowed", "The token's holder may not do this.") from None
    answer = tagged(request, made.version, decision_shown(made))
    answer.status_code = 201
    return answer


def _may_finish(request: HttpRequest) -> bool:
    if "board.decide" not in request.auth.verbs:
        raise RefusedError(403, "not_allowed", "A final decision needs a token with the scope board.decide.")
    return True


def _cells() -> Any:
    return Cell.objects.select_related("change", "latest", "decided").prefetch_related("decided__dissents")


def _cell(key: int) -> Cell:
    if key > 2**62:
        raise RefusedError(404, "not_found", "There is no such cell.")
    held: Cell = get_object_or_404(_cells(), pk=key)
    return held


def _seen(cell: Cell) -> str:
    return str(deciding.Seen.of(cell, deciding.drafts_of([cell]).get(cell.pk)))
