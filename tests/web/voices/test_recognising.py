"""A browser is one person for a year: closing it makes nobody new, and an answer from nobody is not lost in silence."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from tests.web.voices import talking

from holdfast.web.voices import recognising, taking
from holdfast.web.voices.models import Participant, Vote

pytestmark = pytest.mark.django_db


def _joined(one: Any) -> Client:
    client = Client()
    client.post(reverse("voices:about", args=[one.identifier]))
    return client


def _agree(client: Client, one: Any, statement: Any) -> Any:
    return client.post(reverse("voices:next", args=[one.identifier]), {"statement": statement.pk, "vote": "agree"})


def test_a_browser_that_was_closed_is_the_same_person() -> None:
    one = talking.change()
    first, second, *_more = talking.statements(one)
    client = _joined(one)
    _agree(client, one, first)
    client.cookies.pop(settings.SESSION_COOKIE_NAME, None)  # it ends with the browser, or after half a day
    assert _agree(client, one, second).status_code == 302
    client.post(reverse("voices:about", args=[one.identifier]))
    assert Participant.objects.get().votes.count() == 2


def test_the_cookie_is_for_these_pages_and_no_script_and_holds_what_it_was_given() -> None:
    one, other = talking.change(), talking.change(title="Another")
    client = _joined(one)
    held = client.cookies[recognising.COOKIE]
    assert (held["path"], held["httponly"], held["samesite"]) == ("/voices/", True, "Lax")
    assert int(held["max-age"]) == 365 * 24 * 3600
    client.post(reverse("voices:about", args=[other.identifier]))
    for each in (one, other):
        assert client.get(reverse("voices:next", args=[each.identifier])).status_code == 302  # on to what should happen
    client.cookies[recognising.COOKIE] = Participant.objects.first().token + ":made:up"
    assert client.get(reverse("voices:next", args=[one.identifier]))["Location"].endswith(one.identifier)


@pytest.mark.parametrize(
    ("page", "words", "said"),
    [
        ("next", [], {"vote": "agree"}), ("prefer", [1], {"preference": "stop", "words": "It suits me."}),
        ("propose", [], {"text": "It suits me."}), ("you", [], {"role": "patients"}),
    ],
)  # fmt: skip
def test_an_answer_from_a_browser_that_is_not_known_is_told_as_not_kept(
    page: str, words: list[int], said: dict[str, str]
) -> None:
    one = talking.change()
    first = talking.statements(one)[0]
    got = Client().post(reverse(f"voices:{page}", args=[one.identifier, *words]), {"statement": first.pk, **said})
    told = got.content.decode()
    assert got.status_code == 409 and "Your last answer was not kept" in told and "your private link" in told
    assert ("It suits me." in told) == ("It suits me." in said.values())
    assert not Vote.objects.exists() and not Participant.objects.exists()
    start = reverse("voices:about", args=[one.identifier])
    assert f'<form method="post" action="{start}">' in told  # and not to the page whose answer was lost


def test_a_browser_is_made_to_forget_and_the_link_goes_on() -> None:
    one = talking.change()
    first = talking.statements(one)[0]
    client = _joined(one)
    somebody = Participant.objects.get()
    assert somebody.token in client.get(reverse("voices:next", args=[one.identifier])).content.decode()
    page = client.post(reverse("voices:forget", args=[somebody.token]), follow=True).content
    assert b"no longer knows you" in page and _agree(client, one, first).status_code == 409
    client.post(reverse("voices:go-on", args=[somebody.token]))
    _agree(client, one, first)
    assert taking.votes_of(Participant.objects.get()) == {first.pk: 1}


def test_a_link_to_go_on_that_is_opened_shows_the_page_it_belongs_to() -> None:
    [somebody] = talking.people(talking.change(), "patients", 1, 1, "retain")
    for name in ("go-on", "forget"):
        got = Client().get(reverse(f"voices:{name}", args=[somebody.token]))
        assert (got.status_code, got["Location"]) == (302, reverse("voices:receipt", args=[somebody.token]))
