"""You said → we decided → done: a decision's public page, and what is done because of it; reviews that are due."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from holdfast.share.words import verdict_words
from holdfast.web.board import acting, hooks, matrix, reviews
from holdfast.web.board.brief import change_link, evidence_link
from holdfast.web.board.forms import ActionForm, DoneForm
from holdfast.web.board.models import Action, Cell, Decision
from holdfast.web.people.access import allowed, may


@may("board.read")
@require_safe
def decision(request: HttpRequest, pk: int) -> HttpResponse:
    """What people said, what was decided and why, and what has been done."""
    one = _final(pk)
    together = Decision.objects.filter(batch=one.batch, state=Decision.FINAL).exclude(Q(pk=pk) | Q(batch=None))
    later = Decision.objects.filter(supersedes=one).first()
    return render(request, "board/decision.jinja", {
        "d": one, "cell": one.cell, "said": verdict_words(one.verdict), "heard": hooks.heard([one.cell])[one.cell_id],
        "recommended": verdict_words(one.recommendation.verdict) if one.recommendation else None,
        "dissents": list(one.dissents.all()), "actions": list(one.actions.all()), "later": later,
        "together": [d.cell for d in together.select_related("cell")],
        "link": change_link(one.cell.change),
        "evidence": evidence_link(one.recommendation.run_id) if one.recommendation else "",
        "messages_sent": one.messages.exclude(sent_at=None).count() if allowed(request.user, "board.propose") else None,
        "messages_failed": list(one.messages.filter(sent_at=None).exclude(problem=""))
        if allowed(request.user, "board.propose") else [],
    })  # fmt: skip


@may("board.propose")
@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """Add something that will be done because of the decision."""
    one = _final(pk)
    form = ActionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        acting.promise(one, request.user, form.cleaned_data)
        messages.success(request, "The action is added.")
        return redirect("board:decision", pk=pk)
    return render(request, "board/action.jinja", {"d": one, "form": form}, status=400 if form.errors else 200)


@may("board.propose")
@require_http_methods(["GET", "HEAD", "POST"])
def done(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what was done."""
    action = get_object_or_404(Action.objects.select_related("decision__cell__change"), pk=pk)
    first = {"done_on": action.done_on or timezone.localdate(), "done_words": action.done_words}
    form = DoneForm(request.POST or None, initial={**first, "read_at": action.version})
    status, clash = 400 if form.errors else 200, None
    if request.method == "POST" and form.is_valid():
        held = form.cleaned_data
        try:
            acting.finish(action, request.user, held["done_on"], held["done_words"], read_at=held["read_at"])
        except acting.StaleActionError as stale:
            status, clash = 409, stale.current
            form = DoneForm({**request.POST.dict(), "read_at": stale.current.version})
            form.full_clean()
            form.add_error(None, "Somebody else has saved this action since you opened it. Both are shown")
        else:
            messages.success(request, "It is marked as done. Whoever follows the change is told.")
            return redirect("board:decision", pk=action.decision_id)
    said = {"action": action, "d": action.decision, "form": form, "clash": clash}
    return render(request, "board/done.jinja", said, status=status)


@may("board.read")
@require_safe
def due(request: HttpRequest) -> HttpResponse:
    """Reviews that are overdue, the oldest first, and those that come within two months."""

    def rows(cells: list[Cell]) -> list[tuple[Cell, dict[str, object]]]:
        return [(cell, matrix.row_words(cell)) for cell in cells]

    page = Paginator(reviews.overdue(), 50).get_page(request.GET.get("page"))
    late = list(reviews.overdue().select_related("change")[(page.number - 1) * 50 : page.number * 50])
    soon = list(reviews.coming().select_related("change")[:50])
    said = {"late": rows(late), "soon": rows(soon), "page": page, "today": timezone.localdate()}
    return render(request, "board/reviews.jinja", said)


def _final(pk: int) -> Decision:
    held = Decision.objects.select_related(
        "cell__change__author", "cell__change__owner", "recommendation", "supersedes"
    )
    one = get_object_or_404(held, pk=pk)
    if not one.is_final:
        raise Http404
    return one
