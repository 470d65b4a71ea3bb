"""Amending a record and moving its status; two people at once lose nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from holdfast.web.forms import PlainForm
from holdfast.web.people.access import may
from holdfast.web.register import saving
from holdfast.web.register.fields import field_for, values_of
from holdfast.web.register.merging import standing
from holdfast.web.register.models import STATUSES, Change, Term, Vocabulary
from holdfast.web.register.pages.change import named
from holdfast.web.register.pages.conflicts import Difference, differences
from holdfast.web.words import LongWords, ShortWords

GROUPS: Final = (
    ("What changed", ("title", "description", "introduced", "displaced", "for_whom")),
    ("Where", ("organisation", "pathway", "source")),
    ("How long it took, and what it costs", ("planned_months", "actual_months", "started_on", "cost")),
    ("How it came about", ("mechanism", "mandate", "objective", "held_back")),
    ("What it brings and needs", ("second_order_value", "risks", "needs", "credit")),
)
NAMES: Final = tuple(name for _heading, names in GROUPS for name in names)
GET_OR_POST: Final = ("GET", "HEAD", "POST")


def amend_form(lists: list[Vocabulary], change: Change, data: Mapping[str, Any] | None = None) -> PlainForm:
    """Every field and every list, holding what the record holds."""
    asked: dict[str, forms.Field] = {name: field_for(name) for name in NAMES}
    told: dict[str, Any] = {"read_at": change.version, **values_of(change, NAMES)}
    for one in lists:
        choices = [(str(term.pk), term.label) for term in one.terms.all()]
        asked[f"list_{one.pk}"] = forms.MultipleChoiceField(
            label=one.name, required=False, choices=choices, widget=forms.CheckboxSelectMultiple
        )
        told[f"list_{one.pk}"] = [str(term.pk) for term in change.terms.all() if term.vocabulary_id == one.pk]
    why = ShortWords(label="Why, in a few words (optional)", most=400, required=False)
    hidden = forms.IntegerField(widget=forms.HiddenInput())
    made: PlainForm = type("Amend", (PlainForm,), {**asked, "why": why, "read_at": hidden})(data, initial=told)
    return made


class StatusForm(PlainForm):
    """Where a change stands now, and why."""

    status = field_for("status")
    why = LongWords(
        label="Why?", most=400, help_text="Kept with this version, for whoever asks later.",
        error_messages={"required": "Say why its status changes"}, widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    read_at = forms.IntegerField(widget=forms.HiddenInput())


@may("register.amend")
@require_http_methods(GET_OR_POST)
def amend(request: HttpRequest, identifier: str) -> HttpResponse:
    """Every field of the record."""
    change = named(identifier)
    if change.merged_into is not None:
        return _joined(request, change)
    lists = _lists(change)
    if request.method != "POST":
        return _amend_page(request, change, lists, amend_form(lists, change))
    form = amend_form(lists, change, request.POST)
    if not form.is_valid():
        return _amend_page(request, change, lists, form, status=422)
    told = form.cleaned_data
    keys = [key for one in lists for key in told[f"list_{one.pk}"]]
    try:
        saving.amend(
            change, request.user, {name: told[name] for name in NAMES if name != "displaced"},
            read_at=told["read_at"], terms=list(Term.objects.filter(pk__in=keys)), displaced=told["displaced"],
            why=told["why"] or "amended",
        )  # fmt: skip
    except saving.ConflictError:
        now = named(identifier)
        both = differences(NAMES, now, told)
        return _amend_page(request, now, lists, amend_form(lists, now, _anew(request, now)), status=409, both=both)
    messages.success(request, "Saved. The version before it is kept.")
    return redirect("register:change", identifier=identifier)


@may("register.amend")
@require_http_methods(GET_OR_POST)
def status(request: HttpRequest, identifier: str) -> HttpResponse:
    """Emerging, under evaluation, decided, embedded, lapsed or stopped."""
    change = named(identifier)
    if change.merged_into is not None:
        return _joined(request, change)
    if request.method != "POST":
        return _status_page(request, change, StatusForm(initial={"status": change.status, "read_at": change.version}))
    form = StatusForm(request.POST)
    if not form.is_valid():
        return _status_page(request, change, form, status=422)
    told = form.cleaned_data
    try:
        saving.amend(change, request.user, {"status": told["status"]}, read_at=told["read_at"], why=told["why"])
    except saving.ConflictError:
        now = named(identifier)
        both = [Difference("Status", dict(STATUSES)[now.status], dict(STATUSES)[told["status"]])]
        return _status_page(request, now, StatusForm(_anew(request, now)), status=409, both=both)
    messages.success(request, f"Its status is now: {told['status']}.")
    return redirect("register:change", identifier=identifier)


def _lists(change: Change) -> list[Vocabulary]:
    """Every list with its terms in use, and those retired since that this change still holds."""
    from django.db.models import Prefetch, Q

    terms = Term.objects.filter(Q(retired=False) | Q(changes=change)).distinct().order_by("place", "label")
    found = Vocabulary.objects.prefetch_related(Prefetch("terms", queryset=terms))
    return [one for one in found if one.terms.all()]


def _anew(request: HttpRequest, now: Change) -> Any:
    """What was typed, to be saved over the version that is there now."""
    typed = request.POST.copy()
    typed["read_at"] = str(now.version)
    return typed


def _joined(request: HttpRequest, change: Change) -> HttpResponse:
    kept = standing(change)
    messages.info(request, f"{change.identifier} was joined with {kept.identifier}. Amend that record instead.")
    return redirect("register:change", identifier=kept.identifier)


def _amend_page(
    request: HttpRequest, change: Change, lists: list[Vocabulary], form: PlainForm, *, status: int = 200, both: Any = ()
) -> HttpResponse:
    said = {"change": change, "form": form, "groups": GROUPS, "lists": lists, "both": both}
    return render(request, "register/amend.jinja", said, status=status)


def _status_page(
    request: HttpRequest, change: Change, form: PlainForm, *, status: int = 200, both: Any = ()
) -> HttpResponse:
    return render(request, "register/status.jinja", {"change": change, "form": form, "both": both}, status=status)
