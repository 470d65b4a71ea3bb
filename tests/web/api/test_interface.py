"""The programming interface: who may call what, one envelope, no lost update, no write twice, no server error."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from holdfast.web.api import tokens
from holdfast.web.api.interface import api
from holdfast.web.api.models import Token
from holdfast.web.people.models import Role, User
from holdfast.web.people.verbs import ROLES, VERBS
from holdfast.web.register import saving
from holdfast.web.register.models import Change

ROOT = "/api/v1"
LINES = [
    tuple(part.strip() for part in line.split("|"))
    for line in (Path(__file__).parent / "routes.txt").read_text(encoding="utf-8").splitlines()
    if line.strip() and not line.startswith("#")
]
FILL = {"identifier": "none", "key": "999", "table": "cells"}


@pytest.fixture
def caller(person: Callable[..., Any]) -> Callable[..., Client]:
    """A client whose token's holder has the role; every scope unless said."""

    def of(role: str, scopes: Any = VERBS) -> Client:
        user = person(role)
        user.roles.add(_api_role())
        text = tokens.make(User.objects.get(pk=user.pk), "test", scopes, 30)
        return Client(headers={"Authorization": f"Bearer {text}"})

    return of


def _api_role() -> Role:
    return Role.objects.get_or_create(code="caller", defaults={"name": "Caller", "verbs": ["api.use"]})[0]


@pytest.fixture
def change(person: Callable[..., Any]) -> Change:
    return saving.create(person("contributor"), {"title": "Video clinics"}, displaced=["Slots in person"])


def _routes() -> set[str]:
    found = api.get_openapi_schema()["paths"]
    return {f"{method.upper()} {path.removeprefix(ROOT)}" for path, told in found.items() for method in told}


def test_every_route_has_a_line_and_every_line_a_route(db: None) -> None:
    assert {line[0] for line in LINES} == _routes()


@pytest.mark.parametrize(("route", "roles"), LINES, ids=[line[0] for line in LINES])
def test_each_role_meets_what_the_line_says(route: str, roles: str, caller: Callable[..., Client]) -> None:
    method, path = route.split(" ")
    asked = ROOT + path.format(**FILL)
    said = {role.strip() for role in roles.split(",")}
    for role in ("", *ROLES):
        client = caller(role) if role else Client()
        sent = client.generic(method, asked, data=b"{}", content_type="application/json")
        welcome = roles == "everybody" or (roles == "everybody with a token" and role) or role in said
        if welcome:
            assert sent.status_code not in {401, 403}, (role, sent.content)
        else:
            # an empty body may be found invalid before the caller is looked at: nothing is given away by that
            assert sent.status_code in {403 if role else 401, 422}, (role, sent.content)
        assert sent.status_code < 500


def test_a_token_does_no_more_than_its_scopes(caller: Callable[..., Client], change: Change) -> None:
    client = caller("improvement-lead", ["register.read"])
    sent = client.patch(f"{ROOT}/changes/{change.identifier}", b'{"title": "x"}', content_type="application/json")
    assert sent.status_code == 403


def test_a_token_does_no_more_than_its_holder_may_today(caller: Callable[..., Client], person: Any) -> None:
    client = caller("administrator")
    assert client.get(f"{ROOT}/audit").status_code == 200
    person("administrator").roles.clear()
    assert client.get(f"{ROOT}/audit").status_code == 403


@pytest.mark.parametrize("how", ["revoked", "old", "wrong", "closed account", "not a bearer"])
def test_a_token_that_does_not_work_is_told_so(how: str, person: Any) -> None:
    user = person("administrator")
    text = tokens.make(user, "test", VERBS, 30)
    token = Token.objects.get()
    if how == "revoked":
        tokens.revoke(user, token)
    elif how == "old":
        Token.objects.update(expires_at=timezone.now())
    elif how == "closed account":
        User.objects.update(is_active=False)
    header = {"wrong": "Bearer hf_guess", "not a bearer": f"Basic {text}"}.get(how, f"Bearer {text}")
    sent = Client().get(f"{ROOT}/changes", headers={"Authorization": header})
    assert sent.status_code == 401 and sent.json()["error"]["code"] == "bad_token"
    assert sent.headers["WWW-Authenticate"] == "Bearer"


def test_only_a_tokens_fingerprint_is_kept(person: Any) -> None:
    text = tokens.make(person("analyst"), "test", [], None)
    assert text not in json.dumps(list(Token.objects.values()), default=str)


def test_recording_gives_the_change_with_its_tag_and_address(caller: Callable[..., Client]) -> None:
    body = {"title": "Booked slots", "displaced": ["Walking in"], "planned_months": "24", "actual_months": "0.5"}
    sent = caller("contributor").post(f"{ROOT}/changes", body, content_type="application/json")
    made = sent.json()
    assert sent.status_code == 201 and sent.headers["ETag"] == '"1"' and made["displaced"] == ["Walking in"]
    again = Client().get(sent.headers["Location"].replace("http://testserver", ""))
    assert again.json()["title"] == "Booked slots"


def test_the_same_key_records_once(caller: Callable[..., Client]) -> None:
    client, body = caller("contributor"), {"title": "Booked slots"}
    headers = {"Idempotency-Key": "one"}
    first = client.post(f"{ROOT}/changes", body, content_type="application/json", headers=headers)
    second = client.post(f"{ROOT}/changes", body, content_type="application/json", headers=headers)
    assert Change.objects.count() == 1 and first.json() == second.json() and second.headers["Idempotent-Replay"]
    other = client.post(f"{ROOT}/changes", {"title": "Other"}, content_type="application/json", headers=headers)
    assert other.status_code == 422 and other.json()["error"]["code"] == "key_reused" and Change.objects.count() == 1


def test_nobodys_amendment_is_lost(caller: Callable[..., Client], change: Change) -> None:
    client, address = caller("improvement-lead"), f"{ROOT}/changes/{change.identifier}"

    def amend(title: str, tag: str | None) -> Any:
        headers = {"If-Match": tag} if tag else {}
        return client.patch(address, {"title": title}, content_type="application/json", headers=headers)

    assert amend("First", None).status_code == 428
    assert amend("First", '"1"').headers["ETag"] == '"2"'
    late = amend("Second", '"1"')
    assert late.status_code == 412 and "version 2" in late.json()["error"]["message"]
    change.refresh_from_db()
    assert change.title == "First"


def test_nothing_is_sent_twice_to_who_has_it(change: Change) -> None:
    address = f"{ROOT}/changes/{change.identifier}"
    tag = Client().get(address).headers["ETag"]
    assert Client().get(address, headers={"If-None-Match": tag}).status_code == 304


def test_a_list_is_read_page_by_page_without_a_gap(person: Any) -> None:
    for number in range(7):
        saving.create(person("contributor"), {"title": f"Change {number}"})
    seen, address = [], f"{ROOT}/changes?limit=3"
    while address:
        got = Client().get(address.replace("http://testserver", "")).json()
        seen += [item["title"] for item in got["items"]]
        address = got["next"]
    assert seen == [f"Change {number}" for number in range(7)]


@pytest.mark.parametrize(
    ("since", "status"), [("0026-12-24T13:33:22+21:21", 200), ("0001-01-01T00:00:00+14:00", 422), ("2999-01-01", 200)]
)
def test_any_moment_can_be_asked_for(person: Any, since: str, status: int) -> None:
    saving.create(person("contributor"), {"title": "Any"})
    assert Client().get(f"{ROOT}/changes", {"saved_since": since}).status_code == status


def test_a_list_costs_the_same_however_long(person: Any, django_assert_max_num_queries: Any) -> None:
    for number in range(30):
        saving.create(person("contributor"), {"title": f"Change {number}"}, displaced=["A", "B"])
    with django_assert_max_num_queries(8):
        assert len(Client().get(f"{ROOT}/changes").json()["items"]) == 30


@pytest.mark.parametrize(
    "body",
    [
        b"not json",
        b"[]",
        b"{}",
        b'{"title": ""}',
        b'{"title": "x", "unknown": 1}',
        b'{"title": "x", "planned_months": -1}',
        b'{"title": "x", "terms": ["no:such"]}',
        b'{"title": "NHS number 943 476 5919"}',
        json.dumps({"title": "x" * 300}).encode(),
        json.dumps({"title": "x", "description": "y" * 100_000}).encode(),
        b'{"title": "nul \\u0000"}',
    ],
)
def test_rubbish_is_refused_in_the_one_envelope(body: bytes, caller: Callable[..., Client]) -> None:
    sent = caller("contributor").post(f"{ROOT}/changes", body, content_type="application/json")
    assert sent.status_code in {400, 422}, sent.content
    error = sent.json()["error"]
    assert set(error) == {"code", "message", "details", "reference"} and "943" not in sent.content.decode()
    assert Change.objects.count() == 0


@pytest.mark.parametrize("title", ["<script>alert(1)</script>", "=1+1", "مرحبا", "🙂 \u202eevil"])
def test_any_text_comes_back_as_it_was_safe_to_keep(title: str, caller: Callable[..., Client]) -> None:
    sent = caller("contributor").post(f"{ROOT}/changes", {"title": title}, content_type="application/json")
    assert sent.status_code == 201 and sent.headers["Content-Type"] == "application/json"
    assert sent.json()["title"] == title.replace("\u202e", "")


def test_a_fault_of_ours_tells_nothing_but_its_reference(monkeypatch: Any, db: None, caplog: Any) -> None:
    def fail(*_words: Any) -> None:
        raise RuntimeError("secret inside")

    monkeypatch.setattr("holdfast.web.api.routes.register.page", fail)
    client = Client(raise_request_exception=False)
    sent = client.get(f"{ROOT}/changes")
    assert sent.status_code == 500 and "secret" not in sent.content.decode()
    assert sent.json()["error"]["reference"] in caplog.text


def test_a_cookie_is_not_a_token(as_: Callable[[str], Client]) -> None:
    assert as_("administrator").get(f"{ROOT}/audit").status_code == 401


def test_the_guide_lists_every_route(as_: Callable[[str], Client], db: None) -> None:
    page = as_("").get("/api/").content.decode()
    assert all(f"{route.split(' ')[0]} {ROOT}{route.split(' ')[1]}" in page for route in _routes())


def test_a_person_makes_and_revokes_a_token_of_their_own_only(as_: Callable[[str], Client]) -> None:
    client = as_("analyst")
    page = client.post("/api/tokens/new", {"name": "report", "scopes": ["evidence.run"], "days": "90"}).content.decode()
    assert "hf_" in page and "hf_" not in client.get("/api/tokens").content.decode()
    token = Token.objects.get()
    assert as_("administrator").post(f"/api/tokens/{token.pk}/revoke").status_code == 404
    client.post(f"/api/tokens/{token.pk}/revoke")
    token.refresh_from_db()
    assert token.revoked_at
    wanted = client.post("/api/tokens/new", {"name": "more", "scopes": ["board.decide"], "days": "90"})
    assert Token.objects.count() == 1 and "There is a problem" in wanted.content.decode()
