"""Bringing tables: files come whole or not at all, each looked through before it is kept."""

from __future__ import annotations

import contextlib
import os
import shutil
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from holdfast.web.evidence import configuring, folders, guarding
from holdfast.web.evidence.models import UNFINISHED, Dataset
from holdfast.web.people import audit


class RefusedError(Exception):
    """Nothing was kept. ``reasons`` say why, one for each file at fault."""

    def __init__(self, reasons: Iterable[str]) -> None:
        self.reasons = tuple(reasons)
        super().__init__(" ".join(self.reasons))


@dataclass
class Received:
    """A file that was looked through and lies in a folder that is not yet anybody's."""

    name: str
    path: Path
    sha256: str
    bytes: int
    looked: guarding.Looked
    original: str = ""


@dataclass
class Brought:
    """The dataset, and what was noticed on the way."""

    dataset: Dataset
    notes: list[str] = field(default_factory=list)


def bring(actor: Any, title: str, period: str, files: Iterable[UploadedFile]) -> Brought:
    """Keep new tables as a dataset of their own. Raises RefusedError with every reason, and keeps nothing then."""
    with _received(files) as (fresh, found), transaction.atomic():
        dataset = Dataset(title=title, folder=f"{folders.WORKSPACES}/{uuid.uuid4().hex[:16]}", by=audit.account(actor))
        dataset.mapping = configuring.started(title, period)
        brought = Brought(dataset)
        _take(brought, found)
        dataset.save()
        audit.record(actor, "evidence.run", "dataset", dataset.pk, f"brought {len(found)} files: {title}")
        _place(found)
        os.replace(fresh, dataset.path)
        configuring.write(dataset)
    return brought


def add(actor: Any, dataset: Dataset, files: Iterable[UploadedFile]) -> Brought:
    """Add files to a dataset; one of the same name takes the place of the earlier, the same content changes nothing."""
    with _received(files) as (_fresh, found), transaction.atomic():
        held = Dataset.objects.select_for_update().get(pk=dataset.pk)
        refuse_while_busy(held)
        brought = Brought(held)
        _take(brought, found)
        held.save(update_fields=["mapping"])
        audit.record(actor, "evidence.run", "dataset", held.pk, f"added {len(found)} files: {held.title}")
        for one in found:
            if one.looked.kind != "toml":
                os.replace(one.path, held.path / one.name)
        configuring.write(held)
    return brought


@transaction.atomic
def remove(actor: Any, dataset: Dataset, name: str) -> Dataset:
    """Take a file out of a dataset, and out of its configuration."""
    held = Dataset.objects.select_for_update().get(pk=dataset.pk)
    refuse_while_busy(held)
    if any(one["name"] == name for one in held.mapping["files"]):
        held.mapping["files"] = [one for one in held.mapping["files"] if one["name"] != name]
        configuring.forget_file(held.mapping, name)
        held.save(update_fields=["mapping"])
        audit.record(actor, "evidence.run", "dataset", held.pk, f"removed {name}: {held.title}")
        (held.path / name).unlink(missing_ok=True)
        configuring.write(held)
    return held


@transaction.atomic
def withdraw(actor: Any, dataset: Dataset) -> Dataset:
    """Take a dataset out of the lists. Its runs, and the results people have read, stay."""
    held = Dataset.objects.select_for_update().get(pk=dataset.pk)
    if held.withdrawn_at is None:
        held.withdrawn_at = timezone.now()
        held.save(update_fields=["withdrawn_at"])
        audit.record(actor, "evidence.run", "dataset", held.pk, f"withdrew: {held.title}")
    return held


def refuse_while_busy(dataset: Dataset) -> None:
    """The tables of a run that is waiting or running stay as they are."""
    if dataset.runs.filter(state__in=UNFINISHED).exists():
        raise RefusedError(["A run is using these tables. Wait until it has ended, or cancel it, then try again."])


@contextlib.contextmanager
def _received(files: Iterable[UploadedFile]) -> Iterator[tuple[Path, list[Received]]]:
    """The files on disk, looked through; the folder goes unless somebody has moved it."""
    fresh = folders.new_folder()
    try:
        found: list[Received] = []
        reasons: list[str] = []
        for file in files:
            try:
                found.append(_receive(fresh, file, {one.name.lower() for one in found}))
            except guarding.RefusedFile as refused:
                reasons.append(str(refused))
        if reasons:
            raise RefusedError(reasons)
        yield fresh, found
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _receive(fresh: Path, file: UploadedFile, taken: set[str]) -> Received:
    original = (file.name or "table").replace("\\", "/").rsplit("/", 1)[-1]
    name = folders.safe_name(original)
    if name.lower() in taken:
        raise guarding.RefusedFile(
            f"Two of the files are called {name}. Give each its own name, and choose them again."
        )
    # kept under its own ending, as what reads it goes by that, but not yet where the dataset would find it
    path = fresh / f"arriving-{len(taken)}-{name}"
    with path.open("wb") as out:
        for chunk in file.chunks():
            out.write(chunk)
        out.flush()
        os.fsync(out.fileno())
    looked = guarding.look(path, name)
    return Received(name, path, folders.sha256_of(path), path.stat().st_size, looked, original)


def _take(brought: Brought, found: list[Received]) -> None:
    """Enter the files in the mapping; a configuration among them becomes the mapping."""
    mapping = brought.dataset.mapping
    for one in found:
        if one.looked.kind == "toml":
            continue
        held = next((file for file in mapping["files"] if file["name"] == one.name), None)
        twin = next((file for file in mapping["files"] if file["sha256"] == one.sha256), None)
        if twin is not None:
            same = "again" if twin is held else f"under another name ({twin['name']})"
            brought.notes.append(f"{one.name} is the same file {same}: not one byte differs.")
        elif held is not None:
            brought.notes.append(f"{one.name} took the place of the earlier file of that name.")
        entry = {"name": one.name, "bytes": one.bytes, "sha256": one.sha256, "rows": one.looked.rows}
        mapping["files"] = [file for file in mapping["files"] if file["name"] != one.name] + [entry]
        if held is None:
            configuring.guess_file(mapping, one.name, one.path)
    told = [(one.original, one.path.read_text("utf-8-sig")) for one in found if one.looked.kind == "toml"]
    if told:
        brought.notes += configuring.take_toml(mapping, told)
    mapping["version"] += 1


def _place(found: Iterable[Received]) -> None:
    """Each table gets its own name; a configuration lives on in the mapping."""
    for one in found:
        if one.looked.kind == "toml":
            one.path.unlink()
        else:
            os.replace(one.path, one.path.with_name(one.name))
