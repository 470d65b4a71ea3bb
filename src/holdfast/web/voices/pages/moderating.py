"""Reading proposals and words, assumptions, the population's make-up, and signs of scripted voting."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
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
from holdfast.web.voices import hearing, moderating, typing_in
from holdfast.web.voices.forms import ProposeForm
from holdfast.web.voices.models import Assumption, Makeup, Preference, Statement
from holdfast.web.voices.pages.finding import change_of
from holdfast.web.words import ShortWords, refuse_unsafe

PAGE: Final = 20
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
def moderate(request: HttpRequest) -> HttpResponse:
    """What waits to be read, and every statement of one change where it is named."""
    if request.method == "POST":
        return _judged(request)
    change = change_of(request.GET["change"]) if request.GET.get("change") else None
    rows = Statement.objects.select_related("change", "same_as").order_by("moderated", "id")
    family = merging.family(change) if change is not None else None
    words = hearing.last_words(family).filter(moderated="waiting")
    rows = rows.filter(moderated="waiting") if family is None else rows.filter(change__in=family)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    like = moderating.like([one for one in page if one.moderated == "waiting"])
    said = {
        "change": change, "page": page, "like": like, "form": ProposeForm(),
        "words": list(words.select_related("change").order_by("id")[:PAGE]),
    }  # fmt: skip
    return render(request, "voices/moderate.jinja", said)


def _judged(request: HttpRequest) -> HttpResponse:
    deed, back = request.POST.get("deed", ""), request.POST.get("change", "")
    again = redirect(f"{request.path}?change={back}" if back else request.path)
    try:
        reason = refuse_unsafe(request.POST.get("reason", ""), 300, called="The reason", lines=False)
        if deed in {"reject", "reject-words"} and not reason:
            raise ValidationError("Give a reason: whoever wrote it will read it.")
        _judge(request, deed, reason)
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
    except moderating.StaleError:
        messages.error(
            request, "Somebody else has dealt with that statement since you opened the page. Look at it again."
        )
    return again


def _judge(request: HttpRequest, deed: str, reason: str) -> None:
    number = request.POST.get("number", "")
    pk = int(number) if number.isascii() and number.isdecimal() and len(number) < 16 else 0
    if deed == "add":
        text = refuse_unsafe(request.POST.get("text", ""), 200, called="The statement", lines=False)
        if not text:
            raise ValidationError("Write a statement.")
        moderating.add(change_of(request.POST.get("change", "")), request.user, text)
        return
    if deed in {"accept-words", "reject-words"}:
        moderating.judge_words(get_object_or_404(Preference, pk=pk), request.user, deed.split("-")[0], reason)
        return
    held = get_object_or_404(Statement, pk=pk)
    same = request.POST.get("same", "") if deed == "same" else ""
    family = merging.family(merging.standing(held.change))
    first = get_object_or_404(Statement, pk=int(same), change__in=family) if same.isdecimal() else None
    if deed not in {"accept", "reject", "same"} or (deed == "same" and first is None):
        raise ValidationError("Choose to accept it, to refuse it with a reason, or which statement it is the same as.")
    read_at = request.POST.get("version", "")
    try:
        moderating.judge(held, request.user, deed, read_at=int(read_at) if read_at.isdecimal() else 0, reason=reason,
                         same_as=first)  # fmt: skip
    except ValueError as problem:
        raise ValidationError(str(problem)) from None


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
    form = MakeupForm(request.POST if posted else None, request.FILES if posted else None)
    if posted and form.is_valid():
        try:
            rows = _makeup_rows(form.cleaned_data["file"])
        except typing_in.UnreadableError as problem:
            form.add_error("file", str(problem))
        else:
            moderating.make_up(request.user, rows, form.cleaned_data["source"])
            messages.success(request, "The make-up is kept. Results are weighted to it from now on.")
            return redirect("voices:makeup")
    said = {"form": form, "rows": list(Makeup.objects.order_by("role", "dimension", "id"))}
    return render(request, "voices/makeup.jinja", said, status=422 if form.errors else 200)


def _makeup_rows(file: Any) -> list[dict[str, Any]]:
    """Every row, or UnreadableError with the line that is wrong: half a make-up would weight wrongly."""
    if file.size > LARGEST:
        raise typing_in.UnreadableError("This file is larger than 2 MB. Send a file with fewer rows or columns.")
    found: dict[tuple[str, str, str], dict[str, Any]] = {}
    for line, row in enumerate(typing_in.rows_of(file.read()), 2):
        if row.get(typing_in.MORE, "").strip():
            raise typing_in.UnreadableError(f"Line {line}: {typing_in.MORE_WORDS}")
        try:
            role, dimension, level, version = (
                refuse_unsafe(row.get(name, ""), 120 if name != "version" else 40, called=f"The {name}", lines=False)
                for name in ("role", "dimension", "level", "version")
            )
            people = float(row.get("people", "").replace(",", ""))
        except (ValidationError, ValueError):
            raise typing_in.UnreadableError(f"Line {line}: give dimension, level and a number of people.") from None
        if not dimension or not level or not 0 <= people < 1e12 or len(role) > 60:
            raise typing_in.UnreadableError(f"Line {line}: give dimension, level and a number of people, 0 or more.")
        if (role, dimension, level) in found:
            raise typing_in.UnreadableError(f"Line {line}: {dimension} {level} stands twice. Give each level once.")
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
