"""Pages about the interface: a guide made from its own document, and a person's tokens."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from holdfast.web.api import tokens
from holdfast.web.api.interface import api
from holdfast.web.api.models import Token
from holdfast.web.forms import PlainForm
from holdfast.web.people.access import may
from holdfast.web.people.verbs import EVERYBODY, VERBS


class TokenForm(PlainForm):
    """What a token is for, what it may do, and for how long."""

    name = forms.CharField(label="What is it for?", max_length=80, help_text="For example: the monthly report in R.")
    scopes = forms.MultipleChoiceField(
        label="It may", choices=[], required=False, widget=forms.CheckboxSelectMultiple,
        help_text="It may also read whatever anybody may.",
    )  # fmt: skip
    days = forms.TypedChoiceField(
        label="How long should it work?",
        choices=[(30, "30 days"), (90, "90 days"), (365, "A year")],
        coerce=int,
        widget=forms.RadioSelect,
        initial=90,
    )

    def __init__(self, *words: Any, verbs: frozenset[str], **named: Any) -> None:
        super().__init__(*words, **named)
        self.fields["scopes"].choices = [(verb, does) for verb, does in VERBS.items() if verb in verbs]


@may(EVERYBODY)
def guide(request: HttpRequest) -> HttpResponse:
    """How to call it, and every route."""
    document = api.get_openapi_schema()
    routes = [
        {"method": method.upper(), "path": path, "tag": told["tags"][0], **told}
        for path, methods in document["paths"].items()
        for method, told in methods.items()
    ]
    base = request.build_absolute_uri("/")[:-1]
    return render(request, "api/guide.jinja", {"routes": routes, "base": base, "wide": True})


@may("api.use")
def tokens_held(request: HttpRequest) -> HttpResponse:
    """The reader's tokens."""
    return render(request, "api/tokens.jinja", {"tokens": request.user.tokens.all(), "does": VERBS})


@may("api.use")
def new_token(request: HttpRequest) -> HttpResponse:
    """Make a token; its text is shown once."""
    form = TokenForm(request.POST or None, verbs=request.user.verbs)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        text = tokens.make(request.user, told["name"], told["scopes"], told["days"])
        answer = render(request, "api/token_made.jinja", {"text": text, "name": told["name"]})
        answer["Cache-Control"] = "no-store"
        return answer
    return render(request, "api/token_new.jinja", {"form": form})


@may("api.use")
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a token stop working."""
    token = get_object_or_404(Token, pk=pk, user=request.user)
    if request.method != "POST":
        return render(request, "api/revoke.jinja", {"token": token})
    tokens.revoke(request.user, token)
    messages.success(request, f"The token “{token.name}” no longer works.")
    return redirect("api:tokens")
