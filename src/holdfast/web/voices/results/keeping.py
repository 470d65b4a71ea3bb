"""Making a change's results from what was heard, in one call, and keeping them until enough people have spoken."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter
from collections.abc import Iterable
from typing import Any, Final

from django.utils import timezone

from holdfast.involve import believe
from holdfast.involve.classes import opinion_groups
from holdfast.involve.people import votes_of
from holdfast.records import Change as Described
from holdfast.records.heard import Heard
from holdfast.web.register import merging
from holdfast.web.register.models import DISPLACED, Change
from holdfast.web.voices import hearing, wishes
from holdfast.web.voices.models import Result, Vote
from holdfast.web.voices.results import groups, missing, places, statements, wording
from holdfast.web.voices.results.counts import shown

PATIENCE: Final = dt.timedelta(seconds=60)
"""How old the results of a conversation of some size may be while people are voting."""
SMALL: Final = 500
"""Votes up to which results are made anew as soon as enough people have spoken."""
MOVED: Final = 5
"""People between two readings, at the least: what one person changes cannot be had by taking one from the other."""
WORDS: Final = 50


def current(change: Change) -> Result:
    """The results as they are shown: as they were while fewer than five people have said anything since."""
    changes = merging.family(change)
    held = Result.objects.filter(change=change).first()
    if held is None or not held.marks:
        return make(change)
    now = hearing.marks(changes)
    if now == held.marks or _too_few_moved(held, changes, now):
        return _with_words(held, changes)
    size = Vote.objects.filter(statement__change__in=changes).count()
    if size > SMALL and timezone.now() - held.made_at < PATIENCE:
        return _with_words(held, changes)
    if size > hearing.AT_ONCE:
        _ask_worker(change)
        return _with_words(held, changes)
    return make(change)


def latest(change: Change) -> Result:
    """The results with every answer in them: for a decision, which leaves nobody out."""
    changes = merging.family(change)
    held = Result.objects.filter(change=change).first()
    now = hearing.stamp(changes)
    if held is not None and held.stamp == now:
        return held
    if held is not None and Vote.objects.filter(statement__change__in=changes).count() > hearing.AT_ONCE:
        _ask_worker(change)
        return held
    return make(change, now)


def _too_few_moved(held: Result, changes: list[int], now: dict[str, Any]) -> bool:
    """Whether to wait; never where what is asked has changed, nor for the first who speak, of whom nothing is told."""
    if not held.told["heard"] or held.marks["asked"] != now["asked"]:
        return False
    return hearing.moved(changes, held.marks, now) < MOVED


def _ask_worker(change: Change) -> None:
    from holdfast.web.voices.tasks import ask

    ask(change.pk)


def stored(changes: Iterable[int]) -> dict[int, Result]:
    """The results last made of some changes, by key, in one query."""
    return {held.change_id: held for held in Result.objects.filter(change__in=list(changes))}


def make(change: Change, stamp: str = "") -> Result:
    """Make the results and keep them."""
    changes = merging.family(change)
    print_, marks = stamp or hearing.stamp(changes), hearing.marks(changes)
    told = compute(hearing.hear(changes), change)
    told["words"] = _words(changes, told)
    kept = {"stamp": print_, "marks": marks, "told": told}
    return Result.objects.update_or_create(change=change, defaults=kept)[0]


def retell(change: Change) -> None:
    """Take words that were rewritten, taken back or judged out of the results that show them, or into them."""
    above: Change | None = change
    while above is not None:
        held = Result.objects.filter(change=above).first()
        if held is not None:
            _with_words(held, merging.family(above))
        above = above.merged_into


def _with_words(held: Result, changes: list[int]) -> Result:
    words = _words(changes, held.told)
    if words != held.told["words"]:
        held.told["words"] = words
        # only where no newer results have taken their place since they were read
        Result.objects.filter(pk=held.pk, made_at=held.made_at).update(told=held.told)
    return held


def compute(heard: Heard, change: Change) -> dict[str, Any]:
    """Everything that the pages and the board show, by the library, as JSON's own types."""
    if not heard:
        return {"heard": False, "people": [], "statements": [], "voices": [], "beliefs": [], "risks": [], "words": []}
    votes = votes_of(heard, meta=False)
    found = opinion_groups(votes)
    believed = believe(heard, {change.identifier: described(change)}, opinion=found.names if found.k > 1 else None)
    said = statements.told(heard)
    every = votes_of(heard).taken
    labels, levels = wishes.labels(), wording.levels(heard)
    return {
        "heard": True,
        "people": [{"role": role, "n": shown(n)} for role, n in Counter(heard.roles).items()],
        "statements": said,
        "agreed": statements.agreed(said),
        "against_most": statements.against_most(said),
        "changed": shown(every.contradicted),
        "voices": [dataclasses.asdict(voice) for voice in believed.voices],
        "beliefs": [dataclasses.asdict(belief) for belief in believed.beliefs],
        "risks": [dataclasses.asdict(risk) for risk in believed.risks],
        "presence": missing.told(believed),
        "answered_for": places.told(heard),
        "warnings": [wording.plain(words, labels, levels) for words in believed.warnings],
        "groups": groups.told(heard, votes, found),
    }


def described(change: Change) -> Described:
    """The register's change as the library knows it."""
    displaced = tuple(one.name for one in change.practices.all() if one.role == DISPLACED)
    cost = None if change.cost is None else float(change.cost)
    return Described(
        change.identifier, change.title, change.introduced or change.title, displaced, change.description, cost=cost
    )


def _words(changes: list[int], told: dict[str, Any]) -> list[dict[str, str]]:
    """People's own words that somebody accepted, the newest first; with their role if it is one that can be told of."""
    many = {one["role"] for one in told["people"] if one["n"] is not None}
    found = hearing.last_words(changes).filter(moderated="accepted")
    rows = found.values_list("practice", "participant__role", "words")[:WORDS]
    return [{"practice": p, "role": role if role in many else "", "words": words} for p, role, words in rows]
