"""Flip points: put the input where the flip says, decide afresh from changed findings, and the verdict must change."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from deciding_world import STAGGERED, Told, change, findings, gap, measure, table, voice
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.decide import Flip, decide, flip_points
from holdfast.decide.amounts import instead
from holdfast.decide.deciding import judge_all
from holdfast.decide.rules import RULES
from holdfast.records import Cell, Measure, Policy
from holdfast.records.voices import Voice

WAIT, BACK = measure("wait"), measure("back", "balancing", "higher", 0.02)
OLD = measure("old", "balancing", practice="displaced")
CERTAINTIES = ("very low", "low", "moderate", "high")


@dataclass(frozen=True)
class Scene:
    """All the inputs of one cell, each where a flip can reach it. Estimates are oriented: positive is better."""

    effect: float = 0.03
    se: float = 0.01
    others: tuple[float, ...] = (0.05, 0.05)
    delta: float = 0.01
    gap: float | None = 0.3
    cost: float | None = None
    opposition: float | None = None
    certainty: str = "moderate"
    design: str = STAGGERED
    policy: Policy = Policy()

    def parts(self):  # type: ignore[no-untyped-def]
        wait: Measure = replace(WAIT, smallest_important=self.delta)
        measures = (wait, BACK, OLD)
        told = [
            Told(wait, wait.sign * self.effect, se=self.se, certainty=self.certainty, design=self.design),
            *(Told(m, m.sign * x, se=self.se) for m, x in zip(measures[1:], self.others, strict=True)),
        ]
        found = findings(told, () if self.gap is None else (gap(self.gap),))
        said: tuple[Voice, ...] = ()
        if self.opposition is not None:
            said = (voice("patients", (1 + self.opposition) / 2, self.opposition),)
        return found, change(("before",), cost=self.cost), table(*measures), self.policy, said

    def cells(self) -> dict[str, Cell]:
        return {cell.role: cell for cell in decide(*self.parts())}

    def verdicts(self) -> dict[str, str]:
        judged = judge_all(*self.parts())
        return {case.role: RULES[rule].verdict for case, rule in zip(judged.cases, judged.rules, strict=True)}

    def flips(self) -> dict[str, tuple[Flip, ...]]:
        return dict(zip(("introduced", "displaced"), flip_points(*self.parts()), strict=True))

    def put(self, flip: Flip, value: float) -> Scene:
        """The scene with the flip's input at ``value``."""
        if flip.input == "effect":
            return replace(self, effect=value)
        if flip.input == "smallest important difference":
            return replace(self, delta=value)
        if flip.input == "harm measure":
            others = list(self.others)
            others[flip.column] = value
            return replace(self, others=tuple(others))
        if flip.input == "gap widens":
            return replace(self, gap=value)
        if flip.input in {"a role opposes", "no role opposes"}:
            return replace(self, opposition=value)
        if flip.input in {"running cost", "no running cost"}:
            return replace(self, cost=1000 * value)
        if flip.input == "certainty":
            return replace(self, certainty=CERTAINTIES[int(value)])
        if flip.input == "claim":
            return replace(self, design=STAGGERED if value == 3 else "interrupted time series")
        assert flip.input in Policy.model_fields, flip.input
        return replace(self, policy=self.policy.model_copy(update={flip.input: value}))


SCENES = st.builds(
    Scene,
    effect=st.floats(-0.06, 0.06),
    se=st.floats(0.002, 0.03),
    others=st.tuples(st.floats(-0.08, 0.08), st.floats(-0.05, 0.05)),
    gap=st.none() | st.floats(0.01, 0.99),
    cost=st.sampled_from([None, 0.0, 900.0]),
    opposition=st.none() | st.floats(0.02, 0.98),
    certainty=st.sampled_from(CERTAINTIES),
    design=st.sampled_from([STAGGERED, "interrupted time series"]),
    policy=st.builds(
        Policy,
        retain_benefit=st.sampled_from([0.6, 0.8, 0.95]),
        stop_harm=st.sampled_from([0.5, 0.8]),
        stop_futile=st.sampled_from([0.5, 0.8]),
        prior_sd_multiple=st.sampled_from([0.0, 2.0]),
        harm_stops_despite_benefit=st.booleans(),
    ),
)


@given(SCENES)
@settings(max_examples=60, deadline=None, derandomize=True)
def test_every_flip_flips_to_the_verdict_it_names(scene: Scene) -> None:
    now = scene.verdicts()
    for role, flips in scene.flips().items():
        for flip in flips:
            assert scene.put(flip, flip.value).verdicts()[role] == flip.verdict != now[role], flip


@given(SCENES)
@settings(max_examples=40, deadline=None, derandomize=True)
def test_a_flip_point_is_the_boundary(scene: Scene) -> None:
    """A thousandth of the way back towards where the input stands, nothing has changed yet."""
    now = scene.verdicts()
    for role, flips in scene.flips().items():
        for flip in flips:
            if flip.distance < float("inf"):
                short = flip.value + 1e-3 * (flip.now - flip.value)
                assert scene.put(flip, short).verdicts()[role] == now[role], flip


def test_a_flip_worked_out_by_hand() -> None:
    """Benefit falls to 0.8 where the effect is δ + 0.8416 standard errors."""
    flips = {f.input: f for f in Scene().flips()["introduced"]}
    assert flips["effect"].value == pytest.approx(0.01 + 0.841621 * 0.01, abs=1e-7)
    assert flips["effect"].verdict == "keep learning"
    assert flips["effect"].distance == pytest.approx(2.0 - 0.841621, abs=1e-5)
    assert flips["smallest important difference"].value == pytest.approx(0.03 - 0.841621 * 0.01, abs=1e-7)
    assert flips["retain_benefit"].value == pytest.approx(0.977250, abs=1e-6)
    assert flips["gap widens"].value == pytest.approx(0.5, abs=1e-6)


def test_nearest_first_and_inputs_with_few_states_last() -> None:
    flips = Scene().flips()["introduced"]
    distances = [flip.distance for flip in flips]
    assert distances == sorted(distances)
    assert {f.input for f in flips if f.distance == float("inf")} == {"a role opposes", "certainty", "claim"}


def test_the_words_carry_the_numbers() -> None:
    cell = Scene().cells()["introduced"]
    assert "If the effect on wait were −1.8 instead of −3.0 percentage points: keep learning." in cell.flips
    assert "If the benefit asked for were 0.98 instead of 0.80: keep learning." in cell.flips
    assert "If a role were opposed: adapt." in cell.flips


def test_something_the_policy_insists_on_is_a_flip_point() -> None:
    scene = Scene(policy=Policy(must_have=("voices",)))
    flips = {f.input: f.verdict for f in scene.flips()["introduced"]}
    assert flips["voices known"] == "retain"
    assert scene.put(Flip("a role opposes", 0, 0, 0.0, 0, 0), 0.1).cells()["introduced"].verdict == "retain"


def test_what_matters_is_moved_in_the_other_places_too() -> None:
    """δ belongs to the measure: where it is moved for one group it is moved for the group it is compared with."""
    places = (("age", "75+", "all settings"), ("age", "18-64", "all settings"))

    def parts(delta: float):  # type: ignore[no-untyped-def]
        wait = replace(WAIT, smallest_important=delta)
        told = [Told(wait, x, 0.004, w) for x, w in zip((-0.001, -0.03), places, strict=True)]
        return findings(told), change(), table(wait), Policy()

    here = {f.input: f for f in flip_points(*parts(0.01))[0]}
    flip = here["smallest important difference"]
    assert decide(*parts(0.01))[0].verdict == "adapt"
    assert decide(*parts(flip.value))[0].verdict == flip.verdict == "keep learning"
    assert decide(*parts(flip.value + 1e-4 * (0.01 - flip.value)))[0].verdict == "adapt"


@pytest.mark.parametrize(
    ("value", "now", "words"),
    [
        (0.0098, 0.01, "0.98 instead of 1.00"),
        (0.00999, 0.01, "0.999 instead of 1.000"),
        (0.03, 0.01, "3.0 instead of 1.0"),
    ],
)
def test_two_amounts_are_told_apart(value: float, now: float, words: str) -> None:
    assert instead(OLD, value, now, sign=False) == f"{words} percentage points"
