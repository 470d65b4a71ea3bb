"""The questions that people are asked about themselves: the list, one question, and one more."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from holdfast.web.forms import PlainForm
from holdfast.web.people.access import may
from holdfast.web.voices import asked, questions
from holdfast.web.voices.models import AboutQuestion
from holdfast.web.voices.moderating import StaleError
from holdfast.web.words import LongWords, ShortWords


class QuestionForm(PlainForm):
    """One question."""

    label = ShortWords(label="The question", error_messages={"required": "Write the question"})
    why = ShortWords(
        label="Why it is asked", most=300, help_text="People read this beside the question.",
        error_messages={"required": "Say why it is asked: people read it beside the question"},
    )  # fmt: skip
    levels = LongWords(
        label="Answers", most=4_000, widget=forms.Textarea(attrs={"rows": 8}),
        help_text="One on each line, in the order in which they are shown. “Prefer not to say” always comes last.",
        error_messages={"required": "Give the answers, one on each line"},
    )  # fmt: skip
    version = ShortWords(
        label="Where the answers come from", most=40, required=False,
        help_text="For example, Census 2021. A make-up of the population should use the same answers.",
    )  # fmt: skip
    place = forms.IntegerField(
        label="Its place among the questions", min_value=1, max_value=999,
        error_messages={"invalid": "Give its place as a whole number"},
    )  # fmt: skip
    asked = forms.ChoiceField(
        label="Is it asked?", choices=[("yes", "Yes"), ("no", "No. Answers that people gave are kept")],
        widget=forms.RadioSelect, error_messages={"required": "Choose whether it is asked"},
    )  # fmt: skip
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)

    def clean_levels(self) -> list[str]:
        """The answers in order."""
        return questions.levels_of(self.cleaned_data["levels"])

    def wanted(self) -> questions.Wanted:
        """What was asked for."""
        said = self.cleaned_data
        return questions.Wanted(
            said["label"], said["why"], said["levels"], said["version"], said["asked"] == "yes", said["place"]
        )


@may("voices.moderate")
@require_safe
def every(request: HttpRequest) -> HttpResponse:
    """Every question, asked or not."""
    return render(request, "voices/questions.jinja", {"rows": list(AboutQuestion.objects.all())})


@may("voices.moderate")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, code: str) -> HttpResponse:
    """One question. Where somebody else has changed it since, both are shown and nothing is lost."""
    held = get_object_or_404(AboutQuestion, code=code)
    form = QuestionForm(request.POST) if request.method == "POST" else QuestionForm(initial=_first(held))
    stale = False
    if form.is_valid():
        try:
            questions.save(held, request.user, form.wanted(), read_at=form.cleaned_data["revision"] or 0)
        except StaleError:
            held.refresh_from_db()
            form = QuestionForm({**request.POST.dict(), "revision": held.revision})
            stale = form.is_valid()
        else:
            messages.success(request, "The question is kept.")
            return redirect("voices:questions")
    said = {"held": held, "form": form, "stale": stale, "given": asked.given().get(code, {})}
    return render(request, "voices/question.jinja", said, status=409 if stale else 422 if form.errors else 200)


@may("voices.moderate")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """A question of the organisation's own."""
    first = {"asked": "yes", "place": AboutQuestion.objects.count() + 1}
    form = QuestionForm(request.POST) if request.method == "POST" else QuestionForm(initial=first)
    if form.is_valid():
        questions.add(request.user, form.wanted())
        messages.success(request, "The question is kept.")
        return redirect("voices:questions")
    said: dict[str, Any] = {"held": None, "form": form, "stale": False, "given": {}}
    return render(request, "voices/question.jinja", said, status=422 if form.errors else 200)


def _first(held: AboutQuestion) -> dict[str, Any]:
    return {
        "label": held.label, "why": held.why, "levels": "\n".join(held.levels), "version": held.version,
        "place": held.place, "asked": "yes" if held.asked else "no", "revision": held.revision,
    }  # fmt: skip
