"""Bringing many changes in at once: rows are kept, checked, and each becomes a change exactly once.

A row and its change are written in one transaction, so a server that is killed leaves whole batches behind and the
rest waiting; carrying on takes up where it stopped. The same row, from whatever file, is never brought in twice: the
database holds the fingerprints of rows brought in, each once.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import Count
from django.utils import timezone

from holdfast.web.people import audit
from holdfast.web.register import saving
from holdfast.web.register.importing_fields import Parsed, RowError, guess, parse
from holdfast.web.register.importing_reading import Sheet, digest_of
from holdfast.web.register.listing import vocabularies
from holdfast.web.register.models import Vocabulary
from holdfast.web.register.tables import Import, ImportRow

BATCH: Final = 20
CHECKED_AT_ONCE: Final = 500
HERE: Final = "The same row has been brought in already."
TWICE: Final = "The same row stands earlier in this file."


@transaction.atomic
def begin(actor: Any, name: str, content: bytes, sheet: Sheet) -> Import:
    """Keep every row of a file, with a guess at what its columns hold."""
    lists = vocabularies()
    mapping = guess(sheet.columns, lists) if len(sheet.columns) > 1 else ["description"]
    if not {"title", "description"} & set(mapping):
        mapping = _longest(sheet, mapping)
    held = Import.objects.create(
        name=name[:200], by=actor, sha256=hashlib.sha256(content).hexdigest(), columns=sheet.columns, mapping=mapping
    )
    ImportRow.objects.bulk_create(
        (ImportRow(source=held, number=n, cells=cells, digest=digest_of(cells)) for n, cells in sheet.rows),
        batch_size=CHECKED_AT_ONCE,
    )
    audit.record(actor, "register.import", "import", held.pk, f"sent {len(sheet.rows):,} rows", sha256=held.sha256)
    return held


@transaction.atomic
def map_columns(held: Import, mapping: Sequence[str]) -> Import:
    """Say what the columns hold, and check every row that has not been brought in."""
    held = Import.objects.select_for_update().get(pk=held.pk)
    held.mapping = list(mapping)
    held.state = Import.READY
    held.save(update_fields=["mapping", "state"])
    _check(held)
    return held


def counts(held: Import) -> dict[str, int]:
    """How many rows are in each state, and ``all`` of them."""
    found = dict(held.rows.values_list("state").annotate(Count("pk")).order_by())
    return {**{state: found.get(state, 0) for state, _name in ImportRow.STATES}, "all": sum(found.values())}


def carry_on(held: Import, actor: Any, *, seconds: float = 2.0) -> Import:
    """Bring in rows that are ready, batch by batch, for about so many seconds; call again until its state is done."""
    until = time.monotonic() + seconds
    lists = vocabularies()
    while _bring_in(held.pk, actor, lists):
        if time.monotonic() > until:
            break
    held.refresh_from_db()
    return held


@transaction.atomic
def put_right(held: Import, number: int, cells: Sequence[str]) -> ImportRow:
    """Cells as somebody has corrected them; the row is checked again and, if it can be read, is ready."""
    source = Import.objects.select_for_update().get(pk=held.pk)
    row = ImportRow.objects.get(source=source, number=number)
    if row.state == ImportRow.IMPORTED:
        return row
    row.cells, row.digest = list(cells), digest_of(cells)
    row.state, row.reason = _judged(source, row, vocabularies(), set(), _brought_in([row.digest]))
    row.save(update_fields=["cells", "digest", "state", "reason"])
    if row.state == ImportRow.WAITING and source.state == Import.DONE:
        source.state = Import.RUNNING
        source.save(update_fields=["state"])
    return row


def _check(held: Import) -> None:
    lists, seen = vocabularies(), set[str]()
    rows = held.rows.exclude(state=ImportRow.IMPORTED).order_by("number")
    last = 0
    while batch := list(rows.filter(number__gt=last)[:CHECKED_AT_ONCE]):
        there = _brought_in([row.digest for row in batch])
        for row in batch:
            row.state, row.reason = _judged(held, row, lists, seen, there)
            seen.add(row.digest)
        ImportRow.objects.bulk_update(batch, ["state", "reason"])
        last = batch[-1].number


def _judged(held: Import, row: ImportRow, lists: list[Vocabulary], seen: set[str], there: set[str]) -> tuple[str, str]:
    """The state of a row and why."""
    if row.digest in there:
        return ImportRow.DUPLICATE, HERE
    if row.digest in seen:
        return ImportRow.DUPLICATE, TWICE
    try:
        parse(held.columns, held.mapping, row.cells, lists)
    except RowError as problem:
        return ImportRow.UNREAD, str(problem)[:600]
    return ImportRow.WAITING, ""


def _brought_in(digests: Sequence[str]) -> set[str]:
    """Which fingerprints are of rows that some import has brought in."""
    return set(ImportRow.objects.filter(state=ImportRow.IMPORTED, digest__in=digests).values_list("digest", flat=True))


@transaction.atomic
def _bring_in(key: int, actor: Any, lists: list[Vocabulary]) -> bool:
    """One batch. Whoever else carries on with the same import waits for it. False when nothing is left."""
    held = Import.objects.select_for_update().get(pk=key)
    batch = list(held.rows.filter(state=ImportRow.WAITING).order_by("number")[:BATCH])
    if not batch:
        if held.state in {Import.READY, Import.RUNNING}:
            held.state, held.ended_at = Import.DONE, timezone.now()
            held.save(update_fields=["state", "ended_at"])
            found = counts(held)
            audit.record(actor, "register.import", "import", held.pk, f"brought in {found['imported']:,} rows", **found)
        return False
    there = _brought_in([row.digest for row in batch])
    for row in batch:
        _one(held, row, actor, lists, there)
    ImportRow.objects.bulk_update(batch, ["state", "reason", "change"])
    if held.state != Import.RUNNING:
        held.state = Import.RUNNING
        held.save(update_fields=["state"])
    return True


def _one(held: Import, row: ImportRow, actor: Any, lists: list[Vocabulary], there: set[str]) -> None:
    if row.digest in there:
        row.state, row.reason = ImportRow.DUPLICATE, HERE
        return
    try:
        told = parse(held.columns, held.mapping, row.cells, lists)
        with transaction.atomic():
            row.change, row.state = _made(held, row, actor, told), ImportRow.IMPORTED
            row.save(update_fields=["change", "state"])
    except RowError as problem:
        row.state, row.reason = ImportRow.UNREAD, str(problem)[:600]
    except IntegrityError:  # another import brought the same row in at this very moment
        row.change, row.state, row.reason = None, ImportRow.DUPLICATE, HERE
    there.add(row.digest)


def _made(held: Import, row: ImportRow, actor: Any, told: Parsed) -> Any:
    fields = {"source": f"{held.name[:160]}, row {row.number}", **told.fields}
    why = f"brought in from {held.name[:200]}, row {row.number}"
    return saving.create(actor, fields, terms=told.terms, displaced=told.displaced, why=why)


def _longest(sheet: Sheet, mapping: Sequence[str]) -> list[str]:
    """With no column known for what changed: the wordiest of those that hold nothing known is taken for it."""
    some = [cells for _number, cells in sheet.rows[:200]]
    sizes = [sum(len(cells[at]) for cells in some) if not target else -1 for at, target in enumerate(mapping)]
    at = max(range(len(sizes)), key=sizes.__getitem__)
    return [("description" if place == at and sizes[at] > 0 else target) for place, target in enumerate(mapping)]
