"""Batches that stand; and taking one out: its people are withdrawn, and what nobody else was asked for goes too."""

from __future__ import annotations

import hashlib
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from holdfast.web.jinja import plural
from holdfast.web.people import audit
from holdfast.web.register import merging
from holdfast.web.register.models import Change
from holdfast.web.voices import taking
from holdfast.web.voices.models import Batch, Participant, Statement
from holdfast.web.voices.results import keeping


def of_family(change: Change) -> QuerySet[Batch]:
    """Every batch about a change and those merged into it, but for husks.

    A batch that was taken out elsewhere, and came with an archive, stands beside the row that it was here before; one
    that was taken out here leaves a row behind where an older archive comes back. Nobody is in that other row: a husk.
    """
    found = Batch.objects.filter(change__in=merging.family(change))
    return found.filter(~Exists(_husks().filter(pk=OuterRef("pk"))))


def _husks() -> QuerySet[Batch]:
    alike = {name: OuterRef(name) for name in ("change", "name", "channel", "made_at")}
    out = Batch.objects.filter(**alike, taken_out_at__isnull=False)
    inside = Participant.objects.filter(batch=OuterRef("pk"), withdrawn_at=None)
    return Batch.objects.filter(~Exists(inside), Exists(out), taken_out_at=None)


def standing(change: Change, sha256: str) -> Batch | None:
    """The batch that the very same file was entered as, if it stands. A husk gives up its fingerprint."""
    held = of_family(change).filter(sha256=sha256).first()
    if held is None:
        for husk in Batch.objects.filter(change=change, sha256=sha256):
            husk.sha256 = _given_up(husk)
            husk.save(update_fields=["sha256"])
    return held


def _given_up(batch: Batch) -> str:
    """A fingerprint that no file has, and no batch here or elsewhere: numbers of rows are alike in two registers."""
    return hashlib.sha256(f"{batch.sha256} {batch.pk} {timezone.now().isoformat()}".encode()).hexdigest()


@transaction.atomic
def take_out(batch: Batch, actor: Any, why: str) -> bool:
    """Erase everything that came with a batch, as a withdrawal does; False where somebody has done so already.

    The batch keeps its line. It gives up its fingerprint, so that the same file can be entered again.
    """
    held = Batch.objects.select_for_update().get(pk=batch.pk)
    if held.taken_out_at is not None:
        return False
    now = timezone.now()
    held.people.filter(withdrawn_at=None).update(row_print="")  # whoever took back their own words keeps theirs
    people = plural(taking.erase(held.people.all(), now), "person", "people")
    statements = plural(_only_of(held), "statement")
    held.taken_out_at, held.taken_out_by, held.taken_out_why = now, audit.account(actor), why
    held.sha256 = _given_up(held)
    held.refused = []  # why a row could not be read may quote it
    held.save()
    keeping.retell(held.change)
    said = f"took a batch out of {held.change.identifier}: {people} withdrawn, {statements} removed"
    audit.record(actor, "voices.moderate", "batch", held.pk, said, why=why)
    return True


def _only_of(batch: Batch) -> int:
    """Remove statements that came with a batch and that nobody else has answered; how many.

    Those of batches that went before it go too, where they stayed only for the answers that came with this one.
    """
    before = Q(batch__change=batch.change, batch__taken_out_at__isnull=False)
    alone = Statement.objects.filter(Q(batch=batch) | before, votes=None, copies=None)
    copies = alone.exclude(same_as=None).delete()[0]  # first, so that what they are copies of stands alone too
    return copies + alone.delete()[0]
