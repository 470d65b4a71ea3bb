"""``holdfast serve``: the web server and the worker beside it, started and stopped together."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from holdfast.web.starting import bring_up_to_date, settle

REGISTER: Final = "register"
"""The folder inside a workspace in which its register is kept."""
REMIND_EVERY: Final = 3600.0
"""Seconds between looks for reviews that have fallen due."""
Tell = Callable[[str], None]


def open_register(folder: Path | None, tell: Tell) -> Path:
    """The register of a workspace (in its ``register`` folder), or the one in HOLDFAST_HOME; up to date, populated."""
    home = settle(folder / REGISTER if folder else None)
    tell("bringing the register up to date")
    bring_up_to_date()
    from holdfast.web.evidence import recovery

    recovery.tidy()
    recovery.recover()
    if folder is not None:
        from holdfast.web.evidence.serving import serve_dataset

        tell("reading the workspace and drawing what was learned")
        serve_dataset(folder)
    return home


def way_in(host: str, port: int) -> str:
    """The address to open: on this machine, one that signs the owner in; for a team, the front page."""
    from django.conf import settings

    from holdfast.web.people import entering
    from holdfast.web.people.models import User

    if not loopback(host):
        return str(settings.SITE_ADDRESS)
    owner = entering.the_owner() if not User.objects.exclude(email=entering.OWNER).exists() else None
    return f"http://{host}:{port}" + (entering.link(owner) if owner else "/")


def answer_to(host: str, port: int) -> None:
    """Have messages and papers name the address that is served here, unless the environment gives another."""
    from django.conf import settings

    if loopback(host) and "HOLDFAST_ADDRESS" not in os.environ:
        settings.SITE_ADDRESS = os.environ["HOLDFAST_ADDRESS"] = f"http://{host}:{port}"  # the worker reads it there


def serve(host: str, port: int, started: Callable[[], None]) -> None:
    """Serve until interrupted. ``started`` is called once the port answers. Raises OSError when the port is taken."""
    from django.conf import settings
    from django.core.wsgi import get_wsgi_application
    from waitress.server import create_server

    answer_to(host, port)
    signal.signal(signal.SIGTERM, _end)
    server = create_server(
        get_wsgi_application(),
        host=host,
        port=port,
        threads=8,
        channel_timeout=120,
        max_request_body_size=settings.UPLOAD_LIMIT + (1 << 20),
        ident="Holdfast",
    )
    with worker_beside():
        started()
        try:
            server.run()
        finally:
            server.close()


def _end(_signal: int, _frame: object) -> None:
    """A service manager stops with SIGTERM: the worker is ended too, as it is for Ctrl-C."""
    raise SystemExit(0)


@contextlib.contextmanager
def worker_beside() -> Iterator[None]:
    """A worker process for the background work, started again whenever it ends, until the block is left."""
    stop, held = threading.Event(), {"worker": _worker()}

    def watch() -> None:
        reminded = 0.0
        while not stop.wait(2):
            if held["worker"].poll() is not None:
                time.sleep(1)  # never faster than it can fail
                held["worker"] = _worker()
            if time.monotonic() - reminded > REMIND_EVERY or not reminded:
                reminded = time.monotonic()
                remind()

    keeper = threading.Thread(target=watch, name="keeps the worker", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        stop.set()
        keeper.join()
        held["worker"].terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            held["worker"].wait(10)
        held["worker"].kill()


def remind() -> None:
    """Have reminders of due reviews written, and waiting messages sent. Doing it often sends nothing twice."""
    from django.db import DatabaseError, connection

    from holdfast.web.board.tasks import remind_of_reviews, send_messages

    try:
        remind_of_reviews.enqueue()
        send_messages.enqueue()
    except DatabaseError:  # busy: the next hour will do
        connection.close()


def _worker() -> subprocess.Popen[bytes]:
    around = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "HOLDFAST_BESIDE": str(os.getpid())}
    return subprocess.Popen(
        [sys.executable, "-m", "django", "db_worker", "--interval", "1", "--queue-name", "*", "--no-reload"],
        env={**os.environ, **around},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )


def free_port(host: str, wanted: int) -> int:
    """``wanted`` if nobody listens there, else the next free one within twenty. Raises OSError when none is."""
    problem: Any = None
    for port in range(wanted, wanted + 20):
        try:
            with socket.create_server((host, port)):
                return port
        except OSError as found:
            problem = found
    raise OSError(f"No free port from {wanted} to {wanted + 19} on {host} ({problem}). Name another with --port.")


def loopback(host: str) -> bool:
    """Whether only this machine can reach the address."""
    return host in {"localhost", "127.0.0.1", "::1"}
