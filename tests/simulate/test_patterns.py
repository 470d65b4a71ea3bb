"""The ten adoption patterns: that each is what it says."""

from __future__ import annotations

import numpy as np
import pytest

from holdfast.records.vocabularies import DESIGNS
from holdfast.simulate import PATTERNS, adoption_pattern
from holdfast.simulate.patterns import CHANGE, MEASURE, untreated


@pytest.mark.parametrize("name", PATTERNS)
def test_every_pattern_is_whole(name: str) -> None:
    pattern = adoption_pattern(name, seed=3)
    assert pattern.on.shape == pattern.outcome.shape == pattern.effect.shape
    assert set(pattern.right) <= set(DESIGNS)
    assert np.isfinite(pattern.outcome).all()
    assert (pattern.effect[~pattern.on] == 0).all()
    assert np.array_equal(adoption_pattern(name, seed=3).outcome, pattern.outcome)
    assert not np.array_equal(adoption_pattern(name, seed=4).outcome, pattern.outcome)


def test_all_ten_letters_are_there() -> None:
    assert {name[0] for name in PATTERNS} == set("ABCDEFGHIJ")


def test_how_many_adopt_and_when() -> None:
    ever = {name: int(adoption_pattern(name).on.any(axis=1).sum()) for name in PATTERNS}
    sites = {name: len(adoption_pattern(name).on) for name in PATTERNS}
    assert (ever["C"], sites["C"] - ever["C"]) == (1, 100)
    assert (ever["D"], sites["D"] - ever["D"]) == (2, 100)
    assert ever["B"] == sites["B"] == ever["I"] == sites["I"] == 100
    assert (ever["J"], sites["J"]) == (1, 1)
    first = {name: set(adoption_pattern(name).on.argmax(axis=1)) for name in PATTERNS}
    assert adoption_pattern("E").on[:, 0].sum() == 40
    assert first["G"] == {0, 1}
    assert first["B"] == {30}
    assert len(first["I"]) == 6


def test_the_switched_off_pattern_is_on_for_four_months() -> None:
    on = adoption_pattern("F").on
    assert set(on.sum(axis=1)) == {0, 4}


def test_the_dose_pattern_responds_to_the_dose() -> None:
    pattern = adoption_pattern("B-dose")
    assert pattern.dose is not None
    gain = pattern.outcome[:, 30:].mean(axis=1) - pattern.outcome[:, :30].mean(axis=1)
    slope, _ = np.polyfit(pattern.dose[:, -1], gain, 1)
    assert slope == pytest.approx(1.0, abs=0.5)


def test_only_the_diverging_pattern_drifts_before_adoption() -> None:
    for name, drifts in (("A", False), ("H", True)):
        pattern = adoption_pattern(name, seed=1)
        ever = pattern.on.any(axis=1)
        apart = pattern.outcome[ever, :14].mean(axis=0) - pattern.outcome[~ever, :14].mean(axis=0)
        slope = np.polyfit(np.arange(14), apart, 1)[0]
        assert (slope > 0.025) == drifts, name


def test_an_effect_of_ones_own() -> None:
    assert adoption_pattern("C", effect=2.5).effect[0, -1] == 2.5
    gained = adoption_pattern("C", effect=2.5).outcome - adoption_pattern("C", effect=0.0).outcome
    assert gained[0, 24:] == pytest.approx(2.5)


def test_disturbances_have_the_stated_autocorrelation() -> None:
    y = untreated(np.random.default_rng(0), 4000, 48)
    e = y - y.mean(axis=0)
    e -= e.mean(axis=1, keepdims=True)
    lagged = (e[:, 1:] * e[:, :-1]).mean() / (e**2).mean()
    assert lagged == pytest.approx(0.5, abs=0.06)


def test_records_hold_the_same_numbers() -> None:
    pattern = adoption_pattern("A")
    panel, adoption = pattern.records()
    top, bottom, belongs = panel.cut(MEASURE, panel.outcomes[0][1])
    assert top / bottom == pytest.approx(pattern.outcome)
    assert belongs.all()
    assert adoption.change == CHANGE
    assert (adoption.on == pattern.on).all()
