"""Do reweighted results cover the truth when some people seldom speak, and is it said when they cannot?

    python benchmarks/involving.py [--repetitions 500] [--people 200 600] [--seed 1]

A population of five deprivation groups, four ages and two kinds of access to the internet. Opinion follows all
three; who speaks follows access and age, the least likely to speak being 25 times less so. Five workspaces hold
different parts of that. Prints, for each, the share of 95 % intervals that hold the population's true share (raw,
raked, post-stratified) and the share of runs in which the tool warned that weights cannot put it right.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holdfast.involve.missing import Reweighed, reweigh
from holdfast.records.heard import Makeup

Floats = NDArray[np.float64]
LEVELS = {
    "deprivation": ["1 most", "2", "3", "4", "5 least"],
    "age": ["under 35", "35 to 54", "55 to 74", "75+"],
    "internet": ["uses it", "does not"],
}
PEOPLE = {
    "deprivation": np.full(5, 0.2),
    "age": np.array([0.4, 0.25, 0.22, 0.13]),
    "internet": np.array([0.85, 0.15]),
}
SPEAKS = {"age": np.array([0.4, 0.8, 1.0, 0.5]), "internet": np.array([1.0, 0.1])}
CELLS = np.stack(np.meshgrid(*(np.arange(len(v)) for v in LEVELS.values()), indexing="ij"), -1).reshape(-1, 3)
SCENES = {
    "what drives non-response is asked and held": ((), ()),
    "asked, and the make-up is not held": ((), ("internet",)),
    "the make-up is held, and it was not asked": (("internet",), ()),
    "neither asked nor held": (("internet",), ("internet",)),
    "everybody is as likely to speak": ((), ()),
}


@dataclass(frozen=True)
class Town:
    """Share of people, chance of agreeing and readiness to speak of each cell (C,), and the true share agreeing."""

    people: Floats
    agrees: Floats
    speaks: Floats
    truth: float


def town(rng: np.random.Generator, *, even: bool = False) -> Town:
    """A town drawn at random; ``even`` when everybody is as ready to speak."""
    people = np.prod([PEOPLE[d][CELLS[:, i]] for i, d in enumerate(PEOPLE)], axis=0)
    logit = rng.normal(0, 0.4, 5)[CELLS[:, 0]] + rng.normal(0, 0.5, 4)[CELLS[:, 1]]
    logit += rng.choice([-1, 1]) * rng.normal(1.5, 0.2) * CELLS[:, 2] + rng.normal(0, 0.15, len(CELLS))
    agrees = 1 / (1 + np.exp(-(logit - logit @ people)))
    speaks = np.ones(len(CELLS)) if even else SPEAKS["age"][CELLS[:, 1]] * SPEAKS["internet"][CELLS[:, 2]]
    return Town(people, agrees, speaks, float(people @ agrees))


def heard(place: Town, people: int, scene: str, rng: np.random.Generator) -> Reweighed:
    """What the tool makes of so many people of the town, in a workspace that lacks what the scene says."""
    unasked, unheld = SCENES[scene]
    chance = place.people * place.speaks
    cell = rng.choice(len(CELLS), people, p=chance / chance.sum())
    agree = (rng.random(people) < place.agrees[cell]).astype(float)
    about = {d: [levels[j] for j in CELLS[cell, i]] for i, (d, levels) in enumerate(LEVELS.items()) if d not in unasked}
    makeup = [
        Makeup((d,), (level,), float(share))
        for d in LEVELS
        if d not in unheld
        for level, share in zip(LEVELS[d], PEOPLE[d], strict=True)
    ]
    at = rng.exponential(1 / place.speaks[cell])
    return reweigh(agree, about, makeup, at=at)


def warned(found: Reweighed) -> bool:
    """Whether it says that something is beyond the weights: a make-up of what was not asked, opinion that differs by
    what is not held, too few to tell whether it does, or late answers that differ."""
    told = ("The population's make-up by", "Opinion differs by", "to tell whether their opinion", "answered late")
    return any(part in text for text in found.warnings for part in told)


def measured(scene: str, people: int, repetitions: int, seed: int) -> dict[str, float]:
    """Coverage of the three results and how often it warned."""
    rng = np.random.default_rng(seed)
    held: dict[str, list[bool]] = {"raw": [], "raked": [], "post-stratified": [], "warned": []}
    for _ in range(repetitions):
        place = town(rng, even=scene.startswith("everybody"))
        found = heard(place, people, scene, rng)
        assert found.raked is not None
        assert found.poststratified is not None
        held["raw"].append(found.raw.low <= place.truth <= found.raw.high)
        held["raked"].append(found.raked.low <= place.truth <= found.raked.high)
        held["post-stratified"].append(found.poststratified.low <= place.truth <= found.poststratified.high)
        held["warned"].append(warned(found))
    return {name: float(np.mean(values)) for name, values in held.items() if values}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--repetitions", type=int, default=500)
    parser.add_argument("--people", type=int, nargs="+", default=[200, 600])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quick", action="store_true")
    told = parser.parse_args()
    repetitions = 60 if told.quick else told.repetitions
    print("| workspace | people | raw | raked | post-stratified | warned |\n|---|---|---|---|---|---|")
    start = time.perf_counter()
    for people in told.people:
        for scene in SCENES:
            row = measured(scene, people, repetitions, told.seed)
            cells = " | ".join(f"{row[name]:.3f}" for name in ("raw", "raked", "post-stratified", "warned"))
            print(f"| {scene} | {people:,} | {cells} |", flush=True)
    print(f"{repetitions:,} repetitions each, {time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
