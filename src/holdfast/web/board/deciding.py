"""Deciding: drafts, final decisions, and what makes one final. One cell or several of a practice at once."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from holdfast.web.board import outbox, rules
from holdfast.web.board.duties import Asked, checklist, snapshot
from holdfast.web.board.models import Cell, Decision, Dissent
from holdfast.web.board.signals import decided as decided_signal
from holdfast.web.board.standing import REPEATED, stand
from holdfast.web.people import audit
from holdfast.web.people.access import allowed
from holdfast.web.register import saving
from holdfast.web.register.models import INTRODUCED, Change

FIELDS: Final = ("verdict", "reasons", "decided_by", "conditions", "review_on", "departs_because")
"""What a person writes of a decision."""


@dataclass(frozen=True)
class Seen:
    """How a cell stood when its page was opened: the keys of its recommendation and decision, the draft's version."""

    cell: int
    latest: int
    decided: int
    draft: int

    def __str__(self) -> str:
        return f"{self.cell}.{self.latest}.{self.decided}.{self.draft}"

    @staticmethod
    def of(cell: Cell, draft: Decision | None) -> Seen:
        """How the cell stands now."""
        return Seen(cell.pk, cell.latest_id or 0, cell.decided_id or 0, draft.version if draft else 0)

    @staticmethod
    def read(text: str) -> Seen:
        """From a form's field; ValueError for anything else."""
        cell, latest, decided, draft = (int(part) for part in text.split("."))
        return Seen(cell, latest, decided, draft)


@dataclass(frozen=True)
class Clash:
    """One cell that is not as it was: what changed, in words, and how it stands now."""

    cell: Cell
    words: str
    draft: Decision | None


class ConflictError(Exception):
    """Somebody decided, drafted or evaluated since the page was opened. Nothing was saved."""

    def __init__(self, clashes: Sequence[Clash]) -> None:
        super().__init__("; ".join(clash.words for clash in clashes))
        self.clashes = tuple(clashes)


class NotReadyError(Exception):
    """It cannot be made final yet: each field (or ``""`` for the whole) with what is missing. Nothing was saved."""

    def __init__(self, problems: Sequence[tuple[str, str]]) -> None:
        super().__init__(" ".join(words for _, words in problems))
        self.problems = tuple(problems)


@transaction.atomic
def decide(
    actor: Any,
    fields: Mapping[str, Any],
    *,
    seen: Sequence[Seen],
    batch: uuid.UUID,
    dissent: Iterable[tuple[str, str, str]] = (),
    final: bool = False,
) -> list[Decision]:
    """Save a draft, or a final decision, for every cell in ``seen``: all of them or none.

    ``batch`` is the page's own number: sending the same page twice does it once. ``dissent`` is (name, role, words).
    Raises ConflictError, NotReadyError, ValueError for cells that do not belong together, and PermissionDenied.
    """
    if not allowed(actor, "board.decide" if final else "board.propose"):
        raise PermissionDenied
    cells = _locked(seen)
    drafts = {d.cell_id: d for d in Decision.objects.filter(cell__in=cells, state=Decision.DRAFT)}
    if already := _already(cells, drafts, batch):
        return already
    _same_as_seen(cells, drafts, seen, batch)
    rules.require_fitting(cells, str(fields["verdict"]))
    made = [_draft(cell, drafts.get(cell.pk), actor, fields, batch) for cell in cells]
    _dissent(made, actor, dissent)
    if final:
        _finish(cells, made, actor)
    else:
        words = f"drafted {made[0].verdict} for {_cells_in_words(cells)}"
        audit.record(actor, "board.propose", "decision", made[0].pk, words, cells=[c.pk for c in cells])
    return made


@transaction.atomic
def discard(draft: Decision, actor: Any, *, read_at: int) -> None:
    """Throw a draft away; a final decision cannot be. Dissent recorded with it stays with the cell."""
    held = Decision.objects.select_for_update().filter(pk=draft.pk, state=Decision.DRAFT).first()
    if held is None:
        return
    if held.version != read_at:
        raise ConflictError([Clash(held.cell, "The draft has been saved since you opened it.", held)])
    audit.record(actor, "board.propose", "decision", held.pk, f"discarded the draft for {held.cell}"[:400])
    held.delete()


def drafts_of(cells: Iterable[Cell]) -> dict[int, Decision]:
    """The draft of each cell that has one, by the cell's key."""
    return {d.cell_id: d for d in Decision.objects.filter(cell__in=list(cells), state=Decision.DRAFT)}


def _locked(seen: Sequence[Seen]) -> list[Cell]:
    keys = sorted({one.cell for one in seen})
    cells = list(Cell.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk"))
    if not cells or len(cells) != len(keys):
        raise ValueError("A cell to decide is not on the board. Open its page again.")
    if len({(cell.change_id, cell.practice, cell.role) for cell in cells}) > 1:
        raise ValueError("Cells decided together must be of one practice of one change. Decide the others apart.")
    return cells


def _already(cells: Sequence[Cell], drafts: Mapping[int, Decision], batch: uuid.UUID) -> list[Decision]:
    """What this very page has already made final."""
    done = list(Decision.objects.filter(cell__in=cells, batch=batch, state=Decision.FINAL).order_by("cell_id"))
    return done if len(done) == len(cells) and not drafts.keys() & {d.cell_id for d in done} else []


def _same_as_seen(
    cells: Sequence[Cell], drafts: Mapping[int, Decision], seen: Sequence[Seen], batch: uuid.UUID
) -> None:
    """Raise ConflictError unless every cell stands as it did; a draft saved last from this very page is no clash."""
    before = {one.cell: one for one in seen}
    clashes = []
    for cell in cells:
        draft = drafts.get(cell.pk)
        then, now = before[cell.pk], Seen.of(cell, draft)
        own = draft is not None and draft.batch == batch
        if (now.latest, now.decided) != (then.latest, then.decided) or (now.draft != then.draft and not own):
            clashes.append(Clash(cell, rules.what_changed(cell, draft, then, now), draft))
    if clashes:
        raise ConflictError(clashes)


def _draft(cell: Cell, held: Decision | None, actor: Any, fields: Mapping[str, Any], batch: uuid.UUID) -> Decision:
    draft = held or Decision(cell=cell, version=0)
    for name in FIELDS:
        if name in fields:
            setattr(draft, name, fields[name] or (None if name == "review_on" else ""))
    draft.version += 1
    draft.recommendation, draft.batch, draft.by = cell.latest, batch, audit.account(actor)
    draft.save()
    return draft


def _dissent(made: Sequence[Decision], actor: Any, dissent: Iterable[tuple[str, str, str]]) -> None:
    for name, role, words in dissent:
        for decision in made:
            said = {"cell": decision.cell, "name": name, "role": role, "words": words}
            Dissent.objects.get_or_create(**said, decision=decision, defaults={"by": audit.account(actor)})


def _finish(cells: Sequence[Cell], made: Sequence[Decision], actor: Any) -> None:
    change = Change.objects.select_for_update().get(pk=cells[0].change_id)
    asked = checklist(change, made[0].verdict)
    problems = rules.problems(made, asked, timezone.localdate())
    if problems:
        raise NotReadyError(problems)
    for cell, decision in zip(cells, made, strict=True):
        _finish_one(cell, decision, asked, actor)
    _move(change, made, actor)
    outbox.tell_decided(made)
    for decision in made:
        decided_signal.send(Decision, decision=decision)


def _finish_one(cell: Cell, decision: Decision, asked: Sequence[Asked], actor: Any) -> None:
    Dissent.objects.filter(cell=cell, decision=None).update(decision=decision)
    decision.supersedes, decision.duties = cell.decided, snapshot(asked)
    decision.state, decision.final_at = Decision.FINAL, timezone.now()
    decision.save()
    stand(cell, decided=decision).save(update_fields=REPEATED)
    words = f"decided {decision.verdict} for {cell}"
    more = {"cell": cell.pk, "recommendation": decision.recommendation_id, "departs": decision.departs}
    audit.record(actor, "board.decide", "decision", decision.pk, words, **more)


def _move(change: Change, made: Sequence[Decision], actor: Any) -> None:
    """The change's status follows the decision on the new practice for everyone.

    A verdict makes it *decided*. *Keep learning* decides to wait, so it is *under evaluation*. What people do
    afterwards (embedded, lapsed, stopped) is a fact about practice, which a decision does not alter.
    """
    whole = next((d for d in made if d.cell.is_whole and d.cell.role == INTRODUCED), None)
    if whole is None:
        return
    waits = whole.verdict == "keep learning"
    status, moving = (
        ("under evaluation", {"emerging", "decided"}) if waits else ("decided", {"emerging", "under evaluation"})
    )
    if change.status in moving:
        why = f"decided to {whole.verdict} it for everyone (decision {whole.pk})"
        saving.amend(change, actor, {"status": status}, read_at=change.version, why=why, verb="board.decide")


def _cells_in_words(cells: Sequence[Cell]) -> str:
    return str(cells[0]) if len(cells) == 1 else f"{cells[0].practice}: {len(cells)} populations and settings"
