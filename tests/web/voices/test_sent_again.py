"""A file that is sent again enters nobody twice, brings back nobody who took their words back, and asks if unsure."""

from __future__ import annotations

import re
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from tests.web.voices import talking

from holdfast.web.people.models import AuditEvent
from holdfast.web.register import merging
from holdfast.web.register.models import Change
from holdfast.web.voices import batches, conversing, files, prints, resending, taking, typing_in
from holdfast.web.voices.models import Batch, Participant, Preference, Vote

pytestmark = pytest.mark.django_db
ROLE = "improvement-lead"
NAMED = {"name": "Library drop-in", "channel": "paper"}
HEAD = "role,age,prefer1,words\n"
ALIKE = "patients,35 to 49,retain,\n"
GOOD = "carers,,stop,It saves two buses.\nclinicians,,adapt,\n"
WRONG, MENDED = "patients,,keep,\n", "patients,,reinstate,\n"
WHOLE = HEAD + ALIKE + ALIKE + GOOD


class Desk:
    """Somebody who enters files about one change."""

    def __init__(self, client: Any, one: Any) -> None:
        self.client, self.one = client, one
        self.where = reverse("voices:batch", args=[one.identifier])

    def send(self, rows: str, **named: str) -> Any:
        """Send a file."""
        file = SimpleUploadedFile("v.csv", rows.encode())
        return self.client.post(self.where, {**NAMED, **named, "file": file}, follow=True)

    def say(self, asked: Any, who: str) -> Any:
        """Answer the page that asks whether they are the same people."""
        return self.client.post(self.where, {"sent": carried(asked), "who": who}, follow=True)

    def take_out(self, held: Batch) -> None:
        self.client.post(reverse("voices:take-out", args=[self.one.identifier, held.pk]), {"why": "A test."})


def carried(asked: Any) -> str:
    found = re.search(r'name="sent" value="([^"]+)"', asked.content.decode())
    assert found, "the page does not ask"
    return found[1]


def living() -> Any:
    return Participant.objects.filter(withdrawn_at=None)


@pytest.fixture
def desk(as_: Any) -> Desk:
    return Desk(as_(ROLE), talking.change())


def test_a_mended_file_sent_whole_enters_only_what_is_new(desk: Desk) -> None:
    """Two people who answered alike in one file stay two, and do not become four."""
    assert b"4 people are entered. 1 row could not be read" in desk.send(WHOLE + WRONG).content
    asked = desk.send(WHOLE + MENDED)
    page = asked.content.decode()
    assert asked.status_code == 200 and living().count() == 4, "nothing is done before somebody says so"
    assert "4 rows say the same" in page and "1 row is new" in page and "Library drop-in" in page
    told = desk.say(asked, "same").content.decode()
    assert "1 person is entered. 4 people were here already and left alone." in told
    assert living().count() == 5 and Preference.objects.filter(preference="retain").count() == 2
    assert Preference.objects.filter(preference="reinstate").count() == 1
    [noted] = AuditEvent.objects.filter(summary__contains="here already")
    assert "entered 1 paper voice" in noted.summary and "4 here already" in noted.summary


def test_answering_twice_and_sending_a_third_time_enters_nobody_more(desk: Desk) -> None:
    desk.send(WHOLE + WRONG)
    asked = desk.send(WHOLE + MENDED)
    for _ in range(2):
        desk.say(asked, "same")
    assert b"This very batch was entered before" in desk.send(WHOLE + MENDED).content
    assert living().count() == 5 and Batch.objects.count() == 2
    asked = desk.send(WHOLE + MENDED, name="Library")
    assert b"new." not in asked.content
    assert b"Nobody is entered. 5 people were here already" in desk.say(asked, "same").content
    assert living().count() == 5 and Batch.objects.count() == 2


def test_a_file_that_is_only_partly_mended_says_what_is_still_wrong(desk: Desk) -> None:
    desk.send(WHOLE + WRONG)
    told = desk.send(WHOLE + "patients,,keep,\nmartians,,stop,\n").content.decode()
    assert "Nothing was entered twice. 2 rows could not be read." in told and "is no role here" in told
    desk.send(WHOLE + "patients,,keep,\nmartians,,stop,\n")
    assert AuditEvent.objects.filter(summary__contains="again; 2 rows refused").count() == 1
    assert living().count() == 4 and Batch.objects.count() == 1


def test_more_people_who_answered_alike_than_are_here_are_new(desk: Desk) -> None:
    desk.send(HEAD + ALIKE + ALIKE + WRONG)
    asked = desk.send(HEAD + ALIKE * 5 + MENDED)
    assert b"2 rows say the same" in asked.content and b"4 rows are new" in asked.content
    desk.say(asked, "same")
    assert living().count() == 6


def test_rows_mended_and_sent_alone_are_known_when_the_whole_comes(desk: Desk) -> None:
    desk.send(WHOLE + WRONG)
    assert b"1 person is entered." in desk.send(HEAD + MENDED).content
    asked = desk.send(WHOLE + MENDED)
    assert b"5 rows say the same" in asked.content
    desk.say(asked, "same")
    assert living().count() == 5


def test_other_people_who_answered_alike_are_entered_all_the_same(desk: Desk) -> None:
    desk.send(WHOLE + WRONG)
    asked = desk.send(WHOLE + MENDED, name="Health centre, 4 March")
    for _ in range(2):
        desk.say(asked, "others")
    assert living().count() == 4 + 5 and Batch.objects.count() == 2
    assert AuditEvent.objects.filter(summary__contains="4 like people here already").count() == 1


def test_nobody_is_entered_where_somebody_does_not_know_or_does_not_say(desk: Desk) -> None:
    desk.send(WHOLE + WRONG)
    asked = desk.send(WHOLE + MENDED)
    silent = desk.client.post(desk.where, {"sent": carried(asked)})
    assert silent.status_code == 422 and b"Say whether they are the same people" in silent.content
    assert b"Nobody is entered" in desk.say(silent, "nobody").content
    for sent in ("", "made up", carried(asked) + "x"):
        told = desk.client.post(desk.where, {"sent": sent, "who": "others"}, follow=True)
        assert b"Nobody is entered: this question is too old" in told.content
    assert living().count() == 4


def test_a_question_is_not_answered_by_somebody_else_or_for_another_change(desk: Desk, as_: Any) -> None:
    desk.send(WHOLE + WRONG)
    sent = {"sent": carried(desk.send(WHOLE + MENDED)), "who": "others"}
    as_("equality-lead").post(desk.where, sent)
    as_(ROLE).post(reverse("voices:batch", args=[talking.change(title="Another").identifier]), sent)
    assert living().count() == 4


def test_an_answer_to_what_is_no_longer_so_is_asked_anew(desk: Desk) -> None:
    desk.send(WHOLE + WRONG)
    asked = desk.send(WHOLE + MENDED)
    desk.send(HEAD + MENDED)  # a colleague enters the mended row meanwhile
    late = desk.say(asked, "others")
    assert late.status_code == 409 and living().count() == 5
    assert b"5 rows say the same" in late.content and b"while you looked" in late.content
    desk.say(late, "same")
    assert living().count() == 5


def test_people_of_another_place_are_not_asked_about_for_one_row_alike(desk: Desk) -> None:
    desk.send(WHOLE)
    others = "public,,stop,\npublic,,adapt,\npublic,,retain,\nleaders,,retain,\nleaders,,stop,\n"
    told = desk.send(HEAD + others + ALIKE, name="Health centre", channel="meeting")
    assert b"6 people are entered." in told.content and living().count() == 10


def test_one_batch_typed_over_several_pages_is_not_asked_about_for_one_row_alike(desk: Desk) -> None:
    first = {**NAMED, "r1-prefer1": "retain", "r2-prefer1": "stop", "r3-prefer1": "adapt"}
    second = {**NAMED, "r1-role": "carers", "r1-prefer1": "stop", "r2-prefer1": "stop", "r3-role": "public",
              "r3-prefer1": "adapt"}  # fmt: skip
    for typed in (first, second):
        assert b"3 people are entered." in desk.client.post(desk.where, typed, follow=True).content
    asked = desk.client.post(desk.where, {**second, "r4-prefer1": "reinstate"})
    assert b"3 rows say the same" in asked.content
    desk.say(asked, "same")
    assert living().count() == 7


def test_votes_count_too_and_what_was_entered_before_prints_were_made_is_known(desk: Desk) -> None:
    first, second, *_ = talking.statements(desk.one)
    head = f"role,prefer2,prefer1,words,s{first.pk},s{second.pk}\n"
    good = "patients,reinstate,stop,It saves two buses.,agree,pass\npatients,,,,agree,disagree\n"
    desk.send(head + good + "x,,,,,\n")
    Participant.objects.update(row_print="")
    asked = desk.send(head + good + "patients,,,,agree,agree\n")
    assert b"2 rows say the same" in asked.content and b"1 row is new" in asked.content
    Vote.objects.filter(statement=second, vote=-1).update(vote=1)
    Participant.objects.update(row_print="")
    assert b"2 rows say the same" in desk.send(head + good + "patients,,,,agree,agree\n").content
    Vote.objects.filter(statement=second).update(vote=0)
    Participant.objects.update(row_print="")
    assert b"1 row says the same" in desk.send(head + good + "patients,,,,agree,agree\n").content


def test_a_print_tells_nobody_what_a_row_says(desk: Desk, settings: Any) -> None:
    desk.send(WHOLE)
    [alike, other] = {p.row_print for p in Participant.objects.filter(role__in=["patients", "carers"])}
    assert alike != other and len(alike) == prints.LENGTH + prints.MARK
    told = prints.of("patients", {"age": "35 to 49"}, [], {"Video clinics": "retain"}, "")
    assert told in {alike, other}
    settings.SECRET_KEY = "another register's"
    assert prints.of("patients", {"age": "35 to 49"}, [], {"Video clinics": "retain"}, "") not in {alike, other}
    people = typing_in.read(typing_in.Sheet.of(desk.one), files.rows_of((WHOLE + MENDED).encode())).people
    there = resending.look(desk.one, "Library drop-in", "paper", people)
    assert (there.here, len(there.others)) == (4, 1), "whose answers are here are known though the key is another"


def test_whoever_took_their_words_back_is_not_brought_back_by_the_file(desk: Desk) -> None:
    desk.send(WHOLE + WRONG)
    taking.withdraw(living().get(role="carers"))
    assert b"This very batch was entered before" in desk.send(WHOLE).content
    asked = desk.send(WHOLE + MENDED)
    page = asked.content.decode()
    assert "3 rows say the same, in every answer, as people who are here" in page
    assert "1 row says the same as somebody who came in before and has since taken back" in page
    desk.say(asked, "same")
    assert living().count() == 4 and not living().filter(role="carers").exists()
    assert not Preference.objects.filter(words="It saves two buses.").exists()


def test_nor_once_their_batch_is_taken_out(desk: Desk) -> None:
    desk.send(WHOLE)
    held = Batch.objects.get()
    taking.withdraw(living().get(role="carers"))
    desk.take_out(held)
    assert not living().exists()
    asked = desk.send(WHOLE)
    assert b"1 row says the same as somebody who came in before" in asked.content and b"; taken out on" in asked.content
    assert b"3 people are entered. 1 person was here" in desk.say(asked, "same").content
    assert living().count() == 3 and not living().filter(role="carers").exists()


def test_where_it_is_not_known_whose_words_were_taken_back_somebody_is_asked(desk: Desk) -> None:
    """They took them back before prints were made."""
    desk.send(WHOLE)
    taking.withdraw(living().get(role="carers"))
    Participant.objects.exclude(withdrawn_at=None).update(row_print="")
    asked = desk.send(WHOLE + MENDED)
    assert b"1 person who came in before took back everything" in asked.content
    Participant.objects.exclude(role="none").update(row_print="", role="", about={}, withdrawn_at="2026-01-01T00:00Z")
    asked = desk.send(WHOLE + MENDED)
    assert b"Somebody took back what they said" in asked.content and not living().exists()
    assert b"5 people are entered" in desk.say(asked, "others").content


def test_a_file_of_a_record_that_was_merged_is_known_in_the_one_it_went_to(person: Any, as_: Any) -> None:
    by = person(ROLE)
    kept, other = talking.change(by), talking.change(by, "Skin clinics on a screen")
    Desk(as_(ROLE), other).send(WHOLE + WRONG)
    out, into = Change.objects.get(pk=other.pk), Change.objects.get(pk=kept.pk)
    merging.merge(into, out, by, read_at=(into.version, out.version), deed=uuid.uuid4().hex)
    desk = Desk(as_(ROLE), Change.objects.get(pk=kept.pk))
    assert b"This very batch was entered before" in desk.send(WHOLE + WRONG).content
    desk.say(desk.send(WHOLE + MENDED), "same")
    assert living().count() == 5
    desk.take_out(Batch.objects.get(change=other))
    asked = desk.send(WHOLE + WRONG)
    assert b"1 row says" not in asked.content and living().count() == 5


def test_a_conversation_of_a_record_that_was_merged_is_brought_in_once(person: Any, tmp_path: Path) -> None:
    by = person(ROLE)
    kept, other = talking.change(by), talking.change(by, "Skin clinics on a screen")
    (tmp_path / "comments.csv").write_text("comment-id,comment-body,moderated\n0,Fine.,1\n", encoding="utf-8")
    (tmp_path / "votes.csv").write_text("comment-id,voter-id,vote\n0,5,1\n", encoding="utf-8")
    conversing.read(other, by, tmp_path)
    merging.merge(kept, other, by, read_at=(1, 1), deed=uuid.uuid4().hex)
    assert "brought in before" in conversing.read(Change.objects.get(pk=kept.pk), by, tmp_path).words
    assert Vote.objects.count() == 1 and batches.of_family(kept).count() == 1


def test_too_long_a_file_to_ask_about_is_refused_with_what_to_do(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from holdfast.web.voices.pages import entering

    monkeypatch.setattr(entering, "LONGEST", 100)
    desk.send(WHOLE + WRONG)
    told = desk.send(WHOLE + MENDED)
    assert told.status_code == 422 and b"Send it in parts" in told.content and living().count() == 4


def test_looking_asks_the_database_no_more_for_more_batches(desk: Desk, django_assert_max_num_queries: Any) -> None:
    for n in range(12):
        desk.send(HEAD + ALIKE * (n + 1) + f"public,,adapt,{n}\n" * 3, name=f"Batch {n}")
    found = typing_in.read(typing_in.Sheet.of(desk.one), files.rows_of(WHOLE.encode()))
    with django_assert_max_num_queries(8):
        resending.look(desk.one, "Batch 1", "paper", found.people)
