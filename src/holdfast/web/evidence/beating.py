"""A run's sign of life, its progress and its way to stop: one thread writes and reads, at most once a second."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Final

from django.db import DatabaseError, connection
from django.utils import timezone

from holdfast.web.evidence.models import RUNNING, Run

TICK: Final = 1.0
"""Seconds between looks."""
BEAT: Final = 5
"""Looks between signs of life, where there is nothing new to tell."""


class CancelledError(Exception):
    """Somebody asked for the run to be cancelled."""


class LostError(Exception):
    """The run is no longer this worker's: it was taken for dead and given to another, or has ended."""


class Beating:
    """While inside, the run says that it is alive. ``tell`` notes what is being done, and raises when it must stop."""

    def __init__(self, pk: int, attempt: int) -> None:
        self._mine = Run.objects.filter(pk=pk, state=RUNNING, attempts=attempt)
        self._said: tuple[str, int, int] = ("", 0, 0)
        self._written: tuple[str, int, int] = ("", 0, 0)
        self._over = threading.Event()
        self._stop: type[Exception] | None = None
        self._thread = threading.Thread(target=self._beat, name=f"run-{pk}", daemon=True)

    def tell(self, step: str, done: int, total: int) -> None:
        """What is being done now. Raises CancelledError or LostError when the run is to stop."""
        self._said = (step[:200], done, total)
        self.stop_if_asked()

    def stop_if_asked(self) -> None:
        """Raise what the last look found."""
        if self._stop is not None:
            raise self._stop

    def __enter__(self) -> Beating:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None) -> None:
        self._over.set()
        self._thread.join()

    def _beat(self) -> None:
        looks = 0
        try:
            while not self._over.is_set():
                try:
                    self._look(looks % BEAT == 0)
                except DatabaseError:  # a locked database is not the end of the run; the next look may get through
                    connection.close()
                looks += 1
                self._over.wait(TICK)
        finally:
            connection.close()

    def _look(self, due: bool) -> None:
        said = self._said
        if due or said != self._written:
            step, done, total = said
            mine = self._mine.update(beat_at=timezone.now(), step=step, done=done, total=total)
            self._written = said
            if not mine:
                self._stop = LostError
                return
        if self._mine.filter(cancel_asked_at__isnull=False).exists():
            self._stop = CancelledError
