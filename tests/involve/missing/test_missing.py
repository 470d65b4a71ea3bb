"""Who is missing: each state, warnings that say what cannot be put right, and intervals that hold the truth."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from holdfast.involve.missing import drift, opinion_by, presence, reweigh, weigh
from holdfast.records.heard import Makeup
from holdfast.records.involving import PREFER_NOT

BENCHMARKS = Path(__file__).resolve().parents[3] / "benchmarks"


def loaded(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, BENCHMARKS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def makeup(**levels: dict[str, float]) -> list[Makeup]:
    return [Makeup((d,), (level,), people) for d, table in levels.items() for level, people in table.items()]


AGE = makeup(age={"young": 50.0, "middle": 30.0, "old": 15.0, "oldest": 5.0})
SPOKE = ["young"] * 20 + ["middle"] * 60 + ["old"] * 4 + [PREFER_NOT] * 6 + [None] * 10


def test_every_level_has_its_state() -> None:
    found = {p.level: p for p in presence({"age": SPOKE}, AGE)}
    assert found["young"].state == "fewer than their share"
    assert found["middle"].state == "more than their share"
    assert found["old"].state == "too few to speak for"
    assert found["oldest"].state == "nobody reached: cannot be weighted"
    assert found[PREFER_NOT].voices == 6 and found[PREFER_NOT].people is None
    assert found["young"].share == pytest.approx(20 / 84), "of those who said their age"
    assert found["young"].ratio == pytest.approx(20 / 84 / 0.5)


def test_prefer_not_to_say_is_kept_apart_from_not_asked() -> None:
    found = {p.level: p for p in presence({"age": SPOKE}, ())}
    assert found[PREFER_NOT].share == pytest.approx(6 / 100)
    assert "None" not in found


def test_weights_match_the_levels_that_spoke_and_the_others_are_said() -> None:
    found = weigh({"age": SPOKE}, AGE)
    assert found.raked is not None
    codes = found.codes[0]
    known = codes >= 0
    shares = np.bincount(codes[known], found.raked.weights[known]) / found.raked.weights[known].sum()
    assert np.allclose(shares, np.array([50, 30, 15]) / 95, atol=1e-6)
    said = " ".join(found.warnings)
    assert "Nobody was reached of age oldest, 5 % of the population" in said
    assert "Too few of age old spoke to speak for them" in said


@pytest.mark.parametrize(
    ("about", "held", "told"),
    [
        ({"sex": ["f"] * 40}, AGE, "nobody was asked their age"),
        ({"age": ["young"] * 40}, [], "no make-up of their population is held"),
        ({"age": ["young"] * 20 + ["middle"] * 20, "sex": ["f"] * 40}, AGE, "make-up is not held: sex"),
        ({"age": ["young"] * 20 + [PREFER_NOT] * 20}, AGE, "50 % of people did not say their age"),
        ({"age": ["young"] * 20 + ["ancient"] * 20}, AGE, "that the make-up lacks, treated as not known: ancient"),
        ({"age": ["young"] * 10 + ["middle"] * 300}, AGE, "voices tell as much as"),
        ({"age": ["young"] * 30 + ["middle"] * 30, "access": ["no"] * 3 + ["yes"] * 57}, AGE, "Too few of access no"),
    ],
)
def test_what_weighting_cannot_put_right_is_said(about: dict[str, list[str]], held: list[Makeup], told: str) -> None:
    assert any(told in text for text in weigh(about, held).warnings), weigh(about, held).warnings


def test_a_joint_make_up_takes_the_place_of_its_parts() -> None:
    joint = [Makeup(("age", "sex"), (a, s), n) for (a, s), n in
             {("y", "f"): 4.0, ("y", "m"): 1.0, ("o", "f"): 1.0, ("o", "m"): 4.0}.items()]  # fmt: skip
    rng = np.random.default_rng(0)
    about = {"age": rng.choice(["y", "o"], 200).tolist(), "sex": rng.choice(["f", "m"], 200).tolist()}
    found = weigh(about, [*joint, *makeup(age={"y": 1.0, "o": 1.0})])
    assert found.dimensions == ("age;sex",)
    young = np.array([a == "y" and s == "f" for a, s in zip(about["age"], about["sex"], strict=True)])
    assert found.raked is not None
    assert found.raked.weights[young].sum() / 200 == pytest.approx(0.4)


def test_opinion_that_differs_by_something_not_weighted_is_a_warning_and_chance_seldom_is() -> None:
    rng = np.random.default_rng(1)
    access = rng.choice(["online", "offline"], 300)
    differs = (rng.random(300) < np.where(access == "online", 0.7, 0.4)).astype(float)
    assert "by access" in opinion_by(differs, {"access": access.tolist()})[0]
    assert not opinion_by(differs, {"access": access.tolist()}, ["access"])
    false = [opinion_by(rng.integers(0, 2, 300), {"access": access.tolist()}) for _ in range(200)]
    assert sum(map(bool, false)) <= 8, "one in a hundred, and three standard errors"


def test_late_answers_that_differ_are_a_warning() -> None:
    rng = np.random.default_rng(2)
    at = np.arange(300.0)
    assert drift((rng.random(300) < at / 300).astype(float), at)
    assert not drift(rng.integers(0, 2, 300), at)
    assert not drift(np.ones(300), at) and not drift([1.0], [0.0])


def test_nobody_one_person_and_everybody_alike() -> None:
    assert reweigh([], {}, AGE).raked is None
    one = reweigh([1.0], {"age": ["young"]}, AGE)
    assert one.raw.people == 1 and one.raked is not None and one.raked.low < 0.3
    alike = reweigh(np.ones(50), {"age": ["young", "old"] * 25}, AGE)
    assert alike.poststratified is not None and 0.8 < alike.poststratified.low < 1


SPOKEN = {"age": ["young", "middle", "old"] * 20}
YOUNG = makeup(age={"young": 50.0})


@pytest.mark.parametrize(
    ("y", "about", "held", "says"),
    [
        (np.tile([1, -1, 0], 20), SPOKEN, AGE, "20 of 60 values of y are outside 0 to 1"),
        (np.full(60, 7), SPOKEN, AGE, "60 of 60 values of y"),
        (np.full(60, np.inf), SPOKEN, AGE, "60 of 60 values of y"),
        (["agree"] * 60, SPOKEN, AGE, "y must be numbers"),
        (np.ones((60, 1)), SPOKEN, AGE, "one number a person"),
        (np.ones(3), SPOKEN, AGE, "“age” has 60 answers for 3 people"),
        (np.ones(80), SPOKEN, AGE, "“age” has 60 answers for 80 people"),
        (np.ones(60), {**SPOKEN, "sex": ["f"] * 10}, AGE, "“sex” has 10 answers for 60 people"),
        (np.ones(60), {"age": [1, 2, None] * 20}, AGE, "answers to “age” must be text.*some are int"),
        (np.ones(60), SPOKEN, [*AGE, *YOUNG], "counts age “young” more than once: give each level once"),
        (np.ones(60), SPOKEN, [*AGE, Makeup(("age",), ("young",), 5.0, role="staff")], "for different roles"),
        (np.ones(60), SPOKEN, [*AGE, Makeup(("sex",), ("f",), -5.0)], "-5.0 people in sex “f”"),
        (np.ones(60), SPOKEN, [*AGE, Makeup(("sex",), ("f",), float("nan"))], "nan people in sex “f”"),
        (np.ones(60), SPOKEN, [Makeup(("age",), (1,), 5.0)], "levels of age must be text"),  # type: ignore[arg-type]
        (np.ones(60), SPOKEN, [Makeup(("age", "sex"), ("young",), 5.0)], "2 dimensions and 1 levels"),
    ],
)
def test_what_cannot_be_weighed_is_refused_and_said(y: Any, about: Any, held: list[Makeup], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        reweigh(y, about, held)


def test_times_of_other_people_are_refused() -> None:
    with pytest.raises(ValueError, match="one time for each of 60 people"):
        reweigh(np.ones(60), SPOKEN, AGE, at=np.arange(59.0))


def test_weighing_and_presence_refuse_what_reweighing_does() -> None:
    for refusing in (weigh, presence):
        with pytest.raises(ValueError, match="more than once"):
            refusing(SPOKEN, [*AGE, *YOUNG])
        with pytest.raises(ValueError, match="“sex” has 10"):
            refusing({**SPOKEN, "sex": ["f"] * 10}, AGE)


def test_a_level_without_people_and_a_share_between_are_allowed() -> None:
    found = reweigh(np.full(60, 0.5), SPOKEN, [*AGE, Makeup(("age",), ("ancient",), 0.0)])
    assert found.raked is not None and found.raked.share == pytest.approx(0.5)


involving = loaded("involving")
HELD, ASKED_ONLY, HELD_ONLY, NEITHER, EVEN = involving.SCENES


@pytest.fixture(scope="module")
def held() -> dict[str, float]:
    found: dict[str, float] = involving.measured(HELD, 250, 500, 4)
    return found


def test_reweighted_results_cover_the_truth_where_what_drives_non_response_is_held(held: dict[str, float]) -> None:
    """Five hundred towns, 250 voices each; the least likely to speak are 25 times less so."""
    assert held["raw"] < 0.75
    assert held["raked"] >= 0.93 and held["post-stratified"] >= 0.93


def test_it_warns_where_the_driver_is_not_held_and_seldom_where_it_is(held: dict[str, float]) -> None:
    assert involving.measured(HELD_ONLY, 300, 40, 5)["warned"] == 1.0
    assert involving.measured(ASKED_ONLY, 300, 60, 5)["warned"] > 0.8
    assert held["warned"] < 0.06
