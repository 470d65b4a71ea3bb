"""A record's versions: the list, any two beside each other, and putting one back."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from holdfast.web.forms import PlainForm
from holdfast.web.people.access import allowed, may
from holdfast.web.register import saving
from holdfast.web.register.models import Change, ChangeVersion
from holdfast.web.register.models_sorting import MergeEvent, SplitEvent
from holdfast.web.register.triage_pages import either, found, gone
from holdfast.web.register.versions import compare, since, version_of
from holdfast.web.words import ShortWords


class BackForm(PlainForm):
    """Why an earlier version is put back."""

    why = ShortWords(label="Why do you put it back?", most=200, error_messages={"required": "Say why"})
    read_at = forms.IntegerField(widget=forms.HiddenInput)


@may("register.read")
@require_safe
def versions(request: HttpRequest, identifier: str) -> HttpResponse:
    """Every version, newest first, with the merges and splits it went through."""
    change = found(identifier)
    merges = MergeEvent.objects.select_related("kept", "absorbed")
    said = {
        "change": change,
        "versions": list(change.versions.defer("record")),
        "took_in": list(merges.filter(kept=change)),
        "went_into": list(merges.filter(absorbed=change)),
        "splits": list(SplitEvent.objects.filter(change=change).prefetch_related("parts")),
        "names": allowed(request.user, "register.amend") or allowed(request.user, "register.triage"),
    }
    return render(request, "register/versions.jinja", said)


@may("register.read")
@require_safe
def two(request: HttpRequest, identifier: str) -> HttpResponse:
    """Two versions, field by field: the earlier one first, whichever was asked for first."""
    change = found(identifier)
    asked = [request.GET.get(name, "") for name in ("a", "b")]
    if not all(number.isdigit() and len(number) < 9 for number in asked):
        messages.error(request, "Choose two versions to compare.")
        return redirect("register:versions", identifier=identifier)
    before, after = (_version(change, number) for number in sorted(map(int, asked)))
    rows = compare(before.record, after.record)
    names = allowed(request.user, "register.amend") or allowed(request.user, "register.triage")
    said = {"change": change, "before": before, "after": after, "rows": rows, "names": names, "wide": True}
    return render(request, "register/versions_two.jinja", said)


@may("register.amend")
@either
def back(request: HttpRequest, identifier: str, number: int) -> HttpResponse:
    """Put an earlier version back as the newest one, for a reason."""
    change = found(identifier)
    if change.merged_into_id is not None:
        return gone(request, change)
    wanted = _version(change, number)
    form = BackForm(request.POST or None, initial={"read_at": change.version})
    conflict, status = None, 200
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            saving.restore(change, request.user, number, read_at=data["read_at"], why=data["why"])
            messages.success(request, f"The record stands as in version {number} again. Nothing is lost.")
            return redirect("register:versions", identifier=identifier)
        except saving.ConflictError as raised:
            change, status = raised.current, 409
            conflict = {"current": change, "rows": since(change, str(data["read_at"]))}
            form = BackForm(initial={"read_at": change.version, "why": data["why"]})
    rows = compare(saving.record_of(change), wanted.record)
    said = {"change": change, "wanted": wanted, "rows": rows, "form": form, "conflict": conflict, "wide": True}
    return render(request, "register/versions_back.jinja", said, status=status)


def _version(change: Change, number: int) -> ChangeVersion:
    held = version_of(change, number)
    if held is None:
        raise Http404(f"{change.identifier} has no version {number}.")
    return held
