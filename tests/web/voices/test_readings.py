"""When results are made anew: never for one person alone, at once where what is asked changes, once by the worker."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from tests.web.voices import talking

from holdfast.web.voices import hearing, moderating, taking, tasks, telling
from holdfast.web.voices.results import current, keeping

pytestmark = pytest.mark.django_db


def _agree(one: Any) -> float:
    share: float = current(one).told["statements"][0]["rows"][0]["agree"]
    return share


def test_two_readings_never_stand_one_person_apart() -> None:
    """Six of ten agree; whether the eleventh did cannot be had by reading before and after they spoke."""
    one = talking.change()
    talking.statements(one, ("It saves the bus fare.",))
    talking.people(one, "patients", 6, 1, "retain")
    talking.people(one, "patients", 4, -1, "retain")
    assert _agree(one) == 0.6
    for _ in range(4):
        talking.people(one, "patients", 1, -1, "retain")
        assert _agree(one) == 0.6
    page = Client().get(reverse("voices:results", args=[one.identifier])).content
    assert b"at least five people have given some" in page
    talking.people(one, "patients", 1, -1, "retain")
    assert _agree(one) == 0.4


def test_a_changed_answer_a_role_and_a_withdrawal_each_count_as_a_person_between_readings() -> None:
    one = talking.change()
    [asked] = talking.statements(one, ("It saves the bus fare.",))
    people = talking.people(one, "", 20, 1, "retain")
    assert _agree(one) == 1.0
    for who in people[:2]:
        taking.vote(who, asked, -1)
        taking.vote(who, asked, 0)
        taking.vote(who, asked, -1)
    for who in people[2:4]:
        taking.withdraw(who)
    assert _agree(one) == 1.0
    taking.withdraw(people[4])
    assert _agree(one) == pytest.approx(15 / 17, abs=1e-4)
    for who in people[5:10]:
        taking.describe(who, "patients", {})
    assert {row["role"] for row in current(one).told["people"]} == {"patients", "role not given"}


def test_a_statement_taken_down_is_gone_at_once_though_nobody_has_spoken() -> None:
    one = talking.change()
    first = talking.statements(one)[0]
    talking.people(one, "patients", 12, 1, "retain")
    assert len(current(one).told["statements"]) == 4
    moderating.judge(first, "the tests", "reject", read_at=1, reason="It names somebody.")
    assert len(current(one).told["statements"]) == 3


def test_a_proposal_that_waits_makes_no_reading_by_itself() -> None:
    one = talking.change()
    talking.statements(one)
    somebody, *_others = talking.people(one, "patients", 12, 1, "retain")
    first = current(one)
    taking.propose(somebody, "It saves the bus fare.")
    talking.people(one, "patients", 1, -1, "stop")
    assert current(one).stamp == first.stamp


def test_a_decision_hears_everybody_though_the_pages_wait() -> None:
    one = talking.change()
    talking.people(one, "patients", 12, 1, "retain")
    current(one)
    talking.people(one, "patients", 1, 1, "stop")
    assert {v.voices for v in telling.of_change(one).voices if v.role == "patients"} == {12}
    voices, _beliefs, _prints = telling.voices_for([one])
    assert {v.voices for v in voices if v.role == "patients"} == {13}


def test_words_that_were_written_anew_leave_the_page_and_kept_ones_stand_once() -> None:
    one = talking.change()
    first, second, *_others = talking.people(one, "patients", 12, 1, "retain")

    def accepted(who: Any, wish: str, words: str) -> None:
        made = taking.prefer(who, "Video clinics", wish, words=words)
        assert made is not None
        moderating.judge_words(made, "the tests", "accept")

    accepted(first, "retain", "Old words.")
    accepted(second, "retain", "The same words.")
    assert {w["words"] for w in current(one).told["words"]} == {"Old words.", "The same words."}
    taking.prefer(first, "Video clinics", "stop", words="New words.")
    taking.prefer(second, "Video clinics", "stop", words="The same words.")
    assert [w["words"] for w in current(one).told["words"]] == ["The same words."]


def test_a_large_conversation_is_left_to_the_worker_once_however_many_look(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    from django_tasks_db.models import DBTaskResult

    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "asked"}}
    one = talking.change()
    talking.statements(one)
    talking.people(one, "patients", 12, 1, "retain")
    current(one)
    monkeypatch.setattr(hearing, "AT_ONCE", 5)
    monkeypatch.setattr(keeping, "PATIENCE", dt.timedelta(seconds=-1))
    talking.people(one, "patients", 5, 1, "retain")
    for _ in range(7):
        current(one)
    assert DBTaskResult.objects.count() == 1
    tasks.refresh.call(one.pk)
    talking.people(one, "patients", 5, 1, "retain")
    current(one)
    assert DBTaskResult.objects.count() == 2


def test_a_merged_change_is_found_from_either_until_the_one_that_stands_is_withdrawn(person: Any) -> None:
    from holdfast.web.register.merging import merge

    by = person("improvement-lead")
    kept, other = talking.change(by), talking.change(by, "Skin clinics on a screen")
    merge(kept, other, by, read_at=(1, 1), deed="x")
    addresses = [reverse("voices:about", args=[change.identifier]) for change in (kept, other)]
    assert [Client().get(at).status_code for at in addresses] == [200, 200]
    type(kept).objects.filter(pk=kept.pk).update(withdrawn_at=timezone.now())
    assert [Client().get(at).status_code for at in addresses] == [404, 404]
