"""Splitting one record into several: every word and term goes to at least one part, and merging puts them together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone

from holdfast.web.people import audit
from holdfast.web.register.merging import VERB, RefusedError, label, locked, value_of
from holdfast.web.register.merging_words import LISTS
from holdfast.web.register.models import Change, Term
from holdfast.web.register.models_sorting import Likeness, SplitEvent
from holdfast.web.register.saving import ConflictError, amend, create, record_of, terms_named

WRITTEN = ("title", "description")
"""What is written anew for each part; everything else goes to the parts that are ticked."""
ALWAYS = ("status", "source")
"""What every part keeps."""
FEWEST, MOST = 2, 5


@dataclass(frozen=True)
class PartOf:
    """One part: its own title and description, and which of the record's other fields, terms and practices it gets."""

    title: str
    description: str
    fields: Sequence[str] = ()
    terms: Sequence[str] = ()
    displaced: Sequence[str] = ()


@dataclass(frozen=True)
class Details:
    """What of a record has to go somewhere: fields with words, terms by code, practices displaced."""

    fields: dict[str, Any] = field(default_factory=dict)
    terms: dict[str, Term] = field(default_factory=dict)
    displaced: list[str] = field(default_factory=list)


def details(change: Change) -> Details:
    """What the parts share out between them."""
    record = record_of(change)
    skipped = {*WRITTEN, *ALWAYS, *LISTS}
    held = {name: value for name, value in record.items() if name not in skipped and value not in (None, "")}
    terms = {f"{term.vocabulary.code}:{term.code}": term for term in change.terms.select_related("vocabulary")}
    return Details(held, terms, record["displaced"])


def forgotten(change: Change, parts: Sequence[PartOf]) -> list[str]:
    """What no part would get, in words; a split may lose nothing."""
    shared = details(change)
    lost = [label(name) for name in shared.fields if not any(name in part.fields for part in parts)]
    lost += [term.label for code, term in shared.terms.items() if not any(code in part.terms for part in parts)]
    return lost + [name for name in shared.displaced if not any(name in part.displaced for part in parts)]


@transaction.atomic
def split(change: Change, actor: Any, parts: Sequence[PartOf], *, read_at: int, deed: str, why: str = "") -> SplitEvent:
    """Make the record into parts: the first keeps its identifier, the others are new and remember where they came from.

    The same ``deed`` twice splits once. Raises ConflictError when the record was saved since, RefusedError when parts
    are missing or something would be lost.
    """
    held = locked([change.pk])[change.pk]
    if done := SplitEvent.objects.filter(deed=deed).first():
        return done
    if held.version != read_at or held.merged_into_id is not None:
        raise ConflictError(held)
    _refuse(held, parts)
    before, shared = record_of(held), details(held)
    event = SplitEvent.objects.create(
        deed=deed, change=held, by=str(actor)[:200], why=why[:400], before={"record": before, "version": held.version}
    )
    made = [_new(held, actor, part, before, shared) for part in parts[1:]]
    named = ", ".join(part.identifier for part in made)
    _keep(held, actor, parts[0], shared, f"split; {named} made from it" + (f": {why}" if why else ""))
    event.parts.set(made)
    _known_apart([held, *made], str(actor))
    audit.record(actor, VERB, "split", event.pk, f"{held.identifier} split into itself and {named}")
    return event


def _refuse(change: Change, parts: Sequence[PartOf]) -> None:
    if not FEWEST <= len(parts) <= MOST:
        raise RefusedError(f"A record is split into {FEWEST} to {MOST} parts.")
    if any(not part.title for part in parts):
        raise RefusedError("Each part needs a title.")
    if lost := forgotten(change, parts):
        raise RefusedError(f"Nothing may be lost: tick a part for {', '.join(lost)}.")


def _keep(change: Change, actor: Any, part: PartOf, shared: Details, why: str) -> None:
    cleared = {name: None if Change._meta.get_field(name).null else "" for name in shared.fields}
    kept = {name: value for name, value in cleared.items() if name not in part.fields}
    amend(
        change,
        actor,
        {"title": part.title, "description": part.description, **kept},
        read_at=change.version,
        terms=[shared.terms[code] for code in part.terms if code in shared.terms],
        displaced=[name for name in shared.displaced if name in part.displaced],
        why=why,
        verb=VERB,
    )


def _new(origin: Change, actor: Any, part: PartOf, before: dict[str, Any], shared: Details) -> Change:
    given = [name for name in (*shared.fields, *ALWAYS) if name in part.fields or name in ALWAYS]
    made = create(
        actor,
        {"title": part.title, "description": part.description, **{n: value_of(n, before[n]) for n in given}},
        terms=terms_named(code for code in part.terms if code in shared.terms),
        displaced=[name for name in shared.displaced if name in part.displaced],
        why=f"split from {origin.identifier}",
    )
    now = timezone.now() if origin.sorted_at else None
    Change.objects.filter(pk=made.pk).update(
        split_from=origin, author=origin.author, owner=origin.owner, sorted_at=now
    )  # fmt: skip
    return made


def _known_apart(changes: Sequence[Change], by: str) -> None:
    """Parts are alike and are not the same: nobody is asked."""
    now = timezone.now()
    for place, one in enumerate(changes):
        for other in changes[place + 1 :]:
            first, second = sorted((one.pk, other.pk))
            Likeness.objects.update_or_create(
                first_id=first, second_id=second,
                defaults={"score": 0.0, "apart_at": now, "apart_by": by[:200]},
            )  # fmt: skip
