"""Meetings: the list, the agenda, one page an item, the minutes, and paper."""

from __future__ import annotations

import functools
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from holdfast.web.board import meeting as service
from holdfast.web.board import papers
from holdfast.web.board.answering import Answered, answered, others_of
from holdfast.web.board.brief import briefs, change_link, evidence_link
from holdfast.web.board.forms import DecideForm, ItemForm, MeetingForm, first_words
from holdfast.web.board.matrix import row_words
from holdfast.web.board.models import Meeting, MeetingItem
from holdfast.web.board.rules import MAY
from holdfast.web.people.access import allowed, may, refused

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@may("board.propose")
@require_safe
def meetings(request: HttpRequest) -> HttpResponse:
    """Every meeting, the latest first."""
    page = Paginator(Meeting.objects.all(), 50).get_page(request.GET.get("page"))
    return render(request, "board/meetings.jinja", {"page": page})


@may("board.propose")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Prepare a meeting."""
    form = MeetingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = service.save(request.user, form.cleaned_data)
        return redirect("board:meeting", pk=made.pk)
    return render(request, "board/meeting_form.jinja", {"form": form}, status=400 if form.errors else 200)


@may("board.propose")
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a meeting's name, day or people right."""
    one = get_object_or_404(Meeting, pk=pk)
    first = {name: getattr(one, name) for name in service.FIELDS} | {"read_at": one.version}
    form = MeetingForm(request.POST or None, initial=first)
    status, clash = 400 if form.errors else 200, None
    if request.method == "POST" and form.is_valid():
        held = form.cleaned_data
        try:
            service.save(request.user, held, meeting=one, read_at=held["read_at"] or 0)
        except service.StaleError as stale:
            status, clash = 409, stale.current
            form = MeetingForm({**request.POST.dict(), "read_at": stale.current.version})
            form.full_clean()
            form.add_error(None, "Somebody else has saved this meeting since you opened it. Both are shown")
        else:
            return redirect("board:meeting", pk=pk)
    said = {"form": form, "meeting": one, "clash": clash}
    return render(request, "board/meeting_form.jinja", said, status=status)


@may("board.propose")
@require_safe
def meeting(request: HttpRequest, pk: int) -> HttpResponse:
    """The agenda."""
    one = get_object_or_404(Meeting, pk=pk)
    items = [(item, row_words(item.cell)) for item in _items(one)]
    said = {"meeting": one, "items": items, "ten": service.TEN, "time": sum(i.minutes or 0 for i, _ in items)}
    return render(request, "board/meeting.jinja", said)


@may("board.propose")
@require_POST
def arrange(request: HttpRequest, pk: int) -> HttpResponse:
    """Fill the agenda, or move or take out an item."""
    one = get_object_or_404(Meeting, pk=pk)
    how = request.POST.get("how", "")
    if how == "fill":
        count = service.fill(one, request.user)
        messages.success(request, f"{count} added." if count else "Nothing more waits for a decision.")
    elif how in {"up", "down", "remove"}:
        number = request.POST.get("item", "")
        item = get_object_or_404(one.items, pk=int(number) if number.isdecimal() and len(number) < 16 else 0)
        try:
            service.arrange(one, item, request.user, how)
        except ValueError as problem:
            messages.error(request, str(problem))
    return redirect("board:meeting", pk=pk)


@may("board.propose")
@require_http_methods(["GET", "HEAD", "POST"])
def item(request: HttpRequest, pk: int, place: int) -> HttpResponse:
    """One item: everything needed, and the decision recorded on the page."""
    one = get_object_or_404(Meeting, pk=pk)
    items = _items(one)
    held = next((i for i in items if i.place == place), None)
    if held is None:
        return redirect("board:meeting", pk=pk)
    if (
        request.method == "POST"
        and "note" in request.POST
        and "verdict" not in request.POST
        and "batch" not in request.POST
    ):
        return _note(request, one, items, held)
    if "final" in request.POST and not allowed(request.user, "board.decide"):
        return refused(request, "board.decide")
    if request.method != "POST":
        return _item(request, one, items, held, None, None)
    save = functools.partial(service.decide_item, held)
    got = answered(request, held.cell, others_of(held.cell), save)
    if got.made is None:
        return _item(request, one, items, held, got, None)
    final = "final" in request.POST
    messages.success(request, "The decision is final." if final else "The draft is saved.")
    return redirect("board:item", pk=pk, place=place)


def _note(request: HttpRequest, one: Meeting, items: list[MeetingItem], held: MeetingItem) -> HttpResponse:
    form = ItemForm(request.POST)
    if not form.is_valid():
        return _item(request, one, items, held, None, form)
    said = form.cleaned_data
    try:
        service.note(held, request.user, said["note"], said["minutes"], read_at=said["read_at"])
    except service.StaleError as stale:
        form = ItemForm({**request.POST.dict(), "read_at": stale.current.version})
        form.full_clean()
        form.add_error(None, f"Somebody else wrote here since you opened it: “{stale.current.note}”")
        return _item(request, one, items, held, None, form, status=409)
    messages.success(request, "Kept for the minutes.")
    return redirect("board:item", pk=one.pk, place=held.place)


def _item(
    request: HttpRequest, one: Meeting, items: list[MeetingItem], held: MeetingItem, got: Answered | None,
    note: ItemForm | None, status: int = 0,
) -> HttpResponse:  # fmt: skip
    at = items.index(held)
    brief = briefs([held.cell], drafts=True)[0]
    first = first_words(brief.cell, brief.draft, service.decided_by(one))
    form = got.form if got else DecideForm(initial=first, role=brief.cell.role, others=others_of(brief.cell))
    written = {"note": held.note, "minutes": held.minutes, "read_at": held.version}
    said: dict[str, Any] = {
        "meeting": one, "item": held, "number": at + 1, "count": len(items), "b": brief, "cell": brief.cell,
        "before": items[at - 1] if at else None, "after": items[at + 1] if at + 1 < len(items) else None,
        "form": form, "clashes": got.clashes if got else (), "note": note or ItemForm(initial=written),
        "words": row_words, "link": change_link(brief.cell.change),
        "evidence": evidence_link(brief.cell.latest.run_id) if brief.cell.latest else "",
    }  # fmt: skip
    bad = 400 if note is not None else 200
    return render(request, "board/item.jinja", said, status=status or (got.status if got else bad))


@may("board.propose")
@require_safe
def minutes(request: HttpRequest, pk: int) -> HttpResponse:
    """What was decided at the meeting."""
    one = get_object_or_404(Meeting, pk=pk)
    return render(request, "board/minutes.jinja", {"meeting": one, "rows": papers.minuted(one)})


@may("board.propose")
@require_safe
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """Every item for printing, each on one sheet of A4."""
    one = get_object_or_404(Meeting, pk=pk)
    items = _items(one)
    told = briefs([i.cell for i in items], drafts=True)
    pairs = list(zip(items, told, strict=True))
    said = {"meeting": one, "pairs": pairs, "may": MAY, "site": settings.SITE_ADDRESS}
    return render(request, "board/paper.jinja", said)


@may("board.propose")
@require_safe
def agenda_word(request: HttpRequest, pk: int) -> HttpResponse:
    """The agenda as a Word file."""
    one = get_object_or_404(Meeting, pk=pk)
    return _word(papers.agenda(one, briefs([i.cell for i in _items(one)], drafts=False)), f"agenda-{pk}.docx")


@may("board.propose")
@require_safe
def minutes_word(request: HttpRequest, pk: int) -> HttpResponse:
    """The minutes as a Word file."""
    one = get_object_or_404(Meeting, pk=pk)
    return _word(papers.minutes(one), f"minutes-{pk}.docx")


def _items(one: Meeting) -> list[MeetingItem]:
    held = one.items.select_related("cell__change", "cell__latest", "cell__decided", "decision")
    return list(held.defer("cell__latest__row").order_by("place", "id"))


def _word(content: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=WORD)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
