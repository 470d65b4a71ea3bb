"""You said → we decided → done: the private links by which people follow a change, and who tells them what."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from holdfast.web.people import audit
from holdfast.web.register.merging import family
from holdfast.web.register.models import Change
from holdfast.web.register.tables import Follow

DECIDED, DONE, ASKED = "decided", "done", "asked"


@dataclass(frozen=True)
class News:
    """One thing that became of a change. ``step`` is ``decided``, ``done`` or ``asked`` (somebody asks its author)."""

    step: str
    said: str
    on: dt.datetime | dt.date | None = None
    because: str = ""
    href: str = ""


Tell = Callable[[Change], Iterable[News]]
Outcomes = Callable[[Sequence[Change]], Mapping[int, str]]
_NEWS: dict[str, Tell] = {}
_OUTCOMES: dict[str, Outcomes] = {}


def add_news(fn: Tell, name: str = "") -> None:
    """Called from an app's ``ready``: ``fn(change)`` gives what became of the change, for its follow page."""
    _NEWS[name or f"{fn.__module__}.{fn.__qualname__}"] = fn


def add_outcomes(fn: Outcomes, name: str = "") -> None:
    """Called from an app's ``ready``: ``fn(changes)`` says in a sentence what became of each, by its key.

    It is asked about a few changes at once, and should ask the database a fixed number of times.
    """
    _OUTCOMES[name or f"{fn.__module__}.{fn.__qualname__}"] = fn


def news_of(change: Change) -> list[News]:
    """What became of a change, the earliest first; undated last."""
    found = [news for fn in _NEWS.values() for news in fn(change)]
    return sorted(found, key=lambda news: str(news.on or "9999"))


def outcomes_of(changes: Sequence[Change]) -> dict[int, str]:
    """What became of each, in a sentence, by its key; changes of which nothing is known yet are left out."""
    found: dict[int, list[str]] = {}
    for fn in _OUTCOMES.values():
        for key, said in fn(changes).items():
            found.setdefault(key, []).append(said)
    return {key: " ".join(said) for key, said in found.items()}


def followers(change: Change) -> list[Follow]:
    """Every link by which somebody follows the change, or a change merged into it. Many have no e-mail address."""
    return list(Follow.objects.filter(change__in=family(change)).select_related("change").order_by("id"))


@transaction.atomic
def follow(change: Change, actor: Any, *, author: bool = False, once: str | None = None) -> Follow:
    """A private link to a change; somebody with an account has one for each change."""
    user = audit.account(actor)
    if user is not None:
        found = Follow.objects.filter(change=change, user=user).order_by("-author").first()
        if found:
            return found
    made = Follow.objects.create(change=change, user=user, author=author, once=once)
    audit.record(actor, "register.read", "follow", change.identifier, "follows by a private link")
    return made


@transaction.atomic
def set_email(held: Follow, email: str) -> None:
    """Where to tell this follower what was decided; empty stops it, and forgets the address."""
    if held.email == email:
        return
    held.email = email
    held.save(update_fields=["email"])
    said = "gave an e-mail address to be told at" if email else "took their e-mail address away"
    audit.record("somebody with a private link", "register.read", "follow", held.change.identifier, said)
