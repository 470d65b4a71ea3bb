"""The two ways to a staggered effect agree, and small-sample errors carry over to panels with gaps."""

from __future__ import annotations

import numpy as np
import pytest

from holdfast.evaluate.answerable import judge
from holdfast.evaluate.run.batch import Batch
from holdfast.evaluate.run.by_staggered import by_staggered
from holdfast.evaluate.run.cuts import Cut, Key
from holdfast.evaluate.run.linear import _from_influence, linear
from holdfast.records import Measure, Population, Study

MEASURE = Measure("m", "M", "outcome", "mean", "higher", 0.5)


def _batch(seed: int = 0, adopters: int = 40, gaps: int = 0, weighted: bool = True) -> Batch:
    rng = np.random.default_rng(seed)
    n, periods = 60, 36
    first = np.r_[rng.integers(12, 30, adopters), np.full(n - adopters, periods)]
    on = np.arange(periods) >= first[:, None]
    y = rng.normal(size=(n, 1)) + rng.normal(size=(n, periods)) + on
    if gaps:
        y[rng.integers(0, n, gaps), rng.integers(0, periods, gaps)] = np.nan
    weight = rng.uniform(1, 5, n) if weighted else np.ones(n)
    cut = Cut(Key("m", Population()), y, weight, y, np.full_like(y, np.nan), np.ones(n, dtype=bool))
    return Batch(
        study=Study(study="s", change="c", primary="m"),
        design="staggered difference-in-differences",
        cuts=(cut,),
        measures=(MEASURE,),
        verdict=judge(on, y),
        sites=np.arange(n),
        panel_sites=n,
        y=y[None],
        weight=weight[None],
        on=on,
        dose=None,
        first=first,
        period="month",
    )


def test_moments_and_influence_functions_agree() -> None:
    batch = _batch()
    by_moments, by_site = linear(batch)[0], _from_influence(batch, 0)
    assert by_moments.rows == by_site.rows
    np.testing.assert_allclose(by_moments.estimate, by_site.estimate, atol=1e-12)
    np.testing.assert_allclose(by_moments.psi, by_site.psi, atol=1e-12)
    np.testing.assert_allclose(by_moments.observed, by_site.observed, atol=1e-12)


@pytest.mark.parametrize("adopters", [12, 40])
def test_gaps_barely_move_the_answer_and_never_shrink_its_error_to_the_large_sample_one(adopters: int) -> None:
    batch = _batch(adopters=adopters, gaps=20)
    (answer,) = by_staggered(batch)
    large_sample = float(np.sqrt((answer.psi[0] ** 2).sum()))
    assert answer.se[0] >= large_sample
    assert "missing" in answer.inference
    assert abs(answer.estimate[0] - 1) < 4 * answer.se[0]


def test_few_adopters_are_permuted_and_many_are_not() -> None:
    (few,) = by_staggered(_batch(adopters=12, weighted=False))
    (many,) = by_staggered(_batch(adopters=40, weighted=False))
    assert few.inference.startswith("permutation")
    assert many.inference.startswith("Welch")


def test_bands_are_wider_than_intervals_and_runs_repeat_exactly() -> None:
    (one,), (two,) = by_staggered(_batch(weighted=False)), by_staggered(_batch(weighted=False))
    event = [i for i, (kind, at) in enumerate(one.rows) if kind == "event time" and at != "-1"]
    inside = np.isfinite(one.band[event, 0])
    assert inside.any()
    width = one.band[event, 1] - one.band[event, 0]
    assert (width[inside] > (one.high - one.low)[event][inside]).all()
    np.testing.assert_array_equal(one.low, two.low)
