"""What somebody without an account may do: join, vote, prefer, propose, say who they are, and withdraw."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from django.db import transaction
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from holdfast.records.vocabularies import ALL_SETTINGS, EVERYONE
from holdfast.web.people import audit
from holdfast.web.people.limits import client_address
from holdfast.web.register import merging
from holdfast.web.register.models import Change
from holdfast.web.voices import prints, recognising
from holdfast.web.voices.models import AboutQuestion, Batch, Participant, Preference, Statement, Vote
from holdfast.web.voices.results import keeping

SOMEBODY: Final = "somebody who took part"
MOST_PROPOSED: Final = 10
VERB: Final = "voices.take_part"
ONLINE: Final = "online"
"""The channel of whoever speaks for themselves, and of conversations brought in: they came in no file of people."""


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
    return next((one for one in _known(request, change) if one.withdrawn_at is None), None)


def gone(request: HttpRequest, change: Change) -> Participant | None:
    """Who this browser was, where they have taken everything back."""
    return next((one for one in _known(request, change) if one.withdrawn_at is not None), None)


def _known(request: HttpRequest, change: Change) -> list[Participant]:
    held = recognising.tokens(request)
    if not held:
        return []
    mine = Participant.objects.filter(token__in=held, change__in=merging.family(change)).select_related("change")
    return sorted(mine, key=lambda one: held.index(one.token))


@transaction.atomic
def join(request: HttpRequest, change: Change) -> Participant:
    """Whoever this browser is; somebody new where it has not joined. Twice from one browser is one person."""
    found = here(request, change)
    if found is None:
        found = Participant.objects.create(change=change, source=source_of(request))
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

    The empty row stays, so that the private link can say what happened. Of somebody who came in a file its print stays
    too: the file sent again does not bring them back. ``at``: when, where it was not now.
    """
    try:
        held = _locked(person)
    except WithdrawnError:
        return
    _never_asked_gone(held)
    _stay_out(held, at)
    erase(Participant.objects.filter(pk=held.pk), at)
    keeping.retell(held.change)
    audit.record(SOMEBODY, VERB, "conversation", held.change.identifier, "withdrew everything they had said")


def _stay_out(person: Participant, at: dt.datetime | None) -> None:
    """Keep the print of the row that somebody came in, unless they only went with their batch, taken out elsewhere."""
    if person.batch is None or person.channel == ONLINE:
        return
    same = Batch.objects.filter(change=person.batch.change, name=person.batch.name, made_at=person.batch.made_at)
    here = Participant.objects.filter(pk=person.pk)
    if at is not None and same.filter(taken_out_at=at).exists():
        here.update(row_print="")
    else:
        prints.give(here)


def erase(people: QuerySet[Participant], at: dt.datetime | None = None) -> int:
    """Erase what people said and who they are, within the transaction of whoever asks; how many they were."""
    here = people.filter(withdrawn_at=None)
    list(here.select_for_update().values_list("pk"))  # nobody answers while their answers go
    keys = here.order_by().values("pk")
    Vote.objects.filter(participant__in=keys).delete()
    Preference.objects.filter(participant__in=keys).delete()
    Statement.objects.filter(proposed_by__in=keys).update(proposed_by=None)
    return here.update(role="", about={}, source="", withdrawn_at=at or timezone.now())


def _never_asked_gone(person: Participant) -> None:
    """Erase what somebody proposed and nobody was asked: it waits, was refused, or was called the same as another.

    What was called the same as it waits to be read again. Where it has votes, people were asked about it, or the very
    same words came in from elsewhere: those are not this person's alone, and stay without them.
    """
    held = person.proposed.select_for_update().exclude(moderated="accepted", same_as=None)
    never = [one.pk for one in held if not one.votes.exists()]
    Statement.objects.filter(same_as__in=never).exclude(pk__in=never).update(
        same_as=None, moderated="waiting", version=F("version") + 1
    )  # fmt: skip
    person.proposed.filter(pk__in=never).delete()
