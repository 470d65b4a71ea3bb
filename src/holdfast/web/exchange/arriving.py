"""A register that was taken out, brought into this one: new rows are added, the same rows left, nothing is lost.

A change that both have and that went on differently in each is brought in beside ours, under an identifier of its own.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import zipfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Final

from django.conf import settings
from django.db import connection, models, transaction

from holdfast.web.exchange.identity import IDENTITY, LATER, PEOPLE, links, model_of
from holdfast.web.exchange.leaving import MANIFEST
from holdfast.web.people import audit
from holdfast.web.people.models import User
from holdfast.web.register import search
from holdfast.web.register.models import Change, ChangeVersion

MOST: Final = 2_000_000_000
"""The most bytes that an archive may unpack to."""
FILES: Final = "register/files/"


class ArrivalError(Exception):
    """The archive cannot be read; the words say why and what to do."""


@dataclass
class Arrived:
    """What bringing in did: rows added and rows already here by table, and changes that came in beside ours."""

    added: Counter[str] = field(default_factory=Counter)
    here: Counter[str] = field(default_factory=Counter)
    beside: dict[str, str] = field(default_factory=dict)


@dataclass
class _Work:
    """Numbers of rows there → here, and the rows whose later links wait."""

    numbers: dict[str, dict[int, int]]
    people: dict[str, int]
    arrived: Arrived
    waiting: list[tuple[str, int, dict[str, Any]]] = field(default_factory=list)
    fresh: set[int] = field(default_factory=set)
    forward: set[int] = field(default_factory=set)


def bring(file: Path, actor: Any, *, for_real: bool = True) -> Arrived:
    """Bring an archive in, all of it or nothing; with ``for_real`` false, say what it would do and do nothing.

    Raises ArrivalError for a file that is damaged or is no register.
    """
    with _opened(file) as box:
        manifest = _checked(box)
        try:
            with transaction.atomic():
                arrived = _rows(box, manifest)
                if not for_real:
                    raise _OnlyLookedError(arrived)
                words = f"brought a register in: {sum(arrived.added.values())} rows added"
                audit.record(actor, "exchange.import", "register", "", words, beside=arrived.beside)
                _files(box)
        except _OnlyLookedError as looked:
            return looked.arrived
    return arrived


class _OnlyLookedError(Exception):
    """Takes back what was done to see what would be done."""

    def __init__(self, arrived: Arrived) -> None:
        super().__init__()
        self.arrived = arrived


def _opened(file: Path) -> zipfile.ZipFile:
    try:
        box = zipfile.ZipFile(file)
    except (OSError, zipfile.BadZipFile):
        raise ArrivalError("This is not a register that was taken out of Holdfast: it is not a zip file.") from None
    if sum(info.file_size for info in box.infolist()) > MOST:
        raise ArrivalError("This archive would unpack to more than 2 GB. Bring the register in in parts.")
    return box


def _checked(box: zipfile.ZipFile) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads(box.read(MANIFEST))
        prints, rows = manifest["sha256"], manifest["rows"]
    except (KeyError, TypeError, ValueError):
        raise ArrivalError("This zip file holds no register: it has no register/manifest.json.") from None
    for name, wanted in prints.items():
        try:
            held = hashlib.sha256(box.read(name)).hexdigest()
        except (KeyError, zipfile.BadZipFile):
            held = ""
        if name.startswith("register/") and held != wanted:
            raise ArrivalError(f"The archive is damaged: {name} is not as it was written. Take it out again.")
    if unknown := set(rows) - set(IDENTITY):
        raise ArrivalError(
            f"It was made by another version ({', '.join(sorted(unknown))} is not known). Upgrade first."
        )
    return manifest


def _rows(box: zipfile.ZipFile, manifest: dict[str, Any]) -> Arrived:
    work = _Work({PEOPLE: {}}, dict(User.objects.values_list("email", "pk")), Arrived())
    told = {label: _told(box, label) for label in IDENTITY if label in manifest["rows"]}
    _settle_changes(told, work)
    for label, rows in told.items():
        _table(label, rows, work)
    for label, number, values in work.waiting:
        to = links(model_of(label))
        found = {f"{name}_id": work.numbers[to[name]].get(there) for name, there in values.items()}
        model_of(label)._base_manager.filter(pk=number).update(**{name: here for name, here in found.items() if here})
    connection.check_constraints()
    changed = Change.objects.filter(pk__in=work.fresh | work.forward)
    search.index_many(list(changed))
    return work.arrived


def _told(box: zipfile.ZipFile, label: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in box.read(f"register/{label}.jsonl").decode().splitlines() if line]


def _settle_changes(told: dict[str, list[dict[str, Any]]], work: _Work) -> None:
    """For changes that both have: go forward to theirs, stay with ours, or come in beside ours under another name."""
    theirs: dict[int, dict[int, Any]] = {}
    for row in told.get("register.changeversion", ()):
        theirs.setdefault(row["change"], {})[row["version"]] = row["record"]
    names = [row["identifier"] for row in told.get("register.change", ())]
    held = {change.identifier: change for change in Change.objects.filter(identifier__in=names)}
    ours: dict[int, dict[int, Any]] = {}
    for pk, version, record in ChangeVersion.objects.filter(change__in=held.values()).values_list(
        "change", "version", "record"
    ):
        ours.setdefault(pk, {})[version] = record
    for row in told.get("register.change", ()):
        change = held.get(row["identifier"])
        if change is None:
            continue
        mine, other = ours.get(change.pk, {}), theirs.get(row["id"], {})
        if any(mine[version] != record for version, record in other.items() if version in mine):
            work.arrived.beside[row["identifier"]] = row["identifier"] = _beside(row["identifier"], other)
        elif len(other) > len(mine):
            work.forward.add(change.pk)


def _beside(identifier: str, versions: dict[int, Any]) -> str:
    """A name for their record that is the same each time the same record is brought in."""
    text = json.dumps(versions[min(versions)], sort_keys=True)
    return f"{identifier[:68]}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def _table(label: str, rows: list[dict[str, Any]], work: _Work) -> None:
    model, to = model_of(label), links(model_of(label))
    numbers = work.numbers.setdefault(label, {})
    known = _known(model, IDENTITY[label])
    for row in rows:
        there, values = row.pop("id", None), _values(model, row, to, work, LATER.get(label, ()))
        if values is None:
            continue  # it belongs to a row that could not come
        key = tuple(values[_column(model, name)] for name in IDENTITY[label])
        here = known.get(key)
        if here is None:
            here = known[key] = _insert(model, values)
            work.arrived.added[label] += 1
            if label == "register.change":
                work.fresh.add(here)
            if later := {name: row[name] for name in LATER.get(label, ()) if row.get(name)}:
                work.waiting.append((label, here, later))
        else:
            work.arrived.here[label] += 1
            if label == "register.change" and here in work.forward:
                plain = {name: value for name, value in values.items() if name not in {"created_at", "identifier"}}
                model._base_manager.filter(pk=here).update(**plain)
        if there is not None:
            numbers[there] = here


def _column(model: type[models.Model], name: str) -> str:
    return model._meta.get_field(name).attname


def _known(model: type[models.Model], identity: tuple[str, ...]) -> dict[tuple[Any, ...], int]:
    names = [_column(model, name) for name in identity]
    return {row[1:]: row[0] for row in model._base_manager.values_list("pk", *names)}


def _values(
    model: type[models.Model], row: dict[str, Any], to: dict[str, str], work: _Work, later: tuple[str, ...]
) -> dict[str, Any] | None:
    """A row's columns as this register holds them; None when a row that it must belong to is not here."""
    values: dict[str, Any] = {}
    for column in model._meta.concrete_fields:
        if column.primary_key and not column.is_relation:
            continue
        said = row.get(column.name)
        if column.name not in to:
            values[column.attname] = column.to_python(said) if column.name in row else column.get_default()
        elif column.name in later:
            values[column.attname] = None
        elif to[column.name] == PEOPLE:
            values[column.attname] = work.people.get(said or "")
        else:
            values[column.attname] = work.numbers.get(to[column.name], {}).get(said or 0)
            if values[column.attname] is None and not column.null:
                return None
    return values


def _insert(model: type[models.Model], values: dict[str, Any]) -> int:
    """A row as it was: ``raw`` keeps its own dates, which a save would set to now."""
    made = model(**values)
    models.Model.save_base(made, raw=True, force_insert=True)
    number: int = made.pk
    return number


def _files(box: zipfile.ZipFile) -> None:
    """Results beside decisions, where this register does not have them yet."""
    names = [name for name in box.namelist() if name.startswith(FILES)]
    folders = {PurePosixPath(*PurePosixPath(name).parts[2:4]) for name in names}
    for folder in folders:
        place = settings.HOME / folder
        if ".." in folder.parts or place.exists():
            continue
        fresh = Path(tempfile.mkdtemp(prefix=".arriving-", dir=settings.HOME))
        try:
            for name in names:
                inner = PurePosixPath(name).parts[2:]
                if PurePosixPath(*inner[:2]) != folder or ".." in inner:
                    continue
                target = fresh.joinpath(*inner[2:])
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(box.read(name))
            place.parent.mkdir(parents=True, exist_ok=True)
            os.replace(fresh, place)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
