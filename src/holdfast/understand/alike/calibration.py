"""From evidence to a probability: a logistic curve kept as data, with what was measured of it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib import resources

import numpy as np

from holdfast.understand.alike.grams import Floats
from holdfast.understand.alike.records import Skill


@dataclass(frozen=True)
class Curve:
    """P = 1 / (1 + exp(−(intercept + Σ slope · (evidence − centre) / spread)))."""

    names: tuple[str, ...]
    centre: Floats
    spread: Floats
    slope: Floats
    intercept: float
    fitted_on: str
    skill: tuple[Skill, ...]

    def probability(self, evidence: Floats) -> Floats:
        """One probability for each row of ``evidence`` (rows × names)."""
        score = (evidence - self.centre) / self.spread @ self.slope + self.intercept
        return np.asarray(1.0 / (1.0 + np.exp(-np.clip(score, -40, 40))))


def shipped(name: str) -> Curve:
    """The curve that comes with Holdfast; the file says what it was fitted on."""
    path = resources.files("holdfast.understand.alike").joinpath("data", f"{name}.json")
    return curve_from(json.loads(path.read_text(encoding="utf-8")))


def curve_from(held: dict[str, object]) -> Curve:
    """The reverse of :func:`curve_to`."""
    rows = {str(row[0]): [float(x) for x in row[1:]] for row in held["evidence"]}  # type: ignore[attr-defined]
    centre, spread, slope = (np.array(column) for column in zip(*rows.values(), strict=True))
    skill = tuple(Skill(*(float(x) for x in row)) for row in held["skill"])  # type: ignore[attr-defined]
    return Curve(tuple(rows), centre, spread, slope, float(held["intercept"]), str(held["fitted_on"]), skill)  # type: ignore[arg-type]


def curve_to(curve: Curve) -> dict[str, object]:
    """A form that JSON can hold."""
    rows = zip(curve.names, curve.centre, curve.spread, curve.slope, strict=True)
    return {
        "fitted_on": curve.fitted_on,
        "intercept": round(curve.intercept, 6),
        "evidence": [[name, *(round(float(x), 6) for x in rest)] for name, *rest in rows],
        "skill": [[s.threshold, s.precision, s.recall] for s in curve.skill],
    }
