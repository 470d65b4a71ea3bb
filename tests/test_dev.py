"""``dev.py`` from outside: what a newcomer's first command does when they stop it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
CHILD = """
import signal, sys, time
try:
    print("ready", flush=True)
    time.sleep(60)
except KeyboardInterrupt:
    time.sleep(1)
    print("put away", flush=True)
    sys.exit(130)
"""


def _heeding() -> None:
    """Ctrl-C counts, even where these tests were started from a background job that ignores it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.skipif(os.name == "nt", reason="signals are POSIX's")
def test_ctrl_c_lets_the_command_end_in_its_own_way() -> None:
    told = f"import sys, dev; sys.exit(dev.run(sys.executable, '-c', {CHILD!r}))"
    held = subprocess.Popen(
        [sys.executable, "-c", told], cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        start_new_session=True, preexec_fn=_heeding,
    )  # fmt: skip
    assert held.stdout is not None and held.stdout.readline() == "ready\n"
    os.killpg(held.pid, signal.SIGINT)  # as a terminal sends it: to all of them
    said, wrong = held.communicate(timeout=30)
    assert held.returncode == 130 and said == "put away\n" and "Traceback" not in wrong
