"""Changes that a workspace names, in the register: found by identifier, or recorded from the workspace's own table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from holdfast.records import Change as Described
from holdfast.web.register import saving
from holdfast.web.register.models import STATUSES, Change, Term

if TYPE_CHECKING:
    from holdfast.workspace import Workspace as Space

VOCABULARIES: Final = ("kind", "origin", "aspect", "setting", "level")
_WORDS: Final = ("pathway", "mandate", "second_order_value", "for_whom", "objective", "mechanism", "organisation")
_SHORT: Final = 200


@dataclass(frozen=True)
class Workspace:
    """What linking needs of a workspace: its title and its changes."""

    title: str
    changes: Mapping[str, Described]

    @staticmethod
    def of(space: Space) -> Workspace:
        """Of an opened workspace."""
        return Workspace(space.title, space.changes)


def link(known: Workspace, names: Iterable[str], actor: Any = "the server") -> dict[str, Change]:
    """The register's changes by identifier. What the register already holds is left as it is."""
    wanted = list(dict.fromkeys(names))
    held = {change.identifier: change for change in Change.objects.filter(identifier__in=wanted)}
    for name in wanted:
        if name not in held:
            held[name] = _recorded(known.changes.get(name) or Described(name, name, name), known.title, actor)
    return held


def _recorded(told: Described, title: str, actor: Any) -> Change:
    fields = fields_of(told) | {"source": f"Workspace: {title}"[:_SHORT]}
    try:
        with transaction.atomic():
            return saving.create(
                actor,
                fields,
                terms=terms_of(told),
                displaced=told.displaced,
                identifier=told.change,
                why="recorded from a workspace",
            )
    except IntegrityError:  # somebody else recorded it in the same moment
        return Change.objects.get(identifier=told.change)


def fields_of(told: Described) -> dict[str, Any]:
    """A workspace's change as the register's fields; what would not fit is cut, what does not parse is left out."""
    details = dict(told.details)
    fields: dict[str, Any] = {
        "title": (told.title or told.change)[:_SHORT],
        "description": told.description,
        "introduced": told.introduced[:_SHORT],
    }
    for name in _WORDS:
        if details.get(name):
            fields[name] = details[name][:_SHORT] if name in ("pathway", "organisation") else details[name]
    numbers = (("planned_months", 7), ("actual_months", 7), ("cost", 14))
    given = {**details, "cost": told.cost}
    fields |= {name: _number(given.get(name), digits) for name, digits in numbers}
    if details.get("status") in {code for code, _ in STATUSES}:
        fields["status"] = details["status"]
    return fields


def terms_of(told: Described) -> list[Term]:
    """Terms whose code or label the workspace names, in the vocabularies that a workspace has columns for."""
    wanted = {(name, word) for name in VOCABULARIES if (word := dict(told.details).get(name, "").strip())}
    if not wanted:
        return []
    rows = Term.objects.filter(vocabulary__code__in={name for name, _ in wanted}, retired=False)
    return [
        term
        for term in rows.select_related("vocabulary")
        if any(
            term.vocabulary.code == name and (term.code == slugify(word) or term.label.lower() == word.lower())
            for name, word in wanted
        )
    ]


def _number(value: Any, digits: int) -> Decimal | None:
    if value in (None, ""):
        return None
    try:
        found = Decimal(str(value)).quantize(Decimal("0.01"))
    except InvalidOperation:
        return None
    return found if 0 <= found < Decimal(10) ** (digits - 2) else None
