"""What a private link opens: where the change stands, the optional questions, and being told."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from holdfast.web.forms import PlainForm
from holdfast.web.people.access import may
from holdfast.web.people.limits import too_often
from holdfast.web.people.verbs import EVERYBODY
from holdfast.web.register import following
from holdfast.web.register.merging import standing
from holdfast.web.register.models import Change
from holdfast.web.register.pages.conflicts import differences
from holdfast.web.register.questions import Question, answer, form_for, questions, whole
from holdfast.web.register.saving import ConflictError
from holdfast.web.register.tables import Follow
from holdfast.web.register.telling import acceleration_words

AUTHOR = "its author, by their private link"


class EmailForm(PlainForm):
    """Where to tell somebody what was decided."""

    email = forms.EmailField(
        label="E-mail address (optional)",
        required=False,
        help_text="Used only to tell you what is decided about this change. Nobody else sees it.",
        error_messages={"invalid": "Enter an e-mail address such as name@example.org."},
    )


def held_by(token: str) -> Follow:
    """The private link, with its change."""
    return get_object_or_404(Follow.objects.select_related("change__merged_into"), token=token)


@may(EVERYBODY)
@never_cache
@require_safe
def follow(request: HttpRequest, token: str) -> HttpResponse:
    """You said → we decided → done."""
    held = held_by(token)
    change = whole(held.change_id)
    kept = standing(change)
    asked = questions() if held.author else []
    said = {
        "held": held, "change": change, "kept": kept, "news": following.news_of(kept),
        "done_count": sum(question.answered(change) for question in asked), "asked": len(asked),
        "link": request.build_absolute_uri(), "form": EmailForm(initial={"email": held.email}),
    }  # fmt: skip
    return render(request, "register/follow.jinja", said)


@may(EVERYBODY)
@require_POST
def tell_me(request: HttpRequest, token: str) -> HttpResponse:
    """Keep, or forget, an e-mail address."""
    held = held_by(token)
    form = EmailForm(request.POST)
    if not form.is_valid():
        change = whole(held.change_id)
        said = {"held": held, "change": change, "kept": standing(change), "news": [], "form": form}
        return render(request, "register/follow.jinja", said, status=422)
    following.set_email(held, form.cleaned_data["email"])
    kept = form.cleaned_data["email"]
    messages.success(request, f"We will write to {kept} when there is news." if kept else "We will not write to you.")
    return redirect("register:follow", token=token)


@may("register.capture")
@never_cache
@require_safe
def all_questions(request: HttpRequest, token: str) -> HttpResponse:
    """Every question, and which have an answer."""
    held, change = _author(token)
    rows = [(question, question.answered(change)) for question in questions()]
    said = {"held": held, "change": change, "rows": rows, "done": sum(done for _question, done in rows)}
    return render(request, "register/questions.jinja", said)


@may("register.capture")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def question(request: HttpRequest, token: str, code: str) -> HttpResponse:
    """One optional question."""
    held, change = _author(token)
    if change.merged_into is not None:
        messages.info(request, "Your change has been joined with another, so its own record is no longer added to.")
        return redirect("register:follow", token=token)
    asked = questions()
    at = next((i for i, found in enumerate(asked) if found.code == code), None)
    if at is None:
        raise Http404
    if request.method != "POST":
        return _asked(request, held, change, asked, at, form_for(asked[at], change))
    if not request.user.is_authenticated and too_often(request, "answer", 1_200, 600):
        return HttpResponse("Many answers have come from your network. Wait ten minutes, then go back.", status=429)
    return _answered(request, held, change, asked, at)


def _answered(request: HttpRequest, held: Follow, change: Change, asked: list[Question], at: int) -> HttpResponse:
    form = form_for(asked[at], change, request.POST)
    if not form.is_valid():
        return _asked(request, held, change, asked, at, form, status=422)
    actor: Any = request.user if request.user.is_authenticated else AUTHOR
    try:
        saved = answer(asked[at], change, actor, form.cleaned_data, verb="register.capture")
    except ConflictError as conflict:
        now = whole(conflict.current.pk)
        typed = request.POST.copy()
        typed["read_at"] = str(now.version)
        both = differences(asked[at].fields, now, form.cleaned_data)
        return _asked(request, held, now, asked, at, form_for(asked[at], now, typed), status=409, both=both)
    if "actual_months" in asked[at].fields and (how := acceleration_words(saved)):
        messages.success(request, f"That is {how}.")
    if "stop" in request.POST:
        return redirect("register:follow", token=held.token)
    return redirect(_next(held, asked, at))


def _next(held: Follow, asked: list[Question], at: int) -> str:
    from django.urls import reverse

    if at + 1 < len(asked):
        return reverse("register:question", kwargs={"token": held.token, "code": asked[at + 1].code})
    return reverse("register:questions", kwargs={"token": held.token})


def _asked(
    request: HttpRequest, held: Follow, change: Change, asked: list[Question], at: int, form: PlainForm, *,
    status: int = 200, both: Any = (),
) -> HttpResponse:  # fmt: skip
    said = {
        "held": held, "change": change, "question": asked[at], "number": at + 1, "total": len(asked), "form": form,
        "both": both, "skip": _next(held, asked, at), "groups": groups(asked[at]),
        "before": asked[at - 1].code if at else None, "faster": acceleration_words(change),
    }  # fmt: skip
    return render(request, "register/question.jinja", said, status=status)


def groups(asked: Question) -> list[tuple[str, list[Any]]]:
    """A vocabulary's terms under the terms they stand under, for a page of boxes to tick."""
    if asked.vocabulary is None:
        return []
    terms = list(asked.vocabulary.terms.all())
    heads = {term.parent_id for term in terms if term.parent_id}
    by = {term.pk: term.label for term in terms}
    found: dict[str, list[Any]] = {}
    for term in terms:
        if term.pk not in heads:
            found.setdefault(by.get(term.parent_id, ""), []).append(term)
    return list(found.items())


def _author(token: str) -> tuple[Follow, Change]:
    held = held_by(token)
    if not held.author:
        raise Http404
    return held, whole(held.change_id)
