"""What every template knows about the person reading."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from holdfast.web.people.access import verbs_of


def person(request: HttpRequest) -> dict[str, Any]:
    """``user`` and ``verbs``: what the reader may do, so that pages offer only that."""
    user = getattr(request, "user", None)
    if user is None:
        return {"user": None, "verbs": frozenset()}
    return {"user": user if user.is_authenticated else None, "verbs": verbs_of(user)}
