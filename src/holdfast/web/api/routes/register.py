"""Changes and vocabularies."""

import datetime as dt
from typing import Annotated, Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Query, Router

from holdfast.web.api.doors import After, Limit, RefusedError, as_json, needs, once, page, tagged, version_sent
from holdfast.web.api.shapes import AmendedChange, ChangeFields, NewChange
from holdfast.web.register import saving, search, spelling
from holdfast.web.register.listing import live
from holdfast.web.register.models import Change, Term, Vocabulary

router = Router(tags=["Register"])


def shown(change: Change) -> dict[str, Any]:
    """A change as the interface shows it."""
    return {
        "id": change.pk,
        "identifier": change.identifier,
        "version": change.version,
        **saving.record_of(change),
        "merged_into": change.merged_into.identifier if change.merged_into else None,
        "recorded": change.created_at,
        "saved": change.updated_at,
    }


def _with_parts(found: QuerySet[Change]) -> QuerySet[Change]:
    return found.select_related("merged_into").prefetch_related("terms__vocabulary", "practices")


@router.get("/changes", summary="Changes, all or those asked for")
@needs("register.read")
def changes(
    request: HttpRequest,
    q: Annotated[str, Query(max_length=500, description="Words to search for.")] = "",
    status: Annotated[str, Query(max_length=40)] = "",
    term: Annotated[str, Query(max_length=200, description="A term as vocabulary:code.")] = "",
    saved_since: dt.datetime | None = None,
    after: After = None,
    limit: Limit = 100,
) -> HttpResponse:
    """In the order of their ids, a page at a time: follow ``next`` until it is null."""
    found = search.holding(live(), spelling.read(q.replace("\x00", " ")))
    if status:
        found = found.filter(status=status)
    if term:
        vocabulary, _, code = term.replace("\x00", "").partition(":")
        found = found.filter(terms__vocabulary__code=vocabulary, terms__code=code).distinct()
    if saved_since:
        found = found.filter(updated_at__gte=_in_utc(saved_since))
    return as_json(page(request, _with_parts(found), shown, after, limit))


@router.post("/changes", summary="Record a change", response={201: dict})
@needs("register.capture")
@once
def record(request: HttpRequest, body: NewChange) -> HttpResponse:
    """Record a change; its identifier is given by the register. Needs a token, so that it is known who wrote it."""
    caller = request.auth
    if not caller.user.is_authenticated:
        raise RefusedError(401, "token_needed", "Send a token with the scope register.capture.")
    told = _told(body)
    made = saving.create(
        caller.user,
        told,
        terms=_terms(body) or [],
        displaced=body.displaced or [],
        why="recorded through the interface",
    )
    answer = tagged(request, made.version, shown(made))
    answer.status_code = 201
    answer["Location"] = request.build_absolute_uri(f"changes/{made.identifier}")
    return answer


@router.get("/changes/{identifier}", summary="One change")
@needs("register.read")
def change(request: HttpRequest, identifier: str) -> HttpResponse:
    """One change, with its ETag. One that was merged says into which."""
    held = _held(identifier)
    return tagged(request, held.version, shown(held))


@router.patch("/changes/{identifier}", summary="Amend a change")
@needs("register.amend")
@once
def amend(request: HttpRequest, identifier: str, body: AmendedChange) -> HttpResponse:
    """Save some fields as the next version. Send the ETag that you read as If-Match; 412 when it has moved on."""
    held, read_at = _held(identifier), version_sent(request)
    if held.merged_into_id:
        raise RefusedError(409, "merged", f"This change was merged into {shown(held)['merged_into']}. Amend that one.")
    try:
        saved = saving.amend(
            held, request.auth.user, _told(body), read_at=read_at,
            terms=_terms(body), displaced=body.displaced, why=body.why or "amended through the interface",
        )  # fmt: skip
    except saving.ConflictError as clash:
        words = f"Somebody saved this change after version {read_at}: it is at version {clash.current.version}."
        raise RefusedError(412, "moved_on", words + " Read it again, then amend it.") from None
    return tagged(request, saved.version, shown(_held(saved.identifier)))


@router.get("/changes/{identifier}/versions", summary="Every version of a change")
@needs("register.read")
def versions(request: HttpRequest, identifier: str, after: After = None, limit: Limit = 100) -> HttpResponse:
    """Oldest first, each whole, with who saved it and why."""

    def show(row: Any) -> dict[str, Any]:
        return {"version": row.version, "at": row.at, "by": row.by, "why": row.why, "record": row.record}

    return as_json(page(request, _held(identifier).versions.all(), show, after, limit))


@router.get("/vocabularies", summary="The controlled lists")
@needs("register.read")
def vocabularies(request: HttpRequest) -> HttpResponse:
    """Each list with its version, source and terms; retired terms are marked."""
    found = Vocabulary.objects.prefetch_related("terms__parent")
    return as_json({"items": [_list(one) for one in found], "next": None})


def _list(one: Vocabulary) -> dict[str, Any]:
    terms = [_term(term) for term in one.terms.all()]
    return {"code": one.code, "name": one.name, "version": one.version, "source": one.source, "terms": terms}


def _term(term: Term) -> dict[str, Any]:
    above = term.parent.code if term.parent else None
    said = {"code": term.code, "label": term.label, "meaning": term.meaning}
    return {**said, "parent": above, "retired": term.retired}


def _held(identifier: str) -> Change:
    found: Change = get_object_or_404(
        _with_parts(Change.objects.filter(withdrawn_at=None)), identifier=identifier.replace("\x00", "")
    )
    return found


def _told(body: ChangeFields) -> dict[str, Any]:
    """The fields that were sent, with an empty text where null was."""
    sent = body.model_dump(exclude_unset=True)
    numbers = {"planned_months", "actual_months", "started_on", "cost"}
    told = {name: value if value is not None or name in numbers else "" for name, value in sent.items()}
    if told.get("title") == "" or told.get("status") == "":
        raise RefusedError(422, "invalid", "A title and a status cannot be taken away, only replaced.")
    return {name: value for name, value in told.items() if name in saving.FIELDS}


def _terms(body: ChangeFields) -> list[Term] | None:
    if body.terms is None:
        return None
    found = saving.terms_named(body.terms)
    known = {f"{term.vocabulary.code}:{term.code}" for term in found}
    if unknown := sorted(set(body.terms) - known):
        details = [{"where": "body.terms", "message": "No list has this term; see /vocabularies."} for _ in unknown]
        raise RefusedError(422, "invalid", f"{len(unknown)} of the terms are not known.", details)
    return found


def _in_utc(when: dt.datetime) -> dt.datetime:
    """The moment in universal time, which every database takes; the ends of the calendar have none."""
    try:
        return when.astimezone(dt.UTC) if when.tzinfo else when.replace(tzinfo=dt.UTC)
    except OverflowError:
        raise RefusedError(422, "invalid", "saved_since is not a moment that any calendar here reaches.") from None
