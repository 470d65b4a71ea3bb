"""Why a job failed, in plain words and without a word of what anybody wrote."""

from __future__ import annotations

import logging
import traceback
from typing import Final

log = logging.getLogger("holdfast.insight")
SAFE: Final = "What was kept so far stays, and nothing is kept twice."


def in_words(problem: BaseException) -> str:
    """The reason for a person. What nobody foresaw goes to the server's log, without the values it was about."""
    if hasattr(problem, "for_people"):
        return f"{problem} {SAFE}"
    if isinstance(problem, MemoryError):
        return f"It needs more memory than the server has. Send it in smaller parts. {SAFE}"
    if isinstance(problem, OSError) and problem.errno == 28:
        return f"The server’s disk is full. Ask whoever runs it to make room, then ask again. {SAFE}"
    if isinstance(problem, FileNotFoundError):
        return f"The file is no longer where it waited. Send it again. {SAFE}"
    frames = "".join(traceback.format_tb(problem.__traceback__))
    log.error("a job failed with %s at\n%s", type(problem).__name__, frames)
    return (
        f"It met something that Holdfast did not foresee ({type(problem).__name__}). Where is in the server’s log; "
        f"whoever runs the server can send that to the makers. {SAFE}"
    )
