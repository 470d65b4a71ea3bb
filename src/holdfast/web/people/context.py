"""What every template knows about the person reading."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from holdfast.web.people.models import public_verbs


def person(request: HttpRequest) -> dict[str, Any]:
    """``user`` and ``verbs``: what the reader may do, so that pages offer only that."""
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        return {"user": user, "verbs": user.verbs}
    return {"user": None, "verbs": public_verbs()}
