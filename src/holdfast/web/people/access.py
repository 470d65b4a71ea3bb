"""Who may open a page: each view names one verb, and a page that names none is not served."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from holdfast.web.people.models import Role, public_verbs
from holdfast.web.people.verbs import EVERYBODY, SIGNED_IN, VERBS

View = Callable[..., HttpResponse]
OTHERS = ("allauth.", "django.views.static", "django.contrib.staticfiles", "ninja.")
"""Whose views keep their own door: sign-in pages, files, and the programming interface with its tokens."""


def may(verb: str) -> Callable[[View], View]:
    """The view is for people who hold the verb (or ``EVERYBODY``, or ``SIGNED_IN``)."""
    if verb not in VERBS and verb not in {EVERYBODY, SIGNED_IN}:
        raise ImproperlyConfigured(f"{verb!r} is not a verb; see people/verbs.py.")

    def dress(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *words: Any, **named: Any) -> HttpResponse:
            return view(request, *words, **named) if allowed(request.user, verb) else refused(request, verb)

        guarded.verb = verb  # type: ignore[attr-defined]
        return guarded

    return dress


def allowed(user: Any, verb: str) -> bool:
    """Whether the user holds the verb."""
    if verb == EVERYBODY:
        return True
    if verb == SIGNED_IN:
        return bool(user.is_authenticated)
    return verb in verbs_of(user)


def verbs_of(user: Any) -> frozenset[str]:
    """Everything the reader may do; looked up once a request."""
    if user.is_authenticated:
        held: frozenset[str] = user.verbs
        return held
    if not hasattr(user, "public_verbs"):
        user.public_verbs = public_verbs()
    found: frozenset[str] = user.public_verbs
    return found


def refused(request: HttpRequest, verb: str) -> HttpResponse:
    """To the sign-in page when that may help; else a page that says what is missing and who could give it."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    holders = [role for role in Role.objects.all() if verb in role.verbs]
    said = {"verb": verb, "does": VERBS.get(verb, ""), "holders": holders}
    return render(request, "people/refused.jinja", said, status=403)


class EveryPageSaysWhoMayReadIt:
    """Refuse to serve a view that does not say who it is for, so that forgetting shuts the door."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, _words: Any, _named: Any) -> HttpResponse | None:
        """Called by Django before each view."""
        inner = getattr(view, "func", view)  # a partial's own function
        if hasattr(view, "verb") or inner.__module__.startswith(OTHERS):
            return None
        raise ImproperlyConfigured(f"{inner.__module__}.{inner.__qualname__} names no verb; decorate it with @may(…).")
