"""What must hold of every recommendation, whatever the evidence."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from deciding_spec import one as blank
from deciding_world import STAGGERED, Told, change, findings, gap, measure, table, voice
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.decide import compare, decide
from holdfast.decide.deciding import judge_all
from holdfast.decide.posterior import at_least, within
from holdfast.decide.quantities import Thresholds
from holdfast.decide.rules import RULES, judge
from holdfast.records import Cell, Measure, Policy

EFFECT, SE = st.floats(-0.08, 0.08), st.floats(0.001, 0.04)
CERTAINTY = st.sampled_from(["very low", "low", "moderate", "high"])
DESIGN = st.sampled_from([STAGGERED, "interrupted time series", "cannot tell yet"])


@st.composite
def worlds(draw: st.DrawFn) -> dict[str, object]:
    """Three groups and everyone, three measures, a gap, a cost, a voice: any of them in any state."""
    return {
        "effects": draw(st.lists(st.tuples(EFFECT, SE, EFFECT, EFFECT), min_size=4, max_size=4)),
        "certainty": draw(st.lists(CERTAINTY, min_size=4, max_size=4)),
        "design": draw(st.lists(DESIGN, min_size=4, max_size=4)),
        "gap": draw(st.none() | st.floats(0, 1)),
        "cost": draw(st.sampled_from([None, 0.0, 10.0])),
        "opposed": draw(st.none() | st.floats(0.01, 0.99)),
    }


def cells(world: dict) -> tuple[Cell, ...]:  # type: ignore[type-arg]
    return decide(*parts(world, Policy()))


def parts(world: dict, policy: Policy, times: float = 1.0, names: str = "", turn: bool = False):  # type: ignore[no-untyped-def,type-arg]
    """``times`` puts every measure on another scale, ``names`` renames, ``turn`` reverses which way is better."""
    ways = ("higher", "lower") if turn else ("lower", "higher")
    wait = measure(names + "wait", better=ways[0], smallest=0.01 * times, kind="mean")
    back = measure(names + "back", "balancing", ways[0], 0.02 * times, kind="mean")
    old = measure(names + "old", "experience", ways[1], 0.01 * times, kind="mean", practice="displaced")
    places = [("everyone", "everyone", "all settings")] + [("age", names + x, "all settings") for x in "abc"]
    told = [
        Told(m, m.sign * times * x, se * times, place, design=design, certainty=certainty)
        for place, (a, se, b, c), design, certainty in zip(
            places, world["effects"], world["design"], world["certainty"], strict=True
        )
        for m, x in ((wait, a), (back, b), (old, c))
    ]
    gaps = () if world["gap"] is None else (gap(world["gap"], names + "wait"),)
    said = () if world["opposed"] is None else (voice("patients", (1 + world["opposed"]) / 2, world["opposed"]),)
    return findings(told, gaps), change(("before",), world["cost"]), table(wait, back, old), policy, said


def verdicts(world: dict, times: float = 1.0, names: str = "", turn: bool = False) -> list[tuple[str, str]]:  # type: ignore[type-arg]
    """Role and verdict of each cell, without its words."""
    judged = judge_all(*parts(world, Policy(), times, names, turn))
    return [(case.role, RULES[rule].verdict) for case, rule in zip(judged.cases, judged.rules, strict=True)]


@given(worlds())
@settings(max_examples=30, deadline=None, derandomize=True)
def test_retain_only_if_every_gate_is_passed(world: dict) -> None:  # type: ignore[type-arg]
    p = Policy()
    for cell, design in zip(cells(world), np.repeat(world["design"], 2), strict=True):
        if cell.verdict == "retain":
            assert cell.benefit >= p.retain_benefit  # type: ignore[operator]
            assert cell.harm <= p.retain_harm  # type: ignore[operator]
            assert cell.gap_widens is None or cell.gap_widens <= 0.5
            assert world["opposed"] is None or world["opposed"] <= p.oppose
            assert cell.certainty != "very low"
            assert design == STAGGERED


@given(worlds())
@settings(max_examples=30, deadline=None, derandomize=True)
def test_what_cannot_be_told_gives_no_verdict(world: dict) -> None:  # type: ignore[type-arg]
    for cell, design in zip(cells(world), np.repeat(world["design"], 2), strict=True):
        if design == "cannot tell yet":
            assert cell.verdict == "keep learning"
            assert cell.would_settle


@given(worlds())
@settings(max_examples=40, deadline=None, derandomize=True)
def test_each_practice_gets_only_verdicts_it_can_have(world: dict) -> None:  # type: ignore[type-arg]
    for cell in cells(world):
        allowed = {"introduced": {"retain", "adapt", "stop"}, "displaced": {"reinstate"}}[cell.role]
        assert cell.verdict in allowed | {"keep learning"}


@given(worlds(), st.floats(0, 0.1))
@settings(max_examples=30, deadline=None, derandomize=True)
def test_more_harm_never_makes_a_kinder_verdict(world: dict, more: float) -> None:  # type: ignore[type-arg]
    """Kindness: retain, then adapt or keep learning, then stop. More harm never moves up that list."""
    rank = {"retain": 2, "adapt": 1, "keep learning": 1, "stop": 0}
    worse = world | {"effects": [(a, se, b - more, c) for a, se, b, c in world["effects"]]}
    for (role, before), (_, after) in zip(verdicts(world), verdicts(worse), strict=True):
        if role == "introduced":
            assert rank[after] <= rank[before]


@given(worlds(), st.sampled_from([1e-6, 0.01, 37.0, 1e6]))
@settings(max_examples=40, deadline=None, derandomize=True)
def test_the_scale_of_a_measure_does_not_matter(world: dict, times: float) -> None:  # type: ignore[type-arg]
    assert verdicts(world) == verdicts(world, times=times)


@given(worlds())
@settings(max_examples=40, deadline=None, derandomize=True)
def test_names_and_which_way_is_better_do_not_matter(world: dict) -> None:  # type: ignore[type-arg]
    plain = verdicts(world)
    assert plain == verdicts(world, names="x-")
    assert plain == verdicts(world, turn=True)


@given(worlds())
@settings(max_examples=10, deadline=None, derandomize=True)
def test_equal_policies_never_differ_and_a_cell_differs_only_if_its_verdicts_do(world: dict) -> None:  # type: ignore[type-arg]
    found, changes, measures, policy, said = parts(world, Policy(name="a"))
    bold = Policy(name="b", retain_benefit=0.5, stop_harm=0.5, retain_gap=0.9)
    assert compare(found, changes, measures, [policy, replace_name(policy, "b")], said) == ()
    differing = {
        (a.practice, a.level)
        for a, b in zip(
            decide(found, changes, measures, policy, said), decide(found, changes, measures, bold, said), strict=True
        )
        if a.verdict != b.verdict
    }
    assert {(d.practice, d.level) for d in compare(found, changes, measures, [policy, bold], said)} == differing


def replace_name(policy: Policy, name: str) -> Policy:
    return policy.model_copy(update={"name": name})


@given(worlds())
@settings(max_examples=10, deadline=None, derandomize=True)
def test_deciding_twice_gives_the_same_words(world: dict) -> None:  # type: ignore[type-arg]
    assert cells(world) == cells(world)


@given(st.floats(0.5, 8.0))
@settings(max_examples=20, deadline=None, derandomize=True)
def test_a_strong_prior_leaves_nothing_to_retain(z: float) -> None:
    wait: Measure = measure("wait")
    found = findings([Told(wait, -0.01 * z, 0.01)])
    (cell,) = decide(found, change(), table(wait), Policy(prior_sd_multiple=0.05))
    assert cell.verdict == "keep learning"


def test_nothing_is_stated_as_certain() -> None:
    wait = measure("wait")
    (cell,) = decide(findings([Told(wait, -0.3, 0.001)]), change(), table(wait), Policy())
    assert not any(" 1.00" in line for line in (*cell.reasons, *cell.flips))
    assert replace(cell, reasons=()).verdict == "retain"


@pytest.mark.parametrize("size", [0.0, 0.1, 0.25, 0.5, 0.8, 1.0, 2.0])
def test_a_change_that_does_nothing_is_seldom_retained_however_small_what_matters(size: float) -> None:
    """Nothing but the primary measure to go by, δ of any size beside the error; 20,000 null studies.

    At most one in twenty, give or take three standard errors of that count.
    """
    n = 20_000
    estimate = np.random.default_rng(5).standard_normal(n)
    one, inf, bar = np.ones(n), np.full(n, np.inf), np.full(n, size)
    q = blank(
        benefit=at_least(estimate, one, inf, bar),
        improves=at_least(estimate, one, inf, 0 * bar),
        futile=within(estimate, one, inf, bar),
        harm=at_least(-estimate, one, inf, bar),
    )
    kept = np.array([rule.verdict for rule in RULES])[judge(q, Thresholds.of(Policy()))] == "retain"
    assert kept.mean() <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / n)
