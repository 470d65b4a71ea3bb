"""Percentages and natural frequencies."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.evaluate.forwhom.scales import natural_frequency, own_scale, percentage


def test_observed_level_known_is_exact():
    found = percentage(-0.012, 0.003, observed=0.1)
    assert found.estimate == pytest.approx(-100 * 0.012 / 0.112)
    low = -0.012 - 1.959964 * 0.003
    assert found.lower == pytest.approx(100 * low / (0.1 - low), rel=1e-6)


def test_fieller_against_its_definition_and_delta_in_the_limit():
    """Each limit r is where |a - r b| is exactly its critical value; with a precise denominator both agree."""
    a, b, sa, sb, cab = -2.0, 10.0, 0.5, 1.5, -0.2
    found = percentage(a, sa, counterfactual=b, counterfactual_se=sb, covariance=cab)
    for r in (found.lower / 100, found.upper / 100):
        z = (a - r * b) / np.sqrt(sa**2 - 2 * r * cab + r**2 * sb**2)
        assert abs(z) == pytest.approx(1.959964, rel=1e-5)
    tight = [percentage(a, sa, counterfactual=b, counterfactual_se=0.01, method=m) for m in ("Fieller", "delta")]
    assert tight[0].upper == pytest.approx(tight[1].upper, rel=1e-4)
    unbounded = percentage(a, sa, counterfactual=1.0, counterfactual_se=1.5)
    assert (unbounded.lower, unbounded.upper) == (-np.inf, np.inf)
    plain = percentage(a, sa, counterfactual=b)
    assert plain.upper == pytest.approx(100 * (a + 1.959964 * sa) / b, rel=1e-5)
    with pytest.raises(ValueError, match="above zero"):
        percentage(1.0, 1.0, counterfactual=0.0)


def test_fieller_covers():
    rng = np.random.default_rng(3)
    hit = 0
    for _ in range(3000):
        a, b = rng.normal(-2, 0.5), rng.normal(6, 1.5)
        found = percentage(a, 0.5, counterfactual=b, counterfactual_se=1.5)
        hit += found.lower <= -100 / 3 <= found.upper
    assert hit / 3000 == pytest.approx(0.95, abs=0.015)


@pytest.mark.parametrize(
    ("effect", "says"),
    [
        ((-0.012, -0.019, -0.005), "about 12 fewer per 1,000 attendances (between 5 and 19 fewer)"),
        ((0.002, -0.005, 0.009), "no clear difference: anywhere from 5 fewer to 9 more per 1,000 attendances"),
        ((0.25, 0.12, 0.38), "about 25 more per 100 attendances (between 12 and 38 more)"),
        ((-0.03, -0.06, -0.0001), "about 3 fewer per 100 attendances (between less than 1 and 6 fewer)"),
        ((1e-6, 5e-7, 1.5e-6), "more, by less than 1 per 100,000 attendances"),
        ((np.nan, np.nan, np.nan), "cannot be told from these data"),
    ],
)
def test_sentences(effect, says):
    assert natural_frequency(*effect, "attendances").sentence == says


@given(st.floats(-0.5, 0.5), st.floats(1e-5, 0.3))
def test_numbers_in_the_sentence_are_the_numbers_found(effect, half):
    """What is said is within rounding of the truth, and a clear effect is never called unclear."""
    found = natural_frequency(effect, effect - half, effect + half, "people")
    assert found.clear == (effect - half > 0 or effect + half < 0)
    assert found.clear == (not found.sentence.startswith("no clear"))
    step = max(1.0, found.per * half / 10)
    assert abs(found.estimate - effect * found.per) <= step
    said = [int(x.replace(",", "")) for x in re.findall(r"\d[\d,]*", found.sentence)]
    assert found.per in said


def test_own_scale_says_no_more_than_the_interval_supports():
    assert own_scale(-3.2123, -5.34, -1.12, "minutes") == "about 3.2 minutes lower (between 1.1 and 5.3 lower)"
    assert own_scale(-321, -534, -112, "days") == "about 320 days lower (between 110 and 530 lower)"
    assert own_scale(0.1, -0.4, 0.6, "days") == "no clear difference: anywhere from 0.40 days lower to 0.60 days higher"
    assert own_scale(np.nan, 0, 1, "days") == "cannot be told from these data"
