"""The register: search and filters."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from holdfast.web.people.access import may
from holdfast.web.people.models import User
from holdfast.web.register import following, listing
from holdfast.web.register.models import STATUSES
from holdfast.web.register.tables import SavedView


@may("register.read")
@require_safe
def changes(request: HttpRequest) -> HttpResponse:
    """A page of the changes asked for."""
    lists = listing.vocabularies()
    wanted = listing.asked_for(request.GET, lists)
    through = listing.filtered(wanted, lists, request.user)
    page = listing.page_of(through, wanted, _number(request.GET.get("page", "")))
    return render(request, "register/list.jinja", {**_said(request, wanted, lists), "page": page,
        "became": following.outcomes_of(page.changes)})  # fmt: skip


def words_for(wanted: listing.Wanted, lists: Any) -> list[str]:
    """The filters in words."""
    return [f"{kind}: {label}" for kind, label, _key, _value in chips(wanted, lists)]


def chips(wanted: listing.Wanted, lists: Any) -> list[tuple[str, str, str, str]]:
    """Each filter that is set: its kind, what it is set to, and the key and value that would take it away."""
    labels = {f"{one.code}:{term.code}": (one.name, term.label) for one in lists for term in one.terms.all()}
    found = [("Search", wanted.text, "q", wanted.text)] if wanted.text else []
    found += [("Status", status.capitalize(), "status", status) for status in wanted.statuses]
    found += [(*labels[term], "term", term) for term in wanted.terms]
    if wanted.organisation:
        found.append(("Organisation", wanted.organisation, "organisation", wanted.organisation))
    if wanted.owner:
        found.append(("Looked after by", listing.OWNERS.get(wanted.owner, "one person"), "owner", wanted.owner))
    for key, name, when in (("from", "Recorded from", wanted.since), ("to", "Recorded to", wanted.until)):
        if when:
            found.append((name, f"{when.day} {when:%B %Y}", key, f"{when:%d/%m/%Y}"))
    return found


def _said(request: HttpRequest, wanted: listing.Wanted, lists: Any) -> dict[str, Any]:
    query = request.GET.copy()
    query.pop("page", None)
    signed_in = request.user.is_authenticated
    return {
        "wanted": wanted,
        "lists": lists,
        "chips": [(kind, label, _without(request, key, value)) for kind, label, key, value in chips(wanted, lists)],
        "statuses": STATUSES,
        "sorts": {code: listing.SORTS[code][0] for code in listing.SORTS if code != "closest" or wanted.reading.words},
        "owners": _owners() if signed_in else {},
        "views": list(SavedView.objects.filter(by=request.user)) if signed_in else [],
        "query": query.urlencode(),
        "site": request.build_absolute_uri("/")[:-1],
        "wide": True,
    }


def _owners() -> dict[str, str]:
    people = User.objects.filter(looks_after__isnull=False).distinct().order_by("name", "email")[:200]
    return {**listing.OWNERS, **{str(one.pk): str(one) for one in people}}


def _without(request: HttpRequest, key: str, value: str) -> str:
    """This page's query without one filter."""
    query = request.GET.copy()
    left = [held for held in query.getlist(key) if held != value] if key in {"status", "term"} else []
    query.setlist(key, left)
    query.pop("page", None)
    return f"?{query.urlencode()}"


def _number(said: str) -> int:
    return int(said) if said.isascii() and said.isdigit() and len(said) < 9 else 1
