"""Taking a batch out again: its people are withdrawn, and what nobody else was asked for goes with them."""

from __future__ import annotations

import hashlib
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from holdfast.web.jinja import plural
from holdfast.web.people import audit
from holdfast.web.voices import taking
from holdfast.web.voices.models import Batch, Statement
from holdfast.web.voices.results import keeping


@transaction.atomic
def take_out(batch: Batch, actor: Any, why: str) -> bool:
    """Erase everything that came with a batch, as a withdrawal does; False where somebody has done so already.

    The batch keeps its line. It gives up its fingerprint, so that the same file can be entered again.
    """
    held = Batch.objects.select_for_update().get(pk=batch.pk)
    if held.taken_out_at is not None:
        return False
    people = plural(taking.erase(held.people.all()), "person", "people")
    statements = plural(_only_of(held), "statement")
    held.taken_out_at, held.taken_out_by, held.taken_out_why = timezone.now(), audit.account(actor), why
    held.sha256 = hashlib.sha256(f"{held.sha256} taken out {held.pk}".encode()).hexdigest()
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
