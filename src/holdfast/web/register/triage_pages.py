"""The queue's pages: the list, one record at a time, and the small decisions."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from holdfast.web.people.access import may
from holdfast.web.register import asking, triage, triage_alike
from holdfast.web.register.merging import VERB, RefusedError, family, standing
from holdfast.web.register.models import Change
from holdfast.web.register.models_sorting import MergeEvent, Question
from holdfast.web.register.saving import ConflictError, record_of
from holdfast.web.register.triage_forms import DEEDS, KEEP, MERGE, UNSORT, AssignForm, SortForm, WithdrawForm
from holdfast.web.register.versions import Row, compare

A_PAGE = 20
BATCH = 50
"""How many records one press of "compare" looks at."""
either = require_http_methods(["GET", "HEAD", "POST"])


def found(identifier: str) -> Change:
    """The change of an identifier, or the page that says there is none."""
    return get_object_or_404(
        Change.objects.select_related("author", "owner", "merged_into", "split_from"), identifier=identifier
    )


def show(request: HttpRequest) -> str:
    """Which part of the queue somebody is going through."""
    asked = request.GET.get("show", "")
    return asked if asked in triage.FILTERS else ""


def address(name: str, request: HttpRequest, **words: Any) -> str:
    """A page of the queue, keeping the part of it that somebody is going through."""
    narrowed = show(request)
    return reverse(name, kwargs=words) + (f"?show={narrowed}" if narrowed else "")


def onward(request: HttpRequest, change: Change) -> HttpResponseRedirect:
    """To the next record of the queue, or to the list when that was the last."""
    following = triage.after(change, request.user, show(request))
    if following is None:
        return redirect(address("register:triage", request))
    return redirect(address("register:sort", request, identifier=following.identifier))


@may(VERB)
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """What waits, oldest first, with what is known of each."""
    narrowed = show(request)
    waiting = triage.queue(request.user, narrowed)
    page = Paginator(waiting.select_related("author", "owner"), A_PAGE).get_page(request.GET.get("page"))
    changes = list(page.object_list)
    triage_alike.look(changes[: triage_alike.AT_ONCE])
    questions = Question.objects.filter(change__in=changes, closed_at=None, read_at=None).order_by("id")
    said = {
        "page": page,
        "changes": changes,
        "total": triage.queue(request.user).count(),
        "alike": triage_alike.alike_to(changes),
        "questions": {question.change_id: question for question in questions},
        "show": narrowed,
        "filters": triage.FILTERS,
        "counts": triage.counts(request.user),
        "stale": triage.counted(triage_alike.stale(triage.queue(request.user))),
        "batch": BATCH,
        "address": address,
    }
    return render(request, "register/triage.jinja", said)


@may(VERB)
@require_POST
def look(request: HttpRequest) -> HttpResponse:
    """Compare the next records of the queue with the rest of the register."""
    changes = list(triage_alike.stale(triage.queue(request.user))[:BATCH])
    triage_alike.look(changes)
    messages.success(request, f"Compared {len(changes)} records with the rest of the register.")
    return redirect(reverse("register:triage") + "?show=alike")


@may(VERB)
@either
def sort(request: HttpRequest, identifier: str) -> HttpResponse:
    """One record, what may be the same, and one decision."""
    change = found(identifier)
    if change.merged_into_id is not None:
        messages.info(request, f"{change.identifier} was merged into {standing(change).identifier}.")
        return redirect(address("register:sort", request, identifier=standing(change).identifier))
    triage_alike.look([change])
    alike = triage_alike.alike(change)
    form = SortForm(change, alike, request.POST if request.method == "POST" else None)
    if form.is_valid():
        return _decided(request, change, form.cleaned_data["what"])
    return render(request, "register/triage_one.jinja", _one(request, change, alike, form))


def _decided(request: HttpRequest, change: Change, what: str) -> HttpResponse:
    if what.startswith(MERGE):
        other = what.removeprefix(MERGE)
        return redirect(address("register:merge", request, identifier=other, other=change.identifier))
    if what in DEEDS:
        return redirect(address(DEEDS[what], request, identifier=change.identifier))
    try:
        if what == KEEP:
            triage.keep(change, request.user)
            messages.success(request, f"{change.identifier} is kept as it is.")
        elif what == UNSORT:
            triage.unsort(change, request.user)
            messages.success(request, f"{change.identifier} is back on the queue.")
    except ConflictError as conflict:
        return gone(request, conflict.current)
    asking.read(change, request.user)
    return onward(request, change)


def _one(request: HttpRequest, change: Change, alike: list[Change], form: SortForm) -> dict[str, Any]:
    named = [other for other in alike if other.identifier == request.GET.get("beside")]
    beside = next(iter(named or alike), None)
    record = record_of(change)
    rows: list[Row] = compare(record_of(beside), record) if beside else compare({}, record)
    return {
        "change": change,
        "alike": alike,
        "beside": beside,
        "rows": rows,
        "form": form,
        "questions": list(
            Question.objects.filter(change__in=family(change), closed_at=None)
            .select_related("by", "change")
            .order_by("id")
        ),
        "absorbed": list(MergeEvent.objects.filter(kept=change, undone_at=None).select_related("absorbed")),
        "left": triage.queue(request.user, show(request)).count(),
        "following": triage.after(change, request.user, show(request)),
        "show": show(request),
        "filters": triage.FILTERS,
        "address": address,
        "wide": True,
    }


def gone(request: HttpRequest, current: Change) -> HttpResponse:
    """Somebody else sorted, saved or merged the record first: say how it stands now."""
    stands = standing(current)
    event = MergeEvent.objects.filter(absorbed=current, undone_at=None).first()
    said = {"current": current, "stands": stands, "event": event, "version": current.versions.first()}
    return render(request, "register/triage_conflict.jinja", said, status=409)


@may(VERB)
@either
def assign(request: HttpRequest, identifier: str) -> HttpResponse:
    """Who looks after the record."""
    change = found(identifier)
    first = {"owner": change.owner_id or request.user.pk, "was": change.owner_id}
    form = AssignForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        try:
            held = triage.assign(change, request.user, form.cleaned_data["owner"], was=form.cleaned_data["was"])
        except ConflictError as conflict:
            if conflict.current.merged_into_id or conflict.current.withdrawn_at:
                return gone(request, conflict.current)
            form = AssignForm(initial={"owner": conflict.current.owner_id, "was": conflict.current.owner_id})
            said = {"change": change, "form": form, "conflict": conflict.current, "show": show(request)}
            return render(request, "register/triage_assign.jinja", said, status=409)
        messages.success(request, f"{held.owner or 'Nobody'} looks after {held.identifier} now.")
        return onward(request, change)
    said = {"change": change, "form": form, "show": show(request), "address": address}
    return render(request, "register/triage_assign.jinja", said)


@may(VERB)
@either
def withdraw(request: HttpRequest, identifier: str) -> HttpResponse:
    """Take the record out of the register, or put it back."""
    change = found(identifier)
    form = WithdrawForm(request.POST or None, initial={"read_at": change.version})
    try:
        if request.method == "POST" and "back" in request.POST:
            triage.put_back(change, request.user, read_at=change.version)
            messages.success(request, f"{change.identifier} is in the register again.")
            return redirect(address("register:sort", request, identifier=change.identifier))
        if request.method == "POST" and form.is_valid():
            triage.withdraw(change, request.user, form.cleaned_data["why"], read_at=form.cleaned_data["read_at"])
            messages.success(request, f"{change.identifier} is withdrawn. It can be put back at any time.")
            return onward(request, change)
    except (ConflictError, RefusedError) as conflict:
        return gone(request, conflict.current if isinstance(conflict, ConflictError) else change)
    said = {"change": change, "form": form, "show": show(request), "address": address}
    return render(request, "register/triage_withdraw.jinja", said)
