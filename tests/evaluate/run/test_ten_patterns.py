"""The ten adoption patterns, from arrays to findings: the right verdict, and an effect that holds the truth."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from holdfast.evaluate.answerable import judge
from holdfast.evaluate.run import Question, evaluate_study
from holdfast.records import Adoption, Findings, Measure, Panel, Population, Study
from holdfast.simulate import PATTERNS, AdoptionPattern, adoption_pattern

MEASURE = Measure("m", "Mean score", "outcome", "mean", "higher", 0.5, unit="points")


def _found(pattern: AdoptionPattern) -> Findings:
    n, periods = pattern.on.shape
    dates = tuple(dt.date(2018 + t // 12, t % 12 + 1, 1) for t in range(periods))
    panel = Panel(
        sites=tuple(f"S{i}" for i in range(n)),
        periods=dates,
        outcomes=(("m", Population()),),
        numerator=np.asarray(pattern.outcome)[None],
        denominator=np.full((1, n, periods), np.nan),
        setting=np.full(n, ""),
    )
    adoption = Adoption("c", np.asarray(pattern.on), pattern.dose, "as simulated")
    return evaluate_study(Question(Study(study="s", change="c", primary="m"), panel, adoption, {"m": MEASURE}))


@pytest.mark.parametrize("name", PATTERNS)
def test_every_pattern_gets_its_verdict(name: str) -> None:
    for seed in range(5):
        pattern = adoption_pattern(name, seed=seed)
        verdict = judge(pattern.on, pattern.outcome, dose=pattern.dose, smallest_important=0.5)
        assert verdict.design in pattern.right, (seed, verdict.reasons)
        if not verdict.answerable:
            assert verdict.reasons, "a refusal says why"


@pytest.mark.parametrize("name", PATTERNS)
def test_no_effect_is_shown_where_the_verdict_is_cannot_tell(name: str) -> None:
    found = _found(adoption_pattern(name, seed=1))
    (verdict,) = found.evaluability
    if verdict.design == "cannot tell yet":
        assert not found.effects
        assert not found.paths
    else:
        overall = [e for e in found.effects if e.kind == "overall"]
        assert len(overall) == 1
        assert overall[0].inference


@pytest.mark.parametrize(("name", "truth"), [("A", 1.0), ("C", 0.0), ("D", 0.0), ("F", 1.0), ("I", 1.0)])
def test_the_interval_holds_the_truth_in_most_draws(name: str, truth: float) -> None:
    """Twelve draws each: an honest 95 % interval misses more than three of twelve once in 4,000 times."""
    missed = 0
    for seed in range(12):
        found = _found(adoption_pattern(name, seed=seed))
        for effect in found.effects:
            if effect.kind == "overall":
                assert effect.low is not None
                assert effect.high is not None
                missed += not effect.low <= truth <= effect.high
    assert missed <= 3
