"""The front page, and the pages every service owes its readers."""

from __future__ import annotations

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from holdfast.web.people.access import may
from holdfast.web.people.verbs import EVERYBODY
from holdfast.web.register.models import Change


@may(EVERYBODY)
def home(request: HttpRequest) -> HttpResponse:
    """The loop, and how many changes stand at each step."""
    return render(request, "home.jinja", {"changes": Change.objects.filter(merged_into=None).count()})


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
