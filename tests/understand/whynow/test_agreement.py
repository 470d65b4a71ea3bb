"""Krippendorff's alpha against his own worked examples, and where it must say that it cannot tell."""

from __future__ import annotations

import numpy as np
import pytest

from holdfast.understand.agreement import Level, alpha

NAN = float("nan")
FOUR_OBSERVERS = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, NAN, NAN, NAN],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NAN, 3],
    [NAN, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NAN],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NAN],
]
"""Krippendorff (2011), Computing Krippendorff's Alpha-Reliability, section C; given there to three places."""
TWO_OBSERVERS = [[0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]]
"""The same, section A."""


@pytest.mark.parametrize(("level", "published"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)])
def test_the_worked_example_with_missing_data(level: Level, published: float) -> None:
    """Half a unit of the third place, to which the example is printed."""
    found = alpha(FOUR_OBSERVERS, level)
    assert found.alpha == pytest.approx(published, abs=5e-4)
    assert (found.units, found.raters) == (11, 4)
    assert found.low < found.alpha < found.high <= 1


def test_the_worked_example_of_two_observers() -> None:
    assert alpha(TWO_OBSERVERS).alpha == pytest.approx(0.095, abs=5e-4)


def test_order_of_raters_and_units_and_the_names_of_categories_do_not_matter() -> None:
    given = np.array(FOUR_OBSERVERS)
    shuffled = given[::-1, ::-1]
    assert alpha(shuffled).alpha == pytest.approx(alpha(given).alpha, abs=1e-12)
    renamed = np.select([given == v for v in (1, 2, 3, 4, 5)], [9, 4, 7, 1, 3], NAN)
    assert alpha(renamed).alpha == pytest.approx(alpha(given).alpha, abs=1e-12)


def test_the_interval_holds_the_population_value_about_as_often_as_it_says() -> None:
    """Two raters right four times in five on two equal categories: alpha is 0.36 in the long run; 200 draws of 60.

    Percentile bootstrap over 60 units: between 0.90 and 0.99 allows for its known undercoverage and for 200 draws.
    """
    rng, held = np.random.default_rng(3), 0
    for _ in range(200):
        truth = rng.integers(0, 2, 60)
        said = np.where(rng.random((2, 60)) < 0.8, truth, 1 - truth)
        found = alpha(said, draws=400)
        held += found.low <= 0.36 <= found.high
    assert 0.90 <= held / 200 <= 0.99


@pytest.mark.parametrize(
    ("ratings", "said"),
    [
        ([[1.0, 2.0, NAN], [NAN, NAN, 3.0]], "nothing was judged by two"),
        (np.ones((3, 8)), "always said the same"),
        ([[]], "nothing"),
        ([[1.0, 2.0], [2.0, 2.0]], "too few"),
    ],
)
def test_what_cannot_be_told_is_said(ratings: object, said: str) -> None:
    found = alpha(ratings)  # type: ignore[arg-type]
    assert said in found.reason
    assert np.isnan(found.alpha) or (found.low, found.high) == (-1, 1)


def test_the_same_seed_gives_the_same_interval() -> None:
    assert alpha(FOUR_OBSERVERS, seed=5) == alpha(FOUR_OBSERVERS, seed=5)
