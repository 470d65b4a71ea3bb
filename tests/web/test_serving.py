"""``holdfast serve`` as a person starts it: the link, the pages, the worker beside it, and the end of it."""

from __future__ import annotations

import http.cookiejar
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

AROUND = {k: v for k, v in os.environ.items() if not k.startswith("HOLDFAST_") and k != "DJANGO_SETTINGS_MODULE"}
pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals are POSIX's")


def _holdfast(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "holdfast", *words], env=AROUND, capture_output=True, text=True)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("served") / "westshire"
    assert _holdfast("new", str(folder)).returncode == 0
    assert _holdfast("learn", str(folder)).returncode == 0
    return folder


@pytest.fixture
def served(workspace: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    command = [sys.executable, "-m", "holdfast", "serve", str(workspace), "--port", "8431", "--no-open"]
    server = subprocess.Popen(
        command, env=AROUND, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, preexec_fn=_heeding
    )
    assert server.stdout is not None
    said = ""
    for line in server.stdout:
        said += line
        if found := re.search(r"http://\S+", said):
            break
    else:
        pytest.fail(f"it ended without a link: {said}")
    yield server, found.group()
    server.kill()
    server.wait()


def _heeding() -> None:
    """Started from a background job, these tests would hand on that Ctrl-C is ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _reader() -> urllib.request.OpenerDirector:
    return urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))


def test_the_link_opens_the_register_with_what_was_learned_once(served: tuple[subprocess.Popen[str], str]) -> None:
    _server, link = served
    base = "/".join(link.split("/")[:3])
    reader = _reader()
    assert "Owner" in reader.open(link).read().decode()
    for path, words in (("/changes/", "1 change"), ("/decisions/", "practices and places"), ("/evidence/", "Done")):
        assert words in reader.open(base + path).read().decode(), path
    with pytest.raises(urllib.error.HTTPError, match="404"):
        _reader().open(link)


def test_interrupting_it_ends_it_and_its_worker(served: tuple[subprocess.Popen[str], str]) -> None:
    server, _link = served
    found = subprocess.run(["pgrep", "-P", str(server.pid)], capture_output=True, text=True).stdout.split()
    assert found, "no worker runs beside it"
    server.send_signal(signal.SIGINT)
    assert server.wait(60) == 0  # a worker that is starting up may take its ten seconds, and a busy database its twenty
    for _ in range(50):
        if not any(Path(f"/proc/{pid}").exists() for pid in found):
            return
        time.sleep(0.1)
    pytest.fail("the worker went on by itself")


def test_a_server_that_is_killed_leaves_no_worker(served: tuple[subprocess.Popen[str], str]) -> None:
    server, _link = served
    found = subprocess.run(["pgrep", "-P", str(server.pid)], capture_output=True, text=True).stdout.split()
    assert found, "no worker runs beside it"
    server.kill()
    for _ in range(300):
        if not any(Path(f"/proc/{pid}/cmdline").exists() for pid in found):
            return
        time.sleep(0.2)
    pytest.fail("the worker went on by itself")


def test_a_folder_that_is_no_workspace_is_told_so(tmp_path: Path) -> None:
    done = _holdfast("serve", str(tmp_path), "--no-open")
    said = " ".join(done.stderr.split())
    assert done.returncode == 2 and "is not a workspace" in said and "Traceback" not in said


@pytest.mark.parametrize(("beside", "wanted"), [({"HOLDFAST_BESIDE": "1"}, ["grave"]), ({}, ["small", "grave"])])
def test_a_worker_beside_the_server_says_only_what_matters(
    tmp_path: Path, beside: dict[str, str], wanted: list[str]
) -> None:
    told = (
        "import django, logging; django.setup()\n"
        "from django_tasks_db.management.commands.db_worker import Command\n"
        "Command().configure_logging(1)  # as the command does it itself\n"
        "log = logging.getLogger('django_tasks'); log.info('small'); log.warning('grave')"
    )
    around = {"DJANGO_SETTINGS_MODULE": "holdfast.web.settings", "HOLDFAST_HOME": str(tmp_path), **beside}
    done = subprocess.run([sys.executable, "-c", told], env={**AROUND, **around}, capture_output=True, text=True)
    assert [line.split()[-1] for line in (done.stdout + done.stderr).splitlines()] == wanted
