"""Everything that people need in front of them to decide a cell, for one cell or ten in the same few queries."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from holdfast.share.words import CERTAINTY, sentence, verdict_words
from holdfast.web.board import hooks
from holdfast.web.board.duties import GATED, Asked, checklists, engagement_debt
from holdfast.web.board.matrix import row_words
from holdfast.web.board.models import Cell, Decision, Dissent, Recommendation
from holdfast.web.register.models import INTRODUCED, Change


@dataclass(frozen=True)
class Brief:
    """One cell as its page tells it."""

    cell: Cell
    said: dict[str, Any]
    latest: Recommendation | None
    studies: tuple[Recommendation, ...]
    beside: tuple[Cell, ...]
    heard: hooks.Heard
    dissents: tuple[Dissent, ...]
    duties: dict[str, tuple[Asked, ...]]
    debt: str
    draft: Decision | None
    today: dt.date

    @property
    def row(self) -> dict[str, Any]:
        """The recommendation whole; empty when there is none."""
        return self.latest.row if self.latest else {}

    @property
    def certainty(self) -> str:
        """How sure, in a sentence."""
        return CERTAINTY.get(self.cell.certainty, "")

    @property
    def is_overdue(self) -> bool:
        """Whether the review date has come."""
        return self.cell.review_on is not None and self.cell.review_on <= self.today

    def sentences(self, name: str) -> list[str]:
        """One list of the recommendation (reasons, missing, dissent, flips, would_settle) as whole sentences."""
        return [sentence(words) for words in self.row.get(name, ())]

    def open_duties(self, verdict: str) -> int:
        """How many duties stand before a verdict."""
        return sum(asked.is_open for asked in self.duties.get(verdict, ()))


def briefs(cells: Sequence[Cell], *, drafts: bool) -> list[Brief]:
    """A brief for each cell. The number of queries does not grow with the number of cells."""
    held = list(full(Cell.objects.filter(pk__in=[cell.pk for cell in cells])))
    by_pk = {cell.pk: cell for cell in held}
    ordered = [by_pk[cell.pk] for cell in cells]
    today = timezone.localdate()
    beside, heard = _beside(ordered), hooks.heard(ordered)
    dissents, studies = _dissents(ordered, drafts=drafts), _studies(ordered)
    drafted = (
        {d.cell_id: d for d in Decision.objects.filter(cell__in=held, state="draft").select_related("by")}
        if drafts
        else {}
    )
    asked = {verdict: checklists({c.change_id for c in held}, verdict) for verdict in GATED}
    return [
        Brief(
            cell=cell,
            said=row_words(cell),
            latest=cell.latest,
            studies=tuple(studies[cell.pk]),
            beside=tuple(beside[cell.pk]),
            heard=heard[cell.pk],
            dissents=tuple(dissents[cell.pk]),
            duties=(duties := _duties(cell, asked)),
            debt=engagement_debt(cell.change, duties.get("retain", ()), today),
            draft=drafted.get(cell.pk),
            today=today,
        )
        for cell in ordered
    ]


def full(cells: Any) -> Any:
    """Cells with their change, their recommendation and their decision."""
    return cells.select_related("change", "latest__run", "decided__by", "decided__recommendation").order_by("id")


def evidence_link(run: int) -> str:
    """The run's page in the evidence room."""
    return reverse("evidence:run", args=[run])


def change_link(change: Change) -> str:
    """The change's own page; empty where its identifier cannot stand in an address."""
    try:
        return reverse("register:change", args=[change.identifier])
    except NoReverseMatch:
        return ""


def _duties(cell: Cell, asked: dict[str, dict[int, tuple[Asked, ...]]]) -> dict[str, tuple[Asked, ...]]:
    """Keeping and stopping are verdicts on the practice that was introduced."""
    if cell.role != INTRODUCED:
        return {}
    return {verdict: found[cell.change_id] for verdict, found in asked.items()}


def _beside(cells: Sequence[Cell]) -> dict[int, list[Cell]]:
    """The other practices of the change in the same place, with their evidence and decision."""
    places = Q(pk__in=[])
    for cell in cells:
        places |= Q(change_id=cell.change_id, dimension=cell.dimension, level=cell.level, setting=cell.setting)
    found: dict[tuple[int, str, str, str], list[Cell]] = defaultdict(list)
    for other in Cell.objects.filter(places).select_related("latest", "decided").order_by("-role", "id"):
        found[other.change_id, other.dimension, other.level, other.setting].append(other)
    return {c.pk: [o for o in found[c.change_id, c.dimension, c.level, c.setting] if o.role != c.role] for c in cells}


def _dissents(cells: Sequence[Cell], *, drafts: bool) -> dict[int, list[Dissent]]:
    """Dissent beside each cell: what stands with the last decision, and what none has taken up yet."""
    out: dict[int, list[Dissent]] = defaultdict(list)
    for row in Dissent.objects.filter(cell__in=list(cells)).select_related("decision"):
        if row.decision is None or row.decision.is_final or drafts:
            out[row.cell_id].append(row)
    return out


def _studies(cells: Sequence[Cell]) -> dict[int, list[Recommendation]]:
    """Other studies that judged the same cell in the run that stands."""
    wanted = Q(pk__in=[])
    for cell in cells:
        if cell.latest is not None:
            same = Q(cell_id=cell.pk, run_id=cell.latest.run_id, heard=cell.latest.heard)
            wanted |= same & ~Q(pk=cell.latest_id)
    out: dict[int, list[Recommendation]] = defaultdict(list)
    for row in Recommendation.objects.filter(wanted).order_by("id"):
        out[row.cell_id].append(row)
    return out


def told(decisions: Iterable[Decision]) -> list[tuple[Decision, tuple[str, str, str]]]:
    """Decisions with their verdict as symbol, word and meaning."""
    return [(decision, verdict_words(decision.verdict)) for decision in decisions]
