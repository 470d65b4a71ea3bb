"""A register that was taken out, brought into this one: new rows are added, the same rows left, nothing is lost.

A change that both have and that went on differently in each is brought in beside ours, under an identifier of its own;
what people said of it stays with ours.
"""

from __future__ import annotations

import zipfile
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from django.db import connection, models, transaction

from holdfast.web.exchange import opening, results, same
from holdfast.web.exchange.identity import ALIKE, IDENTITY, LATER, PEOPLE, links, model_of, part_of
from holdfast.web.exchange.opening import ArrivalError
from holdfast.web.exchange.rows import columns, insert
from holdfast.web.exchange.speaking import Spoken, as_it_arrives
from holdfast.web.exchange.staying import STAYS
from holdfast.web.people import audit
from holdfast.web.people.models import User
from holdfast.web.register import search
from holdfast.web.register.models import Change

__all__ = ["ArrivalError", "Arrived", "bring"]
AT_ONCE: Final = 500
Tell = Callable[[str, int, int], None]
"""Is told the step, how many rows are done, and of how many."""
LEAVES: Final = set(IDENTITY) - {to for label in IDENTITY for to in links(model_of(label)).values()} - set(LATER)
"""Tables that no other links to: their rows need not be known one by one."""


@dataclass
class Arrived:
    """What bringing in did: rows added, already here and left out by table, and changes that came in beside ours.

    ``out``: rows that somebody took back, that belong to one that is not here, or that give way to ours. ``ours``:
    dimensions whose make-up of the population stays as it is here.
    """

    added: Counter[str] = field(default_factory=Counter)
    here: Counter[str] = field(default_factory=Counter)
    out: Counter[str] = field(default_factory=Counter)
    beside: dict[str, str] = field(default_factory=dict)
    ours: tuple[str, ...] = ()


@dataclass
class _Work:
    """Numbers of rows there → here, new runs with their results' folders there, and rows whose later links wait."""

    same: same.Same
    numbers: dict[str, dict[int, int]]
    people: dict[str, int]
    arrived: Arrived
    tell: Callable[[int], None]
    done: int = 0
    spoken: Spoken = field(default_factory=Spoken)
    results: dict[int, str] = field(default_factory=dict)
    waiting: list[tuple[str, int, dict[str, Any]]] = field(default_factory=list)
    fresh: set[int] = field(default_factory=set)


def bring(
    file: Path,
    actor: Any,
    *,
    for_real: bool = True,
    tell: Tell = lambda _step, _done, _total: None,
    last: Callable[[Arrived], object] = lambda _arrived: None,
) -> Arrived:
    """Bring an archive in, all of it or nothing; with ``for_real`` false, say what it would do and do nothing.

    ``last`` is called at the end of the same transaction. Raises ArrivalError for a file that is damaged or is no
    register, and whatever ``tell`` raises to stop it.
    """
    with opening.opened(file) as box:
        tell("reading the file", 0, 0)
        manifest = opening.checked(box)
        step, total = "bringing rows in" if for_real else "working out what it would do", sum(manifest["rows"].values())
        try:
            with transaction.atomic():
                work = _rows(box, manifest, actor, lambda done: tell(step, done, total))
                arrived = work.arrived
                if not for_real:
                    raise _OnlyLookedError(arrived)
                words = f"brought a register in: {sum(arrived.added.values())} rows added"
                audit.record(actor, "exchange.import", "register", "", words, beside=arrived.beside)
                results.bring(box, work.results)
                last(arrived)
        except _OnlyLookedError as looked:
            return looked.arrived
    return arrived


class _OnlyLookedError(Exception):
    """Takes back what was done to see what would be done."""

    def __init__(self, arrived: Arrived) -> None:
        super().__init__()
        self.arrived = arrived


def _rows(box: zipfile.ZipFile, manifest: dict[str, Any], actor: Any, tell: Callable[[int], None]) -> _Work:
    come = [label for label in IDENTITY if label in manifest["rows"]]
    changes, versions = (
        list(opening.told(box, label)) if label in come else []
        for label in ("register.change", "register.changeversion")
    )
    found = same.settle(changes, versions)
    people = dict(User.objects.values_list("email", "pk"))
    work = _Work(found, {PEOPLE: {}}, people, Arrived(beside=found.beside), tell)
    work.spoken.begin()
    held = {"register.change": changes, "register.changeversion": versions}
    for label in come:
        _table(label, held.get(label) or opening.told(box, label), work)
    for label, number, values in work.waiting:
        to = links(model_of(label))
        later = {f"{name}_id": work.numbers[to[name]].get(there) for name, there in values.items()}
        model_of(label)._base_manager.filter(pk=number).update(**{name: here for name, here in later.items() if here})
    connection.check_constraints()
    _make_searchable(sorted(work.fresh | found.forward), work)
    work.spoken.end(+work.arrived.added, actor)
    work.arrived.ours = tuple(sorted(work.spoken.left))
    return work


def _make_searchable(changes: list[int], work: _Work) -> None:
    for at in range(0, len(changes), search.BATCH):
        work.tell(work.done)
        search.index_many(list(Change.objects.filter(pk__in=changes[at : at + search.BATCH])))


def _table(label: str, rows: Iterable[dict[str, Any]], work: _Work) -> None:
    model, to = model_of(label), links(model_of(label))
    numbers, names = work.numbers.setdefault(label, {}), [_column(model, name) for name in IDENTITY[label]]
    known, seen, waiting = _known(label, work), Counter[tuple[Any, ...]](), list[dict[str, Any]]()
    for row in rows:
        work.done += 1
        if work.done % AT_ONCE == 0:
            work.tell(work.done)
        there, values = row.pop("id", None), _values(label, row, to, work)
        if values is None or work.spoken.stays_out(label, values):
            work.arrived.out[label] += 1
            continue  # it belongs to a row that could not come, somebody took it back, or ours stands
        key = tuple(values[name] for name in names)
        nth = seen[key] if label in ALIKE else 0
        seen[key] += label in ALIKE
        here = known.get((*key, nth))
        if here is not None:
            work.arrived.here[label] += 1
            _is_here(label, here, values, work)
        elif label in LEAVES:
            known[(*key, nth)] = 0
            waiting.append(values)
            if len(waiting) == AT_ONCE:
                insert(model, waiting)
                waiting = []
            work.arrived.added[label] += 1
        else:
            here = known[(*key, nth)] = _insert(model, values)
            _is_new(label, here, row, work)
        if there is not None and here is not None:
            numbers[there] = here
    insert(model, waiting)


def _is_here(label: str, here: int, values: dict[str, Any], work: _Work) -> None:
    if label == "voices.participant":
        work.spoken.met(here, values)
    if label == "register.change" and here in work.same.forward:
        plain = {name: value for name, value in values.items() if name not in {"created_at", "identifier"}}
        Change._base_manager.filter(pk=here).update(**plain)


def _is_new(label: str, here: int, row: dict[str, Any], work: _Work) -> None:
    work.arrived.added[label] += 1
    if label == "register.change":
        work.fresh.add(here)
    if label == "evidence.run" and row.get("results"):
        work.results[here] = row["results"]
    if later := {name: row[name] for name in LATER.get(label, ()) if row.get(name)}:
        work.waiting.append((label, here, later))


def _column(model: type[models.Model], name: str) -> str:
    return model._meta.get_field(name).attname


def _known(label: str, work: _Work) -> dict[tuple[Any, ...], int]:
    """Rows here by what names them; the last part counts rows that are alike, from nought."""
    model = model_of(label)
    if label == "voices.vote" and not work.arrived.here["voices.participant"]:
        return {}  # millions, and none of them by anybody who comes
    names = [_column(model, name) for name in IDENTITY[label]]
    rows = model._base_manager.order_by("pk").values_list("pk", *names).iterator(chunk_size=5_000)
    if label not in ALIKE:
        return {(*row[1:], 0): row[0] for row in rows}
    seen, found = Counter[tuple[Any, ...]](), dict[tuple[Any, ...], int]()
    for pk, *key in rows:
        found[(*key, seen[tuple(key)])] = pk
        seen[tuple(key)] += 1
    return found


def _values(label: str, row: dict[str, Any], to: dict[str, str], work: _Work) -> dict[str, Any] | None:
    """A row's columns as this register holds them; None when a row that it must belong to is not here."""
    values: dict[str, Any] = {}
    for column in columns(model_of(label)):
        if column.primary_key and not column.is_relation:
            continue
        said = row.get(column.name)
        if column.name not in to:
            come = column.name in row and column.name not in STAYS.get(label, ())
            values[column.attname] = column.to_python(said) if come else column.get_default()
        elif column.name in LATER.get(label, ()):
            values[column.attname] = None
        elif to[column.name] == PEOPLE:
            values[column.attname] = work.people.get(said or "")
        else:
            values[column.attname] = _linked(label, to[column.name], said or 0, work)
            if values[column.attname] is None and not column.null:
                return None
    return as_it_arrives(label, values)


def _linked(label: str, to: str, there: int, work: _Work) -> int | None:
    """The row here that a link goes to; what people said of a change that is in both is said of ours."""
    if to == "register.change" and part_of(label) and there in work.same.ours:
        return work.same.ours[there]
    return work.numbers.get(to, {}).get(there)


def _insert(model: type[models.Model], values: dict[str, Any]) -> int:
    """A row as it was: ``raw`` keeps its own dates, which a save would set to now."""
    made = model(**values)
    models.Model.save_base(made, raw=True, force_insert=True)
    number: int = made.pk
    return number
