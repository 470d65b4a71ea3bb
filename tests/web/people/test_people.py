"""Invitations, roles, the way in on a laptop, and the record of who did what."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from holdfast.web.people import audit, entering, inviting
from holdfast.web.people.models import AuditEvent, Invitation, Role, User

PASSWORD = "three words together"
As = Callable[[str], Client]


@pytest.fixture
def invited(person: Callable[..., Any], django_capture_on_commit_callbacks: Any) -> str:
    """The path of an invitation as an analyst."""
    with django_capture_on_commit_callbacks(execute=True):
        link = inviting.invite(person("administrator"), "new@example.org", Role.objects.filter(code="analyst"))
    return "/" + link.split("/", 3)[3]


def test_an_invitation_makes_an_account_with_its_roles_once(client: Client, invited: str) -> None:
    assert "new@example.org" in client.get(invited).content.decode()
    got = client.post(invited, {"name": "New", "password": PASSWORD})
    assert got.status_code == 302 and got.headers["Location"] == "/"
    user = User.objects.get(email="new@example.org")
    assert "evidence.run" in user.verbs and "board.decide" not in user.verbs and user.check_password(PASSWORD)
    assert Client().get(invited).status_code == 404


def test_the_invitation_is_sent_and_only_its_fingerprint_kept(invited: str) -> None:
    token = invited.rsplit("/", 1)[1]
    assert token in mail.outbox[0].body and mail.outbox[0].to == ["new@example.org"]
    assert token not in str(list(Invitation.objects.values()))


def test_an_old_invitation_is_refused(client: Client, invited: str) -> None:
    Invitation.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    assert client.get(invited).status_code == 404


@pytest.mark.parametrize("password", ["short", "password1234", "123456789012345"])
def test_a_weak_password_is_refused_in_words(client: Client, invited: str, password: str) -> None:
    got = client.post(invited, {"name": "New", "password": password})
    assert got.status_code == 200 and "There is a problem" in got.content.decode()
    assert not User.objects.filter(email="new@example.org").exists()


def test_the_last_administrator_cannot_shut_everybody_out(as_: As, person: Callable[..., Any]) -> None:
    admin, client = person("administrator"), as_("administrator")
    got = client.post(reverse("people:person", args=[admin.pk]), {"is_active": "on", "roles": []})
    assert "last account that can manage people" in got.content.decode()
    assert "people.manage" in User.objects.get(pk=admin.pk).verbs


def test_what_a_role_allows_is_data(as_: As) -> None:
    assert as_("contributor").get(reverse("people:log")).status_code == 403
    changed = {"name": "Contributor", "meaning": "", "verbs": ["register.read", "audit.read"]}
    as_("administrator").post(reverse("people:role", args=["contributor"]), changed)
    assert as_("contributor").get(reverse("people:log")).status_code == 200


def test_a_refusal_says_what_is_missing_and_who_has_it(as_: As) -> None:
    said = as_("contributor").get(reverse("people:log")).content.decode()
    assert "read and download the audit log" in said and "Information governance" in said


def test_a_closed_account_cannot_go_on(as_: As, person: Callable[..., Any]) -> None:
    client = as_("analyst")
    User.objects.filter(pk=person("analyst").pk).update(is_active=False)
    assert client.get(reverse("people:me")).content.decode().count("You have not signed in") == 1


def test_the_owners_link_works_once_from_this_machine_only(db: None) -> None:
    path = entering.link(entering.the_owner())
    assert Client(REMOTE_ADDR="10.1.2.3").get(path).status_code == 404
    assert Client().get(path).status_code == 302
    assert Client().get(path).status_code == 404
    assert Client().get(path[:-3] + "abc").status_code == 404


def test_nobody_can_change_or_delete_the_audit_log(person: Callable[..., Any]) -> None:
    event = audit.record(person("analyst"), "evidence.run", "run", 1, "ran it")
    for deed in (lambda: AuditEvent.objects.filter(pk=event.pk).update(summary="not so"), event.delete):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            deed()
    assert AuditEvent.objects.get(pk=event.pk).summary == "ran it"


def test_the_audit_log_outlives_the_account(as_: As, person: Callable[..., Any]) -> None:
    user = person("contributor")
    audit.record(user, "register.capture", "change", "HF-000001", "=recorded <script>alert(1)</script>")
    user.delete()
    page = as_("information-governance").get(reverse("people:log")).content.decode()
    assert "contributor@example.org" in page and "<script>alert" not in page


def test_the_audit_log_downloads_without_formulas_and_the_download_is_noted(as_: As) -> None:
    audit.record("somebody", "register.capture", "change", "=HYPERLINK(1)", "=1+1")
    answer = as_("information-governance").get(reverse("people:log-csv"))
    rows = list(csv.reader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))
    assert rows[0][0] == "at" and not any(cell.startswith(("=", "+", "@")) for row in rows[1:] for cell in row)
    assert AuditEvent.objects.filter(verb="audit.read").count() == 1


def test_signing_in_is_slowed_down_after_wrong_passwords(db: None, client: Client) -> None:
    User.objects.create_user("ada@example.org", PASSWORD)
    wrong = {"login": "ada@example.org", "password": "not this one at all"}
    said = [client.post(reverse("account_login"), wrong).content.decode() for _ in range(12)]
    assert any("too many" in page.lower() for page in said)


def test_a_forgotten_password_is_reset_by_the_link_in_the_message(db: None, client: Client) -> None:
    User.objects.create_user("ada@example.org", PASSWORD)
    client.post(reverse("account_reset_password"), {"email": "ada@example.org"})
    path = re.search(r"https?://[^/]+(/account/password/reset/\S+)", mail.outbox[0].body)
    assert path
    page = client.get(path.group(1), follow=True)
    new = "four other words here"
    got = client.post(page.redirect_chain[-1][0], {"password1": new, "password2": new})
    assert got.status_code == 302 and User.objects.get().check_password(new)


def test_a_second_factor_is_asked_once_it_is_on(db: None) -> None:
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time

    def code(secret: str) -> str:
        return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))

    User.objects.create_user("ada@example.org", PASSWORD)
    client = Client()
    client.post(reverse("account_login"), {"login": "ada@example.org", "password": PASSWORD})
    sent_to = client.get(reverse("mfa_activate_totp")).headers["Location"]
    assert sent_to.startswith(reverse("account_reauthenticate"))
    client.post(sent_to, {"password": PASSWORD})
    page = client.get(reverse("mfa_activate_totp"))
    secret = page.context_data["form"].secret if page.context_data else ""
    assert secret in page.content.decode()
    assert client.post(reverse("mfa_activate_totp"), {"code": code(secret)}).status_code == 302
    again = Client()
    got = again.post(reverse("account_login"), {"login": "ada@example.org", "password": PASSWORD})
    assert got.headers["Location"].startswith(reverse("mfa_authenticate"))
    assert "security code" in again.get(reverse("mfa_authenticate")).content.decode()
    assert again.get(reverse("people:log")).status_code == 302


def test_no_page_is_framed_or_runs_script_of_its_own(client: Client, db: None) -> None:
    headers = client.get(reverse("people:me")).headers
    policy = headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
    assert headers["X-Frame-Options"] == "DENY"


def test_no_template_holds_inline_script_or_style() -> None:
    import holdfast.web

    folder = Path(holdfast.web.__file__).parent / "jinja2"
    for file in folder.rglob("*.*"):
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=\"", text), file
