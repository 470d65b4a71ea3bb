"""The arrangements are the right ones: all, once, and inside the rule of exchange."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from holdfast.evaluate.estimate.small import arrangements, declared, size_bands


def test_enumeration_is_every_distinct_arrangement_once() -> None:
    label = np.array([0, 1, 1, 2, 2])
    found = arrangements(label)
    wanted = set(permutations(label.tolist()))
    assert found.enumerated
    assert found.possible == 30 == len(found.labels)
    assert {tuple(row) for row in found.labels.tolist()} == wanted


def test_sites_change_places_only_inside_their_stratum() -> None:
    label = np.array([0, 2, 2, 1, 2, 2, 2])
    strata = np.array([0, 0, 0, 1, 1, 1, 1])
    found = arrangements(label, strata)
    assert found.possible == 3 * 4
    for s in (0, 1):
        rows = np.sort(found.labels[:, strata == s], axis=1)
        assert (rows == np.sort(label[strata == s])).all()


def test_draws_keep_cohort_sizes_and_what_was_never_in_play() -> None:
    label = np.repeat([0, 1, 2], [10, 10, 40])
    movable = label < 2
    found = arrangements(label, movable=movable, draws=50, limit=10)
    assert not found.enumerated
    assert (found.labels[:, ~movable] == 2).all()
    assert (np.sort(found.labels, axis=1) == np.sort(label)).all()
    assert len(np.unique(found.labels, axis=0)) > 45


def test_too_narrow_strata_are_refused_with_what_to_do() -> None:
    with pytest.raises(ValueError, match="widen the strata"):
        arrangements(np.array([0, 1, 1]), strata=np.array([0, 1, 1]))


def test_p_values_count_the_real_arrangement_once() -> None:
    label = np.repeat([0, 1], [1, 19])
    every = arrangements(label)
    assert every.smallest_p == 1 / 20
    assert every.p(np.array([1])) == pytest.approx(1 / 20)  # only itself
    drawn = arrangements(label, draws=99, limit=2)
    assert drawn.smallest_p == 1 / 100
    assert drawn.p(np.array([0])) == pytest.approx(1 / 100)


def test_a_declared_randomisation_must_keep_cohort_sizes() -> None:
    label = np.array([0, 1, 1, 1])
    good = declared(label, lambda rng, draws: rng.permuted(np.tile(label, (draws, 1)), axis=1), draws=20)
    assert good.labels.shape == (20, 4)
    with pytest.raises(ValueError, match="check the sampler"):
        declared(label, lambda rng, draws: np.zeros((draws, 4), dtype=int), draws=20)


def test_size_bands_give_every_adopter_someone_alike() -> None:
    rng = np.random.default_rng(3)
    size = np.exp(rng.normal(size=60))
    label = np.where(np.arange(60) < 9, 0, 1)
    band = size_bands(size, label, comparison=1)
    assert len(np.unique(band)) == 3
    for b in np.unique(band[label == 0]):
        assert np.sum((band == b) & (label == 1)) >= 3
    assert size[band == 0].max() <= size[band == 2].min()
