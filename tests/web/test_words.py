"""Any text in any field is refused with a reason or kept as written."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from holdfast.web.words import LONG, LongWords, ShortWords, refuse_unsafe

KEPT = [
    "<script>alert(1)</script>",
    "=HYPERLINK(1)",
    "مرحبا بالعالم",
    "👩🏽‍⚕️ helped",
    "O’Neill & Sons – 50% “better”",
    "call 0300 123 4567",
]


@pytest.mark.parametrize("text", KEPT)
def test_words_are_kept_as_written(text: str) -> None:
    assert refuse_unsafe(text) == text


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a\x00b", "unreadable"),
        ("a\x07b", "unreadable"),
        ("\ud800", "unreadable"),
        ("x" * (LONG + 1), "too_long"),
        ("x" * 100_000, "too_long"),
        ("The patient is 943 476 5919 and", "nhs_number"),
        ("9434765919", "nhs_number"),
        ("943-476-5919", "nhs_number"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_a_reason(text: str, code: str) -> None:
    with pytest.raises(ValidationError) as refused:
        refuse_unsafe(text)
    assert refused.value.code == code
    assert "9434765919" not in refused.value.message.replace(" ", "")


def test_lines_and_spaces() -> None:
    assert refuse_unsafe("  one\r\ntwo\rthree  ") == "one\ntwo\nthree"
    assert refuse_unsafe(" one \n two\t three ", lines=False) == "one two three"


def test_marks_that_turn_the_rest_of_a_page_round_are_taken_out() -> None:
    assert refuse_unsafe("safe\u202egnirts") == "safegnirts"


def test_fields_of_forms() -> None:
    assert LongWords(label="What").clean(" a\nb ") == "a\nb"
    assert ShortWords(label="What", required=False).clean("") == ""
    with pytest.raises(ValidationError, match="required"):
        LongWords(label="What").clean("   ")
    with pytest.raises(ValidationError, match=r"must be 200 characters or fewer. It has 201"):
        ShortWords(label="the name").clean("x" * 201)
