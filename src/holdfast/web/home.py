"""The front page, and the pages every service owes its readers."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from holdfast.web.board.models import Cell, Decision
from holdfast.web.board.reviews import overdue_count
from holdfast.web.people.access import allowed, may
from holdfast.web.people.verbs import EVERYBODY
from holdfast.web.places import loop
from holdfast.web.register.listing import live

LATELY = 5


@may(EVERYBODY)
def home(request: HttpRequest) -> HttpResponse:
    """What is here, what waits for the reader, and what happened lately."""
    said: dict[str, Any] = {"waiting": _waiting(request), "loop_steps": loop()}
    if allowed(request.user, "register.read"):
        said |= {"changes": live().count(), "latest": live().order_by("-pk")[:LATELY]}
    if allowed(request.user, "board.read"):
        final = Decision.objects.filter(state=Decision.FINAL).select_related("cell__change")
        said |= {"decided": final.order_by("-final_at")[:LATELY], "decisions": final.count()}
    return render(request, "home.jinja", said)


def _waiting(request: HttpRequest) -> list[tuple[int, str, str, str]]:
    """What waits for this reader, if anything: how many, of what (one and many), and the address where it is done."""
    waits = []
    if allowed(request.user, "register.triage"):
        waits.append((live().filter(sorted_at=None).count(), "change to sort", "changes to sort", "register:triage"))
    if allowed(request.user, "board.propose"):
        open_ = Cell.objects.filter(latest__isnull=False, decided=None, dimension="everyone", setting="all settings")
        waits.append((open_.count(), "practice to decide on", "practices to decide on", "board:matrix"))
        waits.append((overdue_count(), "review that is due", "reviews that are due", "board:reviews"))
    return [line for line in waits if line[0]]


@may(EVERYBODY)
def healthy(_request: HttpRequest) -> HttpResponse:
    """For a load balancer: the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"healthy": True})


@may(EVERYBODY)
def accessibility(request: HttpRequest) -> HttpResponse:
    """What was tested, and how to say that something does not work."""
    return render(request, "accessibility.jinja")


@may(EVERYBODY)
def privacy(request: HttpRequest) -> HttpResponse:
    """What is kept about a reader."""
    return render(request, "privacy.jinja")


@may(EVERYBODY)
def help_page(request: HttpRequest) -> HttpResponse:
    """Where to get help."""
    return render(request, "help.jinja")
