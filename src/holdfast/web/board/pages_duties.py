"""The duties checklist of a change: what the law asks before it is kept for good, or stopped."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from holdfast.web.board import duties
from holdfast.web.board.brief import change_link
from holdfast.web.board.forms import DutyForm
from holdfast.web.board.models import DutyAnswer
from holdfast.web.people.access import may
from holdfast.web.register.models import Change


@may("board.read")
@require_safe
def checklist(request: HttpRequest, pk: int, verdict: str) -> HttpResponse:
    """Every duty that stands before a verdict on this change, with its answer."""
    change = get_object_or_404(Change, pk=pk)
    asked = duties.checklist(change, verdict)
    if not asked:
        raise Http404
    return render(request, "board/duties.jinja", {
        "change": change, "verdict": verdict, "asked": asked, "open": sum(a.is_open for a in asked),
        "debt": duties.engagement_debt(change, asked, timezone.localdate()),
        "link": change_link(change), "others": [v for v in duties.GATED if v != verdict],
    })  # fmt: skip


@may("board.duties")
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, pk: int, verdict: str, duty: str) -> HttpResponse:
    """Answer one duty. Earlier answers stay."""
    change = get_object_or_404(Change, pk=pk)
    one = next((d for d in duties.duties_for(verdict) if d.code == duty), None)
    if one is None:
        raise Http404
    history = list(DutyAnswer.objects.filter(change=change, verdict=verdict, duty=duty).order_by("-id"))
    last = history[0] if history else None
    first = {name: getattr(last, name) for name in ("answer", "reference", "on", "reason")} if last else {}
    form = DutyForm(request.POST or None, initial={**first, "read_at": last.pk if last else 0})
    status, clash = 400 if form.errors else 200, None
    if request.method == "POST" and form.is_valid():
        try:
            duties.answer(change, verdict, one, request.user, form.cleaned_data, read_at=form.cleaned_data["read_at"])
        except duties.StaleAnswerError as stale:
            status, clash = 409, stale.current
            form = DutyForm({**request.POST.dict(), "read_at": stale.current.pk})
            form.full_clean()
            form.add_error(None, "Somebody else has answered this since you opened it. Both answers are shown")
        else:
            messages.success(request, f"“{one.name}” is answered.")
            return redirect("board:duties", pk=pk, verdict=verdict)
    said = {"change": change, "verdict": verdict, "duty": one, "form": form, "history": history, "clash": clash}
    return render(request, "board/duty.jinja", said, status=status)
