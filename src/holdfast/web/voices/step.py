"""The voices step on a change's own page."""

from __future__ import annotations

from django.http import HttpRequest

from holdfast.web.register import merging
from holdfast.web.register.loop import Part, Step, add_step
from holdfast.web.register.models import Change
from holdfast.web.voices import choosing, telling
from holdfast.web.voices.asked import ROLES
from holdfast.web.voices.results import current

ASKED_FOR = ("clinicians", "leaders", "innovators", "patients")


def hang() -> None:
    """Called when the server starts."""
    add_step(Step("Voices", 40, "voices.read", build))


def build(_request: HttpRequest, change: Change) -> Part:
    """Role by role what people would do, the weakest belief, and who is missing."""
    told = current(change).told
    statements = len(choosing.accepted(merging.family(change)))
    said = {"told": told, "lines": telling.lines(told), "statements": statements,
            "minutes": choosing.minutes(statements)}  # fmt: skip
    return Part("voices/step.jinja", said, _missing(told))


def _missing(told: dict[str, object]) -> tuple[str, ...]:
    if not told["heard"]:
        return ("Nobody has been heard on this change. That does not mean that people agree.",)
    people = told["people"]
    heard = {str(one["role"]) for one in people} if isinstance(people, list) else set()
    names = dict(ROLES)
    absent = [role for role in ASKED_FOR if role not in heard and role in names]
    found = [f"Nobody was heard as: {', '.join(absent)}."] if absent else []
    warnings = told.get("warnings")
    return (*found, *(str(one) for one in (warnings if isinstance(warnings, list) else [])[:3]))
