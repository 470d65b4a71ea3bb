"""The change that a page is about, and who is asking."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from holdfast.web.people.limits import too_often
from holdfast.web.register.merging import standing
from holdfast.web.register.models import Change
from holdfast.web.voices.models import Participant
from holdfast.web.voices.taking import WithdrawnError

JOINS: Final = (120, 600)
ANSWERS: Final = (1_200, 600)
"""How many may join, and answer, from one network address in how many seconds. A whole hospital may share one."""


def change_of(identifier: str) -> Change:
    """The change, or the one that it was joined with; page not found where it was withdrawn."""
    found = Change.objects.select_related("merged_into").prefetch_related("practices").filter(identifier=identifier)
    held = found.first()
    change = standing(held) if held is not None else None
    if change is None or change.withdrawn_at is not None:
        raise Http404("No change that people may speak about has this number.")
    return change


def person_of(token: str) -> Participant:
    """Who holds a private link."""
    return get_object_or_404(Participant.objects.select_related("change__merged_into"), token=token)


def link_of(person: Participant) -> str:
    """The private link, whole."""
    return str(settings.SITE_ADDRESS) + reverse("voices:receipt", args=[person.token])


def erased_is_told(page: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page that says so where somebody answers who took everything back in the meantime: nothing is kept."""

    @wraps(page)
    def guarded(request: HttpRequest, *words: Any, **named: Any) -> HttpResponse:
        try:
            return page(request, *words, **named)
        except WithdrawnError as problem:
            change = standing(problem.person.change)
            said = {"person": problem.person, "change": change, "late": True}
            return render(request, "voices/withdrawn.jinja", said, status=409)

    return guarded


def held_up(request: HttpRequest, deed: str, limit: tuple[int, int]) -> HttpResponse | None:
    """A page that asks to wait, when too much comes from one address; None when all is well."""
    wait = too_often(request, f"voices-{deed}", *limit)
    if not wait:
        return None
    answer = render(request, "voices/wait.jinja", {"minutes": -(-wait // 60)}, status=429)
    answer.headers["Retry-After"] = str(wait)
    return answer
