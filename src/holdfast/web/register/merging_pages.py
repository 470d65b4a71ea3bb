"""Merging two records, and taking a merge apart again."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from holdfast.web.people.access import may
from holdfast.web.register.merging import VERB, RefusedError, merge, standing
from holdfast.web.register.merging_forms import MergeForm, UndoForm
from holdfast.web.register.merging_undoing import foresee, unmerge
from holdfast.web.register.models import Change
from holdfast.web.register.models_sorting import MergeEvent
from holdfast.web.register.saving import ConflictError, record_of
from holdfast.web.register.triage_pages import address, either, found, gone, onward, show
from holdfast.web.register.versions import compare, since


@may(VERB)
@either
def pair(request: HttpRequest, identifier: str, other: str) -> HttpResponse:
    """Take ``other`` into ``identifier``: field by field, whose words stay."""
    kept, absorbed = found(identifier), found(other)
    done = MergeEvent.objects.filter(deed=request.POST.get("deed", "")).first() if request.POST else None
    if done is None and (kept.merged_into_id or absorbed.merged_into_id or kept.pk == absorbed.pk):
        return gone(request, kept if kept.merged_into_id else absorbed)
    rows = compare(record_of(kept), record_of(absorbed))
    form = MergeForm(kept, absorbed, rows, request.POST or None)
    problem = ""
    if done is not None:
        return _merged(request, done)
    if request.method == "POST" and form.is_valid():
        try:
            return _merged(request, _do(request, kept, absorbed, form))
        except ConflictError as conflict:
            return _conflict(request, kept, absorbed, conflict.current)
        except RefusedError as refused:
            problem = str(refused)
    return render(request, "register/merge.jinja", _said(request, kept, absorbed, form, problem=problem))


def _do(request: HttpRequest, kept: Change, absorbed: Change, form: MergeForm) -> MergeEvent:
    data = form.cleaned_data
    return merge(
        kept,
        absorbed,
        request.user,
        read_at=(data["kept_at"], data["absorbed_at"]),
        deed=data["deed"],
        choices=form.choices(),
        why=data["why"],
    )


def _merged(request: HttpRequest, event: MergeEvent) -> HttpResponse:
    said = f"{event.absorbed.identifier} is merged into {event.kept.identifier}. Nothing is lost: it can be undone."
    messages.success(request, said)
    sorted_now = event.absorbed if event.kept.sorted_at else event.kept
    if event.kept.sorted_at is None:
        return redirect(address("register:sort", request, identifier=event.kept.identifier))
    return onward(request, sorted_now)


def _conflict(request: HttpRequest, kept: Change, absorbed: Change, current: Change) -> HttpResponse:
    """Show what was saved in between, with the choices kept, to be looked at and sent again."""
    if current.merged_into_id is not None:
        return gone(request, current)
    kept.refresh_from_db()
    absorbed.refresh_from_db()
    told = request.POST.copy()
    read = told.get("kept_at" if current.pk == kept.pk else "absorbed_at", "")
    told["kept_at"], told["absorbed_at"] = str(kept.version), str(absorbed.version)
    form = MergeForm(kept, absorbed, compare(record_of(kept), record_of(absorbed)), told)
    for name in form.fields:
        told.setdefault(name, form.fields[name].initial if not callable(form.fields[name].initial) else "")
    conflict = {"current": current, "rows": since(current, read), "version": current.versions.first()}
    return render(request, "register/merge.jinja", _said(request, kept, absorbed, form, conflict=conflict), status=409)


def _said(request: HttpRequest, kept: Change, absorbed: Change, form: MergeForm, **more: Any) -> dict[str, Any]:
    rows = compare(record_of(kept), record_of(absorbed))
    lists = [row for row in rows if row.name in {"terms", "displaced"}]
    same = [row for row in rows if not row.differs]
    return {
        "kept": kept,
        "absorbed": absorbed,
        "form": form,
        "same": same,
        "lists": lists,
        "show": show(request),
        "address": address,
        "wide": True,
        **more,
    }


@may(VERB)
@either
def undo(request: HttpRequest, number: int) -> HttpResponse:
    """Let an absorbed record stand by itself again; say first what will go and what stays."""
    event = get_object_or_404(MergeEvent.objects.select_related("kept", "absorbed"), pk=number)
    if event.undone_at:
        return render(request, "register/merge_undone.jinja", {"event": event})
    top = standing(event.kept)
    form = UndoForm(request.POST or None, initial={"read_at": top.version})
    status = 200
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            unmerge(event, request.user, deed=data["deed"], read_at=data["read_at"], why=data["why"])
            return redirect("register:unmerge", number=event.pk)
        except ConflictError as conflict:
            form = UndoForm(initial={"read_at": conflict.current.version, "why": data["why"]})
            status = 409
    return render(request, "register/merge_undo.jinja", _foreseen(event, top, form, status), status=status)


def _foreseen(event: MergeEvent, top: Change, form: UndoForm, status: int) -> dict[str, Any]:
    state = foresee(event)
    alters = [
        (state.changes[pk], [row for row in compare(record_of(state.changes[pk]), state.records[pk]) if row.differs])
        for pk in sorted(state.altered)
    ]
    return {"event": event, "form": form, "alters": alters, "stayed": state.stayed, "top": top, "late": status == 409}
