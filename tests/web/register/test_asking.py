"""Asking the author: the message, the private page, and the answer back on the queue."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from holdfast.web.register import asking, triage
from holdfast.web.register.models import Change
from holdfast.web.register.models_sorting import Question
from holdfast.web.register.saving import create

pytestmark = pytest.mark.django_db


@pytest.fixture
def change(person: Any) -> Change:
    return create(person("contributor"), {"title": "Video clinics", "description": "By video."})


def asked(client: Client, change: Change, words: str = "Which clinics?", deed: str = "one") -> Any:
    return client.post(reverse("register:ask", args=[change.identifier]), {"words": words, "deed": deed})


def test_the_author_gets_a_message_with_a_private_link(
    as_: Callable[[str], Client], change: Change, django_capture_on_commit_callbacks: Any
) -> None:
    lead = as_("improvement-lead")
    with django_capture_on_commit_callbacks(execute=True):
        asked(lead, change)
        asked(lead, change)
    assert len(mail.outbox) == 1 and Question.objects.count() == 1
    message = mail.outbox[0]
    assert message.to == ["contributor@example.org"] and "Which clinics?" in message.body
    assert asking.path_to(Question.objects.get()) in message.body
    assert Question.objects.get().sent_at is not None
    assert list(triage.queue(None, "asked")) == [change]


def test_the_answer_comes_back_to_the_queue(as_: Callable[[str], Client], change: Change) -> None:
    lead, author = as_("improvement-lead"), as_("")
    triage.keep(change, "a test")
    asked(lead, change)
    page = asking.path_to(Question.objects.get())
    assert "Which clinics?" in author.get(page).content.decode()
    got = author.post(page, {"answer": "Asthma and diabetes."}, follow=True)
    assert "Thank you" in got.content.decode()
    author.post(page, {"answer": "Asthma and diabetes."})
    assert Question.objects.get().answer == "Asthma and diabetes."
    author.post(page, {"answer": "And eczema."})
    assert Question.objects.get().answer == "Asthma and diabetes.\n\nAnd eczema."
    assert list(triage.queue(None, "answered")) == [change], "though it had been sorted"
    shown = lead.get(reverse("register:sort", args=[change.identifier])).content.decode()
    assert "And eczema." in shown
    asking.read(change, "a test")
    assert not triage.queue(None, "answered").exists()


def test_a_question_to_nobody_gives_a_link_to_pass_on(as_: Callable[[str], Client]) -> None:
    change = create("somebody", {"title": "Found on a wall"})
    lead = as_("improvement-lead")
    got = lead.get(asked(lead, change)["Location"]).content.decode()
    found = re.search(r"/changes/answer/[^\s\"<]+", got)
    assert "pass this link on" in got and found, got
    assert asking.question_by(found.group().rstrip("/").rsplit("/", 1)[-1]) == Question.objects.get()
    assert mail.outbox == []
    assert [news.step for news in asking.news(change)] == ["asked"]


def test_a_message_that_cannot_be_sent_loses_no_question(
    as_: Callable[[str], Client], change: Change, django_capture_on_commit_callbacks: Any, monkeypatch: Any
) -> None:
    def down(*_words: Any, **_named: Any) -> None:
        raise ConnectionRefusedError("no post today")

    monkeypatch.setattr(asking, "send_mail", down)
    lead = as_("improvement-lead")
    with django_capture_on_commit_callbacks(execute=True):
        got = asked(lead, change)
    assert got.status_code == 302 and Question.objects.get().sent_at is None
    assert "could not be sent" in lead.get(got["Location"]).content.decode()


def test_a_link_that_was_altered_or_taken_back_opens_nothing(as_: Callable[[str], Client], change: Change) -> None:
    lead, author = as_("improvement-lead"), as_("")
    asked(lead, change)
    question = Question.objects.get()
    page = asking.path_to(question)
    assert author.get(page[:-2] + ("A" if page[-2] != "A" else "B") + page[-1]).status_code == 404
    lead.post(reverse("register:take_back", args=[question.pk]))
    assert author.get(page).status_code == 404
    assert not triage.queue(None, "asked").exists()


@pytest.mark.parametrize("words", ["", "x" * 6_000, "Her number is 943 476 5919", "a\x00b"])
def test_answers_that_cannot_be_kept_are_refused_with_a_reason(
    as_: Callable[[str], Client], change: Change, words: str
) -> None:
    asked(as_("improvement-lead"), change)
    page = asking.path_to(Question.objects.get())
    got = as_("").post(page, {"answer": words})
    assert got.status_code == 200 and "There is a problem" in got.content.decode()
    assert Question.objects.get().answered_at is None


def test_an_answer_about_a_merged_record_is_shown_with_the_one_that_is_kept(
    as_: Callable[[str], Client], change: Change
) -> None:
    from holdfast.web.register.merging import merge

    lead = as_("improvement-lead")
    kept, top = (create("a test", {"title": title}) for title in ("Clinics by video", "All clinics"))
    asked(lead, change)
    merge(kept, change, "a test", read_at=(1, 1), deed="one")
    merge(top, kept, "a test", read_at=(1, 2), deed="two")
    triage.keep(top, "a test")
    as_("").post(asking.path_to(Question.objects.get()), {"answer": "In Leeds."})
    assert list(triage.queue(None, "answered")) == [top]
    page = reverse("register:sort", args=[top.identifier])
    assert "In Leeds." in lead.get(page).content.decode()
    lead.post(page, {"what": "keep"})
    assert not triage.queue(None, "answered").exists(), "read"
    assert Change.objects.get(pk=top.pk).sorted_at is not None
