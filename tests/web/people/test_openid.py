"""Signing in through an organisation, against a real provider on this machine: small, but it speaks the protocol."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from holdfast.web.environment import Environment
from holdfast.web.people import inviting
from holdfast.web.people.models import Role, User


class Provider(BaseHTTPRequestHandler):
    """Discovery, a token for a code, and who the person is. It checks the client's secret and the proof key."""

    who: dict[str, Any] = {}  # noqa: RUF012
    challenge = ""

    def log_message(self, *_words: Any) -> None:
        """Quiet."""

    def _say(self, told: dict[str, Any], status: int = 200) -> None:
        body = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        base = f"http://{self.headers['Host']}"
        if self.path.endswith("/.well-known/openid-configuration"):
            names = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")
            self._say({"issuer": base, **{name: f"{base}/{name}" for name in names}})
        elif self.path.startswith("/userinfo") and self.headers.get("Authorization") == "Bearer opened":
            self._say(type(self).who)
        else:
            self._say({"error": "no"}, 401)

    def do_POST(self) -> None:
        sent = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        proof = hashlib.sha256(sent.get("code_verifier", [""])[0].encode()).digest()
        proved = base64.urlsafe_b64encode(proof).rstrip(b"=").decode() == type(self).challenge
        basic = base64.b64decode(self.headers.get("Authorization", "Basic ").split(" ")[1]).decode()
        secret = basic == "holdfast:hush" or sent.get("client_secret") == ["hush"]
        if sent.get("code") == ["a-code"] and proved and secret:
            self._say({"access_token": "opened", "token_type": "Bearer", "expires_in": 60})
        else:
            self._say({"error": "invalid_grant"}, 400)


@pytest.fixture
def provider(settings: Any, db: None) -> Iterator[type[Provider]]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    given = {
        "id": "trust", "name": "Westshire", "client_id": "holdfast", "secret": "hush",
        "server_url": f"http://127.0.0.1:{server.server_port}",
    }  # fmt: skip
    settings.SOCIALACCOUNT_PROVIDERS = Environment({"X": json.dumps(given)}).openid("X")
    Provider.who = {"sub": "42", "email": "ada@westshire.example", "email_verified": True, "name": "Ada"}
    yield Provider
    server.shutdown()


def _sign_in(provider: type[Provider], client: Client, **wrong: str) -> Any:
    assert "Westshire" in client.get(reverse("account_login")).content.decode()
    path = reverse("openid_connect_login", args=["trust"])
    away = client.post(path)
    assert away.status_code == 302, away.content
    asked = {key: value[0] for key, value in parse_qs(urlsplit(away.headers["Location"]).query).items()}
    provider.challenge = asked["code_challenge"]
    back = {"code": "a-code", "state": asked["state"], **wrong}
    return client.get(reverse("openid_connect_callback", args=["trust"]), back, follow=True)


def test_an_invited_person_comes_in_with_the_roles_of_the_invitation(provider: Any, person: Any) -> None:
    inviting.invite(person("administrator"), "ada@westshire.example", Role.objects.filter(code="decision-maker"))
    client = Client()
    _sign_in(provider, client)
    user = User.objects.get(email="ada@westshire.example")
    assert client.session.get("_auth_user_id") == str(user.pk) and "board.decide" in user.verbs


def test_somebody_uninvited_does_not_come_in(provider: Any) -> None:
    client = Client()
    page = _sign_in(provider, client)
    assert "by invitation" in page.content.decode().lower() and not User.objects.exists()


def test_everybody_comes_in_as_a_contributor_where_that_was_chosen(provider: Any, settings: Any) -> None:
    settings.OIDC_OPEN = True
    client = Client()
    _sign_in(provider, client)
    assert set(User.objects.get().roles.values_list("code", flat=True)) == {"contributor"}


def test_an_account_with_the_same_verified_address_is_the_same_person(provider: Any, person: Any) -> None:
    held = person("analyst", "ada@westshire.example")
    client = Client()
    _sign_in(provider, client)
    assert client.session.get("_auth_user_id") == str(held.pk) and User.objects.count() == 1


@pytest.mark.parametrize("wrong", [{"code": "guessed"}, {"state": "forged"}])
def test_a_forged_answer_signs_nobody_in(wrong: dict[str, str], provider: Any, settings: Any) -> None:
    settings.OIDC_OPEN = True
    client = Client()
    page = _sign_in(provider, client, **wrong)
    assert "did not work" in page.content.decode() and "_auth_user_id" not in client.session
    assert not User.objects.exists()


@pytest.mark.parametrize("said", ["not json", "[]", '{"id": "x"}'])
def test_a_wrong_configuration_is_told_at_the_start(said: str) -> None:
    from django.core.exceptions import ImproperlyConfigured

    with pytest.raises(ImproperlyConfigured, match="HOLDFAST_OIDC"):
        Environment({"HOLDFAST_OIDC": said}).openid("HOLDFAST_OIDC")
