"""What somebody without an account may do: join, vote, prefer, propose, say who they are, and withdraw."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from django.db import transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from holdfast.records.vocabularies import ALL_SETTINGS, EVERYONE
from holdfast.web.people import audit
from holdfast.web.people.limits import client_address
from holdfast.web.register import merging
from holdfast.web.register.models import Change
from holdfast.web.voices.models import AboutQuestion, Participant, Preference, Statement, Vote
from holdfast.web.voices.results import keeping

SOMEBODY: Final = "somebody who took part"
SESSION: Final = "voices"
"""Where the browser's session keeps which participant it is, for each change."""
MOST_PROPOSED: Final = 10
VERB: Final = "voices.take_part"


class TooManyError(Exception):
    """Somebody has proposed as many statements as one person may."""


class WithdrawnError(Exception):
    """Somebody has taken everything back, perhaps in another tab, and can add nothing. ``person`` is who."""

    def __init__(self, person: Participant) -> None:
        super().__init__("Everything this person said is erased, so nothing can be added. They may join again.")
        self.person = person


def _locked(person: Participant) -> Participant:
    """The person, held for this transaction. Raises WithdrawnError: a page may be older than their withdrawal."""
    held = Participant.objects.select_for_update().get(pk=person.pk)
    if held.withdrawn_at is not None:
        raise WithdrawnError(held)
    return held


def source_of(request: HttpRequest) -> str:
    """A salted print of the network address: it tells that two people share one, and not which."""
    return salted_hmac("holdfast.voices.source", client_address(request), algorithm="sha256").hexdigest()[:32]


def here(request: HttpRequest, change: Change) -> Participant | None:
    """Who this browser is in the conversation about a change, if it has joined and not withdrawn.

    A browser that joined a change which was merged into this one since is still the same person.
    """
    joined = request.session.get(SESSION, {})
    if not joined:
        return None
    keys = [joined[str(pk)] for pk in merging.family(change) if str(pk) in joined]
    found = Participant.objects.filter(withdrawn_at=None).select_related("change").in_bulk(keys)
    return next((found[key] for key in keys if key in found), None)


def remember(request: HttpRequest, person: Participant, change: Change) -> None:
    """Let this browser go on as somebody. ``change`` is the one spoken of, or the one that it was joined with."""
    request.session[SESSION] = {**request.session.get(SESSION, {}), str(change.pk): person.pk}


@transaction.atomic
def join(request: HttpRequest, change: Change) -> Participant:
    """Whoever this browser is; somebody new where it has not joined. Twice from one browser is one person."""
    found = here(request, change)
    if found is None:
        found = Participant.objects.create(change=change, source=source_of(request))
        remember(request, found, change)
        audit.record(SOMEBODY, VERB, "conversation", change.identifier, "joined the conversation")
    return found


@transaction.atomic
def vote(person: Participant, statement: Statement, answer: int) -> bool:
    """Add a vote; False where it is their last vote already, so that sending it twice is sending it once."""
    _locked(person)
    last = Vote.objects.filter(participant=person, statement=statement).order_by("-id").first()
    if last is not None and last.vote == answer:
        return False
    Vote.objects.create(participant=person, statement=statement, vote=answer)
    audit.record(SOMEBODY, VERB, "statement", statement.pk, "changed a vote" if last else "voted")
    return True


@transaction.atomic
def prefer(
    person: Participant,
    practice: str,
    preference: str,
    *,
    place: tuple[str, str, str] = (EVERYONE, EVERYONE, ALL_SETTINGS),
    words: str = "",
) -> Preference | None:
    """Add what somebody would do with a practice; None where they have said just that already."""
    _locked(person)
    dimension, level, setting = place
    where = {"practice": practice, "dimension": dimension, "level": level, "setting": setting}
    last = Preference.objects.filter(participant=person, **where).order_by("-id").first()
    if last is not None and (last.preference, last.words) == (preference, words):
        return None
    same = last is not None and last.words == words
    made = Preference.objects.create(
        participant=person, change=person.change, preference=preference, words=words, **where,
        moderated=last.moderated if same and last else "waiting",
    )  # fmt: skip
    if last is not None and last.words:
        keeping.retell(person.change)
    # the answer itself is not noted: the audit outlives a withdrawal
    audit.record(SOMEBODY, VERB, "conversation", person.change.identifier, "gave a preference")
    return made


def preferences_of(person: Participant) -> list[Preference]:
    """The last of each answer that somebody gave, general answers first."""
    last = {(p.practice, p.dimension, p.level, p.setting): p for p in person.preferences.order_by("id")}
    return sorted(last.values(), key=lambda p: (p.practice, p.dimension != EVERYONE or p.setting != ALL_SETTINGS, p.pk))


def votes_of(person: Participant) -> dict[int, int]:
    """Somebody's last vote on each statement, in the order in which they first voted."""
    return dict(person.votes.order_by("id").values_list("statement", "vote"))


@transaction.atomic
def propose(person: Participant, text: str) -> Statement:
    """A statement that waits for somebody to accept it. The same words twice are one proposal."""
    _locked(person)
    held = person.proposed.filter(text=text).first()
    if held is not None:
        return held
    if person.proposed.count() >= MOST_PROPOSED:
        raise TooManyError
    made = Statement.objects.create(change=person.change, text=text, proposed_by=person)
    audit.record(SOMEBODY, VERB, "statement", made.pk, "proposed a statement")
    return made


@transaction.atomic
def describe(person: Participant, role: str, about: dict[str, Any]) -> None:
    """Keep the role and the answers about somebody. What they left out now is not kept; what is no longer asked is."""
    held = _locked(person)
    asked = set(AboutQuestion.objects.filter(asked=True).values_list("code", flat=True))
    before = {code: level for code, level in held.about.items() if code not in asked}
    held.role, held.about = role, {**before, **{code: level for code, level in about.items() if level}}
    held.save(update_fields=["role", "about"])
    audit.record(SOMEBODY, VERB, "conversation", held.change.identifier, "answered questions about themselves")


@transaction.atomic
def withdraw(person: Participant, at: dt.datetime | None = None) -> None:
    """Take everything back: votes, preferences, words and answers are erased. Statements stay, without their author.

    The empty row stays, so that the private link can say what happened. ``at``: when, where it was not now.
    """
    try:
        held = _locked(person)
    except WithdrawnError:
        return
    held.votes.all().delete()
    held.preferences.all().delete()
    _unread_gone(held)
    held.proposed.update(proposed_by=None)
    held.role, held.about, held.source, held.withdrawn_at = "", {}, "", at or timezone.now()
    held.save(update_fields=["role", "about", "source", "withdrawn_at"])
    keeping.retell(held.change)
    audit.record(SOMEBODY, VERB, "conversation", held.change.identifier, "withdrew everything they had said")


def _unread_gone(person: Participant) -> None:
    """Erase what somebody proposed and nobody has accepted.

    What was called the same as it waits to be read again. Where it has votes, the very same words came in from
    elsewhere with them: those are not this person's alone, and stay without them.
    """
    waiting = [one.pk for one in person.proposed.select_for_update().filter(moderated="waiting")]
    Statement.objects.filter(same_as__in=waiting).update(
        same_as=None, moderated="waiting", version=F("version") + 1
    )  # fmt: skip
    person.proposed.filter(pk__in=waiting, votes=None).delete()
