"""A change's voices from the register as the library hears them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet

from holdfast.records.heard import Assumption as BelievedIn
from holdfast.records.heard import Cast, Heard
from holdfast.records.heard import Makeup as People
from holdfast.records.heard import Preference as Wish
from holdfast.records.heard import Statement as Said
from holdfast.records.involving import JOINED, ROLE_NOT_GIVEN
from holdfast.web.register.models import Change
from holdfast.web.voices.models import (
    AboutQuestion,
    Assumption,
    Makeup,
    Participant,
    Preference,
    Statement,
    Vote,
)

CHUNK: Final = 5_000
AT_ONCE: Final = 20_000
"""Votes above which nothing is made of them while somebody waits, but by the worker."""


def people_of(changes: Sequence[int]) -> QuerySet[Participant]:
    """Everybody who joined and has not withdrawn."""
    return Participant.objects.filter(change__in=changes, withdrawn_at=None)


def spoke(changes: Sequence[int]) -> QuerySet[Participant]:
    """Everybody who voted or said what should happen, and has not withdrawn."""
    return _who_said(changes)


def _who_said(changes: Sequence[int], vote: int = 0, wish: int = 0) -> QuerySet[Participant]:
    """Who gave a vote or a preference later than these, of those who have not withdrawn."""
    voted = Vote.objects.filter(statement__change__in=changes, pk__gt=vote)
    wished = Preference.objects.filter(change__in=changes, pk__gt=wish)
    said = Q(pk__in=voted.values("participant")) | Q(pk__in=wished.values("participant"))
    return people_of(changes).filter(said)


def marks(changes: Sequence[int]) -> dict[str, Any]:
    """Where everything said about some changes stands, from a few sums: what ``moved`` counts people between."""
    gone = Participant.objects.filter(change__in=changes).exclude(withdrawn_at=None).count()
    roles = spoke(changes).exclude(role="").order_by().values("role").annotate(n=Count("id"))
    return {
        "asked": hashlib.sha256(repr(_asked(changes)).encode()).hexdigest(),
        "vote": Vote.objects.filter(statement__change__in=changes).aggregate(last=Max("id"))["last"] or 0,
        "wish": Preference.objects.filter(change__in=changes).aggregate(last=Max("id"))["last"] or 0,
        "gone": gone,
        "roles": dict(roles.values_list("role", "n")),
    }


def moved(changes: Sequence[int], then: dict[str, Any], now: dict[str, Any]) -> int:
    """How many people, at least, have answered, said who they are or withdrawn between two marks."""
    answered = _who_said(changes, then["vote"], then["wish"]).count()
    named = sum(max(0, n - then["roles"].get(role, 0)) for role, n in now["roles"].items())
    return int(max(answered, named) + max(0, now["gone"] - then["gone"]))


def _asked(changes: Sequence[int]) -> tuple[Any, ...]:
    """What people are asked, and what their answers are held against."""
    statements = Statement.objects.filter(change__in=changes).exclude(moderated="waiting").order_by("id")
    return (
        *statements.values_list("id", "moderated", "same_as", "meta"),
        *Assumption.objects.filter(change__in=changes).order_by("id").values_list("id", "retired_at"),
        *Makeup.objects.order_by("id").values_list("role", "dimension", "level", "people"),
        *AboutQuestion.objects.order_by("id").values_list("code", flat=True),
        *Change.objects.filter(pk__in=changes).order_by("pk").values_list("introduced", "title"),
    )


def stamp(changes: Sequence[int]) -> str:
    """A print of everything said about some changes: it alters when anybody says anything. It reads every person."""
    votes = Vote.objects.filter(statement__change__in=changes).aggregate(last=Max("id"), n=Count("id"))
    wishes = Preference.objects.filter(change__in=changes).aggregate(last=Max("id"), n=Count("id"))
    people = Participant.objects.filter(change__in=changes).order_by("id")
    last = (
        *(votes["last"], votes["n"], wishes["last"], wishes["n"]),
        *_asked(changes),
        *last_words(changes).filter(moderated="accepted").values_list("id", flat=True),
        *people.values_list("id", "role", "channel", "about", "withdrawn_at"),
    )
    return hashlib.sha256(repr(last).encode()).hexdigest()


def last_words(changes: Sequence[int] | None = None) -> QuerySet[Preference]:
    """People's own words, the newest first; not those that they have since written anew or taken away."""
    later = Preference.objects.filter(
        **{name: OuterRef(name) for name in ("participant", "practice", "dimension", "level", "setting")},
        pk__gt=OuterRef("pk"),
    )
    rows = Preference.objects.filter(participant__withdrawn_at=None).exclude(words="").order_by("-id")
    return (rows if changes is None else rows.filter(change__in=changes)).filter(~Exists(later))


def hear(changes: Sequence[int]) -> Heard:
    """Everybody who spoke about some changes (one, or one and those merged into it), and all they said.

    Each change is called by the identifier of the first, so that what was said of a merged one counts with it.
    """
    people = list(spoke(changes).order_by("id"))
    place = {one.pk: number for number, one in enumerate(people)}
    name = Change.objects.values_list("identifier", flat=True).get(pk=changes[0])
    every = list(Statement.objects.filter(change__in=changes).order_by("id"))
    statements = [one for one in every if one.same_as_id is None]
    at = {one.pk: number for number, one in enumerate(statements)}
    standing = {one.pk: at[one.same_as_id or one.pk] for one in every if (one.same_as_id or one.pk) in at}
    asked = list(AboutQuestion.objects.values_list("code", flat=True))
    return Heard(
        participants=tuple(str(one.pk) for one in people),
        roles=tuple(one.role or ROLE_NOT_GIVEN for one in people),
        channels=tuple(one.channel for one in people),
        about={code: tuple(one.about.get(code) for one in people) for code in asked},
        statements=tuple(_said(one, name) for one in statements),
        votes=_cast(changes, place, standing),
        preferences=tuple(
            Wish(place[w.participant_id], name, w.practice, w.preference, w.dimension, w.level, w.setting)
            for w in Preference.objects.filter(change__in=changes).order_by("id").defer("words")
            if w.participant_id in place
        ),
        assumptions=tuple(
            BelievedIn(str(one.pk), name, one.text)
            for one in Assumption.objects.filter(change__in=changes, retired_at=None)
        ),
        makeup=tuple(
            People(_parts(m.dimension), _parts(m.level), m.people, m.version, m.role) for m in Makeup.objects.all()
        ),
    )


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(JOINED))


def _said(one: Statement, change: str) -> Said:
    return Said(
        statement=str(one.pk), change=change, text=one.text, kind=one.kind,
        assumption=str(one.assumption_id or ""), moderated=one.moderated, reason=one.reason, meta=one.meta,
    )  # fmt: skip


def _cast(changes: Sequence[int], place: dict[int, int], standing: dict[int, int]) -> Cast:
    """Every vote in order; one on a copy counts for the statement that it is a copy of."""
    rows = [
        (place[who], standing[what], vote, at.timestamp())
        for who, what, vote, at in Vote.objects.filter(statement__change__in=changes)
        .order_by("id")
        .values_list("participant", "statement", "vote", "at")
        .iterator(chunk_size=CHUNK)
        if who in place and what in standing
    ]
    if not rows:
        return Cast()
    who, what, vote, at = zip(*rows, strict=True)
    return Cast(np.array(who, np.int32), np.array(what, np.int32), np.array(vote, np.int8), np.array(at, np.float64))
