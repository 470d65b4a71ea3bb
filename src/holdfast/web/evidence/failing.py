"""Why something failed, in plain words: what happened, that nothing was lost, and what to do next."""

from __future__ import annotations

import logging
import traceback
from typing import Final

from holdfast.records import InputProblems
from holdfast.workspace.writing.atomic import Busy

log = logging.getLogger("holdfast.evidence")
MOST: Final = 200
SAFE: Final = "Nothing was lost: the tables, the protocols and earlier results are as they were."


def in_words(problem: BaseException, what: str) -> str:
    """The reason for a person. What nobody foresaw is written to the server's log, without the values it was about."""
    if isinstance(problem, InputProblems):
        listed = [str(one) for one in problem.problems]
        more = [f"… and {len(listed) - MOST:,} more."] if len(listed) > MOST else []
        return "\n".join([f"{what} could not begin: {_things(len(listed))} to put right.", *listed[:MOST], *more])
    if isinstance(problem, MemoryError) or "OutOfMemory" in type(problem).__name__:
        return f"{what} needs more memory than the server has. Bring fewer columns, sites or periods. {SAFE}"
    if isinstance(problem, Busy):
        return f"Something else was writing to this workspace. Ask again in a minute. {SAFE}"
    if isinstance(problem, PermissionError):
        return f"The server may not write where the results go. Ask whoever runs it to look at the folder. {SAFE}"
    if isinstance(problem, OSError) and problem.errno == 28:
        return f"The server’s disk is full. Ask whoever runs it to make room, then ask again. {SAFE}"
    if isinstance(problem, (FileNotFoundError, OSError)):
        return f"A file of the tables could not be read ({type(problem).__name__}). Bring it again. {SAFE}"
    frames = "".join(traceback.format_tb(problem.__traceback__))
    log.error("%s failed with %s at\n%s", what, type(problem).__name__, frames)
    return (
        f"{what} met something that Holdfast did not foresee ({type(problem).__name__}). Where is in the server’s log; "
        f"whoever runs the server can send that to the makers. {SAFE}"
    )


def _things(count: int) -> str:
    return "there is one thing" if count == 1 else f"there are {count:,} things"
