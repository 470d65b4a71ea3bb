"""One cell: everything known about it, deciding it, and dissent beside it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from holdfast.web.board import acting, deciding, meeting
from holdfast.web.board.answering import Answered, answered, others_of
from holdfast.web.board.brief import Brief, briefs, change_link, evidence_link, told
from holdfast.web.board.forms import DecideForm, DissentForm, first_words
from holdfast.web.board.matrix import row_words
from holdfast.web.board.models import Cell, Decision, Meeting, MeetingItem
from holdfast.web.people.access import allowed, may, refused


@may("board.read")
@require_safe
def cell(request: HttpRequest, pk: int) -> HttpResponse:
    """The cell's page."""
    one = brief_of(request, pk)
    held = one.cell
    proposes = allowed(request.user, "board.propose")
    return render(request, "board/cell.jinja", {
        "b": one, "cell": held, "words": row_words, "link": change_link(held.change),
        "evidence": evidence_link(held.latest.run_id) if held.latest else "",
        "recommended": held.recommendations.select_related("run").defer("row"),
        "decisions": told(held.decisions.filter(state=Decision.FINAL).select_related("by", "recommendation")),
        "meetings": list(Meeting.objects.exclude(items__cell=held)[:20]) if proposes else [],
        "on_agenda": list(MeetingItem.objects.filter(cell=held).select_related("meeting")[:20]) if proposes else [],
    })  # fmt: skip


@may("board.propose")
@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Draft a decision, or make it final; for this cell alone or for others of its practice too."""
    one = brief_of(request, pk)
    others = others_of(one.cell)
    if request.method != "POST":
        form = DecideForm(initial=first_words(one.cell, one.draft), role=one.cell.role, others=others)
        return _form(request, one, Answered(form, 200))
    if "final" in request.POST and not allowed(request.user, "board.decide"):
        return refused(request, "board.decide")
    got = answered(request, one.cell, others, deciding.decide)
    if got.made is None:
        return _form(request, brief_of(request, pk), got)
    return _decided(request, got.made, pk)


def _form(request: HttpRequest, one: Brief, got: Answered) -> HttpResponse:
    said: dict[str, Any] = {"b": one, "cell": one.cell, "form": got.form, "clashes": got.clashes}
    return render(request, "board/decide.jinja", said, status=got.status)


def _decided(request: HttpRequest, made: list[Decision], pk: int) -> HttpResponse:
    one = next(decision for decision in made if decision.cell_id == pk)
    more = f" It holds for {len(made)} populations and settings." if len(made) > 1 else ""
    if one.is_final:
        messages.success(request, f"The decision is final.{more}")
        return redirect("board:decision", pk=one.pk)
    messages.success(request, f"The draft is saved.{more}")
    return redirect("board:cell", pk=pk)


@may("board.propose")
@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw a cell's draft away."""
    draft = Decision.objects.filter(cell_id=pk, state=Decision.DRAFT).first()
    version = request.POST.get("version", "")
    if draft is not None and version.isdecimal():
        try:
            deciding.discard(draft, request.user, read_at=int(version))
            messages.success(request, "The draft is discarded.")
        except deciding.ConflictError as clash:
            messages.error(request, f"{clash} It was not discarded.")
    return redirect("board:cell", pk=pk)


@may("board.propose")
@require_http_methods(["GET", "HEAD", "POST"])
def dissent(request: HttpRequest, pk: int) -> HttpResponse:
    """Set down somebody's disagreement in their words."""
    held = get_object_or_404(Cell.objects.select_related("change"), pk=pk)
    form = DissentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        acting.dissent(held, request.user, said["name"], said["role"], said["words"])
        messages.success(request, "The dissent is kept beside the cell.")
        return redirect("board:cell", pk=pk)
    return render(request, "board/dissent.jinja", {"cell": held, "form": form}, status=400 if form.errors else 200)


@may("board.propose")
@require_POST
def agenda(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the cell on a meeting's agenda."""
    held = get_object_or_404(Cell, pk=pk)
    number = request.POST.get("meeting", "")
    one = get_object_or_404(Meeting, pk=int(number) if number.isdecimal() and len(number) < 16 else 0)
    meeting.add(one, [held], request.user)
    messages.success(request, f"It is on the agenda of {one.name}.")
    return redirect("board:cell", pk=pk)


def brief_of(request: HttpRequest, pk: int) -> Brief:
    """The cell's brief, with its draft for people who may see drafts."""
    held = get_object_or_404(Cell, pk=pk)
    return briefs([held], drafts=allowed(request.user, "board.propose"))[0]
