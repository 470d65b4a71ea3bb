"""Batches: a row that is wrong loses nothing, and a whole batch can be taken out again and entered anew."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from tests.web.voices import talking

from holdfast.web.people.models import AuditEvent
from holdfast.web.voices.models import Batch, Participant, Preference, Statement, Vote
from holdfast.web.voices.results import current

pytestmark = pytest.mark.django_db
ROLE = "improvement-lead"
NAMED = {"name": "Library drop-in", "channel": "paper"}


def _where(one: Any) -> str:
    return reverse("voices:batch", args=[one.identifier])


def _zip(*texts: str) -> SimpleUploadedFile:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("comments.json", json.dumps([{"tid": n, "txt": t, "mod": 1} for n, t in enumerate(texts)]))
        votes = [{"pid": p, "tid": n, "vote": 1} for p in range(12) for n in range(len(texts))]
        packed.writestr("votes.json", json.dumps(votes))
    return SimpleUploadedFile("talk.zip", out.getvalue())


def test_a_grid_with_one_wrong_row_keeps_all_that_was_typed_and_enters_nobody_yet(as_: Any) -> None:
    one = talking.change()
    client = as_(ROLE)
    typed = {
        **NAMED, "r1-role": "patients", "r1-prefer1": "retain", "r2-role": "carers", "r2-words": "A long quotation.",
        "r3-prefer1": "stop",
    }  # fmt: skip
    got = client.post(_where(one), typed)
    page = got.content.decode()
    assert got.status_code == 422 and not Participant.objects.exists()
    assert 'value="A long quotation."' in page and page.count('href="#person-2"') == 1 and "#person-1" not in page
    assert '<option value="retain" selected>' in page and '<option value="carers" selected>' in page
    assert page.count("It holds no vote and no preference.") == 2  # in the summary, and above the grid
    for _ in range(2):
        client.post(_where(one), {**typed, "r2-prefer1": "adapt"})
    assert Participant.objects.count() == 3 and Preference.objects.get(preference="adapt").words == "A long quotation."


def test_a_file_and_a_grid_at_once_lose_neither(as_: Any) -> None:
    one = talking.change()
    file = SimpleUploadedFile("v.csv", b"prefer1\nretain\n")
    got = as_(ROLE).post(_where(one), {**NAMED, "file": file, "r1-prefer1": "stop"})
    assert got.status_code == 422 and b"You have given both" in got.content and not Participant.objects.exists()


def test_one_person_is_entered_in_the_singular(as_: Any) -> None:
    one = talking.change()
    file = SimpleUploadedFile("v.csv", b"prefer1\nretain\nkeep\n")
    page = as_(ROLE).post(_where(one), {**NAMED, "file": file}, follow=True).content.decode()
    assert "1 person is entered. 1 row could not be read" in page and "Mend those rows and send the file again" in page


def test_each_fault_of_a_file_is_a_message_of_its_own(as_: Any) -> None:
    one = talking.change()
    file = SimpleUploadedFile("v.csv", b"role,prefer1\nmartians,retain\npatients,keep\n")
    got = as_(ROLE).post(_where(one), {**NAMED, "file": file})
    page = got.content.decode()
    assert got.status_code == 422 and page.count("Line 2: ") == page.count("Line 3: ") == 1


def test_a_batch_is_taken_out_as_its_people_would_withdraw_and_can_be_entered_again(as_: Any) -> None:
    one = talking.change()
    first = talking.statements(one)[0]
    talking.people(one, "patients", 12, 1, "retain")
    client = as_(ROLE)
    rows = f"role,age,prefer1,words,s{first.pk}\n" + "clinicians,35 to 49,stop,Not for us.,disagree\n" * 12 + "x,,,,\n"
    for _ in range(2):
        client.post(_where(one), {**NAMED, "file": SimpleUploadedFile("v.csv", rows.encode())})
    held = Batch.objects.get()
    assert {v["role"] for v in current(one).told["voices"] if v["kind"] == "role"} == {"patients", "clinicians"}
    where = reverse("voices:take-out", args=[one.identifier, held.pk])
    assert b"12 people said" in client.get(where).content
    assert client.post(where, {"why": ""}).status_code == 422 and Vote.objects.filter(vote=-1).exists()
    for _ in range(2):
        client.post(where, {"why": "It is another change's."})
    told = current(one).told
    assert {v["role"] for v in told["voices"] if v["kind"] == "role"} == {"patients"}
    gone = Participant.objects.filter(batch=held)
    assert gone.count() == 12 and all(p.withdrawn_at and not p.role and not p.about for p in gone)
    assert not Preference.objects.filter(participant__batch=held).exists() and Vote.objects.filter(vote=-1).count() == 0
    page = client.get(_where(one)).content.decode()
    assert "Taken out on" in page and "It is another change&#39;s." in page and "Improvement lead" in page
    [noted] = AuditEvent.objects.filter(summary__startswith="took a batch out")
    assert noted.detail["why"] == "It is another change's." and "12 people withdrawn" in noted.summary
    client.post(_where(one), {**NAMED, "file": SimpleUploadedFile("v.csv", rows.encode())})
    assert Participant.objects.filter(withdrawn_at=None, batch__taken_out_at=None).count() == 24


def test_statements_that_only_came_with_a_conversation_go_with_it_and_it_can_be_brought_in_again(as_: Any) -> None:
    one = talking.change()
    [ours, *_more] = talking.statements(one)
    client, bring = as_(ROLE), reverse("voices:import", args=[one.identifier])
    client.post(bring, {"file": _zip(ours.text, "Theirs alone.", "Theirs, and answered here.")})
    answered = Statement.objects.get(text="Theirs, and answered here.")
    Vote.objects.create(participant=Participant.objects.create(change=one), statement=answered, vote=1)
    client.post(reverse("voices:take-out", args=[one.identifier, Batch.objects.get().pk]), {"why": "A wrong file."})
    assert not Statement.objects.filter(text="Theirs alone.").exists()
    assert Statement.objects.filter(pk__in=[ours.pk, answered.pk], moderated="accepted").count() == 2
    assert Vote.objects.count() == 1
    client.post(bring, {"file": _zip(ours.text, "Theirs alone.", "Theirs, and answered here.")})
    assert Statement.objects.filter(text="Theirs alone.", moderated="accepted").count() == 1
    assert Vote.objects.count() == 1 + 36 and Batch.objects.count() == 2


def test_a_statement_of_two_conversations_goes_with_the_last_of_them(as_: Any) -> None:
    one = talking.change()
    client, bring = as_(ROLE), reverse("voices:import", args=[one.identifier])
    for texts in (("In both.",), ("In both.", "In one.")):
        client.post(bring, {"file": _zip(*texts)})
    left = []
    for held in Batch.objects.order_by("id"):
        client.post(reverse("voices:take-out", args=[one.identifier, held.pk]), {"why": "A test."})
        left.append({s.text for s in Statement.objects.all()})
    assert left == [{"In both.", "In one."}, set()]


def test_a_batch_of_another_change_is_not_taken_out_from_here(as_: Any) -> None:
    one, other = talking.change(), talking.change(title="Another")
    held = Batch.objects.create(name="x", channel="paper", change=other, sha256="0" * 64)
    assert as_(ROLE).post(reverse("voices:take-out", args=[one.identifier, held.pk]), {"why": "x"}).status_code == 404


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"role,prefer1\nmartians,retain\n", b"is no role here. Give patients, carers, public"),
        (b"role,prefer1\nclinican,retain\n", b"Did you mean clinicians?"),
        (b"role,prefer1,role\npatients,retain,carers\n", b"Two columns of this file are called role"),
        (b"PK\x03\x04\x14\x00", b"a Word or Excel document, or a zip, not a CSV file. A CSV file is allowed"),
    ],
)  # fmt: skip
def test_what_a_file_may_hold_is_said(as_: Any, content: bytes, why: bytes) -> None:
    one = talking.change()
    got = as_(ROLE).post(_where(one), {**NAMED, "file": SimpleUploadedFile("x.csv", content)})
    assert got.status_code == 422 and why in got.content and not Participant.objects.exists()


def test_a_heading_is_read_by_its_first_word(as_: Any) -> None:
    one = talking.change()
    first = talking.statements(one)[0]
    text = f'role,"s{first.pk} {first.text}","prefer1 What should happen: Video clinics"\npatients,agree,stop\n'
    as_(ROLE).post(_where(one), {**NAMED, "file": SimpleUploadedFile("v.csv", text.encode())})
    assert (Vote.objects.get().vote, Preference.objects.get().preference) == (1, "stop")
