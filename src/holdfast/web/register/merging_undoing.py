"""Undoing a merge, whatever came after it: what it brought in goes out again, unless somebody has edited it since."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from holdfast.web.people import audit
from holdfast.web.register.merging import VERB, family, label, locked, standing, value_of
from holdfast.web.register.merging_words import LISTS, OTHER, Swap, handed_on, undoing, without
from holdfast.web.register.models import Change
from holdfast.web.register.models_sorting import MergeEvent
from holdfast.web.register.saving import ConflictError, amend, record_of, terms_named


@dataclass
class Undoing:
    """The records and merges of one family as they would stand with one merge taken out. Nothing is saved here."""

    changes: dict[int, Change]
    merges: list[MergeEvent]
    records: dict[int, dict[str, Any]] = field(default_factory=dict)
    altered: dict[int, set[str]] = field(default_factory=dict)
    touched: set[int] = field(default_factory=set)
    stayed: list[str] = field(default_factory=list)

    def take_out(self, event: MergeEvent) -> None:
        """Everything that the merge brought in, where it can still be told apart."""
        self.merges = [other for other in self.merges if other.pk != event.pk]
        for name, step in event.brought["fields"].items():
            self._rewrite(event.kept_id, name, undoing(step), event.pk)
        for name in LISTS:
            self._drop(event.kept_id, name, event.brought[name])

    def record(self, number: int) -> dict[str, Any]:
        """A change's record as it stands, with what has been taken out so far."""
        if number not in self.records:
            self.records[number] = record_of(self.changes[number])
        return self.records[number]

    def _rewrite(self, number: int, name: str, swap: Swap, since: int) -> None:
        for later in self._into(number):
            step = later.brought["fields"].get(name)
            if later.pk > since and step and step["how"] == OTHER:  # its words stand there now; ours are what it hid
                step["before"], hit = swap.of(step["before"])
                self.touched |= {later.pk} if hit else set()
                return
        old = self.record(number)[name]
        new, hit = swap.of(old)
        if not hit:
            if old != swap.new:
                self.stayed.append(self._edited(number, name))
            return
        self._set(number, name, new)
        if (above := self._out_of(number)) and (step := above.brought["fields"].get(name)):
            handed = handed_on(step, old, new)
            if handed:
                above.brought["fields"][name] = handed[0]
                self.touched.add(above.pk)
                self._rewrite(above.kept_id, name, handed[1], above.pk)

    def _drop(self, number: int, name: str, items: Iterable[str]) -> None:
        held = set(self.record(number)[name])
        gone = [item for item in items if item in held and not self._vouched(number, name, item)]
        if not gone:
            return
        self._set(number, name, without(self.record(number)[name], gone))
        if above := self._out_of(number):
            handed = [item for item in above.brought[name] if item in gone]
            above.brought[name] = without(above.brought[name], handed)
            self.touched.add(above.pk)
            self._drop(above.kept_id, name, handed)

    def _vouched(self, number: int, name: str, item: str) -> bool:
        """Another record merged in has it too: it stays, and goes when that merge is undone."""
        for other in self._into(number):
            if item in self.record(other.absorbed_id)[name]:
                if item not in other.brought[name]:
                    other.brought[name] = [*other.brought[name], item]
                    self.touched.add(other.pk)
                return True
        return False

    def _set(self, number: int, name: str, value: Any) -> None:
        self.record(number)[name] = value
        self.altered.setdefault(number, set()).add(name)

    def _into(self, number: int) -> list[MergeEvent]:
        return [event for event in self.merges if event.kept_id == number]

    def _out_of(self, number: int) -> MergeEvent | None:
        return next((event for event in self.merges if event.absorbed_id == number), None)

    def _edited(self, number: int, name: str) -> str:
        named = label(name)
        return (
            f"{named[:1].upper()}{named[1:]} in {self.changes[number].identifier} has been edited since, so it stays."
        )


def gather(event: MergeEvent, changes: dict[int, Change]) -> Undoing:
    """The family's merges that still hold, oldest first, and the changes they join."""
    held = MergeEvent.objects.filter(kept__in=changes, undone_at=None).order_by("pk")
    return Undoing(changes, list(held))


def foresee(event: MergeEvent) -> Undoing:
    """What undoing the merge would do, without doing it: for the page that asks."""
    top = standing(event.kept)
    state = gather(event, Change.objects.in_bulk(family(top)))
    state.take_out(event)
    return state


@transaction.atomic
def unmerge(event: MergeEvent, actor: Any, *, deed: str, read_at: int | None = None, why: str = "") -> MergeEvent:
    """Let the absorbed record stand again as it stood, and take out of the kept one what the merge brought in.

    ``read_at`` is the version of the record that stands for both, as the page that asked had it. What could not be
    taken out is in ``stayed``. Doing it twice does it once.
    """
    top = _hold(event)
    event = MergeEvent.objects.select_related("kept", "absorbed").get(pk=event.pk)
    if event.undone_at:
        return event
    if read_at is not None and top[0].version != read_at:
        raise ConflictError(top[0])
    state = gather(event, top[1])
    state.take_out(event)
    for number, names in sorted(state.altered.items()):
        _save(state, number, names, event, actor)
    for other in state.merges:
        if other.pk in state.touched:
            other.save(update_fields=("brought",))
    return _let_stand(event, state.stayed, actor, deed, why)


class _MovedError(Exception):
    """The family was merged into another, or taken apart, while we waited for it."""


def _hold(event: MergeEvent) -> tuple[Change, dict[int, Change]]:
    """The whole family, locked.

    When it moved while we waited, what was locked is let go before the next try: locks are only ever taken in one
    order, so that two people never wait for each other.
    """
    for _attempt in range(10):
        try:
            with transaction.atomic():
                return _still(event)
        except _MovedError:
            continue
    raise ConflictError(standing(Change.objects.get(pk=event.absorbed_id)))


def _still(event: MergeEvent) -> tuple[Change, dict[int, Change]]:
    top = standing(Change.objects.get(pk=event.absorbed_id))
    numbers = set(family(top))
    held = locked(numbers)
    if held[top.pk].merged_into_id is not None or set(family(top)) != numbers:
        raise _MovedError
    return held[top.pk], held


def _save(state: Undoing, number: int, names: set[str], event: MergeEvent, actor: Any) -> None:
    change, record = state.changes[number], state.records[number]
    amend(
        change,
        actor,
        {name: value_of(name, record[name]) for name in names if name not in LISTS},
        read_at=change.version,
        terms=terms_named(record["terms"]) if "terms" in names else None,
        displaced=record["displaced"] if "displaced" in names else None,
        why=f"{event.absorbed.identifier} taken out again",
        verb=VERB,
    )


def _let_stand(event: MergeEvent, stayed: list[str], actor: Any, deed: str, why: str) -> MergeEvent:
    absorbed = Change.objects.get(pk=event.absorbed_id)
    at = event.absorbed_before["sorted_at"]
    said = f"stands by itself again, out of {event.kept.identifier}"
    amend(absorbed, actor, {}, read_at=absorbed.version, why=f"{said}: {why}" if why else said, verb=VERB)
    Change.objects.filter(pk=absorbed.pk).update(merged_into=None, sorted_at=parse_datetime(at) if at else None)
    event.undone_at, event.undone_by, event.undone_why = timezone.now(), str(actor)[:200], why[:400]
    event.undone_deed, event.stayed = deed, stayed
    event.save()
    said = f"{absorbed.identifier} taken out of {event.kept.identifier}"
    audit.record(actor, VERB, "merge", event.pk, said, kept=event.kept.identifier, absorbed=absorbed.identifier)
    return event
