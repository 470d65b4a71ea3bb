"""Two people deciding at once: one wins, the other is shown what was decided, and nothing is lost."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from tests.web.board import making

from holdfast.web.board import deciding, duties, outbox
from holdfast.web.board.deciding import ConflictError, Seen
from holdfast.web.board.models import Cell, Decision, DutyAnswer, Message

pytestmark = pytest.mark.django_db(transaction=True)


def together(*deeds: Callable[[], Any]) -> list[Any]:
    """Run the deeds at the same moment, each in a thread and connection of its own; exceptions are results."""
    gate = threading.Barrier(len(deeds))
    results: list[Any] = [None] * len(deeds)

    def do(i: int, deed: Callable[[], Any]) -> None:
        try:
            gate.wait()
            results[i] = deed()
        except Exception as problem:
            results[i] = problem
        finally:
            connection.close()

    threads = [threading.Thread(target=do, args=pair) for pair in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_two_people_decide_the_same_cell(person: Any) -> None:
    cell = making.board(person("all"))
    page = [Seen.of(cell, None)]

    def by(role: str, reasons: str) -> Callable[[], Any]:
        who = person(role)
        words = making.words(reasons=reasons)
        return lambda: deciding.decide(who, words, seen=page, batch=uuid.uuid4(), final=True)

    for turn in range(5):
        before = Decision.objects.count()
        results = together(by("all", f"a{turn}"), by("decision-maker", f"b{turn}"), by("all", f"c{turn}"))
        won = [r for r in results if isinstance(r, list)]
        lost = [r for r in results if isinstance(r, ConflictError)]
        assert (len(won), len(lost)) == (1, 2), results
        assert Decision.objects.count() == before + 1
        cell = Cell.objects.get(pk=cell.pk)
        assert cell.decided == won[0][0]
        assert {r.clashes[0].cell.decided for r in lost} == {cell.decided}
        page[:] = [Seen.of(cell, None)]


def test_overlapping_sets_of_cells_do_not_lock_each_other_out(person: Any) -> None:
    actor = person("all")
    making.board(actor, making.many)
    cells = list(Cell.objects.filter(role="introduced").order_by("pk"))
    forwards, backwards = cells[:7], cells[:2:-1]

    def decide(chosen: list[Cell]) -> Callable[[], Any]:
        page = [Seen.of(c, None) for c in chosen]
        return lambda: deciding.decide(actor, making.words(), seen=page, batch=uuid.uuid4(), final=True)

    results = together(decide(forwards), decide(backwards))
    assert sorted(type(r).__name__ for r in results) == ["ConflictError", "list"], results
    won = next(r for r in results if isinstance(r, list))
    assert Decision.objects.count() == len(won)


def test_the_same_page_sent_twice_at_once_decides_once(person: Any) -> None:
    actor = person("all")
    page, batch = [Seen.of(making.board(actor), None)], uuid.uuid4()

    def send() -> Any:
        return deciding.decide(actor, making.words(), seen=page, batch=batch, final=True)

    results = together(send, send, send)
    assert {r[0].pk for r in results} == {Decision.objects.get().pk}, results


def test_a_duty_answered_twice_at_once(person: Any) -> None:
    actor = person("all")
    change, duty = making.board(actor).change, duties.duties_for("retain")[0]

    def answer(why: str) -> Callable[[], Any]:
        given = {"answer": "not applicable", "reason": why}
        return lambda: duties.answer(change, "retain", duty, actor, given, read_at=0)

    results = together(answer("one"), answer("two"))
    assert sorted(type(r).__name__ for r in results) == ["DutyAnswer", "StaleAnswerError"], results
    assert DutyAnswer.objects.count() == 1


def test_two_senders_send_each_message_once(person: Any, mailoutbox: list[Any]) -> None:
    actor = person("all")
    page = [Seen.of(making.board(actor), None)]
    deciding.decide(actor, making.words(), seen=page, batch=uuid.uuid4(), final=True)
    together(outbox.send_waiting, outbox.send_waiting, outbox.send_waiting)
    assert (len(mailoutbox), Message.objects.exclude(sent_at=None).count()) == (1, 1)
