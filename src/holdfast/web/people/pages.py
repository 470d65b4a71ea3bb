"""Pages for everybody about their own account: what they may do, joining, and the first way in."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters

from holdfast.web.people import entering, inviting
from holdfast.web.people.access import may
from holdfast.web.people.forms import JoinForm
from holdfast.web.people.limits import too_often
from holdfast.web.people.models import Role
from holdfast.web.people.verbs import EVERYBODY, PUBLIC_ROLE, VERBS

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@may(EVERYBODY)
def me(request: HttpRequest) -> HttpResponse:
    """What the reader may do and why, and which role would let them do the rest."""
    roles = list(Role.objects.all())
    held = set(request.user.roles.all()) if request.user.is_authenticated else set()
    mine = [role for role in roles if role in held or role.code == PUBLIC_ROLE]
    rows = [(does, _holding(mine, verb), _holding(roles, verb)) for verb, does in VERBS.items()]
    return render(request, "people/me.jinja", {"rows": rows, "mine": mine})


def _holding(roles: list[Role], verb: str) -> list[Role]:
    return [role for role in roles if verb in role.verbs]


@sensitive_post_parameters()
@may(EVERYBODY)
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Make the account that an invitation is for."""
    if too_often(request, "join", 30, 600) or (invitation := inviting.waiting(token)) is None:
        return render(request, "people/too_late.jinja", status=404)
    form = JoinForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = inviting.accept(invitation, form.cleaned_data["name"], form.cleaned_data["password"])
        return _welcome(request, user) if user else render(request, "people/too_late.jinja", status=409)
    return render(request, "people/join.jinja", {"form": form, "invitation": invitation})


@may(EVERYBODY)
def enter(request: HttpRequest, token: str) -> HttpResponse:
    """The way in that ``holdfast serve`` prints on a laptop: once, and only from the same machine."""
    user = entering.owner(request, token)
    return _welcome(request, user) if user else render(request, "people/too_late.jinja", status=404)


def _welcome(request: HttpRequest, user: Any) -> HttpResponse:
    login(request, user, backend=BACKEND)
    return redirect("home")
