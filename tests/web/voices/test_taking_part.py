"""Having a say without an account: one statement a page, a preference, who one is, and the private link."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.web.voices import talking

from holdfast.web.people.models import AuditEvent
from holdfast.web.voices import choosing, moderating, taking
from holdfast.web.voices.models import AboutQuestion, Participant, Preference, Statement, Vote

pytestmark = pytest.mark.django_db
AWKWARD = "<script>alert(1)</script> =1+1 \u202eمرحبا 👩🏽‍⚕️"


def _join(one: Any) -> Client:
    client = Client()
    assert client.post(reverse("voices:about", args=[one.identifier])).status_code == 302
    return client


def _vote(client: Client, one: Any, statement: Any, answer: str) -> Any:
    return client.post(reverse("voices:next", args=[one.identifier]), {"statement": statement.pk, "vote": answer})


def test_a_whole_visit_is_kept_and_shown_on_the_receipt() -> None:
    one = talking.change()
    asked = talking.statements(one)
    client = _join(one)
    seen = []
    for answer in ("agree", "disagree", "pass", "agree"):
        page = client.get(reverse("voices:next", args=[one.identifier]))
        seen.append(Statement.objects.get(pk=int(re.search(rb'name="statement" value="(\d+)"', page.content)[1])))
        assert _vote(client, one, seen[-1], answer).status_code == 302
    assert {s.pk for s in seen} == {s.pk for s in asked}
    assert b"last statement, thank you" in client.get(reverse("voices:next", args=[one.identifier])).content
    said = {
        "preference": "adapt",
        "words": AWKWARD,
        "who": "internet|I do not use it",
        "where": "all settings",
        "differs": "stop",
    }
    got = client.post(reverse("voices:prefer", args=[one.identifier, 1]), said)
    assert got.status_code == 302 and got["Location"].endswith("/prefer/2")
    assert (
        client.post(reverse("voices:prefer", args=[one.identifier, 2]), {"preference": "reinstate"}).status_code == 302
    )
    assert client.get(reverse("voices:prefer", args=[one.identifier, 3]))["Location"].endswith("/you")
    got = client.post(reverse("voices:you", args=[one.identifier]), {"role": "carers", "about_internet": "Easy"})
    page = client.get(got["Location"]).content.decode()
    somebody = Participant.objects.get()
    assert (somebody.role, somebody.about, somebody.channel) == ("carers", {"internet": "Easy"}, "online")
    assert [(p.practice, p.preference, p.dimension, p.level) for p in Preference.objects.order_by("id")] == [
        ("Video clinics", "adapt", "everyone", "everyone"),
        ("Video clinics", "stop", "internet", "I do not use it"),
        ("Walk-in clinics", "reinstate", "everyone", "everyone"),
    ]
    assert "Go back" not in page and "Bring it back" in page and "I care for somebody who uses it" in page
    assert "people who answer “I do not use it” to “How easy is it for you to use the internet?”" in page
    assert "<script>alert" not in page and "&lt;script&gt;" in page and "\u202e" not in page and "👩🏽‍⚕️" in page
    assert AuditEvent.objects.filter(verb="voices.take_part").count() == 1 + 4 + 3 + 1


def test_the_last_vote_counts_earlier_ones_are_kept_and_a_repeat_adds_nothing() -> None:
    one = talking.change()
    first = talking.statements(one)[0]
    client = _join(one)
    for answer in ("agree", "agree", "disagree"):
        _vote(client, one, first, answer)
    somebody = Participant.objects.get()
    assert [v.vote for v in Vote.objects.order_by("id")] == [1, -1]
    assert taking.votes_of(somebody) == {first.pk: -1}
    client.post(reverse("voices:about", args=[one.identifier]))
    assert Participant.objects.count() == 1


@pytest.mark.parametrize("number", ["", "x", "٣", "999999", "1" * 40])
def test_a_vote_on_no_statement_is_refused_with_a_reason(number: str) -> None:
    one = talking.change()
    talking.statements(one)
    client = _join(one)
    got = client.post(
        reverse("voices:next", args=[one.identifier]), {"statement": number, "vote": "agree"}, follow=True
    )
    assert b"could not be kept" in got.content and not Vote.objects.exists()


def test_a_statement_that_was_taken_down_takes_no_vote() -> None:
    one = talking.change()
    first = talking.statements(one)[0]
    moderating.judge(first, "the tests", "reject", read_at=1, reason="It holds two ideas.")
    client = _join(one)
    assert b"could not be kept" in client.get(_vote(client, one, first, "agree")["Location"]).content


def test_nobody_speaks_before_they_have_started_and_a_change_without_statements_goes_on() -> None:
    one = talking.change()
    for name, words in (("next", []), ("prefer", [1]), ("propose", []), ("you", [])):
        got = Client().get(reverse(f"voices:{name}", args=[one.identifier, *words]))
        assert got.status_code == 302 and got["Location"] == reverse("voices:about", args=[one.identifier])
    assert _join(one).get(reverse("voices:next", args=[one.identifier]))["Location"].endswith("/prefer/1")


def test_a_different_answer_needs_somebody_for_whom_it_differs() -> None:
    one = talking.change()
    client, where = _join(one), reverse("voices:prefer", args=[one.identifier, 1])
    assert client.post(where, {}).status_code == 422
    assert b"Choose the people or the place" in client.post(where, {"preference": "retain", "differs": "stop"}).content
    got = client.post(where, {"preference": "retain", "who": "internet|I do not use it"})
    assert b"Choose what should happen for them" in got.content
    assert client.post(where, {"preference": "retain", "who": "made|up", "differs": "stop"}).status_code == 422
    assert client.post(where, {"preference": "retain", "words": "x" * 2_001}).status_code == 422
    assert client.post(where, {"preference": "retain", "words": "Her number is 943 476 5919."}).status_code == 422
    assert not Preference.objects.exists()


def test_withdrawing_erases_everything_and_stops_answers() -> None:
    one = talking.change()
    first = talking.statements(one)[0]
    [somebody] = talking.people(one, "patients", 1, 1, "retain", about={"age": "35 to 49"}, source="abc")
    kept = taking.propose(somebody, "It saves the bus fare.")
    moderating.judge(kept, "the tests", "accept", read_at=1)
    taking.propose(somebody, "Nobody has read this one.")
    client = Client()
    client.post(reverse("voices:go-on", args=[somebody.token]))
    erase = reverse("voices:withdraw", args=[somebody.token])
    assert client.post(erase, {}).status_code == 422 and Vote.objects.exists()
    assert client.post(erase, {"sure": "on"}).status_code == 302
    assert client.post(erase, {"sure": "on"}).status_code == 302
    somebody.refresh_from_db()
    assert (somebody.role, somebody.about, somebody.source) == ("", {}, "")
    assert not Vote.objects.exists() and not Preference.objects.exists()
    assert Statement.objects.get(pk=kept.pk).proposed_by_id is None
    assert not Statement.objects.filter(text__contains="Nobody has read").exists()
    assert b"Your answers are erased" in client.get(reverse("voices:receipt", args=[somebody.token])).content
    late = _vote(client, one, first, "agree")
    assert late.status_code == 409 and b"Your last answer was not kept" in late.content and not Vote.objects.exists()


def test_the_private_link_changes_an_answer_and_goes_on_in_another_browser() -> None:
    one = talking.change()
    first = talking.statements(one)[0]
    [somebody] = talking.people(one, "patients", 1, 1, "retain")
    client = Client()
    client.post(reverse("voices:again", args=[somebody.token, first.pk]), {"statement": first.pk, "vote": "disagree"})
    assert taking.votes_of(somebody)[first.pk] == -1
    got = client.post(reverse("voices:go-on", args=[somebody.token]), {"to": "prefer"})
    assert b'value="retain" checked' in client.get(got["Location"]).content
    assert Client().get(reverse("voices:receipt", args=["made-up"])).status_code == 404


def test_a_proposal_waits_and_its_author_sees_what_became_of_it() -> None:
    one = talking.change()
    first = talking.statements(one)[0]
    client = _join(one)
    where = reverse("voices:propose", args=[one.identifier])
    for text in (
        "Video works as well as coming  in!",
        "Video works as well as coming in!",
        "It is about my neighbour.",
    ):
        assert client.post(where, {"text": text}).status_code == 302
    assert client.post(where, {"text": "x" * 201}).status_code == 422
    copy, rude = Statement.objects.filter(moderated="waiting").order_by("id")
    assert [other.pk for other, _score in moderating.like([copy])[copy.pk]] == [first.pk]
    moderating.judge(copy, "the tests", "same", read_at=1, same_as=first)
    moderating.judge(rude, "the tests", "reject", read_at=1, reason="It speaks of one person.")
    page = client.get(reverse("voices:receipt", args=[Participant.objects.get().token])).content.decode()
    assert "It says the same as" in page and "It speaks of one person." in page
    assert len(choosing.accepted([one.pk])) == 4
    with pytest.raises(moderating.StaleError):
        moderating.judge(rude, "the tests", "accept", read_at=1)


def test_only_so_many_statements_from_one_person() -> None:
    one = talking.change()
    client = _join(one)
    where = reverse("voices:propose", args=[one.identifier])
    codes = [client.post(where, {"text": f"Idea number {n}."}).status_code for n in range(12)]
    assert codes == [302] * 10 + [422] * 2 and Statement.objects.count() == 10


def test_too_many_from_one_address_are_asked_to_wait(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from holdfast.web.voices.pages import taking_part

    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "limits"}}
    monkeypatch.setattr(taking_part, "JOINS", (2, 600))
    one = talking.change()
    codes = [Client().post(reverse("voices:about", args=[one.identifier])).status_code for _ in range(3)]
    assert codes == [302, 302, 429] and Participant.objects.count() == 2


def test_every_question_may_be_left_and_is_offered_with_prefer_not_to_say() -> None:
    one = talking.change()
    client = _join(one)
    where = reverse("voices:you", args=[one.identifier])
    page = client.get(where).content.decode()
    asked = AboutQuestion.objects.filter(asked=True).count()
    assert asked >= 6 and page.count("Prefer not to say") == asked + 1 and page.count("Why we ask") == asked
    assert client.post(where, {"about_age": "a hundred"}).status_code == 422
    assert client.post(where, {}).status_code == 302
    client.post(where, {"role": "prefer not to say", "about_age": "prefer not to say"})
    somebody = Participant.objects.get()
    assert somebody.role == "" and somebody.about == {"age": "prefer not to say"}


def test_asking_least_stops_when_enough_is_known() -> None:
    """Two opposite blocks vote: a few answers tell a newcomer's block, and asking stops."""
    one = talking.change()
    talking.statements(one, tuple(f"Statement number {n} of twelve." for n in range(12)))
    for vote, wish in ((1, "retain"), (-1, "stop")):
        talking.people(one, "patients", 120, vote, wish)
    newcomer = Participant.objects.create(change=one)
    answered = -1
    turn = None
    while turn is None or turn.statement is not None:
        answered += 1
        turn = choosing.turn(newcomer, one)
        if turn.statement is not None:
            taking.vote(newcomer, turn.statement, 1)
    assert turn.enough and 1 <= answered < 12


def test_a_page_of_statements_asks_the_database_as_often_for_many_as_for_few(
    django_assert_max_num_queries: Any,
) -> None:
    one = talking.change()
    talking.statements(one, tuple(f"Statement number {n} of sixty." for n in range(60)))
    client = _join(one)
    with django_assert_max_num_queries(14):
        client.get(reverse("voices:next", args=[one.identifier]))


def test_a_browser_that_joined_before_a_merge_is_the_same_person_after_it(person: Any) -> None:
    from holdfast.web.register.merging import merge

    by = person("improvement-lead")
    kept, other = talking.change(by), talking.change(by, "Skin clinics on a screen")
    asked = talking.statements(other)[0]
    client = _join(other)
    merge(kept, other, by, read_at=(1, 1), deed="x")
    client.post(reverse("voices:about", args=[other.identifier]))
    _vote(client, kept, asked, "agree")
    assert Participant.objects.get().votes.count() == 1


@pytest.mark.parametrize(("statements", "words"), [(4, "about 1 minute "), (72, "about 6 minutes ")])
def test_how_long_it_takes_is_told_from_what_is_asked(statements: int, words: str) -> None:
    one = talking.change()
    talking.statements(one, tuple(f"Statement number {n}." for n in range(statements)))
    page = Client().get(reverse("voices:about", args=[one.identifier])).content.decode()
    assert words in page and "what you said so far counts" in page
