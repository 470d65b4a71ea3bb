"""Making a change's results from what was heard, in one call, and keeping them by the print of what they rest on."""

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
from holdfast.web.voices import hearing
from holdfast.web.voices.models import Preference, Result, Vote
from holdfast.web.voices.results import groups, missing, statements
from holdfast.web.voices.results.counts import shown

AT_ONCE: Final = 20_000
"""Votes from which on results are made by the worker, and the last ones are shown meanwhile."""
PATIENCE: Final = dt.timedelta(seconds=60)
"""How old the results of a conversation of some size may be while people are voting."""
SMALL: Final = 500
"""Votes up to which results are made anew for every new vote."""
WORDS: Final = 50


def current(change: Change) -> Result:
    """The results as they are now, or as they were a moment ago where many are voting."""
    changes = merging.family(change)
    held = Result.objects.filter(change=change).first()
    now = hearing.stamp(changes)
    if held is not None and held.stamp == now:
        return held
    size = Vote.objects.filter(statement__change__in=changes).count()
    if held is not None and size > SMALL and timezone.now() - held.made_at < PATIENCE:
        return held
    if size > AT_ONCE and held is not None:
        from holdfast.web.voices.tasks import refresh

        refresh.enqueue(change.pk)
        return held
    return make(change, now)


def stored(changes: Iterable[int]) -> dict[int, Result]:
    """The results last made of some changes, by key, in one query."""
    return {held.change_id: held for held in Result.objects.filter(change__in=list(changes))}


def make(change: Change, stamp: str = "") -> Result:
    """Make the results and keep them."""
    changes = merging.family(change)
    print_ = stamp or hearing.stamp(changes)
    told = compute(hearing.hear(changes), change)
    told["words"] = _words(changes, {one["role"] for one in told["people"] if one["n"] is None})
    return Result.objects.update_or_create(change=change, defaults={"stamp": print_, "told": told})[0]


def compute(heard: Heard, change: Change) -> dict[str, Any]:
    """Everything that the pages and the board show, by the library, as JSON's own types."""
    if not heard:
        return {"heard": False, "people": [], "statements": [], "voices": [], "beliefs": [], "risks": [], "words": []}
    votes = votes_of(heard, meta=False)
    found = opinion_groups(votes)
    believed = believe(heard, {change.identifier: described(change)}, opinion=groups.names(found))
    said = statements.told(heard)
    every = votes_of(heard).taken
    return {
        "heard": True,
        "people": [{"role": role, "n": shown(n)} for role, n in Counter(heard.roles).items()],
        "channels": [{"channel": c or "not known", "n": shown(n)} for c, n in Counter(heard.channels).items()],
        "statements": said,
        "agreed": statements.agreed(said),
        "against_most": statements.against_most(said),
        "changed": shown(every.contradicted),
        "voices": [dataclasses.asdict(voice) for voice in believed.voices],
        "beliefs": [dataclasses.asdict(belief) for belief in believed.beliefs],
        "risks": [dataclasses.asdict(risk) for risk in believed.risks],
        "presence": missing.told(believed),
        "warnings": list(believed.warnings),
        "groups": groups.told(heard, votes, found),
    }


def described(change: Change) -> Described:
    """The register's change as the library knows it."""
    displaced = tuple(one.name for one in change.practices.all() if one.role == DISPLACED)
    cost = None if change.cost is None else float(change.cost)
    return Described(
        change.identifier, change.title, change.introduced or change.title, displaced, change.description, cost=cost
    )


def _words(changes: list[int], few: set[str]) -> list[dict[str, str]]:
    """People's own words that somebody accepted, the newest first; with their role unless ``few`` have it."""
    rows = Preference.objects.filter(change__in=changes, moderated="accepted", participant__withdrawn_at=None)
    found = rows.exclude(words="").order_by("-id").values_list("practice", "participant__role", "words")[:WORDS]
    return [{"practice": p, "role": "" if role in few else role, "words": words} for p, role, words in found]
