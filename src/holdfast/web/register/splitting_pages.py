"""Splitting a record into two or more."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from holdfast.web.forms import PlainForm
from holdfast.web.people.access import may
from holdfast.web.register.merging import VERB, RefusedError, label
from holdfast.web.register.models import Change
from holdfast.web.register.models_sorting import SplitEvent, new_deed
from holdfast.web.register.saving import ConflictError
from holdfast.web.register.splitting import FEWEST, MOST, Details, PartOf, details, split
from holdfast.web.register.triage_pages import address, either, found, gone, onward, show
from holdfast.web.register.versions import since
from holdfast.web.words import LongWords, ShortWords


class PartForm(PlainForm):
    """One part: its words, and what else it gets."""

    title = ShortWords(label="Title", error_messages={"required": "Enter a title for this part"})
    description = LongWords(label="What changed, why and for whom", required=False)
    gets = forms.MultipleChoiceField(
        label="What else belongs to this part?", required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, shared: Details, *words: Any, **named: Any) -> None:
        super().__init__(*words, **named)
        self.shared = shared
        self.fields["gets"].choices = [
            *((f"field:{name}", f"{label(name)}: {_short(value)}") for name, value in shared.fields.items()),
            *((f"term:{code}", f"{term.vocabulary.name}: {term.label}") for code, term in shared.terms.items()),
            *((f"displaced:{place}", f"It replaced: {name}") for place, name in enumerate(shared.displaced)),
        ]

    def part(self) -> PartOf:
        """The part as the service takes it."""
        got = self.cleaned_data["gets"]
        return PartOf(
            self.cleaned_data["title"],
            self.cleaned_data["description"],
            tuple(code.removeprefix("field:") for code in got if code.startswith("field:")),
            tuple(code.removeprefix("term:") for code in got if code.startswith("term:")),
            tuple(self.shared.displaced[int(c.removeprefix("displaced:"))] for c in got if c.startswith("displaced:")),
        )


class SplitForm(PlainForm):
    """What holds for the whole split."""

    why = ShortWords(label="Why is it split? (optional)", required=False)
    deed = forms.CharField(widget=forms.HiddenInput, initial=new_deed, max_length=64)
    read_at = forms.IntegerField(widget=forms.HiddenInput)


@may(VERB)
@either
def parts(request: HttpRequest, identifier: str) -> HttpResponse:
    """Each part's words, and who gets what. "Add another part" keeps what was typed."""
    change = found(identifier)
    if done := SplitEvent.objects.filter(deed=request.POST.get("deed", "")).first():
        return _split(request, change, done)
    if change.merged_into_id is not None or change.withdrawn_at:
        return gone(request, change)
    shared = details(change)
    sending = request.method == "POST" and "more" not in request.POST
    count = _count(request)
    forms_ = [_part_form(request, change, shared, place) for place in range(count)]
    whole = SplitForm(request.POST if sending else None, initial=_first(request, change))
    problem = ""
    if sending and all([whole.is_valid(), *(form.is_valid() for form in forms_)]):
        data = whole.cleaned_data
        try:
            event = split(
                change, request.user, [form.part() for form in forms_],
                read_at=data["read_at"], deed=data["deed"], why=data["why"],
            )  # fmt: skip
        except ConflictError as conflict:
            return _conflict(request, conflict.current, forms_, count)
        except RefusedError as refused:
            problem = str(refused)
        else:
            return _split(request, change, event)
    return render(request, "register/split.jinja", _said(request, change, forms_, whole, count, problem))


def _split(request: HttpRequest, change: Change, event: SplitEvent) -> HttpResponse:
    named = ", ".join(part.identifier for part in event.parts.order_by("pk"))
    messages.success(request, f"{change.identifier} is split. {named} made from it.")
    return onward(request, change)


def _part_form(request: HttpRequest, change: Change, shared: Details, place: int) -> PartForm:
    first = {"title": change.title if place == 0 else "", "description": change.description}
    everything = [code for code, _words in PartForm(shared).fields["gets"].choices]
    first["gets"] = everything if place == 0 else []
    typed = request.method == "POST" and f"part{place}-title" in request.POST
    if typed and "more" in request.POST:  # not sent yet: what was typed, without its faults
        post = request.POST
        return PartForm(
            shared, prefix=f"part{place}",
            initial={"title": post[f"part{place}-title"], "description": post.get(f"part{place}-description", ""),
                     "gets": post.getlist(f"part{place}-gets")},
        )  # fmt: skip
    return PartForm(shared, request.POST if typed else None, prefix=f"part{place}", initial=first)


def _count(request: HttpRequest) -> int:
    asked = request.POST.get("parts", "")
    count = int(asked) if asked.isdigit() and len(asked) < 3 else FEWEST
    return min(max(count + ("more" in request.POST), FEWEST), MOST)


def _first(request: HttpRequest, change: Change) -> dict[str, Any]:
    if "more" not in request.POST:
        return {"read_at": change.version}
    return {"read_at": request.POST.get("read_at"), "why": request.POST.get("why"), "deed": request.POST.get("deed")}


def _conflict(request: HttpRequest, current: Change, typed: list[PartForm], count: int) -> HttpResponse:
    if current.merged_into_id is not None:
        return gone(request, current)
    rows = since(current, request.POST.get("read_at", ""))
    whole = SplitForm(initial={"read_at": current.version, "why": request.POST.get("why", "")})
    said = _said(request, current, typed, whole, count, "")
    conflict = {"current": current, "rows": rows, "version": current.versions.first()}
    return render(request, "register/split.jinja", {**said, "conflict": conflict}, status=409)


def _said(
    request: HttpRequest, change: Change, typed: list[PartForm], whole: SplitForm, count: int, problem: str
) -> dict[str, Any]:
    faults = bool(problem or whole.errors or any(form.errors for form in typed))
    return {
        "change": change, "parts": typed, "whole": whole, "count": count, "most": MOST, "problem": problem,
        "faults": faults, "show": show(request), "address": address,
    }  # fmt: skip


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 120 else f"{text[:117]}…"
