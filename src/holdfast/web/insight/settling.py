"""What becomes of a passage: a change in the register, support for one that is there, or set aside. Once only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from holdfast.web.insight.models import Scrap
from holdfast.web.people import audit
from holdfast.web.register import saving
from holdfast.web.register.models import Change


class SettledError(Exception):
    """Somebody else has settled it since it was opened."""

    def __init__(self, scrap: Scrap) -> None:
        super().__init__("It has been settled already.")
        self.scrap = scrap


@transaction.atomic
def accept(scrap: Scrap, actor: Any, fields: Mapping[str, Any], displaced: Sequence[str] = ()) -> Change:
    """A new change from the passage, naming where it stood."""
    held = _held(scrap)
    source = ", ".join(part for part in (held.file.name[:120], held.where) if part)[:200]
    change = saving.create(actor, {**fields, "source": source}, displaced=displaced, why="recorded from a passage")
    _settle(held, actor, Scrap.ACCEPTED, change)
    return change


@transaction.atomic
def support(scrap: Scrap, actor: Any, change: Change) -> None:
    """The passage speaks of a change that is in the register."""
    _settle(_held(scrap), actor, Scrap.SUPPORTS, change)


@transaction.atomic
def set_aside(scrap: Scrap, actor: Any, reason: str = "") -> None:
    """The passage tells of no change."""
    _settle(_held(scrap), actor, Scrap.ASIDE, None, reason)


@transaction.atomic
def bring_back(scrap: Scrap, actor: Any) -> None:
    """A passage that was set aside, or put to a change by mistake, waits again. One that became a change does not."""
    held = Scrap.objects.select_for_update().get(pk=scrap.pk)
    if held.state not in {Scrap.ASIDE, Scrap.SUPPORTS}:
        return
    _settle(held, actor, Scrap.WAITING, None)


def _held(scrap: Scrap) -> Scrap:
    held = Scrap.objects.select_for_update(of=("self",)).select_related("file").get(pk=scrap.pk)
    if held.state != Scrap.WAITING:
        raise SettledError(held)
    return held


def _settle(held: Scrap, actor: Any, state: str, change: Change | None, reason: str = "") -> None:
    held.state, held.change, held.reason = state, change, reason
    held.settled_by, held.settled_at = actor, timezone.now()
    held.save(update_fields=["state", "change", "reason", "settled_by", "settled_at"])
    said = f"a passage: {state}" + (f", {change.identifier}" if change is not None else "")
    audit.record(actor, "insight.code", "scrap", held.pk, said)
