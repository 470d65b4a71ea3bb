"""A batch that was taken out, here or where it came from with an archive, frees its file, and its people stay out."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from tests.web.voices import talking

from holdfast.web.exchange import arriving, leaving
from holdfast.web.people.models import Role, User
from holdfast.web.register.models import Change
from holdfast.web.voices import taking
from holdfast.web.voices.models import Batch, Participant, Vote

pytestmark = pytest.mark.django_db(transaction=True)
ROWS = "role,prefer1,words\npatients,retain,\npatients,retain,\ncarers,stop,It saves two buses.\n"
FIRST, AGAIN = b"3 people are entered.", b"This very batch was entered before"


def _archive(person: Any) -> bytes:
    out = io.BytesIO()
    leaving.write(out, person("improvement-lead"))
    return out.getvalue()


def _bring(content: bytes, folder: Path) -> arriving.Arrived:
    file = folder / "register.zip"
    file.write_bytes(content)
    return arriving.bring(file, "the test")


def _empty() -> None:
    """Another register, with the same people."""
    emails = list(User.objects.values_list("email", flat=True))
    call_command("flush", interactive=False, verbosity=0)
    call_command("migrate", verbosity=0)
    for email in emails:
        User.objects.create_user(email, None).roles.set(Role.objects.all())


def _desk() -> tuple[Client, Change]:
    client = Client()
    client.force_login(User.objects.get(email="improvement-lead@example.org"))
    return client, Change.objects.get(title="Skin clinics by video")


def _send(rows: str = ROWS, page: str = "batch", **more: Any) -> bytes:
    client, one = _desk()
    told = {"name": "Library drop-in", "channel": "paper", "file": SimpleUploadedFile("v.csv", rows.encode()), **more}
    return client.post(reverse(f"voices:{page}", args=[one.identifier]), told, follow=True).content


def _take_out(held: Batch) -> None:
    client, one = _desk()
    client.post(reverse("voices:take-out", args=[one.identifier, held.pk]), {"why": "The wrong change."})


def _page() -> str:
    client, one = _desk()
    return client.get(reverse("voices:batch", args=[one.identifier])).content.decode()


def _living() -> Any:
    return Participant.objects.filter(withdrawn_at=None)


def _of_the_living() -> Batch:
    return Batch.objects.filter(people__in=_living()).distinct().get()


@pytest.fixture
def both(person: Any, home: Path) -> tuple[bytes, bytes]:
    """An archive from before a batch was taken out, and one from after."""
    talking.change(person("improvement-lead"))
    assert FIRST in _send()
    early = _archive(person)
    _take_out(Batch.objects.get())
    return early, _archive(person)


def test_taken_out_where_it_came_from(both: tuple[bytes, bytes], tmp_path: Path) -> None:
    early, late = both
    _empty()
    _bring(early, tmp_path)
    assert _living().count() == 3 and AGAIN in _send()
    _bring(late, tmp_path)
    assert not _living().exists()
    page = _page()
    assert page.count("Taken out on") == 1 and "Take this batch out" not in page, "one batch is one line"
    assert FIRST in _send() and AGAIN in _send() and _living().count() == 3
    for old in both:  # neither brings anything back, nor shuts the file out
        assert sum(_bring(old, tmp_path).added.values()) == 0
    assert _living().count() == 3
    _take_out(_of_the_living())
    assert not _living().exists() and FIRST in _send()


def test_taken_out_here_and_back_with_an_older_archive(both: tuple[bytes, bytes], tmp_path: Path) -> None:
    early, late = both
    _bring(early, tmp_path)
    page = _page()
    assert page.count("Taken out on") == 1 and "Take this batch out" not in page and not _living().exists()
    assert FIRST in _send() and AGAIN in _send() and _living().count() == 3
    for old in (late, early):
        assert sum(_bring(old, tmp_path).added.values()) == 0
    assert _living().count() == 3 and _page().count("Taken out on") == 1


def test_entered_again_where_it_came_from(both: tuple[bytes, bytes], person: Any, tmp_path: Path) -> None:
    """Taken out there and entered again: here it is one batch that stands, and its file is known."""
    early, _late = both
    assert FIRST in _send()
    again = _archive(person)
    _empty()
    _bring(early, tmp_path)
    _bring(again, tmp_path)
    assert _living().count() == 3 and AGAIN in _send()
    assert _page().count("Take this batch out") == 1
    _take_out(_of_the_living())
    assert not _living().exists() and FIRST in _send()


def test_whoever_took_back_their_own_words_there_is_not_brought_back_here(person: Any, tmp_path: Path) -> None:
    talking.change(person("improvement-lead"))
    _send()
    early = _archive(person)
    taking.withdraw(Participant.objects.get(role="carers"))
    _take_out(Batch.objects.get())
    late = _archive(person)
    _empty()
    _bring(early, tmp_path)
    _bring(late, tmp_path)
    asked = _send()
    assert b"1 row says the same as somebody who came in before and has since taken back" in asked
    assert b"2 rows are new" in asked and not _living().exists()


def test_a_conversation_taken_out_where_it_came_from_is_brought_in_again(person: Any, tmp_path: Path) -> None:
    one = talking.change(person("improvement-lead"))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("comments.json", json.dumps([{"tid": 0, "txt": "Theirs alone.", "mod": 1}]))
        packed.writestr("votes.json", json.dumps([{"pid": p, "tid": 0, "vote": 1} for p in range(3)]))

    def send() -> bytes:
        return _send(page="import", file=SimpleUploadedFile("talk.zip", out.getvalue()))

    send()
    early = _archive(person)
    _take_out(Batch.objects.get(change=one))
    late = _archive(person)
    _empty()
    _bring(early, tmp_path)
    assert b"brought in before" in send()
    _bring(late, tmp_path)
    assert not _living().exists() and b"3 people" in send()
    assert Vote.objects.filter(participant__withdrawn_at=None).count() == 3
