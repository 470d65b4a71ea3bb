"""What is done because of a decision, and dissent set down beside a cell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from holdfast.web.board import outbox
from holdfast.web.board.models import Action, Cell, Decision, Dissent
from holdfast.web.people import audit


class StaleActionError(Exception):
    """Somebody saved the action after it was read. ``current`` is how it stands now."""

    def __init__(self, current: Action) -> None:
        super().__init__("Somebody else has saved this action since you opened it.")
        self.current = current


@transaction.atomic
def promise(decision: Decision, actor: Any, fields: Mapping[str, Any]) -> Action:
    """Add something to be done. The same words for the same decision are kept once."""
    Decision.objects.select_for_update().get(pk=decision.pk)
    words = str(fields["words"])
    held = Action.objects.filter(decision=decision, words=words).first()
    if held is not None:
        return held
    made = Action.objects.create(
        decision=decision, words=words, owner=fields.get("owner") or "", due_on=fields.get("due_on"),
        by=audit.account(actor),
    )  # fmt: skip
    audit.record(actor, "board.propose", "decision", decision.pk, "added an action", action=made.pk)
    return made


@transaction.atomic
def finish(action: Action, actor: Any, on: dt.date, words: str, *, read_at: int) -> Action:
    """Mark an action as done, and tell whoever follows the change. Doing it twice tells them once."""
    held = Action.objects.select_for_update().get(pk=action.pk)
    if (held.done_on, held.done_words) == (on, words):
        return held
    if held.version != read_at:
        raise StaleActionError(held)
    held.done_on, held.done_words, held.version = on, words, held.version + 1
    held.save()
    audit.record(actor, "board.propose", "decision", held.decision_id, "marked an action as done", action=held.pk)
    outbox.tell_done(held)
    return held


@transaction.atomic
def dissent(cell: Cell, actor: Any, name: str, role: str, words: str) -> Dissent:
    """Set down somebody's disagreement in their words; the same words of the same person are kept once.

    Beside a decided cell it goes with the decision that stands, which itself does not alter.
    """
    held = Cell.objects.select_for_update(of=("self",)).get(pk=cell.pk)
    made, new = Dissent.objects.get_or_create(
        cell=held, name=name, role=role, words=words, decision=held.decided, defaults={"by": audit.account(actor)}
    )
    if new:
        audit.record(actor, "board.propose", "cell", cell.pk, "set down a dissent", dissent=made.pk)
    return made
