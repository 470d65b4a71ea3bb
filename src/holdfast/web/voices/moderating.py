"""Reading what people propose: accept, refuse with a reason, or say that it is the same as another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from itertools import chain
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from holdfast.involve.people import CHANNEL
from holdfast.records.involving import JOINED
from holdfast.web.jinja import plural
from holdfast.web.people import audit
from holdfast.web.register import merging
from holdfast.web.register.models import Change
from holdfast.web.voices.models import AboutQuestion, Assumption, Makeup, Preference, Statement
from holdfast.web.voices.results import keeping

VERB: Final = "voices.moderate"
ALIKE: Final = 0.6
"""How alike two statements must be for the one to be offered as the other's copy."""
OFFERED: Final = 3
LOOKED_AT: Final = 50
"""How many of those that a quick look finds alike are looked at closely."""


class StaleError(Exception):
    """Somebody else has dealt with it since the page was read."""


@transaction.atomic
def judge(
    statement: Statement, actor: Any, deed: str, *, read_at: int, reason: str = "", same_as: Statement | None = None
) -> Statement:
    """Accept, reject (with a reason) or mark as the same as another. Raises StaleError where it has changed since."""
    first_key = (same_as.same_as_id or same_as.pk) if same_as is not None else statement.pk
    both = {one.pk: one for one in _locked(statement.pk, first_key)}
    if both.keys() != {statement.pk, first_key} or both[statement.pk].version != read_at:
        raise StaleError
    held, first = both[statement.pk], both[first_key] if same_as is not None else None
    if first is not None and (first.pk == held.pk or held.copies.exists()):
        raise ValueError("A statement cannot be a copy of itself, nor of its own copy.")
    if first is not None and first.moderated != "accepted":
        raise ValueError("A statement can only be the same as one that people are asked. Accept the other one first.")
    held.moderated = "rejected" if deed == "reject" else "accepted"
    held.reason, held.same_as, held.version = (reason if deed == "reject" else ""), first, held.version + 1
    held.save(update_fields=["moderated", "reason", "same_as", "version"])
    audit.record(actor, VERB, "statement", held.pk, f"{deed}: a statement on {held.change.identifier}")
    return held


def _locked(*keys: int) -> QuerySet[Statement]:
    """Held for this transaction, always in the same order so that two people never wait for each other."""
    return Statement.objects.select_for_update().filter(pk__in=keys).order_by("pk")


@transaction.atomic
def add(change: Change, actor: Any, text: str, *, meta: bool = False) -> Statement:
    """A statement by somebody who moderates, asked at once. The same words twice are one."""
    held = Statement.objects.filter(change=change, text=text, same_as=None, moderated="accepted").first()
    if held is not None:
        return held
    made = Statement.objects.create(change=change, text=text, moderated="accepted", meta=meta)
    audit.record(actor, VERB, "statement", made.pk, f"added a statement on {change.identifier}")
    return made


@transaction.atomic
def judge_words(preference: Preference, actor: Any, deed: str, reason: str = "") -> None:
    """Show somebody's own words with the results, or keep them back with a reason."""
    held = Preference.objects.select_for_update().get(pk=preference.pk)
    held.moderated, held.reason = ("accepted", "") if deed == "accept" else ("rejected", reason)
    held.save(update_fields=["moderated", "reason"])
    keeping.retell(held.change)
    audit.record(actor, VERB, "words", held.pk, f"{deed}: somebody's own words on {held.change.identifier}")


def like(statements: Sequence[Statement]) -> dict[int, list[tuple[Statement, float]]]:
    """For each statement, accepted ones of the same conversation that may say the same, the likest first."""
    family = _families({one.change_id: one.change for one in statements})
    others: dict[int, list[Statement]] = defaultdict(list)
    asked = Statement.objects.filter(change__in=set(chain(*family.values())), moderated="accepted", same_as=None)
    for other in asked if statements else ():
        others[other.change_id].append(other)
    return {
        one.pk: nearest(one.text, [o for pk in family[one.change_id] for o in others[pk] if o.pk != one.pk])
        for one in statements
    }


def _families(changes: dict[int, Change]) -> dict[int, list[int]]:
    """The changes that share each one's conversation: only those of a merged one are asked for one by one."""
    into = set(Change.objects.filter(merged_into__in=changes).values_list("merged_into", flat=True))
    return {
        pk: merging.family(merging.standing(one)) if one.merged_into_id or pk in into else [pk]
        for pk, one in changes.items()
    }


def nearest(text: str, others: Sequence[Statement]) -> list[tuple[Statement, float]]:
    """Those of ``others`` that are alike, by letters in order; at most three."""
    from rapidfuzz import fuzz, process

    # rapidfuzz's ratio is never below SequenceMatcher's and far quicker, so that it tells which to look at
    words, texts = text.casefold(), [one.text.casefold() for one in others]
    near = process.extract(words, texts, scorer=fuzz.ratio, score_cutoff=100 * ALIKE, limit=LOOKED_AT)
    scored = [(others[at], SequenceMatcher(None, words, other, autojunk=False).ratio()) for other, _score, at in near]
    return sorted([pair for pair in scored if pair[1] >= ALIKE], key=lambda pair: -pair[1])[:OFFERED]


@transaction.atomic
def assume(change: Change, actor: Any, text: str) -> Assumption:
    """Write down what a change rests on; people are asked whether they share it."""
    held = Assumption.objects.filter(change=change, text=text, retired_at=None).first()
    if held is not None:
        return held
    made = Assumption.objects.create(change=change, text=text, by=actor)
    Statement.objects.create(change=change, text=text, kind="assumption", assumption=made, moderated="accepted")
    audit.record(actor, VERB, "assumption", made.pk, f"wrote down an assumption of {change.identifier}")
    return made


@transaction.atomic
def retire(assumption: Assumption, actor: Any) -> None:
    """The change no longer rests on it; people are not asked again, and what they said is kept."""
    held = Assumption.objects.select_for_update().get(pk=assumption.pk)
    if held.retired_at is not None:
        return
    held.retired_at = timezone.now()
    held.save(update_fields=["retired_at"])
    held.statements.update(moderated="rejected", reason="The change no longer rests on it.")
    audit.record(actor, VERB, "assumption", held.pk, f"retired an assumption of {held.change.identifier}")


@transaction.atomic
def make_up(actor: Any, rows: list[dict[str, Any]], source: str) -> int:
    """Put rows in the place of all the make-up there was of their roles and dimensions; returns how many."""
    for role, dimension in dict.fromkeys((row["role"], row["dimension"]) for row in rows):
        Makeup.objects.filter(role=role, dimension=dimension).delete()
    Makeup.objects.bulk_create(Makeup(**row, source=source[:300]) for row in rows)
    audit.record(
        actor, VERB, "makeup", "population", f"entered the make-up of the population: {plural(len(rows), 'row')}"
    )
    return len(rows)


def unasked(dimensions: Iterable[str]) -> set[str]:
    """Dimensions of a make-up that nobody is asked about: results can only say that they are not known."""
    known = {CHANNEL, *AboutQuestion.objects.filter(asked=True).values_list("code", flat=True)}
    return {one for one in dimensions if not {part.strip() for part in one.split(JOINED)} <= known}


@transaction.atomic
def remove_make_up(actor: Any, role: str, dimension: str) -> int:
    """Take out the make-up of one role and dimension; returns how many rows there were."""
    gone = Makeup.objects.filter(role=role, dimension=dimension).delete()[0]
    if gone:
        said = f"removed the make-up of {dimension or 'no dimension'}: {plural(gone, 'row')}"
        audit.record(actor, VERB, "makeup", "population", said)
    return gone
