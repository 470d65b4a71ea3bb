"""Workers that are there: each says so every few seconds, so that a page can say since when none has."""

from __future__ import annotations

import datetime as dt
import os
import secrets
import socket
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db import DatabaseError, connection
from django.utils import timezone

from holdfast.web.evidence import recovery
from holdfast.web.evidence.models import Worker

EVERY: Final = 5.0
GONE: Final = 20
"""Seconds without a word after which a worker is not there."""
COMMAND: Final = "db_worker"


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
    started = timezone.now()
    while not over.is_set():
        try:
            now = timezone.now()
            Worker.objects.update_or_create(name=name, defaults={"started_at": started, "beat_at": now})
            recovery.recover()
        except DatabaseError:  # not migrated yet, or locked: the next look may get through
            connection.close()
        over.wait(EVERY)
