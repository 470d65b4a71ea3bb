"""The one box, the receipt, and others like it."""

from __future__ import annotations

import secrets
from typing import Final

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from holdfast.web.forms import PlainForm
from holdfast.web.people.access import may
from holdfast.web.people.limits import too_often
from holdfast.web.register import capturing
from holdfast.web.register.merging import standing
from holdfast.web.register.pages.following import EmailForm, held_by
from holdfast.web.register.questions import questions, whole
from holdfast.web.register.similar import Others, others_like
from holdfast.web.words import LongWords

OFTEN: Final = (60, 600)
"""Changes that one network address may record, without an account, in how many seconds. Many people share one."""
LOOKS: Final = (600, 600)
"""Times that one address may ask for others like what is being typed."""


class ToldForm(PlainForm):
    """What changed."""

    told = LongWords(
        label="What changed?",
        help_text="A sentence or two is enough: what changed, why, and for whom. Do not name any patient.",
        error_messages={"required": "Say what changed, in a few words or more."},
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    once = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput())


@may("register.capture")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def capture(request: HttpRequest) -> HttpResponse:
    """One box."""
    if request.method != "POST":
        return _box(request, ToldForm(initial={"once": secrets.token_urlsafe(16)}))
    form = ToldForm(request.POST)
    if not form.is_valid():
        return _box(request, form, status=422)
    if not request.user.is_authenticated and (wait := too_often(request, "capture", *OFTEN)):
        form.add_error(None, f"Many changes have come from your network. Yours is still below: save it in {_in(wait)}.")
        return _box(request, form, status=429)
    once = form.cleaned_data["once"] or secrets.token_urlsafe(16)
    follow = capturing.capture(request.user, form.cleaned_data["told"], once=once)
    return redirect("register:receipt", token=follow.token)


@may("register.capture")
@never_cache
@require_safe
def receipt(request: HttpRequest, token: str) -> HttpResponse:
    """Thank you, who else did something like it, and the private link."""
    held = held_by(token)
    change = whole(held.change_id)
    asked = questions()
    said = {
        "held": held, "change": change, "kept": standing(change),
        "form": EmailForm(initial={"email": held.email}),
        "others": others_like(change.description or change.title, without=change),
        "first": next((question for question in asked if not question.answered(change)), None),
        "asked": len(asked), "link": request.build_absolute_uri(_path(token)),
    }  # fmt: skip
    return render(request, "register/receipt.jinja", said)


@may("register.capture")
@require_POST
def like(request: HttpRequest) -> HttpResponse:
    """Others like what is being typed: a piece of a page, asked for by capture.js."""
    if too_often(request, "like", *LOOKS):
        return HttpResponse(status=429)
    told = request.POST.get("told", "")[:4_000].replace("\x00", " ")
    return render(request, "register/like.jinja", {"others": others_like(told) if told else Others()})


def _box(request: HttpRequest, form: ToldForm, status: int = 200) -> HttpResponse:
    return render(request, "register/capture.jinja", {"form": form}, status=status)


def _in(seconds: int) -> str:
    minutes = -(-seconds // 60)
    return "a minute" if minutes == 1 else f"{minutes} minutes"


def _path(token: str) -> str:
    from django.urls import reverse

    return reverse("register:follow", kwargs={"token": token})
