"""What the board's access lines stand for."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any


def make(person: Any, made: dict[str, str]) -> None:
    """A cell with a final decision, an action, a meeting with one item, and the run that it came from."""
    from tests.web.board import making

    from holdfast.web.board import acting, deciding, meeting
    from holdfast.web.board.deciding import Seen

    actor = person("all")
    cell = making.board(actor)
    [decision] = deciding.decide(actor, making.words(), seen=[Seen.of(cell, None)], batch=uuid.uuid4(), final=True)
    action = acting.promise(decision, actor, {"words": "Put up a sign."})
    one = meeting.save(actor, {"name": "Committee", "on": dt.date(2026, 3, 1)})
    meeting.add(one, [cell], actor)
    made |= {
        "board_change": str(cell.change_id), "cell": str(cell.pk), "decision": str(decision.pk),
        "action": str(action.pk), "meeting": str(one.pk), "board_run": str(cell.latest.run_id),
    }  # fmt: skip
