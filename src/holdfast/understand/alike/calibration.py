"""From evidence to a probability: a logistic curve kept as data, with what was measured of it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from importlib import resources
from typing import Final

import numpy as np

from holdfast.understand.alike.grams import Floats
from holdfast.understand.alike.records import Skill

AS_IF: Final = 1000
"""Rows' worth of weight that how common something was where the curve was fitted keeps, in any register."""
ROUNDS: Final = 200


def _no_bends() -> Floats:
    return np.zeros((0, 0))


@dataclass(frozen=True)
class Curve:
    """P = 1 / (1 + exp(−score)), the score a sum of straight lines that may bend.

    score = intercept + Σ slope · (evidence − centre) / spread + Σ turn · max(0, evidence − knot).
    ``knots`` and ``turns`` are bends × names: where a slope changes, and by how much.
    """

    names: tuple[str, ...]
    centre: Floats
    spread: Floats
    slope: Floats
    intercept: float
    fitted_on: str
    skill: tuple[Skill, ...]
    knots: Floats = field(default_factory=_no_bends)
    turns: Floats = field(default_factory=_no_bends)
    prior: float = 0.0
    """The share of rows that were right where the curve was fitted."""

    def score(self, evidence: Floats) -> Floats:
        """Log odds for each row of ``evidence`` (rows × names)."""
        straight = (evidence - self.centre) / self.spread @ self.slope + self.intercept
        bends = (np.maximum(0.0, evidence - k) @ t for k, t in zip(self.knots, self.turns, strict=True))
        return np.asarray(straight + sum(bends))

    def probability(self, evidence: Floats) -> Floats:
        """One probability for each row of ``evidence``, if what is looked for is as common as where it was fitted."""
        return _logistic(self.score(evidence))

    def probability_here(self, evidence: Floats) -> Floats:
        """One probability for each row, with how common it is learned from the rows themselves.

        Saerens, Latinne & Decaestecker (2002), "Adjusting the outputs of a classifier to new a priori probabilities":
        the mean probability is the next prior, until it settles. AS_IF rows at the fitted prior steady few rows.
        """
        score, prior = self.score(evidence), self.prior
        probability = _logistic(score)
        for _ in range(ROUNDS if 0.0 < self.prior < 1.0 else 0):
            before, prior = prior, float(probability.sum() + AS_IF * self.prior) / (len(score) + AS_IF)
            probability = _logistic(score + _log_odds(prior) - _log_odds(self.prior))
            if abs(prior - before) < 1e-9:
                break
        return probability


def _logistic(score: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(score, -40, 40))))


def _log_odds(share: float) -> float:
    return float(np.log(share / (1.0 - share)))


def shipped(name: str) -> Curve:
    """The curve that comes with Holdfast; the file says what it was fitted on."""
    path = resources.files("holdfast.understand.alike").joinpath("data", f"{name}.json")
    return curve_from(json.loads(path.read_text(encoding="utf-8")))


def curve_from(held: dict[str, object]) -> Curve:
    """The reverse of :func:`curve_to`."""
    rows = {str(row[0]): [float(x) for x in row[1:]] for row in held["evidence"]}  # type: ignore[attr-defined]
    columns = np.array(list(rows.values())).T
    centre, spread, slope = columns[:3]
    skill = tuple(Skill(*(float(x) for x in row)) for row in held["skill"])  # type: ignore[attr-defined]
    said, intercept, prior = str(held["fitted_on"]), float(str(held["intercept"])), float(str(held.get("prior", 0.0)))
    return Curve(tuple(rows), centre, spread, slope, intercept, said, skill, columns[3::2], columns[4::2], prior)


def curve_to(curve: Curve) -> dict[str, object]:
    """A form that JSON can hold."""
    bends = [column for pair in zip(curve.knots, curve.turns, strict=True) for column in pair]
    rows = zip(curve.names, curve.centre, curve.spread, curve.slope, *bends, strict=True)
    return {
        "fitted_on": curve.fitted_on,
        "intercept": round(curve.intercept, 6),
        "prior": round(curve.prior, 6),
        "evidence": [[name, *(round(float(x), 6) for x in rest)] for name, *rest in rows],
        "skill": [[s.threshold, s.precision, s.recall] for s in curve.skill],
    }
