"""Counts under each profile, against the published rules."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.share.disclosure.profiles import Profile, profile, profiles
from holdfast.share.disclosure.rounding import hidden, possible, protected, rounded, share

NHS, MIDPOINT, STRICT = profile("nhs_secondary_care"), profile("midpoint6"), profile("strict10")


@pytest.mark.parametrize(
    ("count", "shown"),
    [(0, 0), (1, None), (7, None), (8, 10), (12, 10), (13, 15), (17, 15), (18, 20), (1_002, 1_000), (0.2, None)],
)
def test_nhs_secondary_care(count: float, shown: float | None) -> None:
    got = float(protected(count, NHS))
    assert math.isnan(got) if shown is None else got == shown


@pytest.mark.parametrize(("count", "shown"), [(0, 0), (1, 3), (6, 3), (7, 9), (12, 9), (13, 15)])
def test_midpoint_six_as_opensafely_defines_it(count: int, shown: int) -> None:
    assert float(protected(count, MIDPOINT)) == shown


@pytest.mark.parametrize(("count", "shown"), [(0, 0), (10, None), (11, 10), (15, 20), (14, 10)])
def test_strict_ten(count: int, shown: int | None) -> None:
    got = float(protected(count, STRICT))
    assert math.isnan(got) if shown is None else got == shown


def test_negative_and_infinite_counts_never_leave() -> None:
    assert hidden([-3.0, float("inf")], NHS).all()


@given(st.floats(0, 1e7, allow_nan=False), st.sampled_from([n for n in profiles() if n != "published_counts"]))
def test_no_small_count_survives_any_rule(count: float, name: str) -> None:
    rule = profile(name)
    shown = float(protected(count, rule))
    if rule.suppress_to:
        assert math.isnan(shown) or shown == 0 or shown > rule.suppress_to
    if not math.isnan(shown):
        assert abs(shown - count) <= rule.base / 2 + 0.5


@given(st.integers(0, 5_000), st.sampled_from(list(profiles())))
def test_what_a_reader_may_infer_holds_the_truth(count: int, name: str) -> None:
    rule = profile(name)
    value = float(protected(count, rule))
    low, high = possible(None if math.isnan(value) else value, rule)
    assert low <= count <= high


@given(st.integers(1, 400), st.sampled_from(["nhs_secondary_care", "midpoint6", "strict10"]))
def test_the_range_left_is_exactly_the_counts_shown_alike(count: int, name: str) -> None:
    rule = profile(name)
    value = float(protected(count, rule))
    if not math.isnan(value):
        low, high = possible(value, rule)
        alike = [n for n in range(500) if float(protected(n, rule)) == value]
        assert (low, high) == (alike[0], alike[-1])


def test_levels_come_from_rounded_counts() -> None:
    # 23 of 104 is 22.1%; shown it is 25 of 105.
    assert float(share(23 / 104, 104, NHS)) == pytest.approx(25 / 105)
    assert math.isnan(float(share(4 / 104, 104, NHS))), "a numerator of four is hidden"
    assert float(share(0.0, 104, NHS)) == 0.0
    assert math.isnan(float(share(0.5, 6, NHS))), "a denominator of six is hidden"


def test_the_numerator_of_a_mean_is_not_a_count() -> None:
    assert float(share(0.02, 104, NHS, numerator_counts=False)) == 0.02
    assert math.isnan(float(share(34.0, 6, NHS, numerator_counts=False)))


def test_a_rate_with_more_events_than_people_keeps_its_level() -> None:
    assert float(share(2.5, 1_000, NHS)) == 2.5


def test_rounding_takes_arrays_with_holes() -> None:
    assert np.array_equal(rounded([3.0, np.nan, 12.0], NHS), [5.0, np.nan, 10.0], equal_nan=True)


def test_an_unknown_profile_is_answered_with_the_choices() -> None:
    with pytest.raises(ValueError, match=r"Did you mean 'nhs_secondary_care'"):
        profile("nhs_secondry_care")


def test_a_profile_whose_statistics_give_its_counts_away_is_refused() -> None:
    with pytest.raises(ValueError, match="statistics_above"):
        Profile(name="x", title="x", source="x", suppress_to=7, statistics_above=3, rounding="none", base=1)


def test_each_profile_says_what_it_does() -> None:
    assert NHS.in_words() == (
        "counts of people from 1 to 7 are not shown (*); other counts are rounded to the nearest 5; zeros are kept and "
        "percentages come from the rounded counts"
    )
    assert all(p.in_words() and p.source for p in profiles().values())
