"""Taking everything back: nothing of it stays, nothing comes after it, and nothing stands in its way."""

from __future__ import annotations

import uuid
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.web.voices import talking

from holdfast.web.people.models import AuditEvent
from holdfast.web.register import merging
from holdfast.web.register.models import Change
from holdfast.web.voices import conversing, moderating, taking, telling
from holdfast.web.voices.models import Participant, Statement, Vote
from holdfast.web.voices.results import current

pytestmark = pytest.mark.django_db
NAMING = "Words that name somebody."


def _merged(by: Any, *titles: str) -> list[Change]:
    """Changes of which each was merged into the next."""
    made = [talking.change(by, title) for title in titles]
    for out, kept in pairwise(made):
        out, kept = Change.objects.get(pk=out.pk), Change.objects.get(pk=kept.pk)
        merging.merge(kept, out, by, read_at=(kept.version, out.version), deed=uuid.uuid4().hex)
    return [Change.objects.get(pk=one.pk) for one in made]


def _words(change: Change) -> list[str]:
    return [row["words"] for row in current(change).told["words"]]


def _stored(*changes: Change) -> list[str]:
    return [row["words"] for said in telling.of_changes(changes).values() for row in said.words]


def test_words_refused_or_taken_back_leave_every_record_that_theirs_was_merged_into(person: Any) -> None:
    by = person("improvement-lead")
    first, _middle, last = _merged(by, "A clinics", "B clinics", "C clinics")
    people = talking.people(first, "patients", 12, 1, "retain")
    words = taking.prefer(people[0], "Video clinics", "stop", words=NAMING)
    assert words is not None
    moderating.judge_words(words, by, "accept")
    assert _words(last) == [NAMING]
    moderating.judge_words(words, by, "reject", "It names somebody.")
    assert _stored(last, first) == [] and _words(last) == []
    moderating.judge_words(words, by, "accept")
    assert _stored(last, first) == [NAMING, NAMING]
    taking.withdraw(people[0])
    assert _stored(last, first) == [] and _words(last) == []


def test_the_print_of_what_was_said_alters_with_the_words_that_are_shown(person: Any) -> None:
    from holdfast.web.voices import hearing

    one = talking.change(person("improvement-lead"))
    words = taking.prefer(*talking.people(one, "patients", 1, 1, "stop"), "Video clinics", "stop", words=NAMING)
    before = hearing.stamp([one.pk])
    moderating.judge_words(words, "the tests", "accept")  # type: ignore[arg-type]  # it is new, so not None
    assert hearing.stamp([one.pk]) != before


def test_nothing_is_added_to_somebody_who_took_everything_back() -> None:
    one = talking.change()
    first = talking.statements(one)[0]
    [somebody] = talking.people(one, "patients", 1, 1, "retain")
    late = Participant.objects.get(pk=somebody.pk)  # as a request holds it that began before the withdrawal
    taking.withdraw(somebody)
    for deed in (
        lambda: taking.vote(late, first, -1),
        lambda: taking.prefer(late, "Video clinics", "stop", words=NAMING),
        lambda: taking.propose(late, NAMING),
        lambda: taking.describe(late, "patients", {"age": "35 to 49"}),
    ):
        with pytest.raises(taking.WithdrawnError):
            deed()
    held = Participant.objects.get(pk=somebody.pk)
    assert (held.votes.count(), held.preferences.count(), held.proposed.count()) == (0, 0, 0)
    assert (held.role, held.about) == ("", {})


@pytest.mark.parametrize(
    ("page", "words", "said"),
    [
        ("next", [], {"vote": "agree"}), ("prefer", [1], {"preference": "stop"}),
        ("propose", [], {"text": "It saves the bus fare."}), ("you", [], {"role": "patients"}),
    ],
)  # fmt: skip
def test_an_answer_that_comes_after_a_withdrawal_is_told_so(
    page: str, words: list[int], said: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    one = talking.change()
    first = talking.statements(one)[0]
    client = Client()
    client.post(reverse("voices:about", args=[one.identifier]))
    somebody = Participant.objects.get()
    monkeypatch.setattr(taking, "here", lambda *_: somebody)  # the withdrawal comes between this and the writing
    taking.withdraw(Participant.objects.get())
    got = client.post(reverse(f"voices:{page}", args=[one.identifier, *words]), {"statement": first.pk, **said})
    assert got.status_code == 409 and b"Your last answer was not kept" in got.content
    assert not Vote.objects.exists() and not Statement.objects.filter(moderated="waiting").exists()


def _polis(folder: Path, text: str) -> Path:
    (folder / "comments.csv").write_text(f"comment-id,comment-body,moderated\n0,{text},1\n", encoding="utf-8")
    (folder / "votes.csv").write_text("comment-id,voter-id,vote\n0,5,1\n", encoding="utf-8")
    return folder


def test_an_import_leaves_a_proposal_that_waits_alone_and_its_author_can_withdraw(tmp_path: Path) -> None:
    one = talking.change()
    [somebody] = talking.people(one, "patients", 1, 1, "retain")
    proposed = taking.propose(somebody, "It saves the bus fare.")
    conversing.read(one, None, _polis(tmp_path, "It saves the bus fare."))
    assert not proposed.votes.exists() and Vote.objects.count() == 1
    taking.withdraw(somebody)
    assert [s.moderated for s in Statement.objects.all()] == ["accepted"]


def test_a_waiting_proposal_that_holds_votes_stays_without_its_author() -> None:
    """As an import once left it: the very same words came in with others' votes."""
    one = talking.change()
    [somebody] = talking.people(one, "patients", 1, 1, "retain")
    proposed = taking.propose(somebody, "It saves the bus fare.")
    Vote.objects.create(participant=Participant.objects.create(change=one), statement=proposed, vote=1)
    taking.withdraw(somebody)
    assert Statement.objects.get().proposed_by_id is None
    assert Participant.objects.get(pk=somebody.pk).withdrawn_at is not None


def test_what_was_called_the_same_as_an_unread_proposal_is_read_again_when_that_goes() -> None:
    one = talking.change()
    first, other = talking.people(one, "patients", 2, 1, "retain")
    unread, copy = taking.propose(first, "It saves the bus fare."), taking.propose(other, "It saves fares.")
    with pytest.raises(ValueError, match="that people are asked"):
        moderating.judge(copy, "the tests", "same", read_at=1, same_as=unread)
    Statement.objects.filter(pk=copy.pk).update(same_as=unread, moderated="accepted")  # as it could be once
    taking.withdraw(first)
    held = Statement.objects.get()
    assert (held.pk, held.same_as_id, held.moderated, held.version) == (copy.pk, None, "waiting", 2)


def test_a_crafted_copy_of_a_waiting_statement_is_refused_with_why(as_: Any) -> None:
    one = talking.change()
    first, other = talking.people(one, "patients", 2, 1, "retain")
    unread, copy = taking.propose(first, "It saves the bus fare."), taking.propose(other, "It saves fares.")
    said = {"number": copy.pk, "version": 1, "deed": "same", "same": unread.pk}
    page = as_("improvement-lead").post(reverse("voices:moderate"), said, follow=True).content
    assert b"Accept the other one first" in page
    copy.refresh_from_db()
    assert copy.same_as_id is None


def test_the_audit_outlives_a_withdrawal_and_holds_no_answer() -> None:
    one = talking.change()
    [somebody] = talking.people(one, "patients", 1, 1, "stop", about={"age": "35 to 49"})
    taking.vote(somebody, talking.statements(one)[0], -1)
    taking.describe(somebody, "carers", {"age": "35 to 49"})
    taking.withdraw(somebody)
    lines = AuditEvent.objects.filter(actor=taking.SOMEBODY).values_list("summary", flat=True)
    assert set(lines) == {
        "gave a preference", "voted", "answered questions about themselves", "withdrew everything they had said"
    }  # fmt: skip


def test_a_statement_that_a_moderator_adds_is_asked_though_somebody_proposed_the_same_words() -> None:
    one = talking.change()
    [somebody] = talking.people(one, "patients", 1, 1, "retain")
    proposed = taking.propose(somebody, "It saves the bus fare.")
    added = moderating.add(one, "the tests", "It saves the bus fare.")
    assert (added.moderated, added.pk != proposed.pk) == ("accepted", True)


def test_a_statement_that_went_while_a_moderator_read_it_is_told_as_late() -> None:
    one = talking.change()
    [somebody] = talking.people(one, "patients", 1, 1, "retain")
    proposed = taking.propose(somebody, "It saves the bus fare.")
    taking.withdraw(somebody)
    with pytest.raises(moderating.StaleError):
        moderating.judge(proposed, "the tests", "accept", read_at=1)


def test_a_proposal_that_was_refused_or_called_a_copy_goes_with_its_author_unless_people_were_asked(as_: Any) -> None:
    one = talking.change()
    first = talking.statements(one)[0]
    [somebody] = talking.people(one, "patients", 1, 1, "retain")
    refused, copy, asked, kept = (taking.propose(somebody, f"{NAMING} {n}") for n in range(4))
    moderating.judge(refused, "the tests", "reject", read_at=1, reason="It names somebody.")
    moderating.judge(copy, "the tests", "same", read_at=1, same_as=first)
    moderating.judge(kept, "the tests", "accept", read_at=1)
    moderating.judge(asked, "the tests", "accept", read_at=1)
    Vote.objects.create(participant=Participant.objects.create(change=one), statement=asked, vote=1)
    moderating.judge(asked, "the tests", "reject", read_at=2, reason="It holds two ideas.")
    taking.withdraw(somebody)
    assert set(Statement.objects.filter(text__startswith=NAMING)) == {asked, kept}
    page = as_("improvement-lead").get(reverse("voices:moderate"), {"change": one.identifier}).content.decode()
    assert refused.text not in page and copy.text not in page and asked.text in page
