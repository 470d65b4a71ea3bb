"""The first step of the loop on a change's page: its record."""

from __future__ import annotations

from django.http import HttpRequest

from holdfast.web.people.access import allowed
from holdfast.web.register.fields import LABELS
from holdfast.web.register.loop import Part, Step, add_step
from holdfast.web.register.models import Change
from holdfast.web.register.telling import LONG_ONES, missing_of, rows_of, terms_by_list


def record(request: HttpRequest, change: Change) -> Part:
    """What was told, what it replaced, for whom and how fast."""
    told = [
        (LABELS[name], getattr(change, name)) for name in LONG_ONES if name != "description" and getattr(change, name)
    ]
    said = {
        "facts": rows_of(change),
        "told": told,
        "lists": terms_by_list(change),
        "may_amend": allowed(request.user, "register.amend"),
    }
    return Part("register/record.jinja", said, missing_of(change))


def add_steps() -> None:
    """Called when the server starts."""
    add_step(Step("Record", 10, "register.read", record))
