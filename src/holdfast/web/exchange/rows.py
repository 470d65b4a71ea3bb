"""Rows and files into a register and out of it, as they are."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import IO, Any

from django.db import connection, models

BLOCK = 1 << 20


def columns(model: type[models.Model]) -> list[Any]:
    """The model's own columns; rows are written and read in this order by these names."""
    return list(model._meta.concrete_fields)


def insert(model: type[models.Model], rows: Sequence[Mapping[str, Any]]) -> None:
    """Rows by column as they were: ``raw`` keeps dates that a save would set to now."""
    fields = [f for f in columns(model) if f.attname in rows[0]] if rows else []
    made = [model(**row) for row in rows]
    if made:
        model._base_manager.all()._insert(made, fields=fields, using=connection.alias, raw=True)


def write_part(box: zipfile.ZipFile, name: str, parts: Iterable[bytes], prints: dict[str, str]) -> int:
    """A part of an archive, piece by piece, and its fingerprint; how many pieces there were."""
    digest, count = hashlib.sha256(), 0
    with box.open(name, "w", force_zip64=True) as handle:
        for part in parts:
            handle.write(part)
            digest.update(part)
            count += 1
    prints[name] = digest.hexdigest()
    return count


def blocks(handle: IO[bytes]) -> Iterator[bytes]:
    """A file in pieces."""
    while block := handle.read(BLOCK):
        yield block


def print_of(box: zipfile.ZipFile, name: str) -> str:
    """The fingerprint of a part as it is; of no part where it cannot be read."""
    digest = hashlib.sha256()
    try:
        with box.open(name) as handle:
            for block in blocks(handle):
                digest.update(block)
    except (KeyError, zipfile.BadZipFile, OSError):
        return ""
    return digest.hexdigest()
