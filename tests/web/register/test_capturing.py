"""One box to a receipt; the private link; questions one at a time; nothing lost when two answer at once."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from holdfast.web.people.models import AuditEvent
from holdfast.web.register import capturing, following, questions, saving
from holdfast.web.register.models import Change, Vocabulary
from holdfast.web.register.tables import Follow

pytestmark = pytest.mark.django_db
TOLD = "We moved skin clinics to video. People send a photograph first, so they do not travel."


@pytest.fixture(autouse=True)
def _no_counts() -> None:
    cache.clear()


def _told(text: str = TOLD, **more: Any) -> Follow:
    return capturing.capture("the tests", text, once=more.get("once", text[:40]))


def _once(client: Client) -> str:
    page = client.get(reverse("register:capture")).content.decode()
    found = re.search(r'name="once" value="([^"]+)"', page)
    assert found
    return found.group(1)


def test_anybody_records_a_change_and_gets_a_receipt(client: Client) -> None:
    got = client.post(reverse("register:capture"), {"told": TOLD, "once": _once(client)}, follow=True)
    change = Change.objects.get()
    assert (change.title, change.description) == ("We moved skin clinics to video", TOLD)
    assert (change.status, change.version, change.author) == ("emerging", 1, None)
    page = got.content.decode()
    assert "Thank you. It is saved." in page and change.identifier in page
    assert AuditEvent.objects.filter(verb="register.capture", subject=change.identifier).exists()


def test_a_form_sent_twice_is_one_change(client: Client) -> None:
    once = _once(client)
    first, second = (client.post(reverse("register:capture"), {"told": TOLD, "once": once}) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert Change.objects.count() == 1


@pytest.mark.parametrize(
    ("told", "says"),
    [("", "Say what changed"), ("x" * 100_000, "It has 100,000"), ("943 476 5919", "NHS number"), ("a\x00b", "NUL")],
)  # fmt: skip
def test_what_cannot_be_kept_is_shown_again_with_the_reason(client: Client, told: str, says: str) -> None:
    got = client.post(reverse("register:capture"), {"told": told, "once": "a"})
    page = got.content.decode()
    assert got.status_code == 422 and says in page and "<title>Error: " in page
    assert not Change.objects.exists()


def test_markup_is_text_everywhere(client: Client) -> None:
    told = "<script>alert('x')</script> & <b>video</b>"
    held = _told(told)
    for name, words in (("receipt", {"token": held.token}), ("follow", {"token": held.token}),
                        ("change", {"identifier": held.change.identifier}), ("list", {})):  # fmt: skip
        page = client.get(reverse(f"register:{name}", kwargs=words)).content.decode()
        assert "<script>alert" not in page and "&lt;script&gt;alert" in page, name


def test_too_many_from_one_network_are_asked_to_wait_and_lose_nothing(client: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr("holdfast.web.register.pages.capturing.OFTEN", (1, 600))
    client.post(reverse("register:capture"), {"told": TOLD, "once": "one"})
    got = client.post(reverse("register:capture"), {"told": "A second change", "once": "two"})
    assert got.status_code == 429
    assert "A second change" in got.content.decode() and "save it in" in got.content.decode()
    assert Change.objects.count() == 1


@pytest.mark.parametrize(
    ("told", "title"),
    [
        ("Video clinics.", "Video clinics"),
        ("Did we win? Yes.", "Did we win?"),
        ("first line\nsecond", "first line"),
        ("v1.5 of the form was used. Then", "v1.5 of the form was used"),
        ("...", "A change"),
        ("x" * 300, "x" * 119 + "…"),
        ("word " * 60, ("word " * 23).strip() + "…"),
    ],
)
def test_the_title_is_the_first_sentence(told: str, title: str) -> None:
    assert capturing.title_of(told) == title


def test_others_like_it_are_counted_and_told_of(client: Client) -> None:
    for place in ("Airedale", "Wirral", "Leeds"):
        saving.create("the tests", {"title": f"Skin clinics by video in {place}", "organisation": place})
    for number in range(10):
        saving.create("the tests", {"title": f"Porters move beds at night {number}"})
    stopped = Change.objects.get(organisation="Leeds")
    following.add_outcomes(lambda changes: {stopped.pk: "Stopped, because the pictures were poor."}, "a test")
    try:
        page = client.get(reverse("register:receipt", kwargs={"token": _told().token})).content.decode()
    finally:
        following._OUTCOMES.pop("a test")
    assert "3 others did something like this" in page
    assert "Stopped, because the pictures were poor." in page
    assert "Porters" not in page


def test_others_are_shown_while_typing(client: Client) -> None:
    saving.create("the tests", {"title": "Skin clinics by video", "description": TOLD})
    got = client.post(reverse("register:like"), {"told": "We moved skin clinics to video"})
    assert "1 other did something like this" in got.content.decode()
    assert client.post(reverse("register:like"), {"told": "x" * 100_000}).status_code == 200
    assert client.post(reverse("register:like"), {}).status_code == 200


def _page(held: Follow, code: str) -> str:
    return reverse("register:question", kwargs={"token": held.token, "code": code})


def test_every_question_opens_says_why_and_takes_an_empty_answer(client: Client) -> None:
    held = _told()
    asked = questions.questions()
    assert len(asked) > 20
    for number, question in enumerate(asked, start=1):
        page = client.get(_page(held, question.code)).content.decode()
        assert f"Question {number} of {len(asked)}" in page and "Why we ask." in page, question.code
        sent = {"read_at": 1, **({"title": "T", "description": "D"} if question.code == "words" else {})}
        assert client.post(_page(held, question.code), sent).status_code == 302, question.code
    change = Change.objects.get()
    assert change.version == 2  # only the words were altered


def test_answers_fill_the_record_and_progress_is_kept(client: Client) -> None:
    held = _told()
    client.post(_page(held, "stopped"), {"read_at": 1, "displaced": "Clinic slots\n\nWaiting room\nClinic slots"})
    got = client.post(
        _page(held, "time"),
        {"read_at": 2, "planned_months": "24", "actual_months": "0.46", "started_on": "March 2020"}, follow=True,
    )  # fmt: skip
    assert "52 times faster than planned" in got.content.decode()
    change = Change.objects.get()
    assert [p.name for p in change.practices.filter(role="displaced")] == ["Clinic slots", "Waiting room"]
    assert f"{change.started_on}" == "2020-03-01" and change.version == 3
    page = client.get(reverse("register:questions", kwargs={"token": held.token})).content.decode()
    assert "2 of " in page and len(re.findall(r">\s*Answered\s*<", page)) == 2


def test_lists_take_one_or_many_terms(client: Client) -> None:
    held = _told()
    many, one = Vocabulary.objects.get(code="setting"), Vocabulary.objects.get(code="level")
    settings, level = list(many.terms.all()[:2]), one.terms.first()
    assert level
    client.post(_page(held, "list-setting"), {"read_at": 1, "terms": [str(term.pk) for term in settings]})
    client.post(_page(held, "list-level"), {"read_at": 2, "terms": str(level.pk)})
    assert set(Change.objects.get().terms.all()) == {*settings, level}
    client.post(_page(held, "list-setting"), {"read_at": 3})
    assert set(Change.objects.get().terms.all()) == {level}
    assert client.post(_page(held, "list-level"), {"read_at": 4, "terms": "999999"}).status_code == 422


@pytest.mark.parametrize(
    ("code", "sent", "says"),
    [
        ("time", {"actual_months": "soon"}, "Enter a number such as"),
        ("time", {"actual_months": "-1"}, "Enter 0.01 or more"),
        ("time", {"actual_months": "1e99"}, "or less"),
        ("time", {"started_on": "yesterday"}, "Enter a date such as"),
        ("time", {"started_on": "1/1/0001"}, "Enter a date after"),
        ("stopped", {"displaced": "\n".join(f"practice {n}" for n in range(30))}, "20 things that stopped, or fewer"),
        ("whom", {"for_whom": "x" * 30_000}, "20,000 characters or fewer"),
        ("where", {"organisation": "943 476 5919"}, "NHS number"),
        ("words", {"title": "", "description": ""}, "Enter what changed"),
    ],
)
def test_a_wrong_answer_says_what_is_allowed(client: Client, code: str, sent: dict[str, str], says: str) -> None:
    held = _told()
    got = client.post(_page(held, code), {"read_at": 1, **sent})
    assert got.status_code == 422 and says in got.content.decode()
    assert Change.objects.get().version == 1


def test_two_answers_at_once_lose_nothing(client: Client) -> None:
    held = _told()
    saving.amend(held.change, "somebody else", {"for_whom": "Children"}, read_at=1)
    got = client.post(_page(held, "whom"), {"read_at": 1, "for_whom": "Adults"})
    page = got.content.decode()
    assert got.status_code == 409
    assert "Children" in page and "Adults" in page and 'name="read_at" value="2"' in page
    assert Change.objects.get().for_whom == "Children"
    assert client.post(_page(held, "whom"), {"read_at": 2, "for_whom": "Adults"}).status_code == 302
    assert Change.objects.get().for_whom == "Adults"


def test_only_the_authors_link_adds_to_the_record(client: Client) -> None:
    held = _told()
    reader = following.follow(held.change, "a reader")
    assert client.get(_page(reader, "whom")).status_code == 404
    assert client.post(_page(reader, "whom"), {"read_at": 1, "for_whom": "x"}).status_code == 404
    assert client.get(reverse("register:follow", kwargs={"token": "nobody-has-this"})).status_code == 404


def test_news_is_told_in_order_on_the_private_page(client: Client) -> None:
    held = _told()
    news = following.News("decided", "Retain it for adults.", None, "It saved journeys.")
    following.add_news(lambda change: [news] if change.pk == held.change_id else [], "a test")
    try:
        page = client.get(reverse("register:follow", kwargs={"token": held.token})).content.decode()
    finally:
        following._NEWS.pop("a test")
    assert page.index("You said") < page.index("We decided") < page.index("Retain it for adults.")
    assert "It saved journeys." in page and "Nothing has been decided yet" not in page


def test_an_email_address_is_kept_and_forgotten(client: Client) -> None:
    held = _told()
    where = reverse("register:tell-me", kwargs={"token": held.token})
    client.post(where, {"email": "me@example.org"})
    assert [one.email for one in following.followers(held.change)] == ["me@example.org"]
    assert "me@example.org" not in " ".join(AuditEvent.objects.values_list("summary", flat=True))
    assert client.post(where, {"email": "nonsense"}).status_code == 422
    client.post(where, {"email": ""})
    assert [one.email for one in following.followers(held.change)] == [""]


def test_followers_of_what_was_merged_follow_the_one_kept(client: Client) -> None:
    first, second, kept = _told("One thing"), _told("Two things"), _told("Three things")
    Change.objects.filter(pk=first.change_id).update(merged_into=second.change_id)
    Change.objects.filter(pk=second.change_id).update(merged_into=kept.change_id)
    assert {one.pk for one in following.followers(kept.change)} == {first.pk, second.pk, kept.pk}
    page = client.get(reverse("register:follow", kwargs={"token": first.token})).content.decode()
    assert f"You now follow {kept.change.identifier}" in page
    got = client.get(_page(first, "whom"))
    assert got.status_code == 302


def test_somebody_signed_in_is_the_author_and_follows_once(as_: Any, person: Any) -> None:
    client = as_("contributor")
    client.post(reverse("register:capture"), {"told": TOLD, "once": "x"})
    change = Change.objects.get()
    assert change.author == person("contributor")
    client.post(reverse("register:watch", kwargs={"identifier": change.identifier}))
    assert Follow.objects.count() == 1
