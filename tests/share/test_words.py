"""Sentences and figures: exact words for typical findings, and properties for all of them."""

from __future__ import annotations

import dataclasses
import re

import builders
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.records import Certainty, Effect, Evaluability, Gap, Measure
from holdfast.share import words
from holdfast.share.words import Evidence, read
from holdfast.share.words.headline import (
    CANNOT,
    CATCH,
    HARMED,
    HELPED,
    HIDDEN,
    MAYBE,
    MAYBE_CATCH,
    MAYBE_HARMED,
    UNCLEAR,
)
from holdfast.share.words.numbers import number

WAITS, READMITTED, TWELVE, VOLUME, SCORE, _ = builders.MEASURES
HERE = {"study": "s", "change": "c", "measure": "over_4h", "dimension": "everyone", "level": "everyone",
        "setting": "all settings"}  # fmt: skip


def effect(estimate: float, half: float, **more: object) -> Effect:
    return Effect(
        **HERE, kind="overall", at="", design="staggered difference-in-differences", estimate=estimate, se=half / 2,
        low=estimate - half, high=estimate + half, **more,
    )  # type: ignore[arg-type]  # fmt: skip


def certain(how: str) -> Certainty:
    return Certainty(**HERE, certainty=how, reasons=())


def gap(p: float | None) -> Gap:
    return dataclasses.replace(
        next(builders._gaps(builders.PLOTS[0], WAITS, builders.np.random.default_rng(0))), p_widens=p
    )


def evidence(e: Effect | None, how: str = "high", measure: Measure = WAITS, **more: object) -> Evidence:
    return Evidence("Video clinics", measure, None, e, certain(how), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("how", "first", "label"),
    [
        ("high", "Video clinics lowered waits over four hours.", HELPED),
        ("moderate", "Video clinics probably lowered waits over four hours.", HELPED),
        ("low", "Video clinics may have lowered waits over four hours.", MAYBE),
        ("very low", "We are very unsure, but video clinics may have lowered waits over four hours.", MAYBE),
    ],
)
def test_the_headline_is_as_sure_as_the_evidence(how: str, first: str, label: str) -> None:
    reading = read(evidence(effect(-0.024, 0.011), how))
    assert (reading.first, reading.label) == (first, label)


def test_the_size_is_in_people() -> None:
    said = read(evidence(effect(-0.024, 0.011))).sentences
    assert said[1] == "About 24 fewer in every 1,000 attendances. The true figure is likely to be between 13 and 35."


@pytest.mark.parametrize(
    ("measure", "estimate", "half", "said"),
    [
        (TWELVE, 0.0031, 0.002, "About 31 more for every 10,000 attendances. {likely} between 11 and 51."),
        (SCORE, 1.42, 0.6, "About 1.4 points higher. {likely} between 0.8 and 2.0."),
        (VOLUME, 0.031, 0.02, "About 3.1% of the usual level higher. {likely} between 1.1 and 5.1."),
        (WAITS, 0.001, 0.01, "The true effect could be anything from 9 fewer to 11 more in every 1,000 attendances."),
        (SCORE, 0.1, 0.6, "The true effect could be anything from 0.5 points lower to 0.7 points higher."),
    ],
)  # fmt: skip
def test_sizes_of_every_kind(measure: Measure, estimate: float, half: float, said: str) -> None:
    assert words.size(measure, effect(estimate, half)) == said.format(likely="The true figure is likely to be")


def test_the_finding_s_own_natural_frequency_comes_first() -> None:
    assert words.size(WAITS, effect(-0.02, 0.01, frequency="about 20 fewer per 1,000")) == "About 20 fewer per 1,000."


def test_no_clear_effect_says_whether_one_that_matters_is_ruled_out() -> None:
    wide, narrow = read(evidence(effect(0.001, 0.03))), read(evidence(effect(0.001, 0.003)))
    assert wide.label == narrow.label == UNCLEAR
    assert wide.first == "We found no clear effect of video clinics on waits over four hours."
    assert "We cannot rule out one that matters." in wide.sentences
    assert "Any effect is too small to matter." in narrow.sentences


def test_a_clear_effect_that_is_too_small_to_matter_says_so() -> None:
    said = read(evidence(effect(-0.004, 0.001))).sentences
    assert "That is smaller than the least change that matters." in said


def test_cannot_tell_gives_reasons_and_remedies_and_no_number() -> None:
    row = Evaluability(**HERE, design="cannot tell yet", claim=0, pattern="", reasons=("only two comparison sites",),
                       remedies=("wait until June",), sites=9, adopters=7, comparison=2, periods_before=3,
                       periods_after=4, detectable=None, smallest_important=0.01)  # fmt: skip
    reading = read(dataclasses.replace(evidence(None), evaluability=row))
    assert reading.label == CANNOT
    assert reading.sentences == (
        "We cannot tell yet what video clinics did to waits over four hours.",
        "Why: only two comparison sites.",
        "What would help: wait until June.",
    )


def test_few_people_are_said_and_not_shown() -> None:
    assert read(evidence(effect(-0.02, 0.01), hidden=True)).label == HIDDEN


@given(
    st.floats(-0.2, 0.2), st.floats(0.0001, 0.2), st.floats(0.5, 1, exclude_min=True), st.sampled_from(["high", "low"])
)
def test_a_wider_gap_is_never_plain_good_news(estimate: float, half: float, p: float, how: str) -> None:
    reading = read(evidence(effect(estimate, half), how, gaps=(gap(0.2), gap(p))))
    assert reading.label not in (HELPED, MAYBE)
    if reading.label in (CATCH, MAYBE_CATCH):
        assert any(s.startswith("But the gap") for s in reading.sentences)


@given(st.floats(-0.2, -0.02), st.sampled_from(["high", "moderate", "low", "very low"]))
def test_harm_elsewhere_or_for_a_group_is_never_plain_good_news(estimate: float, how: str) -> None:
    for more in ({"harms": ((READMITTED, effect(0.02, 0.01)),)}, {"worse_for": ("age 80 and over",)}):
        reading = read(evidence(effect(estimate, 0.01), how, **more))
        assert reading.label in (CATCH, MAYBE_CATCH)
        assert any("got worse" in s for s in reading.sentences)


def test_harm_too_small_to_matter_is_not_called_harm() -> None:
    assert words.worse(READMITTED, effect(0.006, 0.005))
    assert not words.worse(READMITTED, effect(0.003, 0.002))
    assert not words.worse(READMITTED, effect(0.006, 0.007))


def test_worse_is_worse_whichever_way_is_better() -> None:
    assert read(evidence(effect(0.03, 0.01))).label == HARMED
    assert read(evidence(effect(0.03, 0.01), "low")).label == MAYBE_HARMED
    assert read(evidence(effect(-2.0, 1.0), measure=SCORE)).label == HARMED
    assert read(evidence(effect(2.0, 1.0), measure=SCORE)).label == HELPED


def test_without_a_comparison_the_sentence_says_what_is_in_the_number() -> None:
    e = dataclasses.replace(effect(-0.03, 0.01), design="interrupted time series")
    assert any("whatever else happened at that time is in this number" in s for s in read(evidence(e)).sentences)


@pytest.mark.parametrize(
    ("p", "said"),
    [
        (0.97, "probably grew"),
        (0.6, "may have grown"),
        (0.4, "no clear change"),
        (0.1, "probably shrank"),
        (None, "do not know"),
    ],
)
def test_the_gap_in_words(p: float | None, said: str) -> None:
    assert said in words.gap_sentence([gap(p)])


@pytest.mark.parametrize(
    ("label", "said"),
    [("Readmitted within 30 days", "“readmitted within 30 days”"), ("Waits over four hours", "waits over four hours")],
)
def test_a_label_that_is_no_noun_goes_in_quotes(label: str, said: str) -> None:
    measure = dataclasses.replace(WAITS, label=label)
    assert read(evidence(effect(-0.03, 0.01), measure=measure)).first == f"Video clinics lowered {said}."


# Figures


@pytest.mark.parametrize(
    ("low", "high", "places"), [(-3.4, -0.8, 1), (-30.0, 4.0, 0), (0.1, 0.3, 2), (-0.001, 0.001, 4), (5.0, 5.0, 1)]
)
def test_figures_are_no_finer_than_their_interval(low: float, high: float, places: int) -> None:
    assert words.places(low, high, (low + high) / 2) == places


def test_effects_in_full() -> None:
    assert words.effect_in_full(WAITS, -0.0213, -0.034, -0.008) == "−2.1 (−3.4 to −0.8) percentage points"
    assert words.effect_in_full(TWELVE, 0.0031, 0.0011, 0.0051) == "+3.1 (+1.1 to +5.1) per 1,000 attendances"
    assert words.effect_in_full(VOLUME, 0.031, 0.0102, 0.052) == "+3.1% (+1.0% to +5.2%) of the usual level"


@pytest.mark.parametrize(("p", "said"), [(0.003, "under 1%"), (0.5, "50%"), (0.997, "over 99%"), (None, "not known")])
def test_chances_are_never_certain(p: float | None, said: str) -> None:
    assert words.chance(p) == said


@pytest.mark.parametrize(
    ("value", "said"), [(0.05, "0.05"), (1.0, "1"), (12_345.6, "12,346"), (0.00004, "<0.001"), (0.0, "0"), (None, "–")]
)
def test_plain_figures(value: float | None, said: str) -> None:
    assert words.plain(value) == said


def test_a_rounded_nought_has_no_sign() -> None:
    assert words.number(-0.001, 1, sign=True) == "0.0"
    assert words.number(None, 1) == "–"
    assert words.number(float("nan"), 1) == "–"


@given(st.text(max_size=60))
def test_cleaned_text_has_no_control_and_cleaning_twice_changes_nothing(text: str) -> None:
    once = words.clean(text)
    assert words.clean(once) == once
    assert not re.search(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]", once)


def test_emoji_that_are_joined_stay_joined() -> None:
    assert words.clean("👩🏽‍⚕️ ward") == "👩🏽‍⚕️ ward"


@pytest.mark.parametrize(
    ("label", "inside"),
    [("Waits over four hours", "waits over four hours"), ("A&E waits", "A&E waits"), ("111 calls", "111 calls"),
     ("NHS 111", "NHS 111"), ("GP access", "GP access")],
)  # fmt: skip
def test_labels_inside_sentences(label: str, inside: str) -> None:
    assert words.inside(label) == inside


# Reading age


def syllables(word: str) -> int:
    groups = len(re.findall(r"[aeiouy]+", re.sub(r"(e|es|ed)$", "", word.lower())))
    return max(groups, 1)


def reading_age(text: str) -> float:
    """Flesch–Kincaid grade plus five: the age at which English school children read such a text."""
    sentences = [s for s in re.split(r"[.!?]+\s", text + " ") if s.strip()]
    found = re.findall(r"[A-Za-z’']+|\d[\d,]*", text)
    syllable = sum(1 if w[0].isdigit() else syllables(w) for w in found)
    return 0.39 * len(found) / len(sentences) + 11.8 * syllable / len(found) - 15.59 + 5


def test_headlines_can_be_read_at_eleven() -> None:
    told = [
        evidence(effect(-0.024, 0.011), "moderate", gaps=(gap(0.97),)),
        evidence(effect(-0.024, 0.011), "very low", gaps=(gap(0.4),)),
        evidence(effect(0.03, 0.01), "low", harms=((READMITTED, effect(0.02, 0.01)),)),
        evidence(effect(0.001, 0.03)),
        evidence(dataclasses.replace(effect(-0.03, 0.01), design="interrupted time series")),
    ]
    ages = [reading_age(" ".join(read(one).sentences)) for one in told]
    assert sum(ages) / len(ages) <= 11.5, ages
    assert max(ages) <= 13, ages


def test_a_half_is_rounded_alike_whatever_the_last_bit_of_it() -> None:
    for value in (-0.65, -0.6499999999999999, -0.6500000000000001):
        assert number(value, 1) == "−0.7" and number(value * 10, 0) == "−7"
    assert number(1e300, 0) and number(2.5, 0) == "3" and number(-0.04, 1) == "0.0"
