"""The worker is killed while it works: what was asked for is begun again by itself, and comes out the same."""

from __future__ import annotations

import signal
import time
from pathlib import Path
from typing import Any

import pytest
from tests.web.evidence.worker import until, worker

from holdfast.web.evidence import protocols, reading, recovery, working
from holdfast.web.evidence.models import DONE, RUNNING, WAITING, Answer, Run, Worker

pytestmark = pytest.mark.django_db(transaction=True)


def _state(run: Run) -> str:
    run.refresh_from_db()
    return str(run.state)


def test_a_killed_run_is_begun_again_and_finds_the_same(
    asked: Run, home: Path, monkeypatch: pytest.MonkeyPatch, person: Any
) -> None:
    with worker(home) as first:
        until(lambda: _state(asked) == RUNNING)
        first.send_signal(signal.SIGKILL)
        first.wait(10)
    assert _state(asked) == RUNNING and not Answer.objects.exists()
    assert not (home / "results" / str(asked.pk)).exists()
    time.sleep(0.6)
    monkeypatch.setattr(recovery, "STALE", 0.5)
    assert recovery.recover() == [asked.pk]
    assert _state(asked) == WAITING and "interrupted once" in asked.problem
    with worker(home):
        until(lambda: _state(asked) == DONE)
        until(Worker.objects.exists)
    assert asked.attempts == 2 and asked.problem == ""
    assert len(protocols.standings(asked.dataset)[0].versions) == 1

    whole = Run.objects.create(dataset=asked.dataset, policy=asked.policy, rule=asked.rule)
    working.carry_out(whole.pk)
    assert _state(whole) == DONE and whole.attempts == 1
    one, other = reading.findings(asked), reading.findings(whole)
    assert one == other
    assert reading.study(asked, 1) == reading.study(whole, 1)
    assert whole.inputs_sha256 == asked.inputs_sha256
