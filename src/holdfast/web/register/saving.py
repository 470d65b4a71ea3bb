"""Writing changes: each write makes a whole new version, and nothing that somebody else has saved is lost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction

from holdfast.web.people import audit
from holdfast.web.register import search
from holdfast.web.register.models import DISPLACED, INTRODUCED, Change, ChangeVersion, Practice, Term

FIELDS = (
    *("title", "description", "for_whom", "introduced", "pathway", "organisation", "mandate", "objective"),
    *("mechanism", "held_back", "risks", "needs", "second_order_value", "credit", "planned_months"),
    *("actual_months", "started_on", "cost", "status", "source"),
)
"""The fields of a change that people write; a version holds them all, with ``terms`` and ``displaced``."""


class ConflictError(Exception):
    """Somebody saved the change after it was read. ``current`` is how it stands now."""

    def __init__(self, current: Change) -> None:
        super().__init__(f"{current.identifier} has been saved by somebody else since you opened it.")
        self.current = current


def record_of(change: Change) -> dict[str, Any]:
    """The change whole, as a version keeps it: JSON's own types only."""
    fields = {name: _plain(getattr(change, name)) for name in FIELDS}
    ready = "terms" in getattr(change, "_prefetched_objects_cache", {})  # many changes at once: read beforehand
    held = change.terms.all() if ready else change.terms.select_related("vocabulary")
    terms = sorted(f"{term.vocabulary.code}:{term.code}" for term in held)
    return {**fields, "terms": terms, "displaced": [p.name for p in change.practices.all() if p.role == DISPLACED]}


@transaction.atomic
def create(
    actor: Any,
    fields: Mapping[str, Any],
    *,
    terms: Iterable[Term] = (),
    displaced: Sequence[str] = (),
    identifier: str = "",
    why: str = "recorded",
) -> Change:
    """A new change with its first version. Without an identifier it gets the next one, HF-000001 and on."""
    author = audit.account(actor)
    change = Change(author=author, identifier=identifier or _unnamed(), **{k: fields[k] for k in FIELDS if k in fields})
    change.save()
    if not identifier:
        change.identifier = f"HF-{change.pk:06d}"
        Change.objects.filter(pk=change.pk).update(identifier=change.identifier)
    change.terms.set(terms)
    _practices(change, displaced)
    _keep(change, actor, why)
    audit.record(actor, "register.capture", "change", change.identifier, f"{why}: {change.title}")
    return change


@transaction.atomic
def amend(
    change: Change,
    actor: Any,
    fields: Mapping[str, Any],
    *,
    read_at: int,
    terms: Iterable[Term] | None = None,
    displaced: Sequence[str] | None = None,
    why: str = "",
    verb: str = "register.amend",
) -> Change:
    """Save some fields of a change as its next version; ``None`` leaves terms or displaced practices as they are.

    Raises ConflictError when the change is no longer at version ``read_at``.
    """
    held = Change.objects.select_for_update().get(pk=change.pk)
    if held.version != read_at:
        raise ConflictError(held)
    for name in FIELDS:
        if name in fields:
            setattr(held, name, fields[name])
    held.version += 1
    held.save()
    if terms is not None:
        held.terms.set(terms)
    _practices(held, displaced)
    _keep(held, actor, why)
    audit.record(actor, verb, "change", held.identifier, why or f"amended: {held.title}", version=held.version)
    return held


def restore(change: Change, actor: Any, version: int, *, read_at: int, why: str = "") -> Change:
    """Undo to an earlier version: its record becomes the next version."""
    record = change.versions.get(version=version).record
    return amend(
        change,
        actor,
        {name: _back(name, record.get(name)) for name in FIELDS if name in record},
        read_at=read_at,
        terms=terms_named(record.get("terms", ())),
        displaced=record.get("displaced", ()),
        why=f"put back as in version {version}{': ' + why if why else ''}",
    )


def terms_named(codes: Iterable[str]) -> list[Term]:
    """Terms by ``vocabulary:code``; codes that no longer exist are left out."""
    wanted = set(codes)
    found = Term.objects.filter(code__in={code.partition(":")[2] for code in wanted}).select_related("vocabulary")
    return [term for term in found if f"{term.vocabulary.code}:{term.code}" in wanted]


def _practices(change: Change, displaced: Sequence[str] | None) -> None:
    wanted = [(INTRODUCED, change.introduced or change.title)]
    if displaced is None:
        wanted += [(DISPLACED, p.name) for p in change.practices.all() if p.role == DISPLACED]
    else:
        wanted += [(DISPLACED, name.strip()[:200]) for name in displaced if name.strip()]
    held = {(p.role, p.name): p for p in change.practices.all()}
    Practice.objects.filter(pk__in=[p.pk for key, p in held.items() if key not in wanted]).delete()
    Practice.objects.bulk_create(
        Practice(change=change, role=role, name=name)
        for role, name in dict.fromkeys(wanted)
        if (role, name) not in held
    )


def _keep(change: Change, actor: Any, why: str) -> None:
    by = str(actor) if actor and (isinstance(actor, str) or actor.is_authenticated) else audit.NOBODY
    ChangeVersion.objects.create(
        change=change, version=change.version, by=by[:200], why=why[:400], record=record_of(change)
    )
    search.index(change)


def _unnamed() -> str:
    """An identifier that holds the place until the row has its number."""
    import uuid

    return f"new-{uuid.uuid4()}"


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value.normalize()) if value != value.to_integral() else str(value.quantize(Decimal(1)))
    return value.isoformat() if isinstance(value, dt.date) else value


def _back(name: str, value: Any) -> Any:
    """A version's value as its field holds it."""
    return Change._meta.get_field(name).to_python(value) if value not in (None, "") else value
