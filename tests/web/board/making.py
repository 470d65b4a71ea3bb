"""Small registers for the board's tests: a change, a run, and released cells made by hand."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from holdfast.records import Cell, Evaluability, Findings, Gap, Protocol
from holdfast.records.vocabularies import ALL_SETTINGS, EVERYONE

MEASURE = {
    "measure": "waits", "label": "Waits over four hours", "family": "outcome", "kind": "proportion", "better": "lower",
    "smallest_important": 0.02, "per": 1000.0, "unit": "attendances", "practice": "introduced",
}  # fmt: skip
AGES = ("under 18", "18 to 64", "65 and over")
SETTINGS = (ALL_SETTINGS, "urban", "rural")


def row(change: str, **more: Any) -> Cell:
    """One released cell: everyone, all settings, retain, unless told otherwise."""
    first = Cell(
        change=change, practice="Booked slots", role="introduced", dimension=EVERYONE, level=EVERYONE,
        setting=ALL_SETTINGS, policy="default", verdict="retain", rule="retain: benefit ≥ 0.8",
        reasons=("It helps, and nothing known stands against it.",), benefit=0.96, harm=0.01, futile=0.04,
        gap_widens=0.2, certainty="moderate", missing=("The running cost is not recorded.",),
        flips=("If the benefit asked for were 0.96 instead of 0.80: keep learning.",),
        would_settle=("6 more months.",), study="study", estimate=-0.051, low=-0.089, high=-0.013, horizon="lasting",
    )  # fmt: skip
    return replace(first, **more)


def displaced(change: str, **more: Any) -> Cell:
    """The practice that was displaced, in the same cell."""
    nothing: dict[str, Any] = {"benefit": None, "futile": None, "gap_widens": None, "estimate": None, "low": None}
    first = row(change, practice="Walk-in queue", role="displaced", verdict="keep learning", certainty="", **nothing)
    return replace(first, high=None, harm=None, **more)


def findings(cells: Iterable[Cell], **more: Any) -> Findings:
    """Findings that hold the cells, with a protocol and a gap that the words are made from."""
    held = tuple(cells)
    text = json.dumps(
        {"study": {"primary": "waits", "equity_dimension": "deprivation"}, "measures": {"waits": MEASURE}}
    )
    import datetime as dt

    studies = dict.fromkeys(cell.study for cell in held)
    protocols = tuple(Protocol(study=s, version=1, sha256="0" * 64, fixed_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
                               text=text) for s in studies)  # fmt: skip
    gaps = tuple(
        Gap(study=s, change="", measure="waits", dimension="deprivation", setting=ALL_SETTINGS, kind="slope index",
            before=0.1, after=0.08, estimate=-0.02, se=0.01, low=-0.04, high=0.0, p=0.05, p_widens=0.1,
            most="1 most deprived", least="5 least deprived")
        for s in studies
    )  # fmt: skip
    return replace(Findings(protocols=protocols, gaps=gaps, cells=held), **more)


def silent(change: str, cell: Cell) -> Evaluability:
    """The judgement that a cell cannot be told yet."""
    return Evaluability(
        study=cell.study, change=change, measure="waits", dimension=cell.dimension, level=cell.level,
        setting=cell.setting, design="cannot tell yet", claim=0, pattern="", reasons=("Too few sites.",), remedies=(),
        sites=2, adopters=1, comparison=1, periods_before=3, periods_after=3, detectable=None, smallest_important=0.02,
    )  # fmt: skip


def many(change: str) -> list[Cell]:
    """Both practices for everyone, and the new one for each age and setting."""
    cells = [row(change), displaced(change)]
    for setting in SETTINGS:
        for level in AGES:
            verdict = "adapt" if level == AGES[2] else "retain"
            cells.append(row(change, dimension="age", level=level, setting=setting, verdict=verdict))
    return cells


def run() -> Any:
    """A run that is done."""
    from holdfast.web.evidence.models import Dataset, Run

    dataset, _ = Dataset.objects.get_or_create(folder="made", defaults={"title": "Made for a test"})
    return Run.objects.create(dataset=dataset, state="done")


def change(actor: Any, title: str = "Booked slots in emergency care", **more: Any) -> Any:
    """A change in the register."""
    from holdfast.web.register import saving

    fields = {"title": title, "introduced": "Booked slots", **more}
    return saving.create(actor, fields, displaced=["Walk-in queue"])


def board(actor: Any, cells: Any = None, **more: Any) -> Any:
    """A change with its cells on the board; gives the everyone-cell of the introduced practice."""
    from holdfast.web.board.intake import take
    from holdfast.web.board.models import Cell as Kept

    one = change(actor, **more)
    take(run(), findings(cells(one.identifier) if cells else [row(one.identifier), displaced(one.identifier)]))
    return Kept.objects.get(change=one, role="introduced", dimension=EVERYONE, setting=ALL_SETTINGS)


def answer_duties(cell: Any, verdict: str, actor: Any) -> None:
    """Answer every duty: all met."""
    import datetime as dt

    from holdfast.web.board import duties

    for duty in duties.duties_for(verdict):
        given = {"answer": "met", "reference": "Board paper 12", "on": dt.date(2026, 1, 5)}
        duties.answer(cell.change, verdict, duty, actor, given, read_at=0)


def words(**more: Any) -> dict[str, Any]:
    """A whole decision as fields."""
    import datetime as dt

    from django.utils import timezone

    return {
        "verdict": "adapt", "reasons": "It helps most people.", "decided_by": "Transformation committee",
        "conditions": "Keep a walk-in door.", "review_on": timezone.localdate() + dt.timedelta(days=200),
        "departs_because": "The gap matters more to us.", **more,
    }  # fmt: skip
