"""Bringing a register in, in the background: looked at first, all of it or nothing, and its file gone in the end."""

from __future__ import annotations

import io
import os
import re
import signal
import time
import uuid
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from tests.web.evidence.worker import until, worker

from holdfast.web.exchange import arriving, jobs, keeping, leaving, results, sending, signs
from holdfast.web.exchange.models import Arrival
from holdfast.web.insight.jobs import LostError
from holdfast.web.people.models import AuditEvent
from holdfast.web.register import saving
from holdfast.web.register.models import Change, ChangeVersion

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 6_000
"""Changes that take a worker some seconds: long enough to be killed midway."""
TITLES = ["Booked slots <b>", "Video clinics مرحبا", "Nurse-led reviews"]


@pytest.fixture
def archive(person: Callable[..., Any]) -> bytes:
    """A register with three changes, taken out; the register here is empty again."""
    for title in TITLES:
        saving.create(person("improvement-lead"), {"title": title})
    return _emptied(person)


def _emptied(person: Callable[..., Any]) -> bytes:
    """The register, taken out of here for good."""
    out = io.BytesIO()
    leaving.write(out, person("improvement-lead"))
    call_command("flush", interactive=False, verbosity=0)
    return out.getvalue()


@pytest.fixture
def sent(archive: bytes, person: Callable[..., Any]) -> Arrival:
    """The archive, sent and waiting."""
    return sending.send(person("analyst"), SimpleUploadedFile("register.zip", archive), uuid.uuid4().hex)


def _now(held: Arrival) -> Any:
    return Arrival.objects.get(pk=held.pk)


def _looked(held: Arrival, person: Callable[..., Any]) -> Any:
    jobs.carry_out(held.pk)
    jobs.go_on(person("analyst"), held.pk)
    return _now(held)


def _text(page: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.content.decode()))


def _post(client: Client, content: bytes, once: str = "") -> Any:
    file = SimpleUploadedFile("register.zip", content)
    return client.post(reverse("exchange:bring"), {"archive": file, "once": once or uuid.uuid4().hex})


def test_it_is_looked_at_and_then_brought_in(archive: bytes, as_: Callable[[str], Client], home: Path) -> None:
    client, once = as_("analyst"), uuid.uuid4().hex
    first, second = (_post(client, archive, once) for _ in range(2))
    held = Arrival.objects.get()
    where = reverse("exchange:arrival", args=[held.pk])
    assert first.headers["Location"] == second.headers["Location"] == where
    page = client.get(where)
    assert "It is waiting to begin." in _text(page) and '<noscript><meta http-equiv="refresh"' in page.content.decode()
    jobs.carry_out(held.pk)
    assert not Change.objects.exists() and _now(held).state == "looked"
    assert re.search(r"Changes 3 0 0.*Nothing has been brought in yet", _text(client.get(where)))
    for _twice in range(2):
        assert client.post(reverse("exchange:go-on", args=[held.pk])).status_code == 302
    assert _now(held).state == "waiting"
    for _twice in range(2):
        jobs.carry_out(held.pk)
    assert sorted(Change.objects.values_list("title", flat=True)) == sorted(TITLES)
    assert _now(held).state == "done" and not held.folder.exists() and not list((home / "arriving").iterdir())
    assert re.search(r"What was brought in .*Changes 3 0 0.*The file was taken away", _text(client.get(where)))
    assert client.get(reverse("exchange:state", args=[held.pk])).json()["finished"]
    came = AuditEvent.objects.get(verb="exchange.import", kind="register")
    assert came.actor == "analyst@example.org" and "rows added" in came.summary
    assert where in client.get(reverse("exchange:bring")).content.decode()


@pytest.mark.parametrize("how", ["empty", "words", "a zip of something else"])
def test_rubbish_is_refused_in_words_at_once(how: str, as_: Callable[[str], Client], home: Path) -> None:
    box = io.BytesIO()
    with zipfile.ZipFile(box, "w") as made:
        made.writestr("x", "y")
    page = _post(as_("analyst"), {"empty": b"", "words": b"words"}.get(how, box.getvalue()))
    assert page.status_code == 422 and "There is a problem" in _text(page)
    assert not Arrival.objects.exists() and not (home / "arriving").exists()


def test_one_larger_than_the_limit_is_refused(archive: bytes, as_: Callable[[str], Client], settings: Any) -> None:
    settings.UPLOAD_LIMIT = 1_000
    page = _post(as_("analyst"), archive)
    assert page.status_code == 422 and "the most that is taken at once" in _text(page)
    assert not Arrival.objects.exists()


def test_a_damaged_one_is_found_by_the_worker(archive: bytes, as_: Callable[[str], Client]) -> None:
    box = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as whole, zipfile.ZipFile(box, "w") as made:
        for name in whole.namelist():
            made.writestr(name, whole.read(name).replace(b"Booked", b"Burned"))
    client = as_("analyst")
    _post(client, box.getvalue())
    held = Arrival.objects.get()
    jobs.carry_out(held.pk)
    page = _text(client.get(reverse("exchange:arrival", args=[held.pk])))
    assert "is not as it was written" in page and "Try again" not in page and "Send another file" in page
    assert not held.folder.exists() and not Change.objects.exists()


@pytest.mark.parametrize("state", ["waiting", "looked"])
def test_leaving_it_takes_the_file_away(state: str, sent: Arrival, person: Callable[..., Any]) -> None:
    if state == "looked":
        jobs.carry_out(sent.pk)
    assert _now(sent).state == state
    jobs.cancel(person("analyst"), sent.pk)
    jobs.go_on(person("analyst"), sent.pk)
    jobs.carry_out(sent.pk)
    assert _now(sent).state == "cancelled" and not sent.folder.exists() and not Change.objects.exists()


def test_it_stops_while_it_is_brought_in(
    sent: Arrival, person: Callable[..., Any], as_: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    held, said = _looked(sent, person), list[str]()
    where, cancel = (reverse(f"exchange:{name}", args=[sent.pk]) for name in ("arrival", "cancel"))
    person("administrator")
    monkeypatch.setattr(arriving, "AT_ONCE", 1)
    insert = arriving._insert

    def cancelled(*words: Any) -> int:
        made = insert(*words)
        if not said:
            assert as_("administrator").post(cancel).status_code == 302
            said.append(_text(as_("analyst").get(where)))
        return made

    monkeypatch.setattr(arriving, "_insert", cancelled)
    jobs.carry_out(held.pk)
    assert "It is being cancelled" in said[0]
    assert _now(held).state == "cancelled" and not held.folder.exists() and not Change.objects.exists()
    assert AuditEvent.objects.filter(kind="arrival").latest("pk").actor == "administrator@example.org"


def test_an_interruption_leaves_nothing_and_it_can_be_begun_again(
    sent: Arrival, person: Callable[..., Any], as_: Callable[[str], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    held = _looked(sent, person)

    def ended(*_words: Any) -> None:
        raise SystemExit

    with monkeypatch.context() as told_to_stop:
        told_to_stop.setattr(results, "bring", ended)
        for state in ("waiting", "interrupted"):
            with pytest.raises(SystemExit):
                jobs.carry_out(held.pk)
            assert _now(held).state == state and not Change.objects.exists() and held.file.exists()
    where = reverse("exchange:arrival", args=[held.pk])
    assert "It was interrupted twice. Nothing was brought in." in _text(as_("analyst").get(where))
    jobs.go_on(person("analyst"), held.pk)
    jobs.carry_out(held.pk)
    assert _now(held).state == "done" and Change.objects.count() == 3


def test_a_worker_that_was_given_up_brings_nothing_in(sent: Arrival, person: Callable[..., Any]) -> None:
    held = _looked(sent, person)
    gone = jobs._claim(held.pk)
    assert gone is not None
    jobs.give_up(gone)
    with pytest.raises(LostError):
        arriving.bring(held.file, "the test", last=partial(jobs._found, gone))
    assert not Change.objects.exists() and _now(held).state == "waiting"


def test_two_are_never_brought_in_at_once(sent: Arrival, archive: bytes, person: Callable[..., Any]) -> None:
    other = sending.send(person("analyst"), SimpleUploadedFile("register.zip", archive), uuid.uuid4().hex)
    assert jobs._claim(sent.pk) is not None and jobs._claim(other.pk) is None
    assert _now(other).state == "waiting"


def test_a_killed_worker_s_arrival_is_begun_again(
    person: Callable[..., Any], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Change.objects.bulk_create(Change(identifier=f"HF-{n:06d}", title=f"Change {n}") for n in range(MANY))
    ChangeVersion.objects.bulk_create(ChangeVersion(change=one, version=1, by="us", record={}) for one in made)
    content = _emptied(person)
    held = sending.send(person("analyst"), SimpleUploadedFile("register.zip", content), uuid.uuid4().hex)
    held = _looked(held, person)
    with worker(home) as first:
        until(lambda: _now(held).state != "waiting" and (signs.progress(_now(held)).done or _now(held).finished))
        first.send_signal(signal.SIGKILL)
        first.wait(10)
    assert _now(held).state == "running" and not Change.objects.exists()
    time.sleep(0.6)
    monkeypatch.setattr(jobs, "STALE", 0.5)
    jobs.recover()
    assert _now(held).state == "waiting"
    with worker(home):
        until(lambda: _now(held).state == "done")
    jobs.recover()  # the worker may have been ended before it took the file away
    assert Change.objects.count() == MANY and not held.folder.exists()


def test_one_that_gives_signs_of_life_is_left_alone(sent: Arrival, monkeypatch: pytest.MonkeyPatch) -> None:
    held = jobs._claim(sent.pk)
    assert held is not None
    monkeypatch.setattr(signs, "EVERY", 0.05)  # many within what is stale, so that a busy machine misses some
    monkeypatch.setattr(jobs, "STALE", 2.0)
    with signs.Signs(held) as said:
        said.tell("bringing rows in", 500, 1_200)
        time.sleep(2.5)
        jobs.recover()
        assert _now(held).state == "running" and signs.progress(_now(held)).done == 500
    os.utime(sent.folder / "far-1.json", (1, 1))
    jobs.recover()
    assert _now(held).state == "waiting"


def test_what_nobody_answers_goes_after_a_day(sent: Arrival, as_: Callable[[str], Client]) -> None:
    jobs.carry_out(sent.pk)
    keeping.sweep()
    assert _now(sent).state == "looked" and sent.file.exists()
    long_ago = time.time() - keeping.DAY - 60
    os.utime(sent.folder, (long_ago, long_ago))
    keeping.sweep()
    assert _now(sent).state == "cancelled" and not sent.folder.exists()
    assert "within a day" in _text(as_("analyst").get(reverse("exchange:arrival", args=[sent.pk])))


@pytest.mark.parametrize("phone", [True, False])
def test_the_pages_without_scripts(
    phone: bool, sent: Arrival, person: Callable[..., Any], sit_down: Callable[..., Any], axe: Callable[[Any], None]
) -> None:
    page = sit_down("analyst", phone=phone, scripts=phone)
    check = axe if phone else lambda _page: None  # axe is a script itself
    page.goto(reverse("exchange:arrival", args=[sent.pk]))
    check(page)
    jobs.carry_out(sent.pk)
    page.goto(reverse("exchange:arrival", args=[sent.pk]))
    check(page)
    page.get_by_role("button", name="Bring it in").click()
    jobs.carry_out(sent.pk)
    page.goto(reverse("exchange:bring"))
    check(page)
    page.locator("main li a").first.click()
    assert page.get_by_role("heading", name="What was brought in").count() == 1
    check(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
