"""Reading a delivery of scraps: a file at a time, each in one transaction, so that a killed worker goes on after it."""

from __future__ import annotations

import hashlib
from typing import Final

from django.db import transaction

from holdfast.understand.scraps import Scrap as Found
from holdfast.understand.scraps import Scraps, read_pasted, read_scraps
from holdfast.understand.themes.records import tidy
from holdfast.web.insight import jobs
from holdfast.web.insight.models import Delivery, Scrap, SentFile
from holdfast.web.insight.models_jobs import WAITING
from holdfast.web.insight.plain import plain, redacted, together
from holdfast.web.insight.sending import PASTED, drop_files
from holdfast.web.insight.unzipping import open_zip

LONGEST: Final = 4_000
"""Characters of a passage that are kept."""
AT_ONCE: Final = 500


def carry_out(job: Delivery) -> None:
    """Every file that still waits: zipped folders are opened, then each file is read and its passages kept."""
    for one in _waiting(job):
        if one.path.suffix.lower() == ".zip":
            open_zip(job, one)
    files = _waiting(job)
    before = job.files.count() - len(files)
    for place, one in enumerate(files):
        jobs.tell(job, f"reading {one.name}", before + place, before + len(files))
        _one(job, one)
    jobs.tell(job, "", before + len(files), before + len(files))
    drop_files(job)


def _waiting(job: Delivery) -> list[SentFile]:
    return list(job.files.filter(state=WAITING).select_related("delivery"))


def _one(job: Delivery, one: SentFile) -> None:
    if SentFile.objects.filter(sha256=one.sha256, state=SentFile.READ, delivery__kind=job.kind).exists():
        one.state = SentFile.SAME
        _keep(job, one, [])
        return
    found = _read(one)
    scraps = _fresh(one, found)
    one.passages = found.passages
    one.unread = [[plain(u.file, 300), plain(u.reason, 400), plain(u.fix, 400)] for u in found.unread]
    one.state = SentFile.READ if found.passages else SentFile.UNREAD
    if not found.passages and not found.unread:
        one.unread = [[one.name, "it holds no words", "leave it out"]]
    one.removed = together(scrap.removed for scrap in scraps)
    _keep(job, one, scraps)


def _read(one: SentFile) -> Scraps:
    if one.name == PASTED and not one.delivery.files.exclude(pk=one.pk).exists():
        return read_pasted(one.path.read_text(encoding="utf-8"))
    found = read_scraps([one.path])
    called = {one.path.name: one.name}
    unread = tuple(type(u)(called.get(u.file, u.file), u.reason, u.fix) for u in found.unread)
    return Scraps(found.scraps, unread, found.files, found.passages)


def _fresh(one: SentFile, found: Scraps) -> list[Scrap]:
    """A row for each different text."""
    rows: dict[str, Scrap] = {}
    for scrap in found.scraps:
        made = _scrap(one, scrap)
        rows.setdefault(made.digest, made)
    return list(rows.values())


def _scrap(one: SentFile, found: Found) -> Scrap:
    text, more = redacted(found.text, LONGEST)
    at = found.source
    return Scrap(
        file=one,
        digest=hashlib.sha256(tidy(text).casefold().encode("utf-8", "replace")).hexdigest(),
        text=text,
        removed=together([found.removed, more]),
        where=redacted(str(at).removeprefix(at.file).strip(", "), 200)[0],
        page=at.page,
        row=at.row,
        start=at.start,
        end=at.end,
        score=found.score,
        cues=[plain(cue, 80) for cue in found.cues][:10],
        introduced=redacted(found.introduced, 200)[0],
        displaced=redacted(found.displaced, 200)[0],
    )


@transaction.atomic
def _keep(job: Delivery, one: SentFile, scraps: list[Scrap]) -> None:
    """The passages and the file's end of waiting, together or not at all."""
    jobs.still_mine(job)
    digests = [scrap.digest for scrap in scraps]
    there: set[str] = set()
    for at in range(0, len(digests), AT_ONCE):
        there |= set(Scrap.objects.filter(digest__in=digests[at : at + AT_ONCE]).values_list("digest", flat=True))
    new = [scrap for scrap in scraps if scrap.digest not in there]
    Scrap.objects.bulk_create(new, batch_size=AT_ONCE, ignore_conflicts=True)
    one.new, one.same = len(new), len(scraps) - len(new)
    one.save()
