"""Ask least: which statement to show somebody next, from a state made afresh when enough new votes have come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.core.cache import cache
from django.db.models import Count

from holdfast.web.register import merging
from holdfast.web.register.models import Change
from holdfast.web.voices import hearing, taking
from holdfast.web.voices.models import Participant, Statement, Vote

FEWEST: Final = 30
"""Votes below which nothing is learned of who thinks alike: statements are shown in turn, the least seen first."""
SECONDS: Final = 5
"""How long a statement takes to read and answer."""
GROWN: Final = 1.25
"""By how much the votes must have grown before the state is made afresh."""
KEPT: Final = 7 * 24 * 3600


@dataclass(frozen=True)
class Turn:
    """``statement`` to show, or None: enough is known, or nothing is left. ``done`` of ``all`` have been answered."""

    statement: Statement | None
    done: int
    all: int
    enough: bool


def minutes(statements: int) -> int:
    """About how long so many statements take, at the most."""
    return max(1, -(-SECONDS * statements // 60))


def turn(person: Participant, change: Change) -> Turn:
    """What to show somebody next."""
    changes = merging.family(change)
    every = list(accepted(changes))
    given = taking.votes_of(person)
    left = [one for one in every if one.pk not in given]
    done = len(every) - len(left)
    if not left:
        return Turn(None, done, len(every), False)
    known = _asked(changes, person, left, given)
    if known is None:
        return Turn(_least_seen(left, person), done, len(every), False)
    chosen = next((one for one in left if str(one.pk) == known), None)
    return Turn(chosen, done, len(every), chosen is None)


def accepted(changes: list[int]) -> list[Statement]:
    """Statements that may be shown, in order."""
    return list(Statement.objects.filter(change__in=changes, moderated="accepted", same_as=None).order_by("id"))


def _least_seen(left: list[Statement], person: Participant) -> Statement:
    """The statement with the fewest votes; among equals a different one for each person."""
    seen = dict(
        Vote.objects.filter(statement__in=left)
        .values("statement")
        .annotate(n=Count("id"))
        .values_list("statement", "n")
    )
    start = person.pk % len(left)
    return min([*left[start:], *left[:start]], key=lambda one: seen.get(one.pk, 0))


def _asked(changes: list[int], person: Participant, left: list[Statement], given: dict[int, int]) -> str | None:
    """The library's choice: a statement's key, empty to stop, None where too little is known to choose."""
    from holdfast.involve.asking import Asking, next_statement

    content = _state(changes)
    if content is None:
        return None
    state = Asking.from_bytes(content)
    known = set(state.statements)
    new = [one for one in left if str(one.pk) not in known]
    if new:
        return str(_least_seen(new, person).pk)  # accepted since the state was made: nothing is known of it yet
    answers = {str(pk): vote for pk, vote in given.items()}
    found = next_statement(state, answers, among=[str(one.pk) for one in left], seed=person.pk)
    return found.statement or ""


def _state(changes: list[int]) -> bytes | None:
    votes = Vote.objects.filter(statement__change__in=changes).count()
    if votes < FEWEST:
        return None
    made: tuple[int, bytes] | None = cache.get(_key(changes))
    if made is not None and votes < GROWN * made[0]:
        return made[1]
    if votes > hearing.AT_ONCE:
        from holdfast.web.voices.tasks import ask

        ask(changes[0])
        return made[1] if made else None
    return make(changes)


def make(changes: list[int]) -> bytes:
    """Make the state from every vote so far, and keep it."""
    from holdfast.involve import votes_of
    from holdfast.involve.asking import asking
    from holdfast.involve.classes import opinion_groups

    heard = hearing.hear(changes)
    votes = votes_of(heard, meta=False)
    content = asking(votes, opinion_groups(votes, repeats=0)).to_bytes()
    cache.set(_key(changes), (len(heard.votes.who), content), KEPT)
    return content


def _key(changes: list[int]) -> str:
    return f"voices:asking:{changes[0]}"
