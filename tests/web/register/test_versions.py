"""Versions: any two compared word by word, and any of them put back."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.web.register.filling import filled

from holdfast.web.register.models import Change, Term
from holdfast.web.register.saving import amend, create, record_of
from holdfast.web.register.versions import GONE, NEW, SAME, compare, differences

TEXT = st.text(alphabet="ab \n,é_😀", max_size=40)


@settings(max_examples=200, deadline=None)
@given(before=TEXT, after=TEXT)
def test_the_runs_are_the_two_texts(before: str, after: str) -> None:
    runs = differences(before, after)
    assert "".join(text for kind, text in runs if kind != NEW) == before
    assert "".join(text for kind, text in runs if kind != GONE) == after
    assert all(text for _kind, text in runs)
    assert (before == after) == all(kind == SAME for kind, _text in runs)


def test_a_phrase_that_changed_reads_as_one() -> None:
    assert differences("seen in a room now", "seen by a phone now") == (
        (SAME, "seen "), (GONE, "in"), (NEW, "by"), (SAME, " a "), (GONE, "room"), (NEW, "phone"), (SAME, " now"),
    )  # fmt: skip
    assert differences("one two three", "one four five three")[1:-1] == ((GONE, "two"), (NEW, "four five"))


def test_long_texts_do_not_keep_a_reader_waiting() -> None:
    words = [f"word{i % 97}" for i in range(3_300)]
    before, after = " ".join(words), " ".join(word if i % 5 else "other" for i, word in enumerate(words))
    start = time.monotonic()
    differences(before[:20_000], after[:20_000])
    assert time.monotonic() - start < 3


@pytest.fixture
def change(db: None) -> Change:
    made = create("a test", {"title": "Video", "description": "By video", "status": "emerging"}, displaced=["Rooms"])
    held = amend(made, "another", {"description": "By video and phone", "status": "decided"}, read_at=1,
                 terms=[Term.objects.get(code="kind_service")])  # fmt: skip
    return amend(held, "a third", {"title": "Video clinics"}, read_at=2)


def test_two_versions_beside_each_other(as_: Callable[[str], Client], change: Change) -> None:
    page = as_("").get(reverse("register:compare", args=[change.identifier]) + "?a=2&b=1").content.decode()
    assert "From version 1 to version 2" in page
    assert "<ins" in page and "and phone" in page and "[put in: " in page
    assert "Kind of innovation: Service innovation" in page and "Decided" in page


def test_who_wrote_a_version_is_for_people_who_look_after_the_register(
    as_: Callable[[str], Client], change: Change
) -> None:
    page = reverse("register:versions", args=[change.identifier])
    assert "a third" not in as_("").get(page).content.decode()
    assert "a third" in as_("improvement-lead").get(page).content.decode()


def test_versions_that_are_not_there(as_: Callable[[str], Client], change: Change) -> None:
    page = reverse("register:compare", args=[change.identifier])
    for query, status in (("?a=1&b=9", 404), ("?a=x&b=1", 302), ("", 302), ("?a=1&b=99999999999999999999", 302)):
        assert as_("").get(page + query).status_code == status
    assert as_("curator").get(reverse("register:undo", args=[change.identifier, 9])).status_code == 404


def test_putting_an_earlier_version_back(as_: Callable[[str], Client], change: Change) -> None:
    page = reverse("register:undo", args=[change.identifier, 1])
    curator = as_("curator")
    assert "Say why" in curator.post(page, {"why": "", "read_at": 3}).content.decode()
    assert curator.post(page, {"why": "It was right", "read_at": 3}).status_code == 302
    change.refresh_from_db()
    assert change.version == 4 and record_of(change) == change.versions.get(version=1).record
    assert change.versions.first().why == "put back as in version 1: It was right"


def test_putting_back_over_what_somebody_saved_meanwhile(as_: Callable[[str], Client], change: Change) -> None:
    page = reverse("register:undo", args=[change.identifier, 1])
    amend(change, "somebody else", {"needs": "Laptops"}, read_at=3)
    curator = as_("curator")
    got = curator.post(page, {"why": "It was right", "read_at": 3})
    assert got.status_code == 409
    said = got.content.decode()
    assert "Somebody else saved" in said and "Laptops" in said
    assert Change.objects.get(pk=change.pk).needs == "Laptops"
    assert curator.post(page, filled(got)).status_code == 302


def test_a_term_that_is_retired_keeps_its_name_in_old_versions(change: Change) -> None:
    Term.objects.filter(code="kind_service").update(retired=True)
    rows = compare({}, change.versions.first().record)
    assert any(row.after == "Kind of innovation: Service innovation" for row in rows)
