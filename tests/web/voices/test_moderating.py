"""Reading proposals, assumptions, make-up, paper voices and exports: what is refused is said, and twice is once."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from tests.web.voices import talking

from holdfast.web.people.models import AuditEvent
from holdfast.web.voices import hearing, moderating, taking, typing_in
from holdfast.web.voices.models import Assumption, Batch, Makeup, Participant, Preference, Statement, Vote
from holdfast.web.voices.results import current

pytestmark = pytest.mark.django_db
ROLE = "improvement-lead"


def _file(text: str, name: str = "voices.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode("utf-8"), "text/csv")


def test_a_refusal_needs_a_reason_and_a_late_one_is_told(as_: Any) -> None:
    one = talking.change()
    [somebody] = talking.people(one, "patients", 1, 1, "retain")
    held = taking.propose(somebody, "It saves the bus fare.")
    client, where = as_(ROLE), reverse("voices:moderate")
    assert b"It saves the bus fare." in client.get(where).content
    said = {"number": held.pk, "version": 1, "deed": "reject"}
    assert b"Give a reason" in client.post(where, said, follow=True).content
    client.post(where, {**said, "deed": "accept"})
    assert b"Somebody else has dealt" in client.post(where, {**said, "reason": "No."}, follow=True).content
    held.refresh_from_db()
    assert (held.moderated, held.version) == ("accepted", 2)
    added = {"deed": "add", "change": one.identifier, "text": "It saves time."}
    got = client.post(where, added)
    assert b"People are asked already" in got.content and b"It saves the bus fare." in got.content
    assert not Statement.objects.filter(text="It saves time.").exists() and b'value="It saves time."' in got.content
    assert b"People are asked about it now" in client.post(where, {**added, "sure": "yes"}, follow=True).content
    assert Statement.objects.filter(text="It saves time.", moderated="accepted").exists()
    assert b"Write a statement" in client.post(where, {"deed": "add", "change": one.identifier}, follow=True).content
    for odd in ({"deed": "same", "number": held.pk, "same": "x"}, {"deed": "nonsense", "number": held.pk}):
        assert b"Choose to accept it" in client.post(where, odd, follow=True).content


def test_a_copy_of_a_copy_is_a_copy_of_the_first_and_never_of_itself() -> None:
    first, second, third, _ = talking.statements(talking.change())
    moderating.judge(second, "the tests", "same", read_at=1, same_as=first)
    second.refresh_from_db()
    assert moderating.judge(third, "the tests", "same", read_at=1, same_as=second).same_as_id == first.pk
    with pytest.raises(ValueError, match="copy of itself"):
        moderating.judge(first, "the tests", "same", read_at=1, same_as=first)
    with pytest.raises(ValueError, match="its own copy"):
        moderating.judge(first, "the tests", "same", read_at=1, same_as=third)


def test_an_assumption_is_asked_as_a_statement_until_it_is_retired(as_: Any) -> None:
    one = talking.change()
    client, where = as_(ROLE), reverse("voices:assumptions", args=[one.identifier])
    for _ in range(2):
        client.post(where, {"text": "Staff have time to call."})
    held = Assumption.objects.get()
    assert held.statements.get().kind == "assumption"
    talking.people(one, "patients", 12, -1, "stop")
    belief = current(one).told["beliefs"][0]
    assert (belief["role"], belief["state"], belief["agree"]) == ("patients", "not shared", 0.0)
    client.post(where, {"retire": held.pk})
    assert current(one).told["beliefs"] == [] and Vote.objects.count() == 12
    assert client.post(where, {"text": ""}).status_code == 422


def test_make_up_is_replaced_whole_and_a_bad_line_is_named(as_: Any) -> None:
    client, where = as_(ROLE), reverse("voices:makeup")

    def sent(text: str) -> Any:
        return client.post(where, {"source": "Census", "file": _file(text)})

    assert sent('dimension,level,people\nage,Under 18,"1,000"\nage,18 to 34,3000\n').status_code == 302
    assert sent("dimension,level,people\nage,Under 18,2000\n").status_code == 302
    assert [(m.level, m.people) for m in Makeup.objects.all()] == [("Under 18", 2000.0)]
    for bad, why in (
        ("age,,5", b"Line 2"), ("age,Old,many", b"Line 2"), ("age,Old,-1", b"Line 2"), ("age,Old,nan", b"Line 2"),
        ("age,Old,1\nage,Old,2", b"stands twice"),
    ):  # fmt: skip
        got = sent(f"dimension,level,people\n{bad}\n")
        assert got.status_code == 422 and why in got.content
    assert Makeup.objects.count() == 1


def test_a_file_of_paper_forms_is_entered_once_and_bad_rows_are_listed(as_: Any) -> None:
    one = talking.change()
    first = talking.statements(one)[0]
    client, where = as_(ROLE), reverse("voices:batch", args=[one.identifier])
    [empty] = csv.reader([client.get(where, {"empty": 1}).content.decode("utf-8-sig").strip()])
    assert empty[0] == "role" and f"s{first.pk} {first.text}" in empty
    assert "prefer1 What should happen: Video clinics" in empty
    rows = [
        f"role,internet,prefer1,words,s{first.pk}",
        "Patient,I do not use it,retain,'=1+1 my own words,agree",
        "carers,,,,d",
        "patients,Easy,keep,,agree",
        "patients,Sometimes,retain,,agree",
        "patients,,,,",
        "patients,,,943 476 5919,agree",
    ]
    for _ in range(2):
        said = {"name": "Library drop-in", "channel": "paper", "file": _file("\n".join(rows))}
        page = client.post(where, said, follow=True).content.decode()
    assert "entered before" in page and Batch.objects.count() == 1
    assert [(p.role, p.channel, p.about) for p in Participant.objects.order_by("id")] == [
        ("patients", "paper", {"internet": "I do not use it"}), ("carers", "paper", {}),
    ]  # fmt: skip
    assert [v.vote for v in Vote.objects.order_by("id")] == [1, -1]
    assert Preference.objects.get().words == "=1+1 my own words"
    refused = {row["line"]: row["why"] for row in Batch.objects.get().refused}
    assert set(refused) == {4, 5, 6, 7} and "retain, adapt, reinstate, stop" in refused[4]
    assert "NHS number" in refused[7] and "943" not in refused[7]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"\xff\xfe\x00", b"UTF-8"), (b"", b"no rows"), (b"role\n", b"no rows"),
        (b"name,role\nAnn,patients\n", b"no column called name"), (b"role\npatients\n", b"No row could be read"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_says_why(as_: Any, content: bytes, why: bytes) -> None:
    one = talking.change()
    where = reverse("voices:batch", args=[one.identifier])
    file = SimpleUploadedFile("x.csv", content or b" ")
    got = as_(ROLE).post(where, {"name": "A", "channel": "paper", "file": file})
    assert got.status_code == 422 and why in got.content and not Participant.objects.exists()


def test_the_grid_enters_people_and_an_empty_one_says_so(as_: Any) -> None:
    one = talking.change()
    first = talking.statements(one)[0]
    client, where = as_(ROLE), reverse("voices:batch", args=[one.identifier])
    about = {"name": "Meeting", "channel": "meeting"}
    assert b"Fill in at least one person" in client.post(where, about).content
    client.post(where, {**about, "r1-role": "leaders", f"r1-s{first.pk}": "pass", "r3-prefer1": "stop"})
    assert sorted(p.role for p in Participant.objects.all()) == ["", "leaders"]
    assert [v.vote for v in Vote.objects.all()] == [0]


def test_a_conversation_goes_out_and_comes_back_the_same(as_: Any) -> None:
    one, other = talking.change(), talking.change(title="Another")
    talking.statements(one, (*talking.TEXTS, "=cmd|' /C calc'!A0"))
    talking.people(one, "patients", 12, 1, "retain")
    talking.people(one, "leaders", 5, -1, "stop")
    client = as_(ROLE)
    for kind, names in (("csv", "votes.csv"), ("json", "votes.json")):
        content = client.get(reverse("voices:export", args=[one.identifier]), {"kind": kind}).content
        assert names in zipfile.ZipFile(io.BytesIO(content)).namelist()
        target = other if kind == "csv" else talking.change(title="A third")
        for _ in range(2):
            file = SimpleUploadedFile("talk.zip", content)
            client.post(reverse("voices:import", args=[target.identifier]), {"file": file})
        before, after = hearing.hear([one.pk]), hearing.hear([target.pk])
        assert [s.text for s in after.statements] == [s.text for s in before.statements]
        for part in ("who", "what", "vote"):
            assert getattr(after.votes, part).tolist() == getattr(before.votes, part).tolist()
        assert set(after.roles) == {"role not given"} and len(after.participants) == 17
    assert Batch.objects.count() == 2


def test_votes_on_unknown_statements_are_left_out_and_said(as_: Any) -> None:
    one = talking.change()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("comments.json", json.dumps([
            {"tid": 0, "txt": "<b>Hello</b> مرحبا", "mod": 1}, {"tid": 1, "txt": "", "mod": 1},
            {"tid": 2, "txt": "Call 943 476 5919", "mod": 1}, {"tid": 3, "txt": "x" * 301, "mod": 1},
        ]))  # fmt: skip
        votes = [{"pid": 1, "tid": t, "vote": v} for t, v in ((0, 1), (0, -1), (9, 1), (1, 1), (2, 1), (0, 7))]
        packed.writestr("votes.json", json.dumps(votes))
    file = SimpleUploadedFile("talk.zip", out.getvalue())
    page = as_(ROLE).post(reverse("voices:import", args=[one.identifier]), {"file": file}).content.decode()
    assert "a vote on a statement that is not listed is left out" in page and "NHS number" in page
    kept = " ".join(row["why"] for row in Batch.objects.get().refused)
    assert "is not listed" in kept and "NHS number" in kept and "300 characters" in kept and "has no text" in kept
    assert "5919" not in page and "300 characters" in page
    assert [s.text for s in Statement.objects.all()] == ["<b>Hello</b> مرحبا"]
    assert [v.vote for v in Vote.objects.order_by("id")] == [1, -1]
    bad = SimpleUploadedFile("talk.zip", b"not a zip")
    got = as_(ROLE).post(reverse("voices:import", args=[one.identifier]), {"file": bad})
    assert got.status_code == 422 and b"not a zip file" in got.content


def test_scripted_voting_is_pointed_out_and_nothing_is_dropped(as_: Any) -> None:
    one = talking.change()
    talking.statements(one, tuple(f"Statement number {n} of twelve." for n in range(12)))
    talking.people(one, "patients", 6, 1, "retain", source="0123456789abcdef")
    page = as_(ROLE).get(reverse("voices:watch", args=[one.identifier])).content.decode()
    assert "faster than anybody reads" in page and "6 people gave the same" in page
    assert "6 people joined from one network (code 01234567)" in page
    assert Vote.objects.count() == 72


def test_a_grid_as_wide_as_the_conversation_reads_its_own_empty_file() -> None:
    one = talking.change()
    talking.statements(one)
    sheet = typing_in.Sheet.of(one)
    assert typing_in.read(sheet, [dict.fromkeys(sheet.names, "")]).people == []


def test_a_refusal_without_a_reason_names_the_statement_and_its_box_stays_open(as_: Any) -> None:
    one = talking.change()
    [somebody] = talking.people(one, "patients", 1, 1, "retain")
    first, second = (taking.propose(somebody, text) for text in ("It saves the bus fare.", "I like my nurse."))
    said = {"number": second.pk, "version": 1, "deed": "reject"}
    got = as_(ROLE).post(reverse("voices:moderate"), said)
    page = got.content.decode()
    assert got.status_code == 422 and page.count('<details class="nhsuk-details" open>') == 1
    assert f'href="#reject-{second.pk}"' in page and "“I like my nurse.”: Give a reason" in page
    assert f'id="reject-{first.pk}-error"' not in page
    got = as_(ROLE).post(reverse("voices:moderate"), {**said, "reason": "Her number is 943 476 5919."})
    assert "seems to hold an NHS number" in got.content.decode()
    second.refresh_from_db()
    assert second.moderated == "waiting"


def test_what_waits_comes_first_and_accepting_stays_on_the_page(as_: Any) -> None:
    one = talking.change()
    talking.statements(one, tuple(f"Accepted statement {n} is about {n * 7919}." for n in range(25)))
    [somebody] = talking.people(one, "patients", 1, 1, "retain")
    Statement.objects.bulk_create(Statement(change=one, text=f"Waiting {n}.", proposed_by=somebody) for n in range(21))
    client, where = as_(ROLE), reverse("voices:moderate")
    first = client.get(where, {"change": one.identifier}).content.decode()
    assert first.count("Waiting since") == 20
    last = Statement.objects.get(text="Waiting 20.")
    page = client.get(where, {"change": one.identifier, "page": "2"}).content.decode()
    assert "Waiting 20." in page and 'name="page" value="2"' in page
    said = {"number": last.pk, "version": 1, "deed": "accept", "change": one.identifier, "page": "2"}
    assert client.post(where, said)["Location"] == f"{where}?change={one.identifier}&page=2"


def test_statements_that_are_asked_are_called_the_same_by_number_and_that_is_undone(as_: Any) -> None:
    one = talking.change()
    first, second, *_more = talking.statements(one)
    client, where = as_(ROLE), reverse("voices:moderate")
    said = {"number": second.pk, "version": 1, "deed": "same", "same": f"s{first.pk}", "change": one.identifier}
    client.post(where, said)
    second.refresh_from_db()
    assert second.same_as_id == first.pk
    page = client.get(where, {"change": one.identifier}).content.decode()
    assert "It is not the same: ask people about it" in page
    client.post(where, {"number": second.pk, "version": 2, "deed": "accept", "change": one.identifier})
    second.refresh_from_db()
    assert (second.same_as_id, second.moderated) == (None, "accepted")


def test_a_dimension_nobody_is_asked_is_warned_of_and_can_be_removed(as_: Any) -> None:
    client, where = as_(ROLE), reverse("voices:makeup")
    rows = "dimension,level,people\nage,Under 18,5\nbanana,Yes,3\nage; sex,Under 18; Male,5\n"
    page = client.post(where, {"source": "Census", "file": _file(rows)}, follow=True).content.decode()
    assert "Nobody is asked about banana." in page and page.count("every result says that it is not known") == 1
    client.post(where, {"remove": "banana", "role": ""})
    assert "banana" not in client.get(where).content.decode()
    assert {m.dimension for m in Makeup.objects.all()} == {"age", "age; sex"}
    assert AuditEvent.objects.filter(summary="removed the make-up of banana: 1 row").count() == 1
