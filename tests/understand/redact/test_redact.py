"""Redaction held to a marked set of made-up sentences, and to what must be true of any text."""

from __future__ import annotations

import random
import re
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.understand.redact import KINDS, find, find_nhs_numbers, redact

MARK = re.compile(r"«([^|»]+)\|([^»]*)»")
LINES = [
    line
    for line in (Path(__file__).parent / "marked.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]


def _unmarked(line: str) -> tuple[str, list[tuple[int, int]]]:
    """The sentence without its marks, and where the marked stretches stand."""
    text, spans, at = "", [], 0
    for match in MARK.finditer(line):
        text += line[at : match.start()]
        spans.append((len(text), len(text) + len(match[2])))
        text += match[2]
        at = match.end()
    return text + line[at:], spans


def test_recall_and_precision_on_the_made_up_set() -> None:
    """Bars a little under what was measured (61 of 65 found, no false finding) so that a fall is seen."""
    hit = missed = false = 0
    for line in LINES:
        text, truth = _unmarked(line)
        found = find(text)
        for start, end in truth:
            whole = all(text[i].isspace() or any(f.start <= i < f.end for f in found) for i in range(start, end))
            hit, missed = hit + whole, missed + (not whole)
        false += sum(not any(f.start < end and start < f.end for start, end in truth) for f in found)
    assert hit + missed > 60
    assert hit / (hit + missed) >= 0.92
    assert hit / (hit + false) >= 0.98


@pytest.mark.parametrize("line", [line for line in LINES if "«" not in line])
def test_what_points_to_nobody_is_left_as_written(line: str) -> None:
    assert redact(line).text == line


def test_counts_say_how_many_and_never_what() -> None:
    result = redact("Dr Patel, 0113 496 0000 or 0113 496 0001, LS6 3AB")
    assert result.text == "Dr [name], [phone] or [phone], [postcode]"
    assert dict(result.removed) == {"phone": 2, "postcode": 1, "name": 1}
    assert set(result.removed) <= set(KINDS)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("943 476 5919", ["943 476 5919"]),
        ("a9434765919", ["9434765919"]),
        ("9\u200b4\u200b3\u200b4\u200b7\u200b6\u200b5\u200b9\u200b1\u200b9", None),
        ("９４３４７６５９１９", ["９４３４７６５９１９"]),
        ("9434765918", []),
        ("NHS no: 9434765918", ["9434765918"]),
        ("941 - 672 - 1107", None),
        ("941   672   1107", None),
        ("941  672   1107", None),
        ("(941) 672 1107", ["941) 672 1107"]),
        ("941:672:1107", None),
        ("94 167 21 107", None),
        ("941672110 7", None),
        ("NHS number 941 - 672 - 1107", ["941 - 672 - 1107"]),
        ("NHS number 941   672   1108", ["941   672   1108"]),
        ("94.16-72,1107", []),
        ("NHS no. is 94.16-72,1107", ["94.16-72,1107"]),
        ("94.16-72,1107 was her NHS number", ["94.16-72,1107"]),
        ("94.16-72,1108 was her NHS number", []),
        ("9434765919 94 167 21 107", ["9434765919", "94 167 21 107"]),
        ("94 167 21 107 943 476 5919", ["94 167 21 107", "943 476 5919"]),
        ("the NHS 2019 2020 21", []),
        ("BP 120/80, then 130/85 and 110/70", []),
        ("12/04/2021 10:15 and 13/04/2021 9:00", []),
        ("94 167 21 107 12 15", []),
        ("941\n\n\n\n672 1107", []),
        ("94347659190", []),
        ("£9434765919", []),
        ("2019 2020 21", []),
        ("0.05 0.01 0.001", []),
        ("", []),
    ],
)
def test_nhs_numbers_are_ten_digits_that_pass_the_check(text: str, expected: list[str] | None) -> None:
    found = [text[start:end] for start, end in find_nhs_numbers(text)]
    assert found == ([text] if expected is None else expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Dr.Patel rang", "Dr.[name] rang"),
        ("dr.patel rang", "dr.[name] rang"),
        ("Dr\nPatel", "Dr\n[name]"),
        ("Dr de Souza, Ms. de Vries", "Dr [name], Ms. [name]"),
        ("Dr el Sayed and Dr da Silva", "Dr [name] and Dr [name]"),
        ("Dr van der Berg", "Dr [name]"),
        ("Dr Nkemelu van der Berg left", "Dr [name] left"),
        ("Sarah van der Berg left", "[name] left"),
        ("Mister Brown", "Mister [name]"),
        ("Nurse Sarah-Jane", "Nurse [name]"),
        ("my son's name is Kai", "my son's name is [name]"),
        ("the patient’s name was Bartholomew", "the patient’s name was [name]"),
        ("my son is called Kai", "my son is called [name]"),
        ("facebook.com/jo.smith", "[web address]"),
        ("see uk.linkedin.com/in/jo-smith now", "see uk.[web address] now"),
        ("x.com/josmith, tiktok.com/@josmith", "[web address] [web address]"),
        ("SW1A-1AA or SW1A\n1AA", "[postcode] or [postcode]"),
        ("07700 - 900 - 123", "[phone]"),
        ("+44.7700.900123", "[phone]"),
        ("07700_900123", "[phone]"),
        ("ring (0113) 496 - 0000", "ring [phone]"),
    ],
)
def test_names_and_identifiers_in_odd_shapes_go(text: str, expected: str) -> None:
    assert redact(text).text == expected


@pytest.mark.parametrize(
    "text",
    [
        "p = 0.00012345678",
        "effect +12.5 (10.25-15.75)",
        "0.5 0.25 0.125 0.75 (0.5 to 0.9)",
        "saw the Dr. Today we waited",
        "saw the Dr.\nWaiting took hours",
        "a clinic for MS\nReferrals rose",
        "Near Miss\nReporting improved",
        "The ward's name is Rowan",
        "Victoria-based teams moved",
        "de facto the bin was full",
        "netflix.com/watch and facebook.com",
        "ward B1 3rd floor, 0800 - 1600 - 2000",
    ],
)
def test_what_looks_a_little_like_an_identifier_stays(text: str) -> None:
    assert redact(text).text == text


def test_every_single_wrong_digit_breaks_the_check() -> None:
    """Modulus 11 catches each change of one digit, so a mistyped number is not taken for a real one."""
    right = "9434765919"
    for at in range(10):
        for digit in set("0123456789") - {right[at]}:
            assert not find_nhs_numbers(right[:at] + digit + right[at + 1 :])


@given(st.text(max_size=200))
def test_any_text_comes_back_and_a_second_pass_finds_nothing_new(text: str) -> None:
    once = redact(text)
    assert find_nhs_numbers(once.text) == ()
    assert sum(once.removed.values()) == len(find(text))


@given(st.lists(st.sampled_from(["Dr Patel", "943 476 5919", "LS6 3AB", "and", "Sarah", "07700 900123", ".", "ward"])))
def test_redacting_twice_is_redacting_once(words: list[str]) -> None:
    once = redact(" ".join(words)).text
    assert redact(once).text == once


def test_long_text_is_quick() -> None:
    text = "The team at the hub moved clinics to video and Sarah rang 07700 900123. " * 3000
    start = time.process_time()
    redact(text)
    assert time.process_time() - start < 5


def _figures(rng: random.Random) -> str:
    """What stands in reports: years, dates, times, money, blood pressures, shares and counts in a row."""
    year, n = rng.randint(2015, 2026), rng.randint
    return rng.choice(
        [
            f"{n(1, 28):02}/{n(1, 12):02}/{year} {n(8, 18)}:{n(0, 59):02}",
            f"{year}-{n(1, 12):02}-{n(1, 28):02}, {n(10, 99)} calls",
            f"{year}/{(year + 1) % 100} - {year + 1}/{(year + 2) % 100}",
            f"£{n(1, 99)},{n(100, 999)} {n(100, 999)} {n(1000, 9999)}",
            f"{n(90, 180)}/{n(50, 99)} {n(90, 180)}/{n(50, 99)}",
            f"{n(1, 9)}.{n(10, 99)} {n(10, 99)}.{n(10, 99)} ({n(1, 9)}.{n(10, 99)} to {n(1, 9)}.{n(10, 99)})",
            "  ".join(str(n(10, 999)) for _ in range(9)),
            ", ".join(str(n(10, 9999)) for _ in range(9)),
            f"{n(1, 9)},{n(100, 999)},{n(100, 999)} of {n(10, 99)},{n(100, 999)},{n(100, 999)}",
        ]
    )


def test_figures_are_seldom_taken_for_nhs_numbers() -> None:
    """One in eleven of any ten digits passes the check, so few may count as spaced like one: measured, 1 of 4,000."""
    rng = random.Random(1)
    assert sum(bool(find_nhs_numbers(_figures(rng))) for _ in range(1000)) <= 3


@pytest.mark.parametrize("token", ["a", "A", "1", "a.", "a-", "Aa", "@", "a@", "1 ", "1-2 ", "123  ", "facebook.com/"])
def test_a_long_unbroken_token_is_read_to_its_end(token: str) -> None:
    """100,000 characters: a pattern whose time grows with the square would keep this test for minutes."""
    long = (token * 100_000)[:100_000]
    assert "ann@nhs.example" not in redact(long + " ann@nhs.example").text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<b>John</b> Smith was kind", "<b>[name] was kind"),
        ("John&nbsp;Smith was kind", "[name] was kind"),
        ("<td>Dr</td>\n<td>Xylok</td> was kind", "<td>Dr</td>\n<td>[name]</td> was kind"),
        ("NHS number 943 <b>476</b> 5919", "NHS number [NHS number]"),
        ('ask <a href="mailto:j.smith@example.org">us</a>', 'ask <a href="mailto:[e-mail]">us</a>'),
        ("write to <John Smith>", "write to <[name]>"),
        ("<p>The ward was <b>clean</b></p> 3 < 4", "<p>The ward was <b>clean</b></p> 3 < 4"),
    ],
)
def test_tags_hide_nobody(text: str, expected: str) -> None:
    assert redact(text).text == expected
