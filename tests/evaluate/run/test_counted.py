"""Who is counted, from arrays to findings: a denominator that moves with the change is found, and only then."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from holdfast.evaluate.run import Question, evaluate_study
from holdfast.records import Adoption, CheckResult, Findings, Measure, Panel, Population, Study
from holdfast.simulate import AdoptionPattern, adoption_pattern

PATTERNS = ("A", "B-dose", "C", "F", "J")  # staggered, by dose, one adopter, on and off, one series


def _found(pattern: AdoptionPattern, growth: float, kind: str = "proportion", level: int = 400) -> Findings:
    """Half of those counted wait, whatever the change does; it multiplies how many are counted by 1 + ``growth``."""
    rng = np.random.default_rng(3)
    on = np.asarray(pattern.on)
    n, periods = on.shape
    usual = level * rng.uniform(0.5, 2.0, (n, 1)) * np.exp(rng.normal(0, 0.02, (n, periods)))
    strength = on if pattern.dose is None else np.where(on, pattern.dose, 0.0)
    denominator = rng.poisson(usual * (1 + growth * strength)).astype(float)
    panel = Panel(
        sites=tuple(f"S{i}" for i in range(n)),
        periods=tuple(dt.date(2018 + t // 12, t % 12 + 1, 1) for t in range(periods)),
        outcomes=(("m", Population()),),
        numerator=rng.binomial(denominator.astype(int), 0.5).astype(float)[None],
        denominator=denominator[None],
        setting=np.full(n, ""),
    )
    adoption = Adoption("c", on, pattern.dose, "as simulated")
    measure = Measure("m", "Share waiting", "outcome", kind, "lower", 0.01)  # type: ignore[arg-type]
    return evaluate_study(Question(Study(study="s", change="c", primary="m"), panel, adoption, {"m": measure}))


def _check(found: Findings) -> CheckResult | None:
    return next((check for check in found.checks if check.check == "who is counted"), None)


@pytest.mark.parametrize("name", PATTERNS)
def test_a_denominator_that_grows_with_the_change_is_found_by_every_design(name: str) -> None:
    found = _found(adoption_pattern(name, seed=1), growth=0.5)
    check = _check(found)
    assert check is not None, "no check was made"
    assert check.status == "fail" and check.value is not None and check.value > 0.2
    assert any("who is counted" in reason for reason in found.certainty[0].reasons)


@pytest.mark.parametrize("name", PATTERNS)
def test_one_that_does_not_move_is_not_failed(name: str) -> None:
    check = _check(_found(adoption_pattern(name, seed=1), growth=0.0))
    assert check is not None and check.status != "fail" and check.value is not None and abs(check.value) < 0.1


def test_the_size_found_is_the_truth() -> None:
    check = _check(_found(adoption_pattern("A", seed=1), growth=0.2))
    assert check is not None and check.value == pytest.approx(0.2, abs=0.02)


def test_a_count_has_nobody_else_to_be_counted_among() -> None:
    assert _check(_found(adoption_pattern("A", seed=1), growth=0.5, kind="count")) is None
