"""Merging records without loss: two become one page, everything of both stays, and any merge can be undone later."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from holdfast.web.people import audit
from holdfast.web.register.fields import LABELS
from holdfast.web.register.merging_words import BOTH, OTHER, brought
from holdfast.web.register.models import Change, Vocabulary
from holdfast.web.register.models_sorting import MergeEvent
from holdfast.web.register.saving import FIELDS, ConflictError, amend, record_of, terms_named
from holdfast.web.words import LONG

VERB = "register.triage"
TOGETHER = tuple(name for name in FIELDS if Change._meta.get_field(name).get_internal_type() == "TextField")
"""The fields in which both records' words may stay, one after the other."""
DOWN = """
WITH RECURSIVE found(id, depth) AS (
  SELECT id, 0 FROM register_change WHERE id = %s
  UNION ALL SELECT c.id, f.depth + 1 FROM register_change c JOIN found f ON c.merged_into_id = f.id)
SELECT id FROM found ORDER BY depth, id
"""
UP = """
WITH RECURSIVE found(id, into_id, depth) AS (
  SELECT id, merged_into_id, 0 FROM register_change WHERE id = %s
  UNION ALL SELECT c.id, c.merged_into_id, f.depth + 1 FROM register_change c JOIN found f ON c.id = f.into_id)
SELECT id FROM found ORDER BY depth
"""


class RefusedError(Exception):
    """These records cannot be merged, split or taken apart like this; the words say why and what to do."""


def family(change: Change) -> list[int]:
    """The numbers of a change and of every record merged into it, at any remove: whose cells and followers it shows."""
    return _numbers(DOWN, change.pk)


def standing(change: Change) -> Change:
    """The record that stands for this one: itself, or the one it was merged into, at any remove."""
    return change if change.merged_into_id is None else Change.objects.get(pk=_numbers(UP, change.pk)[-1])


def locked(numbers: Iterable[int]) -> dict[int, Change]:
    """The changes, held for this transaction, always in the same order so that two people never wait for each other."""
    held = Change.objects.select_for_update().filter(pk__in=set(numbers)).order_by("pk")
    return {change.pk: change for change in held}


@transaction.atomic
def merge(
    kept: Change,
    absorbed: Change,
    actor: Any,
    *,
    read_at: tuple[int, int],
    deed: str,
    choices: Mapping[str, str] | None = None,
    why: str = "",
) -> MergeEvent:
    """Take ``absorbed`` into ``kept``; ``choices`` says field by field whose words stay (kept, other or both).

    ``read_at`` are the versions of the two as they were read. The same ``deed`` twice merges once. Raises ConflictError
    when either has been saved or merged since, RefusedError when they cannot be merged.
    """
    if kept.pk == absorbed.pk:
        raise RefusedError("A record cannot be merged into itself. Choose two different records.")
    held = locked((kept.pk, absorbed.pk))
    into, out = held[kept.pk], held[absorbed.pk]
    if done := MergeEvent.objects.filter(deed=deed).first():
        return _same(done, into, out)
    for change, version in ((into, read_at[0]), (out, read_at[1])):
        if change.version != version or change.merged_into_id is not None:
            raise ConflictError(change)
        if change.withdrawn_at:
            raise RefusedError(f"{change.identifier} has been withdrawn. Put it back first, then merge.")
    before, other = record_of(into), record_of(out)
    event = MergeEvent(
        deed=deed, kept=into, absorbed=out, by=str(actor)[:200], why=why[:400],
        kept_before=_picture(into, before), absorbed_before=_picture(out, other),
        brought=brought(before, other, _allowed(choices or {}, before, other), single()),
    )  # fmt: skip
    _bring_in(event, actor)
    amend(out, actor, {}, read_at=out.version, why=_said(f"merged into {into.identifier}", why), verb=VERB)
    Change.objects.filter(pk=out.pk).update(merged_into=into, sorted_at=timezone.now())
    event.save()
    audit.record(
        actor, VERB, "merge", event.pk, f"{out.identifier} merged into {into.identifier}",
        kept=into.identifier, absorbed=out.identifier,
    )  # fmt: skip
    return event


def _bring_in(event: MergeEvent, actor: Any) -> None:
    fields = {name: value_of(name, step["after"]) for name, step in event.brought["fields"].items()}
    terms = displaced = None
    if event.brought["terms"]:
        terms = terms_named([*event.kept_before["record"]["terms"], *event.brought["terms"]])
    if event.brought["displaced"]:
        displaced = [*event.kept_before["record"]["displaced"], *event.brought["displaced"]]
    why = _said(f"{event.absorbed.identifier} merged into it", event.why)
    amend(
        event.kept, actor, fields, read_at=event.kept.version, terms=terms, displaced=displaced, why=why, verb=VERB
    )  # fmt: skip


def _allowed(choices: Mapping[str, str], kept: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, str]:
    for name, choice in choices.items():
        if choice == BOTH and name not in TOGETHER:
            raise RefusedError(f"Only one of the two can stay for “{label(name)}”. Choose one.")
        if choice == BOTH and len(str(kept.get(name) or "")) + len(str(other.get(name) or "")) + 2 > LONG:
            raise RefusedError(
                f"Both together are longer than {LONG:,} characters for “{label(name)}”. Keep one; the other stays in "
                "the merged record, where it can be read."
            )
        if name == "title" and choice == OTHER and not other.get("title"):
            raise RefusedError("A record needs a title. Keep the one that has words.")
    return {name: choice for name, choice in choices.items() if name in FIELDS}


def _same(done: MergeEvent, kept: Change, absorbed: Change) -> MergeEvent:
    if {done.kept_id, done.absorbed_id} != {kept.pk, absorbed.pk}:
        raise RefusedError("This form was already used for two other records. Open the pair again, then merge.")
    return done


def single() -> set[str]:
    """The vocabularies of which a record holds one term."""
    return set(Vocabulary.objects.filter(many=False).values_list("code", flat=True))


def value_of(name: str, value: Any) -> Any:
    """A record's value as the change's field holds it."""
    return Change._meta.get_field(name).to_python(value) if value not in (None, "") else value


def label(name: str) -> str:
    """What pages call a field."""
    return LABELS.get(name, "What describes it")


def _picture(change: Change, record: dict[str, Any]) -> dict[str, Any]:
    at = change.sorted_at.isoformat() if change.sorted_at else None
    return {"record": record, "version": change.version, "sorted_at": at}


def _said(deed: str, why: str) -> str:
    return f"{deed}: {why}" if why else deed


def _numbers(sql: str, start: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(sql, [start])
        return [int(row[0]) for row in cursor.fetchall()]
