"""A run from asking to results: claimed once, finished whole, cancelled, failed, lost and taken up again."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from holdfast.web.evidence import asking, protocols, reading, recovery, working
from holdfast.web.evidence.beating import Beating, CancelledError, LostError
from holdfast.web.evidence.bringing import RefusedError
from holdfast.web.evidence.models import CANCELLED, DONE, FAILED, INTERRUPTED, RUNNING, WAITING, Answer, Run
from holdfast.web.evidence.signals import run_finished
from holdfast.web.people.models import AuditEvent
from holdfast.web.register.models import Change

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_run_finishes_and_tells_everybody_in_one_transaction(asked: Run) -> None:
    told: list[Any] = []

    def hear(sender: Any, run: Run, findings: Any, **_: Any) -> None:
        told.append((run.state, len(findings.cells), Change.objects.get(identifier="call-back").title))

    run_finished.connect(hear)
    try:
        working.carry_out(asked.pk)
    finally:
        run_finished.disconnect(hear)
    asked.refresh_from_db()
    assert asked.state == DONE and asked.problem == ""
    assert told and told[0][0] == DONE and told[0][1] == len(reading.findings(asked).cells) > 0
    assert "Disclosure control" in asked.disclosure and asked.inputs_sha256
    assert asked.protocols[0]["study"] == "call-back" and len(asked.protocols[0]["sha256"]) == 64
    answer = Answer.objects.get(run=asked)
    assert answer.change.identifier == "call-back" and answer.protocol_sha256 == asked.protocols[0]["sha256"]
    page = reading.study(asked, 1)
    assert page["whom"][0]["who"] == "Everyone" and "percentage points" in page["whom"][0]["effect"]
    assert page["event_time"] and reading.chart(asked, page["event_time"]["file"]).startswith(b"<svg")
    assert set(reading.downloads(asked)) >= {"effects.csv", "findings.xlsx", "report.html", "datapackage.json"}
    said = list(AuditEvent.objects.filter(kind="run", subject=str(asked.pk)).values_list("summary", flat=True))
    assert "finished a run: Call back" in said and "asked for a run: Call back" in said


def test_what_leaves_is_what_the_library_would_release(asked: Run) -> None:
    from holdfast.learning import learn
    from holdfast.share import release

    working.carry_out(asked.pk)
    asked.refresh_from_db()
    learned = learn(asked.dataset.path)
    released = release(learned.findings, measures=learned.workspace.measures.values())
    mine = reading.findings(asked)
    assert mine.effects == released.findings.effects
    assert [c.verdict for c in mine.cells] == [c.verdict for c in released.findings.cells]


def test_a_second_worker_finds_nothing_to_do(asked: Run) -> None:
    working.carry_out(asked.pk)
    working.carry_out(asked.pk)
    asked.refresh_from_db()
    assert asked.attempts == 1


def test_asking_twice_gives_one_run(asked: Run, person: Callable[..., Any]) -> None:
    assert asking.ask(person("analyst"), asked.dataset).pk == asked.pk
    assert Run.objects.count() == 1


def test_a_waiting_run_is_cancelled_at_once(asked: Run, person: Callable[..., Any]) -> None:
    asking.cancel(person("analyst"), asked)
    working.carry_out(asked.pk)
    asked.refresh_from_db()
    assert asked.state == CANCELLED and asked.attempts == 0


def test_a_running_run_stops_at_its_next_step_and_keeps_nothing(
    asked: Run, person: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from holdfast import learning

    real = learning.check_at_work = learning.fix  # type: ignore[attr-defined]

    def slow(*words: Any) -> Any:
        asking.cancel(person("analyst"), asked)
        return real(*words)

    monkeypatch.setattr(learning, "fix", slow)
    working.carry_out(asked.pk)
    asked.refresh_from_db()
    assert asked.state == CANCELLED and asked.results == "" and not asked.where.joinpath("contents.json").exists()
    assert not list((asked.dataset.path.parents[1] / "results").glob(".new-*"))


def test_a_failed_run_says_why_and_can_be_asked_again(
    asked: Run, person: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    (asked.dataset.path / "observations.csv").write_text("code,month\n", encoding="utf-8")
    working.carry_out(asked.pk)
    asked.refresh_from_db()
    assert asked.state == FAILED
    assert "put right" in asked.problem and "observations.csv" in asked.problem


def test_what_nobody_foresaw_is_said_without_values(asked: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from holdfast import learning

    def broken(*_: Any, **__: Any) -> Any:
        raise ValueError("a value from a row: 943 476 5919")

    monkeypatch.setattr(learning, "learn", broken)
    working.carry_out(asked.pk)
    asked.refresh_from_db()
    assert asked.state == FAILED and "ValueError" in asked.problem and "Nothing was lost" in asked.problem
    assert "943" not in asked.problem


def test_a_run_whose_worker_died_is_begun_again_once_and_then_marked(asked: Run) -> None:
    for attempt, state in ((1, WAITING), (2, INTERRUPTED)):
        long_ago = timezone.now() - dt.timedelta(seconds=recovery.STALE + 1)
        Run.objects.filter(pk=asked.pk).update(state=RUNNING, attempts=attempt, beat_at=long_ago)
        assert recovery.recover() == [asked.pk]
        asked.refresh_from_db()
        assert asked.state == state
    assert "its worker stopped without a word" in asked.problem
    assert recovery.recover() == []


def test_a_waiting_run_whose_task_is_gone_is_queued_again(asked: Run) -> None:
    import datetime as dt

    from django.utils import timezone
    from django_tasks_db.models import DBTaskResult

    DBTaskResult.objects.all().delete()
    Run.objects.filter(pk=asked.pk).update(asked_at=timezone.now() - dt.timedelta(seconds=recovery.STALE + 1))
    assert recovery.recover() == [asked.pk]
    assert DBTaskResult.objects.count() == 1
    assert recovery.recover() == []


def test_a_worker_that_was_taken_for_dead_keeps_nothing(asked: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    real = working.finish

    def late(run: Run, kept: Any, known: Any) -> None:
        Run.objects.filter(pk=run.pk).update(attempts=2)  # somebody else has it now
        real(run, kept, known)

    monkeypatch.setattr(working, "finish", late)
    working.carry_out(asked.pk)
    asked.refresh_from_db()
    assert asked.state == RUNNING and asked.attempts == 2 and asked.results == ""
    assert not Answer.objects.exists()


def test_beating_sees_a_cancel_and_a_loss(asked: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from holdfast.web.evidence import beating

    monkeypatch.setattr(beating, "TICK", 0.02)
    Run.objects.filter(pk=asked.pk).update(state=RUNNING, attempts=1)
    for change, raised in (({"cancel_asked_at": timezone.now()}, CancelledError), ({"attempts": 2}, LostError)):
        Run.objects.filter(pk=asked.pk).update(cancel_asked_at=None, attempts=1)
        with Beating(asked.pk, 1) as alive:
            alive.tell("learning", 1, 3)
            Run.objects.filter(pk=asked.pk).update(**change)
            with pytest.raises(raised):
                _wait_to_be_stopped(alive)


def _wait_to_be_stopped(alive: Beating) -> None:
    until = time.monotonic() + 5
    while time.monotonic() < until:
        alive.stop_if_asked()
        time.sleep(0.01)


def test_progress_is_written(asked: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from holdfast.web.evidence import beating

    monkeypatch.setattr(beating, "TICK", 0.02)
    Run.objects.filter(pk=asked.pk).update(state=RUNNING, attempts=1)
    with Beating(asked.pk, 1) as alive:
        alive.tell("learning from call-back", 2, 5)
        time.sleep(0.3)
    asked.refresh_from_db()
    assert (asked.step, asked.done, asked.total) == ("learning from call-back", 2, 5) and asked.beat_at


def test_nothing_runs_before_its_protocol_is_fixed(brought: Any, person: Callable[..., Any]) -> None:
    with pytest.raises(RefusedError, match="Fix the protocol of call-back"):
        asking.ask(person("analyst"), brought)
    first = protocols.fix(person("analyst"), brought, "call-back")
    assert protocols.fix(person("analyst"), brought, "call-back") == first
    assert asking.ask(person("analyst"), brought).state == WAITING


def test_a_rule_that_hides_nothing_needs_a_reason(brought: Any, person: Callable[..., Any]) -> None:
    protocols.fix(person("analyst"), brought, "call-back")
    with pytest.raises(RefusedError, match="Say why"):
        asking.ask(person("analyst"), brought, rule="published_counts")
