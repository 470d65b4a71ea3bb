"""Themes beside each other: learned where themes shut each other out, and left alone where they do not."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import expit

from holdfast.understand.themes.together import Together, together

Floats = NDArray[np.float64]


def _loss(probabilities: Floats, known: Floats) -> float:
    return float(-np.mean(known * np.log(probabilities) + (1 - known) * np.log(1 - probabilities)))


def _independent(n: int, seed: int) -> tuple[Floats, Floats]:
    rng = np.random.default_rng(seed)
    truth = expit(rng.normal(-1.5, 1.5, (n, 6)))
    return truth, (rng.random((n, 6)) < truth).astype(float)


def _one_each(n: int, seed: int) -> tuple[Floats, Floats, Floats]:
    """Six themes, exactly one a comment: what each theme's evidence says alone, the truth given all, what is so.

    With log likelihood ratios e and a common share of 1/6, one theme alone says e − log 5; all say softmax(e).
    """
    rng = np.random.default_rng(seed)
    one = rng.integers(6, size=n)
    evidence = rng.normal(-1.125, 1.5, (n, 6))
    evidence[np.arange(n), one] += 2.25  # of normal scores a distance d apart, log ratios have means ±d²/2, sd d
    ratio = np.exp(evidence)
    return expit(evidence - np.log(5)), ratio / ratio.sum(axis=1, keepdims=True), np.eye(6)[one]


def test_themes_that_say_nothing_of_each_other_are_left_as_they_are() -> None:
    """4,000 × 6 independent themes: the correction moves a probability by 0.01 on average, noise of 12 weights."""
    learned = together(*_independent(4000, 0))
    truth, known = _independent(4000, 1)
    assert np.abs(learned(truth) - truth).mean() < 0.01
    assert _loss(learned(truth), known) == pytest.approx(_loss(truth, known), abs=0.002)


def test_themes_that_shut_each_other_out_come_near_what_is_known_exactly() -> None:
    """The loss above Bayes' own, which is known here, falls by four fifths at least on comments not seen."""
    alone, _, known = _one_each(4000, 0)
    learned = together(alone, known)
    alone, truth, known = _one_each(4000, 1)
    best, before, after = _loss(truth, known), _loss(alone, known), _loss(learned(alone), known)
    assert best < after < best + 0.2 * (before - best)
    for part in np.array_split(np.argsort(learned(alone).ravel()), 10):
        assert learned(alone).ravel()[part].mean() == pytest.approx(known.ravel()[part].mean(), abs=0.03)


def test_what_is_not_known_is_left_out_and_copies_of_rows_in_any_order_change_nothing() -> None:
    alone, _, known = _one_each(1500, 2)
    gaps = np.where(np.random.default_rng(0).random(known.shape) < 0.3, np.nan, known)
    learned = together(alone, gaps)
    assert np.isfinite(learned.weights).all() and learned.weights.any()
    again = together(alone[::-1], gaps[::-1])
    assert again.weights == pytest.approx(learned.weights, abs=1e-8)


@pytest.mark.parametrize("shape", [(40, 1), (0, 3), (0, 0)])
def test_one_theme_or_no_comment_is_left_as_it_is(shape: tuple[int, int]) -> None:
    probabilities = np.full(shape, 0.3)
    learned = together(probabilities, np.zeros(shape))
    assert np.array_equal(learned(probabilities), probabilities)


def test_ten_codings_do_little_harm_and_some_good() -> None:
    """Mean over 20 draws of ten comments, judged on 4,000: lost where there is nothing to learn 0.021, won 0.024."""
    (truth, said), (alone, _, one) = _independent(4000, 99), _one_each(4000, 98)
    nothing = [_loss(together(*_independent(10, s))(truth), said) - _loss(truth, said) for s in range(20)]
    assert np.mean(nothing) < 0.03
    learned = [together(p, known) for p, _, known in (_one_each(10, s) for s in range(20))]
    assert np.mean([_loss(one_of(alone), one) for one_of in learned]) < _loss(alone, one) - 0.015


def test_never_beyond_what_was_seen_in_learning() -> None:
    """A comment about everything at once counts as the fullest that was seen: probabilities stay in order."""
    alone, _, known = _one_each(4000, 4)
    learned = together(alone, known)
    full = np.full((50, 6), 0.99)
    full[:, 0] = np.linspace(0.01, 0.999, 50)
    assert isinstance(learned, Together) and (np.diff(learned(full)[:, 0]) > 0).all()
