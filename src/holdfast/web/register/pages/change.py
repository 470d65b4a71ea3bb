"""One change, one page, the whole loop; and following it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils.text import slugify
from django.views.decorators.http import require_POST, require_safe
from markupsafe import Markup

from holdfast.web.people.access import may
from holdfast.web.people.limits import too_often
from holdfast.web.register import following, loop
from holdfast.web.register.merging import standing
from holdfast.web.register.models import Change


def named(identifier: str) -> Change:
    """A change with all that its page shows, or page not found."""
    found = (
        Change.objects.filter(identifier=identifier)
        .select_related("merged_into", "split_from", "owner", "author")
        .prefetch_related("practices", "terms__vocabulary")
        .first()
    )
    if found is None:
        raise Http404("No change has this number.")
    return found


@may("register.read")
@require_safe
def change(request: HttpRequest, identifier: str) -> HttpResponse:
    """Record, evidence, voices, decisions, watch, spread: each step, and what is missing from it."""
    found = named(identifier)
    if found.merged_into is not None:
        kept = standing(found)
        messages.info(request, f"{found.identifier} was joined with this change, {kept.identifier}. Nothing was lost.")
        return redirect("register:change", identifier=kept.identifier)
    said = {
        "change": found, "steps": [_drawn(request, found, step, part) for step, part in loop.parts(request, found)],
        "last": found.versions.first(), "absorbed": list(found.absorbed.all()), "parts_of": list(found.parts.all()),
        "links": _links(found), "wide": True,
    }  # fmt: skip
    return render(request, "register/change.jinja", said)


@may("register.read")
@require_POST
def watch(request: HttpRequest, identifier: str) -> HttpResponse:
    """Follow a change: a private link, for anybody."""
    if not request.user.is_authenticated and too_often(request, "follow", 60, 600):
        messages.error(request, "Many people on your network have asked for a link. Wait ten minutes, then try again.")
        return redirect("register:change", identifier=identifier)
    held = following.follow(standing(named(identifier)), request.user)
    return redirect("register:follow", token=held.token)


def _drawn(request: HttpRequest, found: Change, step: loop.Step, part: loop.Part) -> dict[str, Any]:
    """A step as the page shows it. Its template sees what it was given by name, and whole as ``said``."""
    body = render_to_string(part.template, {**part.said, "said": part.said, "change": found, "step": step}, request)
    return {"name": step.name, "anchor": slugify(step.name), "body": Markup(body), "missing": part.missing}


def _links(found: Change) -> list[tuple[str, str, str]]:
    """What else can be done with a change: its verb, words and address, for the rooms and pages that are there."""
    offered = [
        ("register.amend", "Amend this record", "register:amend"),
        ("register.amend", "Change its status", "register:status"),
        ("register.read", "See earlier versions", "register:versions"),
    ]
    made = []
    for verb, words, name in offered:
        try:
            made.append((verb, words, reverse(name, kwargs={"identifier": found.identifier})))
        except NoReverseMatch:
            continue
    return made
