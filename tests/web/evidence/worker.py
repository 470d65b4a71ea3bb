"""A real worker in a process of its own, at the test's own database and home folder."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

from django.db import connection

SOURCE = Path(__file__).resolve().parents[3] / "src"


@contextlib.contextmanager
def worker(home: Path) -> Iterator[subprocess.Popen[bytes]]:
    """``python -m django db_worker``; ended with the block, however it ends."""
    with (home / "worker.log").open("ab") as log:
        command = [sys.executable, "-m", "django", "db_worker", "--interval", "0.2", "--no-startup-delay"]
        process = subprocess.Popen(command, env=_environment(home), stdout=log, stderr=log)
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGKILL)
            process.wait(10)


def until(holds: Callable[[], bool], seconds: float = 120.0) -> None:
    """Wait for something to become so."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.1)


def _environment(home: Path) -> dict[str, str]:
    told = {
        **os.environ,
        "HOLDFAST_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "holdfast.web.settings",
        "PYTHONPATH": str(SOURCE),
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }
    held = connection.settings_dict
    if connection.vendor == "sqlite":
        told.pop("HOLDFAST_DATABASE", None)
        link = home / "register.sqlite3"
        if not link.exists():
            link.symlink_to(held["NAME"])
    else:
        account = f"{quote(held['USER'])}:{quote(held['PASSWORD'] or '')}"
        told["HOLDFAST_DATABASE"] = f"postgresql://{account}@/{held['NAME']}?host={quote(str(held['HOST']), safe='')}"
        if held["PORT"]:
            told["HOLDFAST_DATABASE"] = (
                f"postgresql://{account}@{held['HOST'] or 'localhost'}:{held['PORT']}/{held['NAME']}"
            )
    return told
