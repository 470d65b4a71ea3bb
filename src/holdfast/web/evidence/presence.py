"""Workers that are there: each says so every few seconds, and sees to work that others left behind."""

from __future__ import annotations

import datetime as dt
import os
import secrets
import signal
import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from django.apps import apps
from django.db import DatabaseError, connection
from django.utils import timezone

from holdfast.web.evidence import recovery
from holdfast.web.evidence.models import Worker

EVERY: Final = 5.0
GONE: Final = 20
"""Seconds without a word after which a worker is not there."""
COMMAND: Final = "db_worker"
_MENDERS: list[Callable[[], object]] = [recovery.recover]


@dataclass(frozen=True)
class Present:
    """Whether a worker is there, and when one last was (None: never)."""

    there: bool
    last: dt.datetime | None


def present() -> Present:
    """What the pages say of workers; one query."""
    last = Worker.objects.order_by("-beat_at").values_list("beat_at", flat=True).first()
    there = last is not None and (timezone.now() - last).total_seconds() < GONE
    return Present(there, last)


def add_mender(fn: Callable[[], object]) -> None:
    """Called from an app's ``ready``: ``fn`` sees to that app's jobs whose worker is gone; every worker calls it."""
    _MENDERS.append(fn)


def begin_if_worker(words: Sequence[str]) -> None:
    """In the process of a worker: say that it is there, and see to runs that others left behind."""
    if COMMAND in words[1:2]:
        begin()


def begin() -> threading.Thread:
    """Start the thread that says so. It ends with the process."""
    name = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"[-120:]
    thread = threading.Thread(target=_say, args=(name, threading.Event()), name="presence", daemon=True)
    thread.start()
    return thread


def _say(name: str, over: threading.Event) -> None:
    apps.ready_event.wait()
    started = timezone.now()
    while not over.is_set():
        if _left_alone():
            os.kill(os.getpid(), signal.SIGTERM)
            return
        try:
            now = timezone.now()
            Worker.objects.update_or_create(name=name, defaults={"started_at": started, "beat_at": now})
            for mend in _MENDERS:
                mend()
        except DatabaseError:  # not migrated yet, or locked: the next look may get through
            connection.close()
        over.wait(EVERY)


def _left_alone() -> bool:
    """Whether the server that this worker runs beside was killed, and could not end it: nobody would stop it now."""
    beside = os.environ.get("HOLDFAST_BESIDE")
    return beside is not None and os.name == "posix" and os.getppid() != int(beside)
