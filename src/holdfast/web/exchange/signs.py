"""How far an arrival is, and the word to stop, in files beside the archive: no row could tell it meanwhile.

All of it is one transaction: nobody sees what it writes before its end, and SQLite lets nobody else write.
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
from pathlib import Path
from typing import Final

from holdfast.web.exchange.models import Arrival

EVERY: Final = 1.0
"""Seconds between signs of life."""


class CancelledError(Exception):
    """Somebody asked for it to stop."""


class Signs:
    """While inside, a file says how far the work is; ``tell`` notes it, and raises CancelledError when it must stop."""

    def __init__(self, held: Arrival) -> None:
        self._held = held
        self._said: tuple[str, int, int] = ("", 0, 0)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"arrival-{held.pk}", daemon=True)

    def tell(self, step: str, done: int, total: int) -> None:
        """What is being done now."""
        self._said = (step, done, total)
        if stopper(self._held) is not None:
            raise CancelledError

    def __enter__(self) -> Signs:
        self._thread.start()
        return self

    def __exit__(self, *_problem: object) -> None:
        self._over.set()
        self._thread.join()

    def _beat(self) -> None:
        place = _place(self._held)
        fresh = place.with_suffix(".new")
        while True:
            with contextlib.suppress(OSError):  # the disk is full for a moment: the next may get through
                fresh.write_text(json.dumps(self._said), "utf-8")
                os.replace(fresh, place)
            if self._over.wait(EVERY):
                return


def last_sign(held: Arrival) -> float:
    """When its worker last gave a sign of life, in seconds since 1970; 0 where none did."""
    with contextlib.suppress(OSError):
        return _place(held).stat().st_mtime
    return 0.0


def progress(held: Arrival) -> Arrival:
    """The arrival as far as its worker says it is; not saved."""
    with contextlib.suppress(OSError, ValueError):
        held.step, held.done, held.total = json.loads(_place(held).read_text("utf-8"))
    return held


def stop(held: Arrival, who: int) -> None:
    """Ask its worker to stop: ``who`` is the number of the account that asks."""
    with contextlib.suppress(FileNotFoundError):  # it ended at this very moment
        (held.folder / "stop").write_text(str(who), "utf-8")


def stopper(held: Arrival) -> int | None:
    """Who asked for it to stop; None where nobody did."""
    with contextlib.suppress(OSError, ValueError):
        return int((held.folder / "stop").read_text("utf-8"))
    return None


def _place(held: Arrival) -> Path:
    """Each try has its own, so that a worker that was given up speaks for no later one."""
    return held.folder / f"far-{held.attempts}.json"
