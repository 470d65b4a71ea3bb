"""One change, one page, the whole loop; amending it; two people at once."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from holdfast.web.register import loop, saving
from holdfast.web.register.models import Change, Vocabulary

pytestmark = pytest.mark.django_db


def _make(title: str = "Video clinics", **more: Any) -> Change:
    return saving.create("the tests", {"title": title, **more})


def _page(client: Client, change: Change, name: str = "change") -> str:
    return client.get(
        reverse(f"register:{name}", kwargs={"identifier": change.identifier}), follow=True
    ).content.decode()


def test_the_record_says_what_it_holds_and_what_is_missing(client: Client) -> None:
    change = _make(planned_months=24, actual_months="0.46", risks="Some feel unsafe")
    page = _page(client, change)
    assert "52 times faster than planned" in page and "Some feel unsafe" in page
    assert "Nobody has said what it replaced" in page and "Nobody has said whether it brings new risks" not in page
    assert "Version 1, saved" in page


def test_steps_of_other_rooms_stand_in_the_loops_order(client: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr(loop, "_STEPS", dict(loop._STEPS))
    part = loop.Part("register/like.jinja", {}, ("Nothing has been watched.",))
    loop.add_step(loop.Step("A later step", 65, "register.read", lambda _request, _change: part))
    loop.add_step(loop.Step("A hidden step", 15, "people.manage", lambda _request, _change: part))
    page = _page(client, _make())
    assert page.index('id="record"') < page.index('id="a-later-step"') < page.index("Nothing has been watched.")
    assert "A hidden step" not in page


def test_a_merged_change_leads_to_the_one_kept_and_says_so(client: Client) -> None:
    kept, gone = _make("Kept"), _make("Gone")
    Change.objects.filter(pk=gone.pk).update(merged_into=kept)
    page = _page(client, gone)
    assert f"{gone.identifier} was joined with this change" in page and "Kept</h1>" in page
    assert client.get(reverse("register:change", kwargs={"identifier": "HF-999999"})).status_code == 404


def test_nobodys_address_is_shown_to_the_public(client: Client, as_: Any, person: Any) -> None:
    lead = person("improvement-lead")
    lead.name = ""
    lead.save()
    change = saving.create(lead, {"title": "Mine"})
    Change.objects.filter(pk=change.pk).update(owner=lead)
    assert lead.email not in _page(client, change)
    assert lead.email in _page(as_("analyst"), change)


def _form(change: Change, **more: Any) -> dict[str, Any]:
    return {"read_at": change.version, "title": change.title, "description": change.description, "why": "", **more}


def test_amending_makes_a_version_and_keeps_lists(as_: Any) -> None:
    client, change = as_("improvement-lead"), _make()
    setting = Vocabulary.objects.get(code="setting")
    term = setting.terms.all()[0]
    where = reverse("register:amend", kwargs={"identifier": change.identifier})
    assert "Where did" not in client.get(where).content.decode()
    sent = _form(change, needs="A quiet room", displaced="Slots", **{f"list_{setting.pk}": [str(term.pk)]})
    assert client.post(where, sent).status_code == 302
    change.refresh_from_db()
    assert (change.version, change.needs, list(change.terms.all())) == (2, "A quiet room", [term])
    assert change.practices.filter(role="displaced").get().name == "Slots"
    again = client.get(where).content.decode()
    assert "(1 chosen)" in again and "A quiet room" in again
    assert client.post(where, _form(change, title="")).status_code == 422


def test_two_people_amending_lose_nothing(as_: Any) -> None:
    change = _make()
    where = reverse("register:amend", kwargs={"identifier": change.identifier})
    one, two = as_("improvement-lead"), as_("curator")
    assert one.post(where, _form(change, needs="Broadband")).status_code == 302
    got = two.post(where, _form(change, needs="A quiet room", risks="None"))
    page = got.content.decode()
    assert got.status_code == 409 and "Broadband" in page and "A quiet room" in page
    change.refresh_from_db()
    assert (change.needs, change.version) == ("Broadband", 2)
    assert two.post(where, _form(change, needs="A quiet room", risks="None")).status_code == 302
    assert change.versions.count() == 3


def test_moving_the_status_asks_why_and_guards_the_version(as_: Any) -> None:
    client, change = as_("improvement-lead"), _make()
    where = reverse("register:status", kwargs={"identifier": change.identifier})
    assert client.get(where).status_code == 200
    assert "Say why" in client.post(where, {"status": "stopped", "why": "", "read_at": 1}).content.decode()
    assert client.post(where, {"status": "nonsense", "why": "x", "read_at": 1}).status_code == 422
    assert client.post(where, {"status": "stopped", "why": "Nobody came", "read_at": 1}).status_code == 302
    change.refresh_from_db()
    assert change.status == "stopped" and change.versions.first().why == "Nobody came"
    assert client.post(where, {"status": "embedded", "why": "late", "read_at": 1}).status_code == 409


def test_a_merged_record_is_not_amended(as_: Any) -> None:
    client, kept, gone = as_("improvement-lead"), _make("Kept"), _make("Gone")
    Change.objects.filter(pk=gone.pk).update(merged_into=kept)
    for name in ("amend", "status"):
        got = client.post(reverse(f"register:{name}", kwargs={"identifier": gone.identifier}), _form(gone))
        assert got["Location"] == reverse("register:change", kwargs={"identifier": kept.identifier})
    assert Change.objects.get(pk=gone.pk).version == 1
