"""The matrix, one change's grid, and what a run brought."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from holdfast.web.board import download, grid, matrix
from holdfast.web.board.brief import change_link, evidence_link
from holdfast.web.board.deciding import drafts_of
from holdfast.web.board.duties import checklist, engagement_debt
from holdfast.web.board.models import Intake
from holdfast.web.people.access import allowed, may
from holdfast.web.register.models import Change

PAGE = 40


@may("board.read")
@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """Every change's practices with what is recommended and decided, filtered as the reader asks."""
    drafts, today = allowed(request.user, "board.propose"), timezone.localdate()
    asked = matrix.Asked.of(request.GET, drafts=drafts)
    page = Paginator(matrix.found(asked, today).values_list("pk", flat=True), PAGE).get_page(request.GET.get("page"))
    cells = matrix.shown(page.object_list)
    beside, drafted = matrix.beside(cells), drafts_of(cells) if drafts else {}
    groups = [
        (change, [(cell, matrix.row_words(cell), beside[cell.pk], cell.pk in drafted) for cell in held])
        for change, held in groupby(cells, key=lambda cell: cell.change)
    ]
    return render(request, "board/matrix.jinja", {
        "groups": groups, "page": page, "asked": asked, "choices": matrix.choices(asked, drafts=drafts),
        "counts": matrix.counts(today), "today": today, "wide": True, "words": matrix.row_words,
    })  # fmt: skip


@may("board.read")
@require_safe
def csv(request: HttpRequest) -> HttpResponse:
    """The cells asked for as a CSV file, as long as it is."""
    drafts = allowed(request.user, "board.propose")
    asked = matrix.Asked.of(request.GET, drafts=drafts)
    lines: Iterator[bytes] = download.lines(matrix.found(asked, timezone.localdate()))
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="decision-board.csv"'
    return answer


@may("board.read")
@require_safe
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """One change: populations down, settings across, for each of its practices."""
    one = get_object_or_404(Change, pk=pk)
    cells = list(matrix.of_change(one).select_related("latest").defer("latest__row").order_by("id"))
    asked = checklist(one, "retain")
    today = timezone.localdate()
    return render(request, "board/change.jinja", {
        "change": one, "grids": grid.grids(cells), "words": matrix.row_words, "link": change_link(one),
        "duties": asked, "debt": engagement_debt(one, asked, today), "today": today, "wide": True,
    })  # fmt: skip


@may("board.read")
@require_safe
def intake(request: HttpRequest, run: int) -> HttpResponse:
    """What one run brought, and what could not be placed."""
    taken = get_object_or_404(Intake.objects.select_related("run__dataset"), run_id=run)
    return render(request, "board/intake.jinja", {"intake": taken, "link": evidence_link(run)})
