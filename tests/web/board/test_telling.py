"""Whoever contributed is told once what was decided and done; what fails is kept and tried again."""

from __future__ import annotations

import datetime as dt
import io
import uuid
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone
from tests.web.board import making

from holdfast.web.board import acting, deciding, hooks, outbox, reviews, tasks
from holdfast.web.board.deciding import Seen
from holdfast.web.board.models import Cell, Message
from holdfast.web.register import following


@pytest.fixture
def actor(person: Any) -> Any:
    return person("all")


@pytest.fixture
def cell(actor: Any) -> Cell:
    return making.board(actor, making.many)


def decide(actor: Any, *cells: Cell, **more: Any) -> Any:
    seen = [Seen.of(Cell.objects.get(pk=c.pk), None) for c in cells]
    return deciding.decide(actor, making.words(**more), seen=seen, batch=uuid.uuid4(), final=True)


def test_the_author_and_followers_are_told_once(actor: Any, person: Any, cell: Cell, mailoutbox: list[Any]) -> None:
    private = following.follow(cell.change, None)
    following.set_email(private, "carer@example.org")
    following.follow(cell.change, person("contributor"))
    following.follow(cell.change, actor)
    [made] = decide(actor, cell)
    assert outbox.send_waiting() == (3, 0)
    assert outbox.send_waiting() == (0, 0)
    assert sorted(m.to[0] for m in mailoutbox) == ["all@example.org", "carer@example.org", "contributor@example.org"]
    [letter] = [m for m in mailoutbox if m.to == ["carer@example.org"]]
    assert letter.subject == "Decided: adapt “Booked slots”"
    for words in ("It helps most people.", "Everyone, all settings", f"/decisions/decision/{made.pk}", private.token):
        assert words in letter.body, words


def test_cells_decided_together_make_one_message(actor: Any, cell: Cell) -> None:
    decide(actor, cell, *Cell.objects.filter(dimension="age", setting="urban"))
    told = Message.objects.get()
    assert "age: 65 and over, urban" in told.body and "Everyone, all settings" in told.body


def test_nothing_is_told_of_a_draft(actor: Any, cell: Cell) -> None:
    deciding.decide(actor, making.words(), seen=[Seen.of(cell, None)], batch=uuid.uuid4())
    assert not Message.objects.exists()


def test_no_new_line_gets_into_a_subject(actor: Any, mailoutbox: list[Any]) -> None:
    from holdfast.web.board.intake import take

    one = making.change(actor)
    take(making.run(), making.findings([making.row(one.identifier, practice="A\nBcc: x@example.org")]))
    decide(actor, Cell.objects.get())
    assert outbox.send_waiting() == (1, 0)
    assert "\n" not in mailoutbox[0].subject and mailoutbox[0].recipients() == ["all@example.org"]


def test_a_failure_is_kept_and_tried_again_later(actor: Any, cell: Cell, settings: Any, mailoutbox: list[Any]) -> None:
    decide(actor, cell)
    good, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, "tests.web.board.refusing.Refusing"
    now = timezone.now()
    assert outbox.send_waiting(now) == (0, 1)
    held = Message.objects.get()
    assert (held.attempts, held.problem, held.claimed_at) == (1, "ConnectionRefusedError: no server", None)
    assert outbox.next_try(now) == held.next_try_at > now
    settings.EMAIL_BACKEND = good
    assert outbox.send_waiting(now) == (0, 0), "not before its time"
    assert outbox.send_waiting(now + dt.timedelta(hours=1)) == (1, 0)
    assert len(mailoutbox) == 1 and Message.objects.get().problem == ""


def test_a_message_held_by_a_sender_that_died_is_sent_by_another(actor: Any, cell: Cell, mailoutbox: list[Any]) -> None:
    decide(actor, cell)
    now = timezone.now()
    Message.objects.update(claimed_at=now)
    assert outbox.send_waiting(now) == (0, 0)
    assert outbox.send_waiting(now + outbox.LEASE + dt.timedelta(seconds=1)) == (1, 0)


def test_what_is_done_is_told_once(actor: Any, cell: Cell) -> None:
    [made] = decide(actor, cell)
    action = acting.promise(made, actor, {"words": "Put up a sign."})
    assert acting.promise(made, actor, {"words": "Put up a sign."}) == action
    today = timezone.localdate()
    done = acting.finish(action, actor, today, "Signs are up.", read_at=1)
    acting.finish(done, actor, today, "Signs are up.", read_at=1)
    with pytest.raises(acting.StaleActionError):
        acting.finish(action, actor, today, "Other words", read_at=1)
    told = Message.objects.get(key__startswith="done:")
    assert "Signs are up." in told.body


def test_reviews_are_reminded_of_once(actor: Any, cell: Cell, mailoutbox: list[Any]) -> None:
    on = timezone.localdate() + dt.timedelta(days=10)
    decide(actor, cell, review_on=on)
    assert reviews.send_reminders() == 0
    assert (reviews.send_reminders(on), reviews.send_reminders(on)) == (1, 0)
    decide(actor, Cell.objects.get(pk=cell.pk), review_on=on + dt.timedelta(days=90))
    assert reviews.send_reminders(on) == 0, "a superseded decision is not reviewed"


def test_the_command_and_the_task_send(actor: Any, cell: Cell, mailoutbox: list[Any]) -> None:
    from django_tasks_db.models import DBTaskResult

    decide(actor, cell)
    assert [t.task_path for t in DBTaskResult.objects.all()] == ["holdfast.web.board.tasks.send_messages"]
    said = io.StringIO()
    call_command("send_messages", stdout=said)
    assert said.getvalue().startswith("Sent 1;") and len(mailoutbox) == 1
    tasks.send_messages.call()
    assert len(mailoutbox) == 1


def test_followers_pages_hear_of_it_too(actor: Any, cell: Cell) -> None:
    [made] = decide(actor, cell)
    acting.finish(acting.promise(made, actor, {"words": "A sign."}), actor, timezone.localdate(), "Up.", read_at=1)
    news = following.news_of(cell.change)
    assert [n.step for n in news] == ["decided", "done"]
    assert news[0].said.startswith("Adapt “Booked slots” for Everyone, all settings.")
    assert following.outcomes_of([cell.change])[cell.change_id].endswith("adapt.")


def test_hooks_add_followers(actor: Any, cell: Cell, monkeypatch: Any) -> None:
    monkeypatch.setattr(hooks, "_HOOKS", hooks._Hooks())
    hooks.add_followers(lambda change: [hooks.Follower("ALL@example.org"), hooks.Follower("v@example.org", "V")])
    assert [f.address for f in hooks.followers(cell.change)] == ["all@example.org", "v@example.org"]
