"""By what a browser is known to be somebody who took part: their private tokens, in a cookie that is signed."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from holdfast.web.voices.models import Participant

COOKIE: Final = "holdfast_voices"
SALT: Final = "holdfast.voices.browser"
LASTS: Final = 365 * 24 * 3600
"""Seconds for which a browser is known after it was last used here."""
MOST: Final = 60
"""Conversations that a browser remembers, the latest: a cookie holds some four thousand characters."""
BETWEEN: Final = "."


def tokens(request: HttpRequest) -> list[str]:
    """The private tokens that this browser holds, the latest first."""
    held = request.get_signed_cookie(COOKIE, default="", salt=SALT, max_age=LASTS)
    return [one for one in str(held).split(BETWEEN) if one]


def remember(request: HttpRequest, answer: HttpResponse, person: Participant) -> HttpResponse:
    """Let this browser go on as somebody; the latest of a conversation is who it is."""
    kept = [person.token, *(one for one in tokens(request) if one != person.token)][:MOST]
    answer.set_signed_cookie(COOKIE, BETWEEN.join(kept), salt=SALT, max_age=LASTS, **_where())
    return answer


def forget(request: HttpRequest, answer: HttpResponse, person: Participant) -> HttpResponse:
    """Let this browser no longer be somebody: their answers stay, and their private link opens them."""
    kept = [one for one in tokens(request) if one != person.token]
    if kept:
        answer.set_signed_cookie(COOKIE, BETWEEN.join(kept), salt=SALT, max_age=LASTS, **_where())
    else:
        answer.delete_cookie(COOKIE, path=_where()["path"], samesite="Lax")
    return answer


def _where() -> dict[str, Any]:
    """Only these pages get it, no script reads it, and no other site's form sends it."""
    return {
        "path": reverse("voices:list"), "httponly": True, "samesite": "Lax",
        "secure": bool(settings.SESSION_COOKIE_SECURE),
    }  # fmt: skip
