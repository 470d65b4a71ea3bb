"""The matrix as a CSV file that no spreadsheet takes for a program."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from django.db.models import QuerySet

from holdfast.share.tables import safe
from holdfast.web.board.models import Cell

HEADINGS = (
    *("change", "title", "practice", "role", "dimension", "level", "setting", "recommended", "certainty", "measure"),
    *("effect", "effect_with_interval", "gap", "decided", "decided_at", "departs", "reasons", "conditions"),
    *("decided_by", "review_on"),
)


def lines(cells: QuerySet[Cell]) -> Iterator[bytes]:
    """The file piece by piece: UTF-8 with a byte-order mark, so that spreadsheets read it rightly."""
    yield b"\xef\xbb\xbf" + _line(HEADINGS)
    held = cells.select_related("change", "latest", "decided").defer("latest__row", "decided__duties")
    for cell in held.iterator(chunk_size=1_000):
        yield _line(_row(cell))


def _row(cell: Cell) -> list[str]:
    told, decided = cell.latest, cell.decided
    said = [cell.change.identifier, cell.change.title, cell.practice, cell.role, cell.dimension, cell.level]
    said += [cell.setting, cell.verdict, cell.certainty]
    said += [told.measure, told.effect, told.figure, told.gap] if told else [""] * 4
    if decided is None:
        return [*said, *[""] * 7]
    when = decided.final_at.isoformat(timespec="seconds") if decided.final_at else ""
    departs = "yes" if cell.departs else "no"
    review = cell.review_on.isoformat() if cell.review_on else ""
    return [*said, cell.chosen, when, departs, decided.reasons, decided.conditions, decided.decided_by, review]


def _line(values: tuple[str, ...] | list[str]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerow([safe(value) for value in values])
    return out.getvalue().encode("utf-8")
