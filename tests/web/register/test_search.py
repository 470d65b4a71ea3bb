"""Search finds what people mean, however they type it, and nothing that they type is taken for a command."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models import QuerySet

from holdfast.web.register import saving, search, spelling
from holdfast.web.register.models import Change, Term, Vocabulary

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh() -> None:
    spelling.forget()


def _found(text: str) -> list[str]:
    reading = spelling.read(text)
    keys = search.ranked(Change.objects.all(), reading, 0, 50)
    assert set(keys) == set(search.holding(Change.objects.all(), reading).values_list("pk", flat=True))
    titles = dict(Change.objects.values_list("pk", "title"))
    return [titles[key] for key in keys]


def _make(title: str, **more: Any) -> Change:
    return saving.create("the tests", {"title": title, **more})


def test_words_are_found_in_any_form_and_the_title_counts_most() -> None:
    _make("Porters moved beds", description="Then we tried consulting by video.")
    _make("Video consultations in dermatology")
    assert _found("video consultation") == ["Video consultations in dermatology", "Porters moved beds"]


def test_a_word_begun_is_enough() -> None:
    _make("Video consultations in dermatology")
    assert _found("consulta") == ["Video consultations in dermatology"]
    assert _found("derm vid") == ["Video consultations in dermatology"]


@pytest.mark.parametrize("typed", ["dermatolgy", "dematology", "dermatologyy", "demratology"])
def test_a_slip_of_the_finger_is_forgiven_and_said(typed: str) -> None:
    _make("Video consultations in dermatology")
    _make("Porters moved beds")
    assert _found(typed) == ["Video consultations in dermatology"]
    assert spelling.read(typed).also == ((typed, ("dermatology",)),)


def test_nothing_is_guessed_for_a_word_that_is_there() -> None:
    _make("A new ward")
    _make("A new word")
    assert spelling.read("ward").also == ()
    assert _found("ward") == ["A new ward"]


@pytest.mark.parametrize(
    "typed",
    ['"', "'", "NEAR(", "a AND OR", "title:x", "video*", "-video", "(video", "video)", "video & !x", "'; DROP TABLE x",
     "\\", "video\x00", "😀", "^video", "video:*", "{a b}: c", "%", "_", "a" * 20_000, " ".join(["video"] * 5_000)],
)  # fmt: skip
def test_anything_may_be_typed(typed: str) -> None:
    _make("Video consultations")
    _found(typed)


def test_accents_and_other_scripts() -> None:
    _make("Café for carers")
    _make("خدمة الفيديو")
    assert _found("cafe") == ["Café for carers"]
    assert _found("CAFÉ") == ["Café for carers"]
    assert _found("الفيديو") == ["خدمة الفيديو"]


def test_the_index_follows_every_save() -> None:
    change = _make("Video consultations")
    saving.amend(change, "the tests", {"title": "Telephone first"}, read_at=1)
    assert _found("video") == []
    assert _found("telephone") == ["Telephone first"]


def test_terms_places_and_what_stopped_are_found() -> None:
    vocabulary = Vocabulary.objects.create(code="a-list", name="A list")
    term = Term.objects.create(vocabulary=vocabulary, code="xylophone", label="Xylophone care")
    saving.create(
        "the tests", {"title": "Something", "organisation": "Airedale"}, terms=[term], displaced=["Clinic slots"]
    )
    for typed in ("xylophone", "airedale", "clinic slot", "HF-"):
        assert _found(typed) == ["Something"], typed


def test_small_words_alone_and_beside_others() -> None:
    _make("Video in the ward")
    assert _found("the video of ward") == ["Video in the ward"]
    assert spelling.read("the").words == (("the",),) or spelling.read("the").words[0][0] == "the"
    assert spelling.read("").words == ()


def test_rebuilding_gives_the_same_index() -> None:
    for number in range(7):
        _make(f"Change number {number} about wards")
    before = _found("wards")
    assert search.rebuild() == 7
    spelling.forget()
    assert _found("wards") == before


def test_a_filter_and_a_search_go_together() -> None:
    kept = _make("Video here")
    _make("Video there")
    some: QuerySet[Change] = Change.objects.filter(pk=kept.pk)
    assert search.ranked(some, spelling.read("video"), 0, 10) == [kept.pk]
    assert search.ranked(Change.objects.none(), spelling.read("video"), 0, 10) == []


def test_nearest_shares_words() -> None:
    near = _make("Video clinics for skin problems")
    _make("Porters moved beds")
    assert search.nearest("We began video for people with skin trouble", 5) == [near.pk]
    assert search.nearest("!!", 5) == []
