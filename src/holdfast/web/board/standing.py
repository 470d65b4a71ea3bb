"""Where each cell stands: its latest recommendation, its last final decision, and the columns that repeat them."""

from __future__ import annotations

from collections.abc import Iterable

from holdfast.web.board.models import Cell, Decision, Recommendation

REPEATED = ("latest", "decided", "verdict", "certainty", "chosen", "departs", "review_on")


def stand(cell: Cell, *, latest: Recommendation | None = None, decided: Decision | None = None) -> Cell:
    """Set what is given, and the columns that repeat it; the caller saves (``REPEATED`` names the columns)."""
    if latest is not None:
        cell.latest = latest
        cell.verdict, cell.certainty = latest.verdict, latest.certainty
    if decided is not None:
        cell.decided = decided
        cell.chosen, cell.review_on, cell.departs = decided.verdict, decided.review_on, decided.departs
    return cell


def keep(cells: Iterable[Cell]) -> None:
    """Save where the cells stand, many at a time."""
    Cell.objects.bulk_update(list(cells), REPEATED, batch_size=200)
