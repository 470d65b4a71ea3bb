"""Scraps: read in the background, redacted, nothing twice, and a person says what becomes of each."""

from __future__ import annotations

import io
import re
import uuid
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from tests.web.insight import making

from holdfast.web.insight import jobs, scraps_reading, sending, settling
from holdfast.web.insight.models import Delivery, Scrap, SentFile
from holdfast.web.people.models import AuditEvent
from holdfast.web.register.models import Change
from holdfast.web.register.saving import create

pytestmark = pytest.mark.django_db
PHONE = "07700 900123"


@pytest.fixture
def lead(person: Callable[..., Any]) -> Any:
    return person("improvement-lead")


def test_pasted_text_becomes_passages_with_their_place_and_without_identifiers(lead: Any) -> None:
    held = making.sent(lead, pasted=making.TOLD)
    assert held.state == "done" and held.problem == ""
    found = list(Scrap.objects.order_by("start"))
    assert len(found) == 2 and found[0].introduced == "one shared electronic form across all the clinics"
    assert all(PHONE not in scrap.text and PHONE not in scrap.introduced for scrap in found)
    assert found[1].removed == {"phone": 1} and "[phone]" in found[1].text
    assert making.TOLD[found[0].start : found[0].end] == found[0].text
    assert not held.folder.exists()
    assert all(PHONE not in f"{event.summary}{event.detail}" for event in AuditEvent.objects.all())


def test_nothing_is_kept_twice_by_file_or_by_text(lead: Any) -> None:
    making.sent(lead, making.file("log.txt", making.TOLD))
    again = making.sent(lead, making.file("copy of log.txt", making.TOLD))
    assert [one.state for one in again.files.all()] == [SentFile.SAME]
    longer = making.sent(
        lead, making.file("log.txt", making.TOLD + "\n\nWe stopped the morning queue for blood tests.\n")
    )
    [one] = longer.files.all()
    assert (one.new, one.same) == (Scrap.objects.count() - 2, 2)
    assert Scrap.objects.values("digest").distinct().count() == Scrap.objects.count()


def test_the_same_form_twice_is_one_delivery(lead: Any) -> None:
    once = uuid.uuid4().hex
    first, second = (
        sending.send(lead, Delivery.SCRAPS, once=once, pasted="We moved clinics to video instead of travel.")
        for _ in range(2)
    )
    assert first == second and Delivery.objects.count() == 1


def _zip(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name.replace("__", "/"), content)
    return out.getvalue()


def test_each_file_that_cannot_be_read_says_why_and_the_rest_goes_on(lead: Any) -> None:
    locked = b"%PDF-1.4\n%broken"
    folder = _zip(**{"notes__one.txt": making.TOLD.encode(), "notes__two.exe": b"MZ", "notes__.hidden": b"x"})
    held = making.sent(
        lead,
        making.file("empty.txt", b""), making.file("broken.pdf", locked), making.file("broken.docx", b"PK not a zip"),
        making.file("old.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 50), making.file("bad.zip", b"PK nothing"),
        making.file("folder.zip", folder), making.file("noise.csv", b"\x00\x01\x02" * 200),
    )  # fmt: skip
    assert held.state == "done", held.problem
    said = {name: why for one in held.files.all() for name, why, _fix in one.unread}
    assert "empty" in said["empty.txt"] and "damaged" in said["broken.pdf"] and "damaged" in said["broken.docx"]
    assert "before 2007" in said["old.doc"] and "damaged" in said["bad.zip"] and "not read" in said["notes/two.exe"]
    assert "noise.csv" in said
    assert Scrap.objects.count() == 2 and Scrap.objects.first().file.name == "notes/one.txt"  # type: ignore[union-attr]


def test_each_file_is_counted_once(lead: Any, as_: Callable[[str], Client]) -> None:
    told = making.TOLD.encode()
    log = b"What changed\n=SUM(A1)\nWe moved the outpatient clinics to video calls instead of travelling\n"
    log += b"We replaced the paper form with one electronic form for all clinics\n"
    making.sent(lead, making.file("before.txt", told))
    held = making.sent(
        lead, making.file("again.txt", told), making.file("good.txt", told + b"\n\nWe stopped the queue."),
        making.file("log.csv", log), making.file("empty.txt", b""), making.file("broken.docx", b"PK not a zip"),
        making.file("folder.zip", _zip(**{"one.txt": b"We merged two wards into one team.", "two.exe": b"MZ"})),
    )  # fmt: skip
    page = re.sub(r"<[^>]+>|\s+", " ", as_("analyst").get(f"/insights/sent/{held.pk}").content.decode())
    said = " ".join(page.split())
    assert "2 of 7 files read whole 1 read in part 1 sent before 3 not read" in said
    assert "log.csv: read in part" in said


def test_a_locked_zip_and_one_that_swells_are_refused(lead: Any) -> None:
    held = making.sent(lead, making.file("swells.zip", _zip(a=b"0" * 60_000_000)))
    [[_name, why, fix]] = held.files.get().unread
    assert "far larger" in why and fix


def test_any_script_and_markup_is_kept_as_text(lead: Any, as_: Callable[[str], Client]) -> None:
    text = "We replaced <script>alert(1)</script> forms with =HYPERLINK(1) screens instead of paper. \u202eabc\n\n"
    text += "نقلنا العيادات إلى الفيديو. 我们把门诊改成视频。 We moved clinics to video instead of travelling \x00 far."
    held = making.sent(lead, pasted=text)
    assert held.state == "done", held.problem
    page = as_("improvement-lead").get("/insights/passages").content.decode()
    assert "<script>alert" not in page and "\u202e" not in page and "\x00" not in page
    assert Scrap.objects.exists()


def test_a_worker_that_dies_is_followed_by_one_that_goes_on(lead: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    files = [making.file(f"{at}.txt", f"We moved clinic {at} to video calls instead of travelling.") for at in range(3)]
    held = making.sent(lead, *files, read=False)
    real, seen = scraps_reading._one, []

    def dies(job: Any, one: Any) -> None:
        seen.append(one.name)
        if len(seen) == 2:
            raise SystemExit
        real(job, one)

    monkeypatch.setattr(scraps_reading, "_one", dies)
    with pytest.raises(SystemExit):
        jobs.carry_out("delivery", held.pk)
    held.refresh_from_db()
    assert held.state == "waiting" and Scrap.objects.count() == 1
    monkeypatch.setattr(scraps_reading, "_one", real)
    jobs.carry_out("delivery", held.pk)
    held.refresh_from_db()
    assert held.state == "done" and Scrap.objects.count() == 3
    jobs.carry_out("delivery", held.pk)
    assert Scrap.objects.count() == 3


def test_files_are_kept_only_where_asked_and_can_be_taken_away(
    lead: Any, django_capture_on_commit_callbacks: Any
) -> None:
    held = making.sent(lead, making.file("log.txt", making.TOLD), keep=True)
    assert [path.name for path in held.folder.iterdir()] == ["0001-log.txt"]
    with django_capture_on_commit_callbacks(execute=True):
        sending.drop_kept(held, lead)
    assert not held.folder.exists()


def test_accept_support_and_aside_each_happen_once(lead: Any, as_: Callable[[str], Client]) -> None:
    making.sent(lead, pasted=making.TOLD)
    first, second = Scrap.objects.order_by("start")
    client = as_("improvement-lead")
    got = client.get(f"/insights/passages/{first.pk}/accept")
    assert b"one shared electronic form" in got.content
    told = {"title": "One shared form", "description": first.text, "displaced": "Paper form"}
    assert client.post(f"/insights/passages/{first.pk}/accept", told).status_code == 302
    change = Change.objects.get(title="One shared form")
    assert change.source == "pasted text.txt, paragraph 1"
    again = client.post(f"/insights/passages/{first.pk}/accept", {**told, "title": "Another"})
    assert again.status_code == 409 and b"Another" in again.content and Change.objects.count() == 1
    assert client.post(f"/insights/passages/{second.pk}/support", {"identifier": "HF-9"}).status_code == 422
    client.post(f"/insights/passages/{second.pk}/support", {"identifier": change.identifier.lower()})
    second.refresh_from_db()
    assert (second.state, second.change) == (Scrap.SUPPORTS, change)
    assert client.post(f"/insights/passages/{second.pk}/aside", {"reason": ""}).status_code == 409
    client.post(f"/insights/passages/{second.pk}/back")
    client.post(f"/insights/passages/{second.pk}/aside", {"reason": "Said before"})
    second.refresh_from_db()
    assert (second.state, second.change, second.reason) == (Scrap.ASIDE, None, "Said before")
    page = as_("contributor").get(f"/changes/c/{change.identifier}").content.decode()
    assert "Passages that tell of it" in page and first.text in page


def test_candidates_come_with_reasons(lead: Any, as_: Callable[[str], Client]) -> None:
    create(lead, {"title": "Video clinics", "description": "Outpatient clinics by video calls instead of travelling"})
    create(lead, {"title": "Walking", "description": "A walking group on Mondays"})
    making.sent(lead, pasted=making.TOLD)
    scrap = Scrap.objects.get(text__contains="video")
    page = as_("analyst").get(f"/insights/passages/{scrap.pk}").content.decode()
    assert "Video clinics" in page and "Words both have" in page and "likely to be the same change" in page


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({}, "Choose files, or paste some text"),
        ({"pasted": "  "}, "Choose files"),
        ({"pasted": "a" * 500_001}, "500,001"),
    ],
)
def test_a_form_that_says_nothing_is_refused(as_: Callable[[str], Client], told: dict[str, str], said: str) -> None:
    got = as_("analyst").post("/insights/send/scraps", {"once": "a" * 20, **told})
    assert got.status_code == 422 and said in got.content.decode()


def test_too_much_at_once_is_refused(as_: Callable[[str], Client], settings: Any) -> None:
    settings.UPLOAD_LIMIT = 1000
    sent = {"once": "a" * 20, "files": making.file("large.txt", b"x" * 5_000)}
    got = as_("analyst").post("/insights/send/scraps", sent)
    assert got.status_code == 422 and "larger than" in got.content.decode() and not Delivery.objects.exists()


def test_settling_in_another_tab_is_seen(lead: Any) -> None:
    making.sent(lead, pasted=making.TOLD)
    scrap = Scrap.objects.first()
    assert scrap is not None
    settling.set_aside(scrap, lead)
    with pytest.raises(settling.SettledError):
        settling.accept(scrap, lead, {"title": "Twice"})
    assert not Change.objects.exists()
