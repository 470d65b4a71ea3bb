"""Machines that a server may be set to use: asking a language model, and what is on and what leaves the building."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from holdfast.web.insight import asking, embedding, frameworks
from holdfast.web.insight.forms import Once
from holdfast.web.insight.models import Asking, Comment, Vector
from holdfast.web.insight.pages.shared import GET_OR_POST, deed
from holdfast.web.people.access import may
from holdfast.web.register.models import LIVE, Change


class AskForm(Once):
    """How many comments may leave."""

    amount = forms.TypedChoiceField(
        label="How many comments may be sent?", coerce=int, widget=forms.RadioSelect, initial=asking.AMOUNTS[0],
        choices=[(number, f"Up to {number}") for number in asking.AMOUNTS],
        error_messages={"required": "Choose how many comments may be sent"},
    )  # fmt: skip


@may("insight.code")
@never_cache
@require_http_methods(GET_OR_POST)
def ask(request: HttpRequest, code: str) -> HttpResponse:
    """What would leave and where to; then ask."""
    vocabulary, model = frameworks.named(code), asking.endpoint()
    form = AskForm(request.POST) if request.method == "POST" else AskForm(initial={"once": deed()})
    comments = Comment.objects.exclude(text="").exists()
    if form.is_valid() and model is not None and comments:
        said = form.cleaned_data
        asking.ask(vocabulary, request.user, said["amount"], said["once"])
        return redirect("insight:themes", code)
    said = {"vocabulary": vocabulary, "model": model, "form": form, "comments": comments,
            "themes": frameworks.terms_of(vocabulary), "key": asking.has_key()}  # fmt: skip
    return render(request, "insight/ask.jinja", said, status=422 if form.errors else 200)


@may("audit.read")
@require_safe
def machines(request: HttpRequest) -> HttpResponse:
    """What is on, since the server was set so, and what has left for it."""
    found = embedding.current()
    said = {
        "model": asking.endpoint(), "key": asking.has_key(), "left": asking.left(), "embedding": found,
        "folder": settings.MINILM, "problem": embedding.problem(), "vectors": Vector.objects.count(),
        "changes": Change.objects.filter(LIVE).count(), "comments": Comment.objects.count(),
        "askings": Asking.objects.select_related("vocabulary", "by")[:20],
    }  # fmt: skip
    return render(request, "insight/machines.jinja", said)
