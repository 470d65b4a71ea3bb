"""Passages that may tell of changes, one at a time: accept, put to a change that is there, or set aside."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from holdfast.web.forms import PlainForm
from holdfast.web.insight import alike, settling
from holdfast.web.insight.forms import AcceptForm, AsideForm, SupportForm
from holdfast.web.insight.models import Scrap
from holdfast.web.insight.pages.shared import GET_OR_POST
from holdfast.web.people.access import allowed, may

TITLE = 90


@may("insight.read")
@require_safe
def scraps(request: HttpRequest) -> HttpResponse:
    """Every passage in a state, the likeliest first."""
    state = request.GET.get("state", Scrap.WAITING)
    state = state if state in Scrap.STATES else Scrap.WAITING
    found = Scrap.objects.filter(state=state).select_related("file__delivery", "change").order_by("-score", "id")
    page = Paginator(found, 20).get_page(request.GET.get("page"))
    return render(request, "insight/scraps.jinja", {"page": page, "state": state, "states": Scrap.STATES})


@may("insight.read")
@require_safe
def scrap(request: HttpRequest, pk: int) -> HttpResponse:
    """One passage with its source, the changes most like it and why, and what may be done."""
    return _show(request, _scrap(pk))


@may("insight.code")
@require_http_methods(GET_OR_POST)
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Record it as a change."""
    held = _scrap(pk)
    form = AcceptForm(request.POST) if request.method == "POST" else AcceptForm(initial=_first(held))
    if not form.is_valid():
        said = {"scrap": held, "form": form}
        return render(request, "insight/accept.jinja", said, status=422 if form.errors else 200)
    told = dict(form.cleaned_data)
    displaced = told.pop("displaced")
    try:
        change = settling.accept(held, request.user, told, displaced)
    except settling.SettledError as there:
        return _settled(request, there, form)
    messages.success(request, f"Recorded as {change.identifier}.")
    return _on(held)


@may("insight.code")
@require_POST
def support(request: HttpRequest, pk: int) -> HttpResponse:
    """Put it to a change that is in the register."""
    held, form = _scrap(pk), SupportForm(request.POST)
    if not form.is_valid():
        return _show(request, held, form, 422)
    try:
        settling.support(held, request.user, form.change)
    except settling.SettledError as there:
        return _settled(request, there, form)
    messages.success(request, f"The passage now stands with {form.change.identifier}.")
    return _on(held)


@may("insight.code")
@require_POST
def aside(request: HttpRequest, pk: int) -> HttpResponse:
    """It tells of no change."""
    held, form = _scrap(pk), AsideForm(request.POST)
    if not form.is_valid():
        return _show(request, held, aside=form, status=422)
    try:
        settling.set_aside(held, request.user, form.cleaned_data["reason"])
    except settling.SettledError as there:
        return _settled(request, there, form)
    messages.success(request, "It is set aside. Nothing is lost.")
    return _on(held)


@may("insight.code")
@require_POST
def back(request: HttpRequest, pk: int) -> HttpResponse:
    """It waits again."""
    settling.bring_back(_scrap(pk), request.user)
    return redirect("insight:scrap", pk)


def _scrap(pk: int) -> Scrap:
    return get_object_or_404(Scrap.objects.select_related("file__delivery", "change", "settled_by"), pk=pk)


def _first(held: Scrap) -> dict[str, str]:
    """What a form begins with: the writer's own words."""
    title = " ".join((held.introduced or held.text).split())
    title = title if len(title) <= TITLE else title[: TITLE - 1].rsplit(" ", 1)[0] + "…"
    return {
        "title": title, "description": held.text, "introduced": held.introduced, "displaced": held.displaced
    }  # fmt: skip


def _show(
    request: HttpRequest, held: Scrap, form: SupportForm | None = None, status: int = 200,
    aside: AsideForm | None = None,
) -> HttpResponse:  # fmt: skip
    waiting = held.state == Scrap.WAITING and allowed(request.user, "insight.code")
    said: dict[str, Any] = {
        "scrap": held, "form": form or SupportForm(), "aside": aside or AsideForm(), "waiting": waiting,
        "like": alike.like(held.text) if waiting else [],
    }  # fmt: skip
    return render(request, "insight/scrap.jinja", said, status=status)


def _settled(request: HttpRequest, there: settling.SettledError, form: PlainForm) -> HttpResponse:
    """Somebody else was first: what they did, and what was typed here."""
    typed = [(form[name].label, value) for name, value in form.cleaned_data.items() if value]
    held = _scrap(there.scrap.pk)
    return render(request, "insight/settled.jinja", {"scrap": held, "typed": typed}, status=409)


def _on(held: Scrap) -> HttpResponse:
    """To the next passage of the same delivery, or to the list."""
    left = Scrap.objects.filter(state=Scrap.WAITING).exclude(pk=held.pk)
    after = left.filter(file__delivery=held.file.delivery_id).order_by("-score", "id").first()
    return redirect("insight:scrap", after.pk) if after is not None else redirect("insight:scraps")
