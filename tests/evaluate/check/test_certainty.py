"""Where certainty starts and what moves it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.evaluate.check.certainty import DOMAINS, LEVELS, certainty, starting_level
from holdfast.evaluate.check.result import Check


def check(name, status):
    return Check(name, 1.0, 1.0, status, "As found.")


@pytest.mark.parametrize(
    ("maryland", "level"), [(5, "high"), (4, "moderate"), (3, "moderate"), (2, "low"), (1, "very low")]
)
def test_start(maryland, level):
    assert starting_level(maryland) == level
    assert certainty(maryland).level == level


def test_failed_checks_move_down_by_name():
    found = certainty(3, [check("parallel pre-trends", "fail"), check("missing months", "pass")])
    assert (found.start, found.level) == ("moderate", "low")
    assert found.reasons == ("Failed: parallel pre-trends. As found.",)
    twice = certainty(
        5, [check("parallel pre-trends", "fail"), check("placebo date", "fail"), check("anticipation", "fail")]
    )
    assert twice.level == "low"
    both = certainty(5, [check("missing months", "fail"), check("who is counted", "fail")])
    assert both.level == "moderate"


def test_one_concern_is_not_enough_but_two_about_one_thing_are():
    assert certainty(3, [check("anticipation", "concern")]).level == "moderate"
    assert certainty(3, [check("anticipation", "concern"), check("who is counted", "concern")]).level == "moderate"
    assert certainty(3, [check("anticipation", "concern"), check("placebo date", "concern")]).level == "low"


def test_imprecision_needs_both_important_benefit_and_harm():
    assert certainty(3, interval=(-2, 2), smallest_important=1).level == "low"
    assert certainty(3, interval=(-2, 0.5), smallest_important=1).level == "moderate"
    assert certainty(3, interval=(float("nan"), 1), smallest_important=1).level == "low"
    assert certainty(3, interval=(-2, 2)).level == "moderate"


def test_it_rises_only_from_an_unspoilt_non_randomised_design():
    assert certainty(2, dose_response_p=0.01).level == "moderate"
    assert certainty(2, ratio_interval=(2.1, 3)).level == "moderate"
    assert certainty(2, ratio_interval=(0.05, 0.19)).level == "high"
    assert certainty(2, ratio_interval=(1.9, 30)).level == "low"
    assert certainty(2, [check("missing months", "fail")], ratio_interval=(5.1, 9)).level == "very low"
    assert certainty(1, ratio_interval=(5.1, 9)).level == "very low"
    assert certainty(5, dose_response_p=0.01).level == "high"
    assert certainty(2, indirectness=["measured in another country"], dose_response_p=0.01).level == "very low"


@given(
    st.integers(0, 5),
    st.lists(
        st.tuples(st.sampled_from(sorted(DOMAINS)), st.sampled_from(["pass", "concern", "fail", "not applicable"]))
    ),
)
def test_checks_never_raise_it_and_every_step_has_a_reason(maryland, statuses):
    found = certainty(maryland, [check(n, s) for n, s in statuses])
    assert LEVELS.index(found.level) <= LEVELS.index(found.start)
    assert all(m.steps < 0 and m.reason for m in found.moves)
    assert bool(found.moves) == any(m.steps for m in found.moves)
