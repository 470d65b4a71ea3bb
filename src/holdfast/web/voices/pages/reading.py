"""Reading what people propose: a page of statements and words, and what is done with each."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Case, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from holdfast.web.people.access import may
from holdfast.web.register import merging
from holdfast.web.register.models import Change
from holdfast.web.voices import choosing, hearing, moderating
from holdfast.web.voices.forms import ProposeForm
from holdfast.web.voices.models import Preference, Statement
from holdfast.web.voices.pages.finding import change_of
from holdfast.web.words import refuse_unsafe

PAGE: Final = 20
DONE: Final = {
    "accept": "People are asked about it now.", "reject": "It is not shown.",
    "same": "It counts as the same statement now.", "accept-words": "The words are shown with the results.",
    "reject-words": "The words are not shown.",
}  # fmt: skip
WAITING_FIRST: Final = Case(When(moderated="waiting", then=Value(0)), default=Value(1))


@may("voices.moderate")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def moderate(request: HttpRequest) -> HttpResponse:
    """What waits to be read, and every statement of one change where it is named; what waits comes first."""
    said = request.POST if request.method == "POST" else request.GET
    change = change_of(said["change"]) if said.get("change") else None
    if request.method != "POST":
        return _shown(request, change)
    if request.POST.get("deed") == "add" and change is not None:
        return _added(request, change)
    return _judged(request, change)


def _shown(request: HttpRequest, change: Change | None, **more: Any) -> HttpResponse:
    family = merging.family(change) if change is not None else None
    rows = Statement.objects.select_related("change", "same_as").order_by(WAITING_FIRST, "moderated", "id")
    rows = rows.filter(moderated="waiting") if family is None else rows.filter(change__in=family)
    words = hearing.last_words(family).filter(moderated="waiting")
    page = Paginator(rows, PAGE).get_page(request.POST.get("page") or request.GET.get("page"))
    like = moderating.like([one for one in page if one.moderated != "rejected" and not one.same_as_id])
    said = {
        "change": change, "page": page, "like": like, "form": ProposeForm(), "fault": {}, "near": [],
        "words": list(words.select_related("change").order_by("id")[:PAGE]),
    }  # fmt: skip
    return render(request, "voices/moderate.jinja", {**said, **more}, status=422 if more else 200)


def _added(request: HttpRequest, change: Change) -> HttpResponse:
    """A statement by a moderator; where people are asked one like it, it is shown first and asked for once more."""
    form = ProposeForm(request.POST)
    if not form.is_valid():
        return _shown(request, change, form=form)
    text = form.cleaned_data["text"]
    others = choosing.accepted(merging.family(change))
    near = [other for other, _score in moderating.nearest(text, others)] if "sure" not in request.POST else []
    if near:
        return _shown(request, change, form=form, near=near)
    moderating.add(change, request.user, text)
    messages.success(request, DONE["accept"])
    return _back(request, change)


def _back(request: HttpRequest, change: Change | None) -> HttpResponse:
    """To the very page that somebody was on."""
    held = {"change": change.identifier if change else "", "page": request.POST.get("page", "")}
    query = urlencode({name: value for name, value in held.items() if value})
    return redirect(f"{request.path}?{query}" if query else request.path)


def _judged(request: HttpRequest, change: Change | None) -> HttpResponse:
    deed, typed = request.POST.get("deed", ""), request.POST.get("reason", "")
    try:
        reason = refuse_unsafe(typed, 300, called="The reason", lines=False)
        if deed in {"reject", "reject-words"} and not reason:
            raise ValidationError("Give a reason: whoever wrote it will read it.")
    except ValidationError as problem:
        why = " ".join(problem.messages)
        fault = {"deed": deed, "number": _number(request.POST.get("number", "")), "why": why, "typed": typed}
        return _shown(request, change, fault={**fault, "about": _about(fault)})
    try:
        _judge(request, deed, reason)
        messages.success(request, DONE[deed])
    except ValidationError as problem:
        messages.error(request, " ".join(problem.messages))
    except moderating.StaleError:
        messages.error(
            request, "Somebody else has dealt with that statement since you opened the page. Look at it again."
        )
    return _back(request, change)


def _about(fault: dict[str, Any]) -> str:
    """The beginning of what a fault is about."""
    if fault["deed"] == "reject-words":
        text = Preference.objects.filter(pk=fault["number"]).values_list("words", flat=True).first()
    else:
        text = Statement.objects.filter(pk=fault["number"]).values_list("text", flat=True).first()
    return (text or "")[:80]


def _number(text: str) -> int:
    """A row's number as it was sent, also as s12; nought where it is none."""
    text = text.strip().lower().removeprefix("s")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else 0


def _judge(request: HttpRequest, deed: str, reason: str) -> None:
    pk = _number(request.POST.get("number", ""))
    if deed in {"accept-words", "reject-words"}:
        moderating.judge_words(get_object_or_404(Preference, pk=pk), request.user, deed.split("-")[0], reason)
        return
    held = get_object_or_404(Statement, pk=pk)
    if deed not in {"accept", "reject", "same"}:
        raise ValidationError("Choose to accept it, to refuse it with a reason, or which statement it is the same as.")
    first = _first(held, request.POST.get("same", "")) if deed == "same" else None
    try:
        moderating.judge(held, request.user, deed, read_at=_number(request.POST.get("version", "")), reason=reason,
                         same_as=first)  # fmt: skip
    except ValueError as problem:
        raise ValidationError(str(problem)) from None


def _first(held: Statement, number: str) -> Statement:
    """The statement that another is the same as: one of the same conversation."""
    family = merging.family(merging.standing(held.change))
    first = Statement.objects.filter(pk=_number(number), change__in=family).first()
    if first is None:
        raise ValidationError(
            "Choose to accept it, to refuse it with a reason, or which statement it is the same as, by its number."
        )
    return first
