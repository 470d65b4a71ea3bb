"""The understanding on a change's page: its passages and comments, what made it possible, and changes like it."""

from __future__ import annotations

from typing import Any, Final

from django.core.cache import cache
from django.db.models import Q
from django.http import HttpRequest

from holdfast.web.insight import frameworks, looking, ratings, withholding
from holdfast.web.insight.models import Comment, Scrap
from holdfast.web.register import similar
from holdfast.web.register.loop import Part, Step, add_step
from holdfast.web.register.merging import family
from holdfast.web.register.models import Change

SHOWN: Final = 5
KEPT: Final = 600
"""Seconds for which the changes like one are kept."""


def hang() -> None:
    """Called once, when the server starts."""
    add_step(Step("Understand", 20, "insight.read", build))


def build(_request: HttpRequest, change: Change) -> Part:
    """What the step says of one change."""
    mine = Q(change__in=family(change))
    passages = list(Scrap.objects.filter(mine).select_related("file").order_by("id")[:SHOWN])
    comments = Comment.objects.filter(mine).count()
    shown, themes = _themes(change) if comments > withholding.hide_to() else (None, [])
    rated = ratings.of(change)
    said: dict[str, Any] = {
        "change": change, "passages": passages, "comments": comments, "rated": rated, "shown": shown,
        "themes": themes, "like": _like(change),
    }  # fmt: skip
    return Part("insight/step.jinja", said, _missing(comments, rated))


def _themes(change: Change) -> tuple[int | None, list[tuple[str, int | None]]]:
    """How many comments it has, and in how many of them each theme of the first list is; None for what is withheld."""
    vocabulary = frameworks.lists()[0]
    labels = {term.code: term.label for term in frameworks.terms_of(vocabulary)}
    told = looking.look(looking.Asked(vocabulary, change=change.identifier))
    rows = [(labels[row["theme"]], row["count"]) for row in told["rows"] if row["count"] or row["hidden"]]
    return told["comments"], rows


def _like(change: Change) -> list[dict[str, Any]]:
    """The changes most like it, kept for a while: they alter slowly, and comparing takes time."""
    key = f"insight:like:{change.pk}:{change.version}"
    told: list[dict[str, Any]] | None = cache.get(key)
    if told is None:
        found = similar.others_like(similar.telling(change), without=change).closest
        told = [
            {"identifier": one.change.identifier, "title": one.change.title, "outcome": one.outcome,
             "likely": round(100 * one.likeness)}
            for one in found
        ]  # fmt: skip
        cache.set(key, told, KEPT)
    return told


def _missing(comments: int, rated: dict[str, Any]) -> tuple[str, ...]:
    said = [] if comments else ["No comment names this change, so nobody has been heard in their own words."]
    if not rated["raters"]:
        said.append("Nobody has said what made it possible.")
    elif rated["raters"] == 1:
        said.append("Only one person has said what made it possible, so nobody can tell whether others agree.")
    return tuple(said)
