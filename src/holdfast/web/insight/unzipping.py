"""A zipped folder as the files inside it, within limits; what is refused is listed with the reason."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path
from typing import Final

from django.db import transaction

from holdfast.understand.scraps import CannotRead, Limits
from holdfast.understand.scraps.guards import check_size, check_zip
from holdfast.web.evidence.folders import safe_name, sha256_of
from holdfast.web.insight import jobs
from holdfast.web.insight.models import Delivery, SentFile
from holdfast.web.insight.plain import redacted

MOST: Final = 500
"""Files of one zipped folder that are looked at."""
_PASSED_OVER: Final = ("~$", ".", "Thumbs.db")


def open_zip(job: Delivery, one: SentFile) -> None:
    """Put each file of a zipped folder in the place of the folder."""
    limits = Limits()
    try:
        check_size(one.path, limits)
        check_zip(one.path, limits)
        found, unread = _unpack(job, one, limits)
    except CannotRead as why:
        found, unread = [], [[one.name, why.reason, why.fix]]
    with transaction.atomic():
        jobs.still_mine(job)
        SentFile.objects.bulk_create(found)
        one.state, one.unread = (SentFile.OPENED if found else SentFile.UNREAD), unread
        if not found and not unread:
            one.unread = [[one.name, "there is no file in it", "leave it out"]]
        one.save()


def _unpack(job: Delivery, one: SentFile, limits: Limits) -> tuple[list[SentFile], list[list[str]]]:
    found: list[SentFile] = []
    unread: list[list[str]] = []
    with zipfile.ZipFile(one.path) as held:
        parts = [p for p in held.infolist() if not p.is_dir() and not _last(p.filename).startswith(_PASSED_OVER)]
        for place, part in enumerate(parts[:MOST], 1):
            called = redacted(part.filename, 300)[0] or "no name"
            kept = SentFile(
                delivery=job, name=called, kept_as=f"{one.kept_as[:4]}-{place:04d}-{safe_name(part.filename)}"
            )
            try:
                _write(held, part, kept.path, limits)
            except (zipfile.BadZipFile, zlib.error, OSError, NotImplementedError, RuntimeError):
                unread.append([called, "it is damaged", "open it, save it again, and send it by itself"])
                kept.path.unlink(missing_ok=True)
                continue
            kept.sha256 = sha256_of(kept.path)
            found.append(kept)
    if len(parts) > MOST:
        unread.append(
            [one.name, f"it holds {len(parts):,} files and the first {MOST} were read", "send the rest apart"]
        )
    return found, unread


def _write(held: zipfile.ZipFile, part: zipfile.ZipInfo, path: Path, limits: Limits) -> None:
    """One file, never more of it than is read: one that is larger is refused later by its size."""
    left = limits.bytes + 1
    with held.open(part) as source, path.open("wb") as file:
        while left > 0 and (chunk := source.read(min(1 << 20, left))):
            file.write(chunk)
            left -= len(chunk)


def _last(name: str) -> str:
    return name.replace("\\", "/").rsplit("/", 1)[-1]
