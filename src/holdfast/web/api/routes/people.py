"""Who is calling, and who did what."""

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from holdfast.web.api.doors import After, Limit, as_json, needs, page
from holdfast.web.people.models import AuditEvent

router = Router(tags=["People"])


@router.get("/me", summary="Who is calling and what they may do")
@needs("register.read")
def me(request: HttpRequest) -> HttpResponse:
    """The verbs are those of the token's scopes that its holder also holds, and what anybody may do."""
    caller = request.auth
    known = caller.user.is_authenticated
    return as_json({"account": caller.user.email if known else None, "verbs": sorted(caller.verbs)})


@router.get("/audit", summary="Who did what")
@needs("audit.read")
def audit_log(
    request: HttpRequest,
    verb: Annotated[str, Query(max_length=60)] = "",
    subject: Annotated[str, Query(max_length=120)] = "",
    after: After = None,
    limit: Limit = 100,
) -> HttpResponse:
    """Oldest first."""
    asked = {name: said.replace("\x00", "") for name, said in (("verb", verb), ("subject", subject)) if said}
    return as_json(page(request, AuditEvent.objects.filter(**asked), _event, after, limit))


def _event(event: AuditEvent) -> dict[str, Any]:
    names = ("id", "at", "actor", "verb", "kind", "subject", "summary", "detail")
    return {name: getattr(event, name) for name in names}
