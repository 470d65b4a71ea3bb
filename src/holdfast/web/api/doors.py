"""What every route shares: who calls, the one error envelope, ETags, idempotency keys and paging."""

from __future__ import annotations

import hashlib
import json
import logging
import secrets
from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any, Final

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI, Query
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.security import HttpBearer

from holdfast.web.api import tokens
from holdfast.web.api.models import Answered
from holdfast.web.people.verbs import VERBS

log = logging.getLogger("holdfast.web.api")
MOST: Final = 500
"""The most items that one page of a list holds."""
After = Annotated[int | None, Query(ge=0, le=2**62, description="The last id of the page before.")]
Limit = Annotated[int, Query(ge=1, le=MOST)]


class RefusedError(Exception):
    """A request that cannot be met: a status, a code for programs, a sentence for people, and where it went wrong."""

    def __init__(self, status: int, code: str, message: str, details: list[dict[str, str]] | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.details = status, code, message, details or []


class TokenOrNobody(HttpBearer):
    """``Authorization: Bearer hf_…``, or none: then the caller may do what anybody may. Cookies are not looked at."""

    def __call__(self, request: HttpRequest) -> Any:
        """The caller; ``None`` (401) when a token was sent that does not work."""
        sent = request.headers.get("Authorization")
        if sent is None:
            return tokens.caller(None)
        scheme, _, text = sent.partition(" ")
        return tokens.caller(text.strip()) if scheme.lower() == "bearer" else None

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        """Not used: see ``__call__``."""
        return tokens.caller(token)


def needs(verb: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The route is for callers who hold the verb."""
    assert verb in VERBS, verb

    def dress(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def guarded(request: HttpRequest, *words: Any, **named: Any) -> Any:
            caller = request.auth
            if verb in caller.verbs:
                return view(request, *words, **named)
            status = 403 if caller.user.is_authenticated else 401
            raise RefusedError(status, "not_allowed", f"This needs a token whose holder and scopes may {VERBS[verb]}.")

        guarded.verb = verb  # type: ignore[attr-defined]
        return guarded

    return dress


def envelope(status: int, code: str, message: str, details: list[dict[str, str]] | None = None) -> HttpResponse:
    """The one shape of an error. ``reference`` is what to quote when asking for help; it stands in the log."""
    said = {"code": code, "message": message, "details": details or [], "reference": secrets.token_hex(6)}
    answer = HttpResponse(json.dumps({"error": said}), status=status, content_type="application/json")
    if status == 401:
        answer["WWW-Authenticate"] = "Bearer"
    if status >= 500:
        log.error("reference %s", said["reference"])
    return answer


def hang(api: NinjaAPI) -> None:
    """Give the interface its error handlers."""

    def handle(kind: type[Exception], answer: Callable[[HttpRequest, Any], HttpResponse]) -> None:
        api.exception_handler(kind)(answer)

    handle(RefusedError, lambda _r, e: envelope(e.status, e.code, e.message, e.details))
    handle(AuthenticationError, lambda _r, _e: envelope(401, "bad_token", "The token is wrong, old or revoked."))
    handle(Http404, lambda _r, _e: envelope(404, "not_found", "There is nothing at this address."))
    handle(HttpError, lambda _r, e: envelope(e.status_code, "refused", str(e)))
    handle(ValidationError, lambda _r, e: envelope(422, "invalid", "Some values are not right.", _details(e)))
    handle(Exception, _fault)


def _details(problem: ValidationError) -> list[dict[str, str]]:
    """Where and what; never the value, which may be anything."""
    return [
        {"where": ".".join(str(part) for part in error.get("loc", ())), "message": str(error.get("msg", ""))}
        for error in problem.errors
    ]


def _fault(request: HttpRequest, problem: Exception) -> HttpResponse:
    log.exception("a fault of ours at %s %s", request.method, request.path, exc_info=problem)
    return envelope(500, "fault", "This is a fault of ours. Nothing was saved by this request.")


def as_json(body: Any) -> HttpResponse:
    """An answer; what JSON has no kind for becomes text."""
    return HttpResponse(json.dumps(body, default=str, ensure_ascii=False), content_type="application/json")


def tagged(request: HttpRequest, version: object, body: Any) -> HttpResponse:
    """A record with its ETag; 304 when the caller has this version."""
    tag = etag(version)
    answer = HttpResponse(status=304) if tag in request.headers.get("If-None-Match", "") else as_json(body)
    answer["ETag"] = tag
    return answer


def etag(version: object) -> str:
    """The tag of a version."""
    return f'"{version}"'


def version_sent(request: HttpRequest) -> int:
    """The version that the caller read, from ``If-Match``. RefusedError (428) when it is not said."""
    sent = request.headers.get("If-Match", "").strip().strip('"')
    if not sent.isdigit() or len(sent) > 9:
        raise RefusedError(428, "if_match_needed", 'Send the record\'s ETag as If-Match, for instance If-Match: "3".')
    return int(sent)


def once(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """With an ``Idempotency-Key`` the write happens once: the same request again gets the first answer."""

    @wraps(view)
    def kept(request: HttpRequest, *words: Any, **named: Any) -> HttpResponse:
        key = request.headers.get("Idempotency-Key", "")
        if not key:
            return view(request, *words, **named)
        if len(key) > 200 or not key.isprintable():
            raise RefusedError(400, "bad_key", "An Idempotency-Key is at most 200 printable characters.")
        asked = hashlib.sha256(f"{request.method} {request.path}\n".encode() + request.body).hexdigest()
        caller = request.auth.name
        if (again := Answered.objects.filter(caller=caller, key=key).first()) is not None:
            return _again(again, asked)
        try:
            with transaction.atomic():
                answer = view(request, *words, **named)
                Answered.objects.create(
                    caller=caller, key=key, asked_sha256=asked, status=answer.status_code,
                    headers={n: answer[n] for n in ("ETag", "Location") if n in answer}, body=answer.content.decode(),
                )  # fmt: skip
        except IntegrityError:
            return _again(Answered.objects.get(caller=caller, key=key), asked)
        return answer

    return kept


def _again(held: Answered, asked: str) -> HttpResponse:
    if held.asked_sha256 != asked:
        raise RefusedError(422, "key_reused", "This Idempotency-Key was used for another request. Use a new one.")
    answer = HttpResponse(held.body, status=held.status, content_type="application/json")
    for name, value in held.headers.items():
        answer[name] = value
    answer["Idempotent-Replay"] = "true"
    return answer


def page(
    request: HttpRequest, rows: QuerySet[Any], show: Callable[[Any], Any], after: int | None, limit: int
) -> dict[str, Any]:
    """One page of a list in the order of ids, with the address of the next one, or ``null`` at the end."""
    rows = rows.order_by("pk")
    if after is not None:
        rows = rows.filter(pk__gt=after)
    found = list(rows[: limit + 1])
    following = None
    if len(found) > limit:
        found = found[:limit]
        query = request.GET.copy()
        query["after"] = str(found[-1].pk)
        following = request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
    return {"items": [show(row) for row in found], "next": following}
