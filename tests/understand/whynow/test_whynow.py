"""Enablers: what was put in is found, what was not is not, and too little says so."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import numpy as np
import pytest

from holdfast.understand.whynow import Rating, agreement, fading, profiles, with_lasting

START = dt.date(2020, 3, 1)


def _ratings(
    rng: np.random.Generator, slope: float, changes: int = 8, enabler: str = "capacity", noise: float = 0.5
) -> Iterator[Rating]:
    """Five raters a change, three looks half a year apart; late raters are systematically harsher."""
    for change in range(changes):
        for rater in range(5):
            harsh = rng.normal() - 0.3 * rater
            for look in range(3):
                if look == 0 and rater > 2:
                    continue  # the harsh ones join later, which alone must not look like fading
                when = START + dt.timedelta(days=183 * look)
                value = 4 + harsh + slope * look / 2 + rng.normal(0, noise)
                yield Rating(f"c{change}", enabler, f"c{change} r{rater}", value, when)


def test_a_fading_enabler_is_found_and_a_steady_one_is_not_however_its_raters_change() -> None:
    rng = np.random.default_rng(1)
    found = {t.enabler: t for t in fading([*_ratings(rng, -1.0), *_ratings(rng, 0.0, enabler="purpose")])}
    assert found["capacity"].verdict == "fading"
    assert found["capacity"].low < -1.0 < found["capacity"].high
    assert found["purpose"].verdict == "cannot tell yet" and found["purpose"].reason


def test_the_interval_of_a_trend_covers_and_its_false_alarms_are_few() -> None:
    """200 draws of no trend: coverage within 0.95 ± 0.045, and few false verdicts: three standard errors."""
    held = wrong = 0
    for seed in range(200):
        (trend,) = fading(_ratings(np.random.default_rng(seed), 0.0, changes=5))
        held += trend.low <= 0 <= trend.high
        wrong += trend.verdict != "cannot tell yet"
    assert 0.905 <= held / 200 <= 0.995
    assert wrong / 200 <= 0.095


@pytest.mark.parametrize("changes", [1, 2])
def test_too_few_changes_give_no_interval(changes: int) -> None:
    (trend,) = fading(_ratings(np.random.default_rng(2), -3.0, changes=changes))
    assert trend.verdict == "cannot tell yet" and "are needed" in trend.reason and np.isnan(trend.low)


def test_one_look_shows_no_trend() -> None:
    one = [Rating("c", "e", f"r{i}", 3.0, START) for i in range(9)]
    (trend,) = fading(one)
    assert trend.changes == 0 and trend.verdict == "cannot tell yet"


def _world(rng: np.random.Generator, gap: float, each: int) -> tuple[list[Rating], dict[str, bool]]:
    lasted = {f"c{i}": i % 2 == 0 for i in range(2 * each)}
    ratings = [
        Rating(change, "leadership", f"{change} r{r}", 3 + gap * last + rng.normal(0, 0.6), START)
        for change, last in lasted.items()
        for r in range(4)
    ]
    return ratings, lasted


def test_an_enabler_of_lasting_changes_is_found() -> None:
    (found,) = with_lasting(*_world(np.random.default_rng(4), 1.0, 8))
    assert found.verdict == "goes with lasting"
    assert found.low < 1.0 < found.high
    assert (found.lasted, found.lapsed) == (8, 8)


def test_many_ratings_of_few_changes_do_not_make_many_observations() -> None:
    ratings, lasted = _world(np.random.default_rng(4), 3.0, 3)
    (found,) = with_lasting(ratings * 50, lasted)
    assert found.verdict == "cannot tell yet" and "of each are needed" in found.reason


def test_no_difference_is_seldom_called_one_and_the_interval_covers() -> None:
    """200 draws of eight changes a side: few false verdicts, and coverage within three standard errors of 95 %."""
    worlds = [with_lasting(*_world(np.random.default_rng(seed), 0.0, 5))[0] for seed in range(200)]
    assert sum(w.verdict != "cannot tell yet" for w in worlds) / 200 <= 0.095
    assert 0.905 <= sum(w.low <= 0 <= w.high for w in worlds) / 200 <= 0.995


def test_the_exact_p_of_a_perfect_split_is_two_over_the_arrangements() -> None:
    lasted = {f"c{i}": i < 4 for i in range(8)}
    ratings = [
        Rating(c, "e", "r", 4.0 + 0.1 * i if last else 1.0 + 0.1 * i, START)
        for i, (c, last) in enumerate(lasted.items())
    ]
    (found,) = with_lasting(ratings, lasted)
    assert found.p == pytest.approx(2 / 70)


def test_only_a_raters_last_word_counts_and_disagreement_is_shown() -> None:
    later = START + dt.timedelta(days=30)
    ratings = [
        Rating("c", "e", "Ann", 5, START),
        Rating("c", "e", "Ann", 1, later),
        Rating("c", "e", "Ben", 5, later),
        Rating("c", "e", "Cy", float("nan"), later),
    ]
    (profile,) = profiles(ratings)
    assert (profile.mean, profile.least, profile.most, profile.raters) == (3, 1, 5, 2)
    assert profile.low < 1 and profile.high > 5


def test_one_rater_has_no_interval() -> None:
    (profile,) = profiles([Rating("c", "e", "Ann", 4, START)])
    assert profile.mean == 4 and np.isnan(profile.low)
    assert np.isnan(agreement([Rating("c", "e", "Ann", 4, START)])["e"].alpha)


def test_agreement_of_raters_who_rank_alike_is_high_and_of_chance_is_near_none() -> None:
    rng = np.random.default_rng(6)
    true = rng.integers(1, 6, 40)
    alike = [Rating(f"c{i}", "e", r, int(t), START) for i, t in enumerate(true) for r in "ab"]
    assert agreement(alike)["e"].alpha == pytest.approx(1)


def test_agreement_of_raters_who_guess_is_none_in_the_long_run() -> None:
    """Mean of 20 draws of 40 changes; one draw's standard error is about 0.16, so four of theirs are 0.14."""
    rng, found = np.random.default_rng(6), []
    for _ in range(20):
        guessed = [Rating(f"c{i}", "e", r, int(rng.integers(1, 6)), START) for i in range(40) for r in "ab"]
        found.append(agreement(guessed)["e"].alpha)
    assert abs(np.mean(found)) < 0.14


def test_nothing_gives_nothing() -> None:
    assert fading([]) == [] and profiles([]) == [] and with_lasting([], {}) == []
    assert np.isnan(agreement([])[""].alpha)
