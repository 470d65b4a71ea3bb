"""Comments with their themes and what is known of each, read once for as many looks as nobody adds anything between."""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections import OrderedDict
from functools import cache
from typing import Any, Final

from django.db.models import Max, TextField
from django.db.models.functions import Cast

from holdfast.understand.insights import Mention, mentions
from holdfast.understand.themes import Comment as Words
from holdfast.understand.themes import Suggestion as Offer
from holdfast.web.insight import frameworks, learning, merged
from holdfast.web.insight.models import Coding, Comment, Suggestion
from holdfast.web.register.models import Change, Term, Vocabulary

CHANGE: Final = "of change"
YEAR: Final = "in year"
QUARTER: Final = "in quarter"
"""Facts of a comment beside its setting, its period and those of the person; no population's code has a space."""

PERIODS: Final = 40
"""Periods on one chart; of more, the latest."""
HELD: Final = 4
"""Readings that a process keeps."""
AT_ONCE: Final = 5_000


_held: OrderedDict[str, list[Mention]] = OrderedDict()
_lock = threading.Lock()


def stamp() -> str:
    """Alters when a comment, a coding, a suggestion or a term comes, and when changes are merged or parted."""
    last = [model.objects.aggregate(last=Max("pk"))["last"] for model in (Comment, Coding, Suggestion, Term)]
    away = Change.objects.filter(merged_into__isnull=False)
    return repr((last, away.count(), away.aggregate(last=Max("updated_at"))["last"]))


def gather(vocabulary: Vocabulary, span: str, now: str) -> list[Mention]:
    """A row for each comment there is: what may be shown of some depends on all. ``now``: the stamp."""
    key = repr((now, vocabulary.pk, span))
    with _lock:
        found = _held.pop(key, None)
    found = _gather(vocabulary, span) if found is None else found
    with _lock:
        _held[key] = found
        while len(_held) > HELD:
            _held.popitem(last=False)
    return found


def _gather(vocabulary: Vocabulary, span: str) -> list[Mention]:
    words, facts = [], {}
    named = Comment.objects.exclude(change=None).order_by().values_list("change", flat=True).distinct()
    standing = merged.standing_of(pk for pk in named if pk is not None)
    told = Comment.objects.annotate(people=Cast("population", TextField())).order_by("id")
    about = cache(_about)  # the same for many: one of each is kept
    columns = ("pk", "setting", "people", "said_on", "change")
    for pk, place, people, on, change in told.values_list(*columns).iterator(AT_ONCE):
        words.append(Words(str(pk), ""))
        facts[str(pk)] = about(people, place, on, span, standing.get(change, ""))
    name = frameworks.framework_id(vocabulary)
    offers = Suggestion.objects.filter(learning__vocabulary=vocabulary)
    offered = (
        Offer(str(pk), name, theme, True, made_by, model)
        for pk, theme, made_by, model in offers.values_list("comment", "theme", "made_by", "model").iterator(AT_ONCE)
    )
    return mentions(words, facts, name, learning.said_of(vocabulary), offered)


def _about(people: str, place: str, on: dt.date | None, span: str, change: str) -> dict[str, str]:
    said: dict[str, str] = {"setting": place} | json.loads(people) | {CHANGE: change}
    if on is not None:
        said |= {YEAR: period(on, "year"), QUARTER: period(on, "quarter"), "period": period(on, span)}
    return {fact: value for fact, value in said.items() if value}


def levels(span: str) -> list[str]:
    """A period's fact, after those of the longer periods that it divides."""
    return {"year": [], "quarter": [YEAR], "month": [YEAR, QUARTER]}[span] + ["period"]


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


def periods(found: list[Mention]) -> list[str]:
    """Every period from the first to the last, those without comments too."""
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
