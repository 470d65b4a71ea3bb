"""What people say: by role and never pooled, small numbers kept back, who is missing, and what it rests on."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from scipy.integrate import quad
from scipy.stats import beta
from tests.web.voices import talking

from holdfast.web.voices import hearing, moderating, taking, telling
from holdfast.web.voices.models import Makeup, Participant, Preference, Result, Vote
from holdfast.web.voices.results import counts, current, keeping

pytestmark = pytest.mark.django_db


def _two_roles() -> Any:
    one = talking.change()
    moderating.assume(one, None, "Staff have time to call.")
    talking.statements(one)
    talking.people(one, "patients", 40, 1, "retain")
    talking.people(one, "clinicians", 20, -1, "stop")
    return one


def test_roles_stand_side_by_side_with_jeffreys_intervals_and_are_never_pooled() -> None:
    told = current(_two_roles()).told
    for row in told["statements"]:
        by_role = {r["role"]: r for r in row["rows"]}
        assert set(by_role) == {"patients", "clinicians"}
        assert (by_role["patients"]["agree"], by_role["clinicians"]["agree"]) == (1.0, 0.0)
        # Jeffreys: of 40 who all agree, a beta(40.5, 0.5) lies above the lower end with probability 0.975
        low = by_role["patients"]["agree_low"]
        above, _error = quad(beta(40.5, 0.5).pdf, low, 1, epsabs=1e-10)
        assert above == pytest.approx(0.975, abs=2e-4)  # the end is kept to four places
        assert row["agree_low"] < 0.5
    assert told["agreed"] == []
    practice = {v["role"]: v for v in told["voices"] if v["kind"] == "role"}
    assert practice["clinicians"]["opposition"] == 1.0 and practice["patients"]["support"] == 1.0
    assert told["risks"][0]["role"] == "clinicians" and told["risks"][0]["risk"] == "high"
    assert told["groups"]["k"] == 2


def test_fewer_than_ten_are_counted_and_not_told() -> None:
    one = talking.change()
    talking.statements(one)
    talking.people(one, "patients", 30, 1, "retain")
    talking.people(one, "leaders", 9, -1, "stop")
    told = current(one).told
    for row in told["statements"]:
        leaders = next(r for r in row["rows"] if r["role"] == "leaders")
        assert leaders["n"] is None and leaders["agree"] is None and leaders["agree_low"] is None
    assert {"role": "leaders", "n": None} in told["people"]
    page = Client().get(reverse("voices:results", args=[one.identifier])).content.decode()
    assert "fewer than 10" in page and "too few to speak for them" in page.lower()


@pytest.mark.parametrize(("count", "words"), [(0, 0), (1, None), (9, None), (10, 10), (12, 10), (13, 15), (-1, None)])
def test_counts_are_to_the_nearest_five_and_never_of_a_few(count: int, words: int | None) -> None:
    assert counts.shown(count) == words


def test_who_is_missing_is_said_by_channel_too_and_a_small_level_cannot_be_had_by_subtraction() -> None:
    one = talking.change()
    talking.statements(one)
    talking.people(one, "patients", 30, 1, "retain", about={"internet": "Easy"})
    talking.people(one, "patients", 10, -1, "stop", about={"internet": "Easy"})
    talking.people(one, "patients", 15, 1, "retain", about={"internet": "I can with help"})
    talking.people(one, "patients", 5, -1, "stop", about={"internet": "I can with help"})
    talking.people(one, "patients", 3, -1, "stop", about={"internet": "I do not use it"})
    for level, people in (("Easy", 80), ("I can with help", 10), ("I do not use it", 8), ("Never heard of it", 2)):
        Makeup.objects.create(dimension="internet", level=level, people=people)
    told = current(one).told
    [patients] = told["presence"]
    levels = {r["level"]: r for d in patients["dimensions"] if d["dimension"] == "internet" for r in d["rows"]}
    assert levels["Never heard of it"]["state"] == "nobody reached: cannot be weighted"
    assert levels["I do not use it"]["state"] == "too few to speak for"
    assert levels["I do not use it"]["n"] is None and levels["I can with help"]["n"] is None
    assert levels["Easy"]["n"] == 40
    assert any(d["dimension"] == "channel" for d in patients["dimensions"])
    assert any("took part online" in words for words in told["warnings"])
    whole = next(v for v in told["voices"] if v["role"] == "patients" and v["dimension"] == "everyone")
    assert whole["made"] == "weighted to the population" and whole["effective"] < 62
    assert whole["support"] != whole["raw_support"] == pytest.approx(45 / 63)
    assert all(r["weighted"] for s in told["statements"] for r in s["rows"])


@pytest.mark.parametrize("case", ["nobody", "one person", "one statement", "all pass", "joined and said nothing"])
def test_next_to_nothing_still_has_a_page(case: str) -> None:
    one = talking.change()
    talking.statements(one, ("A single statement.",) if case == "one statement" else talking.TEXTS)
    if case == "joined and said nothing":
        Participant.objects.create(change=one)
    elif case != "nobody":
        talking.people(one, "patients", 1 if case == "one person" else 12, 0 if case == "all pass" else 1, "retain")
    page = Client().get(reverse("voices:results", args=[one.identifier]))
    assert page.status_code == 200
    if case not in {"nobody", "joined and said nothing"}:
        assert b"No groups are told apart" in page.content
    assert Client().get(reverse("register:change", args=[one.identifier])).status_code == 200


def test_results_are_kept_until_somebody_says_something(monkeypatch: pytest.MonkeyPatch) -> None:
    one = _two_roles()
    first = current(one)
    monkeypatch.setattr(keeping, "compute", lambda *_: pytest.fail("worked out again though nothing was said"))
    assert current(one).made_at == first.made_at
    monkeypatch.undo()
    talking.people(one, "patients", 5, 1, "retain")
    assert current(one).stamp != first.stamp
    assert Result.objects.count() == 1


def test_votes_of_a_copy_count_for_the_statement_it_copies_and_rejected_ones_for_nothing() -> None:
    one = talking.change()
    first, second, third, _fourth = talking.statements(one)
    talking.people(one, "patients", 12, 1, "retain")
    Vote.objects.filter(statement=second).update(vote=-1)
    Vote.objects.filter(statement=first).delete()
    moderating.judge(second, "the tests", "same", read_at=1, same_as=first)
    moderating.judge(third, "the tests", "reject", read_at=1, reason="It names somebody.")
    rows = {s["id"]: s["rows"][0] for s in current(one).told["statements"]}
    assert set(rows) == {str(first.pk), str(_fourth.pk)} and rows[str(first.pk)]["disagree"] == 1.0


def test_what_was_said_of_a_merged_change_counts_with_the_one_it_was_joined_with(person: Any) -> None:
    from holdfast.web.register.merging import merge

    by = person("improvement-lead")
    kept, other = talking.change(by), talking.change(by, "Skin clinics on a screen")
    talking.people(other, "patients", 12, 1, "retain")
    assert not current(kept).told["heard"]
    merge(kept, other, by, read_at=(1, 1), deed="x")
    kept.refresh_from_db()
    assert current(kept).told["people"] == [{"role": "patients", "n": 10}]
    page = Client().get(reverse("voices:about", args=[other.identifier])).content.decode()
    assert kept.title in page


def test_own_words_are_shown_once_read_and_without_a_role_that_few_have() -> None:
    one = talking.change()
    talking.people(one, "patients", 12, 1, "retain")
    [leader] = talking.people(one, "leaders", 1, 1, "retain")
    first, last = Preference.objects.order_by("id").first(), Preference.objects.get(participant=leader)
    for held, words in ((first, "I was seen in a week."), (last, "Rooms are free again.")):
        Preference.objects.filter(pk=held.pk).update(words=words)
        assert words not in str(current(one).told)
        moderating.judge_words(held, "the tests", "accept")
    told = {w["words"]: w["role"] for w in current(one).told["words"]}
    assert told == {"I was seen in a week.": "patients", "Rooms are free again.": ""}


def test_the_pages_ask_the_database_as_often_for_many_as_for_few(django_assert_max_num_queries: Any) -> None:
    one = _two_roles()
    current(one)
    for address, most in ((reverse("voices:results", args=[one.identifier]), 16), (reverse("voices:list"), 8)):
        with django_assert_max_num_queries(most):
            assert Client().get(address).status_code == 200


def test_pictures_are_pictures_and_hold_no_markup() -> None:
    one = talking.change()
    [bad] = talking.statements(one, ("<b>bold</b> & <script>x</script>",))
    talking.people(one, "patients", 12, 1, "retain")
    got = Client().get(reverse("voices:chart", args=[one.identifier, bad.pk]))
    assert got["Content-Type"] == "image/svg+xml" and b"<script" not in got.content and b"100 %" in got.content
    assert Client().get(reverse("voices:wishes-chart", args=[one.identifier, 1])).status_code == 200
    assert Client().get(reverse("voices:wishes-chart", args=[one.identifier, 9])).status_code == 404


def test_hearing_keeps_every_vote_in_order() -> None:
    one = talking.change()
    first = talking.statements(one)[0]
    [somebody] = talking.people(one, "patients", 1, 1, "retain")
    Vote.objects.create(participant=somebody, statement=first, vote=-1)
    heard = hearing.hear([one.pk])
    assert heard.votes.vote.tolist() == [1, 1, 1, 1, -1]
    assert current(one).told["statements"]


def _page(one: Any) -> str:
    return Client().get(reverse("voices:results", args=[one.identifier])).content.decode()


def test_no_exact_count_is_given_away_by_what_the_voices_are_worth() -> None:
    one = talking.change()
    talking.statements(one)
    talking.people(one, "patients", 33, 1, "retain")
    talking.people(one, "clinicians", 22, -1, "stop")
    page = _page(one)
    assert "drawn at random" not in page and "Worth as much as" not in page and "before weighting" not in page


def test_what_weighted_voices_are_worth_is_told_once_as_counts_are() -> None:
    one = talking.change()
    talking.statements(one)
    talking.people(one, "patients", 43, 1, "retain", about={"internet": "Easy"})
    talking.people(one, "patients", 13, -1, "stop", about={"internet": "I do not use it"})
    for level, people in (("Easy", 20), ("I do not use it", 80)):
        Makeup.objects.create(dimension="internet", level=level, people=people)
    page = _page(one)
    assert re.findall(r"about \d*[05] people drawn at random", page)
    assert not re.findall(r"\d*[1-46-9] (?:people )?drawn at random", page)
    assert "about 55 people tell as much as about" in page  # the warning that weights cost more than half


def test_a_role_is_listed_for_others_only_where_enough_of_it_answered_for_them() -> None:
    """One patient answered otherwise for an age: neither theirs nor anybody's answer for it may be worked out."""
    one = talking.change()
    patients = talking.people(one, "patients", 40, 1, "retain")
    talking.people(one, "clinicians", 20, 1, "retain")
    place = ("age", "35 to 49", "all settings")
    taking.prefer(patients[0], "Video clinics", "stop", place=place)
    page = _page(one)
    assert "35 to 49" not in page and "Some of one role gave another answer" in page
    assert all(v.dimension == "everyone" for v in telling.of_change(one).voices if v.kind == "role")
    for who in patients[1:10]:
        taking.prefer(who, "Video clinics", "stop", place=place)
    page = " ".join(re.sub(r"<[^>]*>", "", _page(one)).split())
    assert "What patients would do for people who answer “35 to 49” to “How old are you?”: 75 % in favour" in page
    assert "What clinicians would do for" not in page and "too few to be shown" not in page


def test_groups_of_people_are_named_by_what_they_said_and_warnings_by_the_questions() -> None:
    one = talking.change()
    talking.statements(one)
    for level, count in (("Female", 20), ("Male", 12)):
        talking.people(one, "patients", count, 1, "retain", about={"sex": level})
    talking.people(one, "patients", 3, -1, "stop", about={"internet": "I do not use it"}, channel="paper")
    Makeup.objects.create(dimension="age", level="Under 18", people=5)
    Makeup.objects.create(dimension="internet", level="I do not use it", people=30)
    page = " ".join(re.sub(r"<[^>]*>", "", _page(one)).split())
    assert "patients who answer “Male” to “What is your sex?”" in page
    assert "patients who answer “Female”" not in page, "taking both from all patients would leave three"
    told = " ".join(current(one).told["warnings"])
    assert "asked “How old are you?”" in told and "of people who answer “paper” to “How did you take part?”" in told
    assert "did not answer “How easy" in told
    assert not re.search(r"of (channel|sex|age|internet) |their (sex|age|internet)|held: [a-z]", told)


def test_a_displaced_practice_has_its_own_words_and_its_own_region() -> None:
    one = talking.change()
    for who in talking.people(one, "patients", 12, 1, "retain"):
        taking.prefer(who, "Walk-in clinics", "stop")
    page = _page(one)
    assert "Leave it stopped</th>" in page and "Keep it as it is</th>" in page
    assert 'aria-label="By role: Video clinics"' in page and 'aria-label="By role: Walk-in clinics"' in page
    picture = Client().get(reverse("voices:wishes-chart", args=[one.identifier, 2])).content.decode()
    assert "Leave it stopped" in picture and "Keep it as it is" not in picture


@pytest.mark.parametrize(
    ("votes", "minority", "divided"),
    [((6, 6, 3), "", True), ((10, 2, 3), "disagree", False), ((10, 1, 4), "pass", False), ((2, 10, 3), "agree", False)],
)
def test_the_minority_is_who_disagrees_where_they_are_worth_showing(
    votes: tuple[int, int, int], minority: str, divided: bool
) -> None:
    one = talking.change()
    talking.statements(one, ("A single statement.",))
    for vote, count in zip((1, -1, 0), votes, strict=True):
        talking.people(one, "patients", count, vote, "retain")
    [row] = current(one).told["statements"][0]["rows"]
    assert (row["minority"], row["divided"]) == (minority, divided)
