"""Taking a finished run in: each released cell becomes a recommendation, beside all the earlier ones."""

from __future__ import annotations

import dataclasses
import math
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Q

from holdfast.records import Findings
from holdfast.records.findings import Cell as Row
from holdfast.records.vocabularies import CERTAINTIES
from holdfast.web.board.models import Cell, Intake, Recommendation
from holdfast.web.board.standing import keep, stand
from holdfast.web.board.wording import Told, Wording
from holdfast.web.evidence.models import Run
from holdfast.web.people import audit
from holdfast.web.register.models import Change

PLACE = ("practice", "role", "dimension", "level", "setting")
LONGEST = {name: Cell._meta.get_field(name).max_length for name in PLACE}
MANY = 500
Key = tuple[int, str, str, str, str, str]


def on_run_finished(*, run: Run, findings: Findings, **_more: Any) -> None:
    """The signal's receiver; it runs inside the sender's transaction."""
    take(run, findings)


@transaction.atomic
def take(run: Run, findings: Findings) -> Intake:
    """Store every released cell. Taking the same run twice adds nothing.

    Changes are matched by identifier and never created; what was not matched is listed in the intake.
    """
    made, absent, refused = enter(run, findings)
    intake, _ = Intake.objects.update_or_create(
        run=run,
        defaults={
            "taken": made,
            "unmatched": [{"change": name, "cells": count} for name, count in sorted(absent.items())],
            "refused": refused,
        },
    )
    words = f"took {made} recommendations from run {run.pk}; {len(absent)} changes are not in the register"
    audit.record(run.by or "the server", "evidence.run", "run", run.pk, words, unmatched=sorted(absent)[:100])
    return intake


@transaction.atomic
def enter(
    run: Run, findings: Findings, heard: Mapping[str, str] | None = None
) -> tuple[int, Counter[str], list[dict[str, str]]]:
    """Store the released cells and let each stand: how many, of which changes not, and which could not be kept.

    ``heard`` is each change's print of the register's voices that its cells were judged with.
    """
    rows, refused = _sound(findings.cells)
    changes = _changes({row.change for row in rows})
    absent = Counter(row.change for row in rows if row.change not in changes)
    matched = [row for row in rows if row.change in changes]
    cells = _cells(changes, matched)
    wording = Wording(findings)
    made = {(_key(changes, row), row.study): (row, wording.told(row)) for row in matched}
    _recommend(run, cells, made, heard or {})
    _stand(run, cells, set((heard or {}).values()) or {""})
    return len(made), absent, refused


def _sound(cells: Iterable[Row]) -> tuple[list[Row], list[dict[str, str]]]:
    """Rows that the columns can hold, and the others with why not."""
    good, refused = [], []
    for cell in cells:
        long = next((n for n in PLACE if len(getattr(cell, n)) > LONGEST[n]), "")
        if long or any("\0" in getattr(cell, name) for name in (*PLACE, "change")):
            why = (
                f"its {long} has more than {LONGEST[long]} characters" if long else "a name in it holds a NUL character"
            )
            refused.append({"change": cell.change[:80].replace("\0", ""), "why": why})
        else:
            good.append(cell)
    return good, refused


def _changes(identifiers: set[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for some in _some(sorted(identifiers)):
        found.update(Change.objects.filter(identifier__in=some).values_list("identifier", "pk"))
    return found


def _key(changes: Mapping[str, int], row: Row) -> Key:
    return (changes[row.change], row.practice, row.role, row.dimension, row.level, row.setting)


def _cells(changes: Mapping[str, int], rows: Sequence[Row]) -> dict[Key, Cell]:
    """Every cell that the rows speak of, made where it is new; locked until the transaction ends."""
    keys = dict.fromkeys(_key(changes, row) for row in rows)
    held = _held(keys)
    names = ("change_id", *PLACE)
    new = [Cell(**dict(zip(names, key, strict=True))) for key in keys if key not in held]
    if new:
        Cell.objects.bulk_create(new, batch_size=MANY, ignore_conflicts=True)
        held = _held(keys)
    return {key: held[key] for key in keys}


def _held(keys: Iterable[Key]) -> dict[Key, Cell]:
    found: dict[Key, Cell] = {}
    for some in _some(sorted({key[0] for key in keys})):
        for cell in Cell.objects.select_for_update().filter(change_id__in=some).order_by("pk"):
            found[(cell.change_id, cell.practice, cell.role, cell.dimension, cell.level, cell.setting)] = cell
    return found


def _recommend(
    run: Run,
    cells: Mapping[Key, Cell],
    made: Mapping[tuple[Key, str], tuple[Row, Told]],
    heard: Mapping[str, str],
) -> None:
    Recommendation.objects.bulk_create(
        (
            Recommendation(
                cell=cells[key], run=run, study=study[:200], verdict=row.verdict, certainty=row.certainty,
                measure=told.measure[:300], effect=told.effect, figure=told.figure[:300], gap=told.gap,
                note=told.note, row=plain(dataclasses.asdict(row)), heard=heard.get(row.change, ""),
            )
            for (key, study), (row, told) in made.items()
        ),
        batch_size=MANY,
        ignore_conflicts=True,
    )  # fmt: skip


def _stand(run: Run, cells: Mapping[Key, Cell], heard: Collection[str]) -> None:
    """Point each cell at its recommendation from this run, unless a later run has spoken already."""
    by_pk = {cell.pk: cell for cell in cells.values()}
    best: dict[int, Recommendation] = {}
    made = Recommendation.objects.filter(run=run, heard__in=heard)
    for one in made.select_related(None).defer("row").order_by("id"):
        if one.cell_id in by_pk and (one.cell_id not in best or _weight(one) > _weight(best[one.cell_id])):
            best[one.cell_id] = one
    after = Q(run_id__gt=run.pk)
    if heard == {""}:  # the run alone does not stand in for itself with voices
        after |= Q(run=run) & ~Q(heard="")
    later = set(Recommendation.objects.filter(after).values_list("cell_id", flat=True))
    keep(stand(by_pk[pk], latest=one) for pk, one in best.items() if pk not in later)


def _weight(one: Recommendation) -> int:
    """Where two studies speak of one cell, the more certain stands on the matrix; the page shows both."""
    return -CERTAINTIES.index(one.certainty) if one.certainty in CERTAINTIES else -len(CERTAINTIES)


def plain(value: Any) -> Any:
    """JSON's own types, as both databases hold them: no NaN and no NUL."""
    if isinstance(value, dict):
        return {name: plain(held) for name, held in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value.replace("\0", "") if isinstance(value, str) else value


def _some(items: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(items), MANY):
        yield items[start : start + MANY]
