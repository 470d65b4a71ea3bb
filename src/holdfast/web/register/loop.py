"""One change, one page, the whole loop: the rooms after this one hang their steps here when the server starts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest

from holdfast.web.people.access import allowed
from holdfast.web.register.models import Change


@dataclass(frozen=True)
class Part:
    """What a step says of one change: a template, what it is given, and what is missing, in plain sentences."""

    template: str
    said: dict[str, Any] = field(default_factory=dict)
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Step:
    """A step of the loop on the change's page, for people who hold ``verb``, in the order of ``place``.

    Places: record 10, understand 20, evidence 30, voices 40, decide 50, watch 60, spread 70.
    """

    name: str
    place: int
    verb: str
    build: Callable[[HttpRequest, Change], Part]


_STEPS: dict[str, Step] = {}


def add_step(step: Step) -> None:
    """Called from an app's ``ready``; a second step of the same name replaces the first."""
    _STEPS[step.name] = step


def parts(request: HttpRequest, change: Change) -> list[tuple[Step, Part]]:
    """Every step that the reader may see, in the order of the loop."""
    steps = sorted(_STEPS.values(), key=lambda step: step.place)
    return [(step, step.build(request, change)) for step in steps if allowed(request.user, step.verb)]
