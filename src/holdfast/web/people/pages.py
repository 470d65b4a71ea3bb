"""Pages about accounts."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from holdfast.web.people.access import may
from holdfast.web.people.models import Role
from holdfast.web.people.verbs import EVERYBODY, VERBS


@may(EVERYBODY)
def me(request: HttpRequest) -> HttpResponse:
    """What the reader may do and why, and which role would let them do the rest."""
    held = set(request.user.roles.all()) if request.user.is_authenticated else set()
    roles = list(Role.objects.all())
    rows = [
        (does, [role for role in roles if verb in role.verbs and (role in held or role.code == "public-reader")],
         [role for role in roles if verb in role.verbs])
        for verb, does in VERBS.items()
    ]  # fmt: skip
    return render(request, "people/me.jinja", {"rows": rows})
