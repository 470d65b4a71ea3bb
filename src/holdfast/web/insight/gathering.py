"""Comments with their themes and what is known of each, read once for as many looks as nobody adds anything between."""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections import OrderedDict
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from django.db.models import Max, QuerySet, TextField
from django.db.models.functions import Cast

from holdfast.understand.insights import Mention, mentions
from holdfast.understand.themes import Comment as Words
from holdfast.understand.themes import Suggestion as Offer
from holdfast.web.insight import frameworks, learning
from holdfast.web.insight.models import Coding, Comment, Suggestion
from holdfast.web.register.merging import family
from holdfast.web.register.models import Change, Term, Vocabulary

PERIODS: Final = 40
"""Periods on one chart; of more, the latest."""
HELD: Final = 4
"""Readings that a process keeps."""
AT_ONCE: Final = 5_000


@dataclass(frozen=True)
class Gathered:
    """A row for each comment, and the periods in order."""

    found: list[Mention]
    periods: list[str]


_held: OrderedDict[str, Gathered] = OrderedDict()
_lock = threading.Lock()


def stamp() -> str:
    """Alters when a comment, a coding, a suggestion or a term comes, and when changes are merged or parted."""
    last = [model.objects.aggregate(last=Max("pk"))["last"] for model in (Comment, Coding, Suggestion, Term)]
    merged = Change.objects.filter(merged_into__isnull=False)
    return repr((last, merged.count(), merged.aggregate(last=Max("updated_at"))["last"]))


def gather(vocabulary: Vocabulary, span: str, setting: str, change: str, now: str) -> Gathered:
    """The comments of a setting or a change, or all. ``now``: the stamp."""
    key = repr((now, vocabulary.pk, span, setting, change))
    with _lock:
        found = _held.pop(key, None)
    found = found or _gather(vocabulary, span, setting, change)
    with _lock:
        _held[key] = found
        while len(_held) > HELD:
            _held.popitem(last=False)
    return found


def _gather(vocabulary: Vocabulary, span: str, setting: str, change: str) -> Gathered:
    rows, narrowed = comments_of(setting, change), bool(setting or change)
    words, facts = [], {}
    told = rows.annotate(people=Cast("population", TextField())).order_by("id")
    about = cache(_about)  # the same for many: one of each is kept
    called = cache(lambda on: period(on, span) if on is not None else "")
    for pk, place, people, on in told.values_list("pk", "setting", "people", "said_on").iterator(AT_ONCE):
        words.append(Words(str(pk), ""))
        facts[str(pk)] = about(people, place, called(on))
    codings = learning.said_of(vocabulary, rows.values("pk") if narrowed else None)
    name = frameworks.framework_id(vocabulary)
    offers = Suggestion.objects.filter(learning__vocabulary=vocabulary, suggested=True)
    offers = offers.filter(comment__in=rows.values("pk")) if narrowed else offers
    offered = (
        Offer(str(pk), name, theme, True, made_by, model)
        for pk, theme, made_by, model in offers.values_list("comment", "theme", "made_by", "model").iterator(AT_ONCE)
    )
    found = mentions(words, facts, name, codings, offered)
    return Gathered(found, _periods(found))


def _about(people: str, place: str, when: str) -> dict[str, str]:
    said: dict[str, str] = json.loads(people)
    return ({"setting": place} if place else {}) | said | ({"period": when} if when else {})


def comments_of(setting: str, change: str) -> QuerySet[Comment]:
    """Comments from a setting, or of a change and those merged into it."""
    rows = Comment.objects.all()
    rows = rows.filter(setting=setting) if setting else rows
    if change:
        rows = rows.filter(change__in=[key for one in Change.objects.filter(identifier=change) for key in family(one)])
    return rows


def texts(found: list[Mention], theme: str) -> list[Words]:
    """The words of the comments that hold a theme."""
    keys = [int(one.comment) for one in found if theme in one.themes]
    held: dict[int, str] = {}
    for at in range(0, len(keys), AT_ONCE):
        held |= dict(Comment.objects.filter(pk__in=keys[at : at + AT_ONCE]).values_list("pk", "text"))
    return [Words(str(key), held.get(key, "")) for key in keys]


def period(on: dt.date, span: str) -> str:
    """The name of the period that a day falls in; names sort by time."""
    if span == "month":
        return f"{on:%Y-%m}"
    return f"{on.year} Q{(on.month - 1) // 3 + 1}" if span == "quarter" else str(on.year)


def _periods(found: list[Mention]) -> list[str]:
    held = sorted({m.facts["period"] for m in found if m.facts.get("period")})
    if not held:
        return []
    every = [held[0]]
    while every[-1] != held[-1]:
        every.append(_after(every[-1]))
    return every[-PERIODS:]


def _after(name: str) -> str:
    if "Q" in name:
        year, quarter = int(name[:4]), int(name[-1])
        return f"{year + quarter // 4} Q{quarter % 4 + 1}"
    if "-" in name:
        year, month = int(name[:4]), int(name[5:])
        return f"{year + month // 12}-{month % 12 + 1:02d}"
    return str(int(name) + 1)


def dimensions() -> list[str]:
    """Each dimension of the population that some comment holds."""
    kinds = Comment.objects.annotate(people=Cast("population", TextField())).values_list("people", flat=True)
    held: dict[str, Any] = {key: 1 for people in kinds.order_by().distinct() for key in json.loads(people)}
    return list(held)
