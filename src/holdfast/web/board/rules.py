"""What may be decided for which practice, and what must be there before a decision is final."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from holdfast.web.board.duties import Asked
from holdfast.web.board.models import Cell, Decision
from holdfast.web.register.models import DISPLACED, INTRODUCED

if TYPE_CHECKING:
    from holdfast.web.board.deciding import Seen

MAY: Final[dict[str, tuple[str, ...]]] = {
    INTRODUCED: ("retain", "adapt", "stop", "keep learning"),
    DISPLACED: ("reinstate", "keep learning"),
}
"""What can be decided for the practice that was introduced, and for one that it displaced."""
FURTHEST: Final = 10
"""Years ahead that a review date may lie; a later one is taken for a slip of the keys."""


def require_fitting(cells: Sequence[Cell], verdict: str) -> None:
    """ValueError when the verdict is not one for the practice's role."""
    for cell in cells:
        if verdict not in MAY[cell.role]:
            allowed = ", ".join(MAY[cell.role])
            raise ValueError(f"A practice that was {cell.role} cannot be decided “{verdict}”. Choose from: {allowed}.")


def problems(made: Sequence[Decision], asked: Sequence[Asked], today: dt.date) -> list[tuple[str, str]]:
    """Each field (``""`` for the whole) and what keeps the decision from being final."""
    one = made[0]
    found = []
    if not one.reasons.strip():
        found.append(("reasons", "Enter the reasons for the decision"))
    if not one.decided_by.strip():
        found.append(("decided_by", "Enter who decided: the group, or the people by name"))
    if any(d.departs for d in made) and not one.departs_because.strip():
        found.append(("departs_because", _departure(made)))
    if words := review_problem(one.review_on, one.verdict, today):
        found.append(("review_on", words))
    waiting = [a.duty.name for a in asked if a.is_open]
    if waiting:
        names = "; ".join(waiting)
        found.append(("verdict", f"“{one.verdict.capitalize()}” cannot be made final while duties are open: {names}"))
    return found


def review_problem(on: dt.date | None, verdict: str, today: dt.date) -> str:
    """What is wrong with a review date; empty when nothing is."""
    if on is None:
        return "" if verdict == "stop" else "Enter the date on which to review the decision"
    if on <= today:
        return "The review date must be after today"
    return f"The review date must be within {FURTHEST} years" if on.year > today.year + FURTHEST else ""


def what_changed(cell: Cell, draft: Decision | None, then: Seen, now: Seen) -> str:
    """One cell's clash in a sentence."""
    if now.decided != then.decided and cell.decided is not None:
        by = f" by {cell.decided.by}" if cell.decided.by else ""
        return f"{cell} was decided while you were writing{by}: {cell.decided.get_verdict_display()}."
    if now.latest != then.latest:
        return f"The evidence for {cell} was worked out again while you were writing. Read it before you decide."
    if draft is None:
        return f"The draft for {cell} was discarded while you were writing."
    by = f" by {draft.by}" if draft.by else ""
    return f"A draft for {cell} was saved while you were writing{by}: {draft.get_verdict_display()}."


def _departure(made: Sequence[Decision]) -> str:
    off = [d for d in made if d.departs]
    if len(made) == 1 and off[0].recommendation is not None:
        said = off[0].recommendation.get_verdict_display().lower()
        return f"The recommendation on the table is “{said}”. Enter why the decision departs from it"
    return f"The decision departs from the recommendation in {len(off)} of {len(made)} cells. Enter why"
