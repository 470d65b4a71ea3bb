"""Files and pasted text as they come in: kept where no page can reach them, and put before a worker."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from holdfast.web.evidence.folders import safe_name, sha256_of
from holdfast.web.insight import jobs
from holdfast.web.insight.models import Delivery, SentFile
from holdfast.web.insight.models_jobs import COLUMNS, FAILED, WAITING
from holdfast.web.insight.plain import plain, redacted
from holdfast.web.people import audit

PASTED = "pasted text.txt"
UNREAD = "Its files were taken away before they were read. Nothing was kept of them."


def send(
    actor: Any,
    kind: str,
    *,
    once: str,
    files: Sequence[UploadedFile] = (),
    pasted: str = "",
    name: str = "",
    keep: bool = False,
) -> Delivery:
    """Keep what was sent. The same form sent twice is one delivery; scraps are put before a worker at once."""
    earlier = Delivery.objects.filter(once=once).first()
    if earlier is not None:
        return earlier
    try:
        return _send(actor, kind, once, files, pasted, name, keep)
    except Exception:
        if (there := Delivery.objects.filter(once=once).first()) is not None:  # sent twice at this very moment
            return there
        raise


@transaction.atomic
def _send(
    actor: Any, kind: str, once: str, files: Sequence[UploadedFile], pasted: str, name: str, keep: bool
) -> Delivery:
    called = redacted(name or (_called(files[0]) if files else "Pasted text"), 200)[0] or "No name"
    state = WAITING if kind == Delivery.SCRAPS else COLUMNS
    held = Delivery.objects.create(kind=kind, name=called, by=actor, keep=keep, once=once, state=state)
    try:
        held.folder.mkdir(parents=True, mode=0o700)
        sources: list[tuple[str, Callable[[Path], Any]]] = [(_called(one), _writer(one)) for one in files]
        sources += [(PASTED, lambda path: path.write_bytes(pasted.encode("utf-8", "replace")))] if pasted else []
        for place, (called, write) in enumerate(sources, 1):
            _keep(held, place, called, write)
        if state == WAITING:
            jobs.ask(held)
        audit.record(actor, "insight.code", "delivery", held.pk, f"sent {len(sources)} files as {kind}")
    except BaseException:
        shutil.rmtree(held.folder, ignore_errors=True)
        raise
    return held


def _keep(held: Delivery, place: int, called: str, write: Callable[[Path], Any]) -> SentFile:
    one = SentFile(
        delivery=held, name=redacted(called, 300)[0] or "no name", kept_as=f"{place:04d}-{safe_name(called)}"
    )
    write(one.path)
    one.sha256 = sha256_of(one.path)
    one.save()
    return one


def _writer(sent: UploadedFile) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        with path.open("xb") as file:
            for chunk in sent.chunks():
                file.write(chunk)

    return write


def _called(sent: UploadedFile) -> str:
    return plain(str(sent.name or "file"), 250)


def drop_files(held: Delivery) -> None:
    """Take the files away, unless whoever sent them chose to keep them."""
    if not held.keep:
        shutil.rmtree(held.folder, ignore_errors=True)


def drop_kept(held: Delivery, actor: Any) -> bool:
    """Take away the files that are there still, kept or not yet read: what was read from them stays.

    False where there is nothing to take, or a worker has them. Of a delivery that waits for its columns nothing will
    be read any more.
    """
    with transaction.atomic():
        held = Delivery.objects.select_for_update().get(pk=held.pk)
        if not held.finished or not held.folder.exists():
            return False
        if held.state == COLUMNS:
            held.state, held.ended_at, held.problem = FAILED, timezone.now(), UNREAD
        held.keep = False
        held.save(update_fields=["keep", "state", "ended_at", "problem"])
        audit.record(actor, "insight.code", "delivery", held.pk, "took away the files as they were sent")
    drop_files(held)  # after the record of it stands: files that are gone cannot be put back
    return True
