"""Assumptions, the population's make-up, and signs of scripted voting."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from holdfast.involve.suspicion import suspicious
from holdfast.web.forms import PlainForm
from holdfast.web.people.access import may
from holdfast.web.register import merging
from holdfast.web.voices import files, hearing, moderating, typing_in
from holdfast.web.voices.models import Assumption, Makeup
from holdfast.web.voices.pages.finding import change_of
from holdfast.web.words import ShortWords, refuse_unsafe

LARGEST: Final = 2 * 1024 * 1024
"""The largest file of a make-up, in bytes."""
CROWD: Final = 5
"""People who joined from one network address, from which on it is pointed out."""


class AssumptionForm(PlainForm):
    """What must be believed."""

    text = ShortWords(
        label="What must people believe for this change to last?",
        help_text="One belief, as a sentence that people can agree or disagree with.",
        most=300,
        error_messages={"required": "Write what must be believed"},
    )


class MakeupForm(PlainForm):
    """A table of the population's make-up."""

    source = ShortWords(
        label="Where the figures come from", most=300, error_messages={"required": "Say where the figures come from"}
    )
    file = forms.FileField(
        label="A CSV file",
        help_text="Columns: dimension, level, people, and if you like version and role. "
        "The dimensions of the questions about people are matched by name, such as age or internet.",
        error_messages={"required": "Choose a CSV file"},
    )


@may("voices.moderate")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def assumptions(request: HttpRequest, identifier: str) -> HttpResponse:
    """What a change rests on: each is asked of people as a statement."""
    change = change_of(identifier)
    number = request.POST.get("retire", "")
    if number.isdecimal() and len(number) < 16:
        moderating.retire(get_object_or_404(Assumption, pk=int(number), change=change), request.user)
        messages.success(request, "People are no longer asked about it.")
        return redirect("voices:assumptions", identifier=change.identifier)
    form = AssumptionForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        moderating.assume(change, request.user, form.cleaned_data["text"])
        messages.success(request, "It is written down, and people are asked if they share it.")
        return redirect("voices:assumptions", identifier=change.identifier)
    held = list(Assumption.objects.filter(change=change).select_related("by"))
    said = {"change": change, "form": form, "held": held}
    return render(request, "voices/assumptions.jinja", said, status=422 if form.errors else 200)


@may("voices.moderate")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def makeup(request: HttpRequest) -> HttpResponse:
    """The population's make-up, and a file that replaces it."""
    posted = request.method == "POST"
    if posted and "remove" in request.POST:
        moderating.remove_make_up(request.user, request.POST.get("role", ""), request.POST["remove"])
        messages.success(request, "That make-up is removed. Results no longer go by it.")
        return redirect("voices:makeup")
    form = MakeupForm(request.POST if posted else None, request.FILES if posted else None)
    if posted and form.is_valid():
        try:
            rows = _makeup_rows(form.cleaned_data["file"])
        except files.UnreadableError as problem:
            form.add_error("file", str(problem))
        else:
            moderating.make_up(request.user, rows, form.cleaned_data["source"])
            messages.success(request, "The make-up is kept. Results are weighted to it from now on.")
            if lost := moderating.unasked(row["dimension"] for row in rows):
                messages.warning(request, f"Nobody is asked about {', '.join(sorted(lost))}. See below.")
            return redirect("voices:makeup")
    held = list(Makeup.objects.order_by("role", "dimension", "id"))
    kinds = list(dict.fromkeys((row.role, row.dimension) for row in held))
    said = {"form": form, "rows": held, "kinds": kinds, "unasked": moderating.unasked(row.dimension for row in held)}
    return render(request, "voices/makeup.jinja", said, status=422 if form.errors else 200)


def _makeup_rows(file: Any) -> list[dict[str, Any]]:
    """Every row, or UnreadableError with the line that is wrong: half a make-up would weight wrongly."""
    if file.size > LARGEST:
        raise files.UnreadableError("This file is larger than 2 MB. Send a file with fewer rows or columns.")
    found: dict[tuple[str, str, str], dict[str, Any]] = {}
    for line, row in enumerate(files.rows_of(file.read()), 2):
        if row.get(files.MORE, "").strip():
            raise files.UnreadableError(f"Line {line}: {typing_in.MORE_WORDS}")
        try:
            role, dimension, level, version = (
                refuse_unsafe(row.get(name, ""), 120 if name != "version" else 40, called=f"The {name}", lines=False)
                for name in ("role", "dimension", "level", "version")
            )
            people = float(row.get("people", "").replace(",", ""))
        except (ValidationError, ValueError):
            raise files.UnreadableError(f"Line {line}: give dimension, level and a number of people.") from None
        if not dimension or not level or not 0 <= people < 1e12 or len(role) > 60:
            raise files.UnreadableError(f"Line {line}: give dimension, level and a number of people, 0 or more.")
        if (role, dimension, level) in found:
            raise files.UnreadableError(f"Line {line}: {dimension} {level} stands twice. Give each level once.")
        found[role, dimension, level] = {
            "role": role,
            "dimension": dimension,
            "level": level,
            "version": version,
            "people": people,
        }
    return list(found.values())


@may("voices.moderate")
@require_safe
def watch(request: HttpRequest, identifier: str) -> HttpResponse:
    """What looks like scripted or repeated voting, for a person to look at. Nothing is dropped for it."""
    change = change_of(identifier)
    changes = merging.family(change)
    zone = timezone.get_current_timezone()
    signs = [(one, dt.datetime.fromtimestamp(one.start, zone)) for one in suspicious(hearing.hear(changes))]
    crowds = (
        hearing.people_of(changes).filter(batch=None).exclude(source="")
        .values("source").annotate(n=Count("id")).filter(n__gte=CROWD).order_by("-n")[:50]
    )  # fmt: skip
    said = {"change": change, "signs": signs, "crowds": [(c["source"][:8], c["n"]) for c in crowds], "crowd": CROWD}
    return render(request, "voices/watch.jinja", said)
