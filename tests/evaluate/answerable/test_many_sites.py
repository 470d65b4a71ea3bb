"""Facts and offers with thousands of sites, some of which adopted too early to be used."""

from __future__ import annotations

from math import comb

import numpy as np
import pytest

from holdfast.evaluate.answerable import Rules
from holdfast.evaluate.answerable.facts import gather
from holdfast.evaluate.answerable.offers import smallest_p


@pytest.mark.parametrize(("adopters", "comparison"), [(1, 1), (3, 17), (20, 30)])
def test_smallest_p_is_one_in_the_number_of_arrangements(adopters: int, comparison: int) -> None:
    assert smallest_p(adopters, comparison) == pytest.approx(1 / comb(adopters + comparison, adopters), rel=1e-9)


def test_smallest_p_of_thousands_of_sites_is_nothing_and_not_an_overflow() -> None:
    assert smallest_p(5940, 7280) == 0.0
    assert smallest_p(0, 10) == 1.0


def test_a_site_that_adopted_too_early_does_not_shorten_the_time_before() -> None:
    first = np.array([1, 20, 24, 40, 40])
    on = np.arange(40) >= first[:, None]
    facts = gather(on, np.ones_like(on), Rules())
    assert facts.unusable_adopters == 1
    assert (facts.before, facts.after) == (20, 20)
