"""The whole register in one file: every row of every table and every kept file, each with its fingerprint.

Rows are JSON lines whatever the database, so a backup of SQLite can be restored to PostgreSQL and the other way round.
Sessions and the cache are left out, and the words to search by are rows like any others, so search works at once.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from django.apps import apps
from django.conf import settings
from django.db import connection, models, transaction
from django.db.migrations.recorder import MigrationRecorder

from holdfast import __version__
from holdfast.web.exchange.lines import line
from holdfast.web.exchange.rows import blocks, columns, write_part

FOLDERS: Final = ("workspaces", "results", "imports", "words")
"""Folders under the home folder that belong to the register; mail already sent and the secret key do not."""
MANIFEST: Final = "manifest.json"
SKIPPED: Final = {"sessions.session"}
"""Tables that a restored register is better without: everybody signs in again."""
Tell = Callable[[str], None]


def kept_models() -> list[type[models.Model]]:
    """Every table of the register, the ones that join two others included."""
    found = apps.get_models(include_auto_created=True)
    return [m for m in found if m._meta.managed and not m._meta.proxy and m._meta.label_lower not in SKIPPED]


def migrations() -> list[str]:
    """The migrations that the database has, by app and name."""
    return sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations())


def backup(file: Path, tell: Tell = lambda _words: None) -> dict[str, Any]:
    """Write a backup of rows and files as they stand at one moment; returns its manifest.

    The file appears whole or not at all. Raises FileExistsError rather than write over an earlier backup.
    """
    if file.exists():
        raise FileExistsError(f"{file} is there already. Name a file that is not, so that no backup is lost.")
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f".{file.name}.part")
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as box:
            manifest = _fill(box, tell)
        with part.open("rb+") as handle:
            os.fsync(handle.fileno())
        os.replace(part, file)
    finally:
        part.unlink(missing_ok=True)
    return manifest


def _fill(box: zipfile.ZipFile, tell: Tell) -> dict[str, Any]:
    held: dict[str, Any] = {"rows": {}, "sha256": {}}
    with transaction.atomic():
        if connection.vendor == "postgresql":
            connection.cursor().execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        held["migrations"] = migrations()
        for model in kept_models():
            label = model._meta.label_lower
            tell(label)
            held["rows"][label] = write_part(box, f"rows/{label}.jsonl", _rows(model), held["sha256"])
        for path in kept_files(settings.HOME):
            tell(path.name)
            name = path.relative_to(settings.HOME).as_posix()
            try:
                handle = path.open("rb")
            except FileNotFoundError:  # what was sent goes once it is read: it may have gone since it was listed
                continue
            with handle:
                write_part(box, f"files/{name}", blocks(handle), held["sha256"])
    manifest = {
        "holdfast": __version__,
        "made_at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "database": connection.vendor,
        **held,
    }
    box.writestr(MANIFEST, json.dumps(manifest, indent=1))
    return manifest


def kept_files(home: Path) -> list[Path]:
    """The register's files, in order; half-written ones (whose names begin with a dot) are not among them."""
    found = (path for folder in FOLDERS for path in (home / folder).rglob("*"))
    return sorted(path for path in found if path.is_file() and not path.name.startswith("."))


def _rows(model: type[models.Model]) -> Iterator[bytes]:
    names = [field.attname for field in columns(model)]
    for row in model._base_manager.order_by("pk").values_list(*names).iterator(chunk_size=2_000):
        yield line(dict(zip(names, row, strict=True)))
