"""A backup back into an empty register: checked whole before a row is written, and all of it or nothing."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Any, Final

from django.apps import apps
from django.conf import settings
from django.core.management.color import no_style
from django.db import connection, models, transaction

from holdfast.web.exchange.backup import FOLDERS, MANIFEST, Tell, kept_models, migrations
from holdfast.web.exchange.rows import columns, insert, print_of

AT_ONCE: Final = 500


class RestoreError(Exception):
    """The backup cannot be restored here; the words say why and what to do."""


def restore(file: Path, tell: Tell = lambda _words: None) -> dict[str, Any]:
    """Restore a backup into this register, which must be new; returns the backup's manifest.

    Raises RestoreError when the file is damaged, of another version, or the register already holds something.
    """
    try:
        box = zipfile.ZipFile(file)
    except (OSError, zipfile.BadZipFile) as problem:
        raise RestoreError(f"{file} is not a backup of Holdfast, or it is damaged ({problem}).") from None
    with box:
        manifest = _manifest(box, file)
        _same_version(manifest)
        _check_prints(box, manifest, tell)
        _is_new()
        waiting = _unpack(box, tell)
        try:
            with transaction.atomic():
                _load(box, manifest, tell)
            for folder in waiting.iterdir():
                os.replace(folder, settings.HOME / folder.name)
        finally:
            shutil.rmtree(waiting, ignore_errors=True)
    return manifest


def _manifest(box: zipfile.ZipFile, file: Path) -> dict[str, Any]:
    try:
        found = json.loads(box.read(MANIFEST))
    except (KeyError, ValueError):
        found = None
    if not isinstance(found, dict) or not {"rows", "sha256", "migrations"} <= set(found):
        raise RestoreError(f"{file} has no manifest, so it is not a backup of Holdfast.")
    return found


def _same_version(manifest: dict[str, Any]) -> None:
    theirs, ours = set(manifest["migrations"]), set(migrations())
    if theirs != ours:
        raise RestoreError(
            f"This backup was made by Holdfast {manifest.get('holdfast')}, whose tables differ from this one's "
            f"({len(theirs ^ ours)} steps). Restore it with that version, then upgrade."
        )


def _check_prints(box: zipfile.ZipFile, manifest: dict[str, Any], tell: Tell) -> None:
    tell("checking that the backup is whole")
    held = set(box.namelist()) - {MANIFEST}
    if held != set(manifest["sha256"]):
        raise RestoreError("The backup is damaged: its list of parts is not what it holds. Use another copy.")
    for name, wanted in manifest["sha256"].items():
        if print_of(box, name) != wanted:
            raise RestoreError(f"The backup is damaged: {name} is not as it was written. Use another copy.")


def _is_new() -> None:
    for label in ("register.change", "people.user", "board.decision"):
        if apps.get_model(label)._base_manager.exists():
            raise RestoreError("This register already holds something. Restore into a new home folder or database.")
    if any((settings.HOME / folder).exists() for folder in FOLDERS):
        raise RestoreError(f"{settings.HOME} already holds files. Restore into a new home folder.")


def _unpack(box: zipfile.ZipFile, tell: Tell) -> Path:
    """The files, beside where they will stand, so that moving them into place is one step a folder."""
    settings.HOME.mkdir(parents=True, exist_ok=True)
    waiting = Path(tempfile.mkdtemp(prefix=".restoring-", dir=settings.HOME))
    for info in box.infolist():
        parts = PurePosixPath(info.filename).parts
        if parts[:1] != ("files",) or info.is_dir():
            continue
        if parts[1] not in FOLDERS or ".." in parts:
            shutil.rmtree(waiting, ignore_errors=True)
            raise RestoreError(f"The backup holds a file in an unexpected place ({info.filename}).")
        tell(parts[-1])
        place = waiting.joinpath(*parts[1:])
        place.parent.mkdir(parents=True, exist_ok=True)
        with box.open(info) as source, place.open("wb") as target:
            shutil.copyfileobj(source, target, 1 << 20)
    return waiting


def _load(box: zipfile.ZipFile, manifest: dict[str, Any], tell: Tell) -> None:
    found = {model._meta.label_lower: model for model in kept_models()}
    for model in reversed(list(found.values())):  # what migrating put there: starting roles, content types
        if model._meta.label_lower != "people.auditevent":
            model._base_manager.all()._raw_delete(connection.alias)
    _empty_audit_log()
    for label, wanted in manifest["rows"].items():
        tell(label)
        if label not in found:
            raise RestoreError(f"The backup holds a table that this version does not know: {label}.")
        with box.open(f"rows/{label}.jsonl") as lines:
            loaded = _insert(found[label], (json.loads(line) for line in lines))
        if loaded != wanted:
            raise RestoreError(f"The backup is damaged: {label} should hold {wanted} rows and holds {loaded}.")
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), list(found.values())):
            cursor.execute(statement)
    connection.check_constraints()


def _empty_audit_log() -> None:
    """Take out what a new register noted while it was set up; its guard steps aside for that, and comes back."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ALTER TABLE people_auditevent DISABLE TRIGGER audit_append_only")
            cursor.execute("DELETE FROM people_auditevent")
            cursor.execute("ALTER TABLE people_auditevent ENABLE TRIGGER audit_append_only")
            return
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'people_auditevent'")
        guards = cursor.fetchall()
        for name, _sql in guards:
            cursor.execute(f'DROP TRIGGER "{name}"')
        cursor.execute("DELETE FROM people_auditevent")
        for _name, sql in guards:
            cursor.execute(sql)


def _insert(model: type[models.Model], rows: Iterator[dict[str, Any]]) -> int:
    fields, count = columns(model), 0
    while batch := list(islice(rows, AT_ONCE)):
        insert(model, [{f.attname: f.to_python(row[f.attname]) for f in fields} for row in batch])
        count += len(batch)
    return count
