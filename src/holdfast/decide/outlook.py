"""Flip points and what would settle a cell, in sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from holdfast.decide.amounts import amount, chance, close_chance, instead, listed, named, plural, sentence
from holdfast.decide.flips import Flip
from holdfast.decide.judged import Judged
from holdfast.decide.rules import KEEP_LEARNING
from holdfast.decide.settle import Prospect, at_once
from holdfast.records.vocabularies import CERTAINTIES, HORIZONS

NEVER: Final = 0.01
"""A chance below this is called none."""
_THRESHOLDS: Final = {
    "retain_benefit": "the benefit asked for",
    "retain_improves": "the chance of any improvement asked for",
    "retain_harm": "the harm that retain allows",
    "retain_gap": "the gap chance that retain allows",
    "adapt_elsewhere": "the chance of working elsewhere but not here that adapt asks for",
    "stop_harm": "the harm that stop asks for",
    "stop_futile": "the futility that stop asks for",
    "reinstate_harm": "the harm from suspension that reinstate asks for",
    "oppose": "the opposition that counts",
}
_KNOWN: Final = {
    "balancing": "a balancing measure were known and showed no harm",
    "experience": "an experience measure were known and showed no harm",
    "gap": "the gap were known and did not widen",
    "cost": "the running cost were recorded",
    "voices": "voices were gathered and nobody opposed",
}
_SINGLE: Final = {
    "effect": "the effect on the primary measure",
    "harm": "the other measures in which harm may show",
    "gap": "whether the gap widens",
}


def flips_in_words(j: Judged, flips: Sequence[Flip]) -> tuple[str, ...]:
    """Each flip point, nearest first: what would have to be otherwise, and the verdict it would give."""
    return tuple(f"If {_condition(j, flip)}: {flip.verdict}." for flip in flips)


def _condition(j: Judged, flip: Flip) -> str:
    if flip.input in _THRESHOLDS:
        what = _THRESHOLDS[flip.input]
        return f"{what} were {close_chance(flip.value)} instead of {close_chance(flip.now)}"
    if flip.input == "gap widens":
        return f"the chance that the gap widens were {close_chance(flip.value)} instead of {close_chance(flip.now)}"
    if flip.input == "certainty":
        held = (j.case.primary.certainty if j.case.primary else "") or "not assessed"
        then = CERTAINTIES[len(CERTAINTIES) - 1 - int(flip.value)]
        return f"the certainty of the primary effect were {then} instead of {held}"
    if flip.input == "claim":
        claim = j.case.primary.claim if j.case.primary else 0
        return f"the design's claim were {flip.value:.0f} instead of {claim}"
    if flip.input.endswith(" known"):
        return _KNOWN[flip.input.removesuffix(" known")]
    if np.isnan(flip.now):
        return {
            "a role opposes": "a role were opposed",
            "no role opposes": "no role were opposed",
            "running cost": "it had a running cost",
            "no running cost": "it had no running cost",
        }[flip.input]
    return _effect(j, flip)


def _effect(j: Judged, flip: Flip) -> str:
    """An effect or the smallest important difference at another value, on its measure's own scale and sign."""
    if flip.input == "smallest important difference":
        measure = j.primary.measure
        return (
            f"the smallest important difference in {named(measure)} were "
            f"{instead(measure, flip.value, flip.now, sign=False)}"
        )
    measure = (j.case.others[flip.column] if flip.input == "harm measure" else j.primary).measure
    value, now = measure.sign * flip.value, measure.sign * flip.now
    return f"the effect on {named(measure)} were {instead(measure, value, now)}"


def settle_in_words(j: Judged, prospect: Prospect, flips: Sequence[Flip]) -> tuple[str, ...]:
    """What would settle it soonest; nothing for a cell that has a verdict, or whose replacement is kept."""
    if j.rule.verdict != KEEP_LEARNING or j.rule.name == "no ground to reinstate":
        return ()
    if not prospect.months:
        return (*_at_once(flips), *_remedies(j))
    said = [*_at_once(flips), *_time(j, prospect), *_single(prospect), *_loss(j, prospect), *_next_horizon(j)]
    return (*said, *_doubts(j), *(_remedies(j) if j.rule.name in {"no comparison", "not sure enough"} else ()))


def _doubts(j: Judged) -> list[str]:
    """What would have to be mended for the evidence to be certain enough."""
    if j.rule.name != "not sure enough":
        return []
    return [f"What its certainty rests on: {'; '.join(j.case.doubts)}."] if j.case.doubts else ["Have it assessed."]


def _remedies(j: Judged) -> tuple[str, ...]:
    row = j.case.evaluability
    return tuple(sentence(text) for text in (row.remedies if row else ()))


def _at_once(flips: Sequence[Flip]) -> list[str]:
    said = {
        "running cost": "Recording the running cost would settle it: at any cost the verdict is {verdict}.",
        "a role opposes": "Asking the people concerned might settle it: were a role opposed, the verdict is {verdict}.",
    }
    return [
        said[f.input].format(verdict=f.verdict)
        if f.input in said
        else f"It would settle it if {_known(f)}: {f.verdict}."
        for f in at_once(flips)
    ]


def _known(flip: Flip) -> str:
    return _KNOWN[flip.input.removesuffix(" known")]


def _time(j: Judged, p: Prospect) -> list[str]:
    """Months and sites until a verdict is likely, given the errors measured so far."""
    pairs = [p.months, p.sites] if p.sites else [p.months]
    if max(each[-1][1] for each in pairs) < NEVER:
        return ["Neither more months nor more adopting sites would give a verdict by themselves."]
    said = [_enough(p, "months", "more month", j.policy.settle) + _basis(p)]
    if p.sites:
        said.append(_enough(p, "sites", "more adopting site", j.policy.settle) + ".")
    return said


def _enough(p: Prospect, which: str, one: str, wanted: float) -> str:
    pairs = getattr(p, which)
    number = p.enough(which, wanted)
    if number is None:
        last, reached = pairs[-1]
        if reached < NEVER:
            return f"Even {plural(last, one)} would almost surely not give a verdict"
        return f"Even {plural(last, one)} would give a verdict with a chance of only {chance(reached)}"
    likely = f", most likely {p.likeliest}" if p.likeliest else ""
    return f"{plural(number, one)} would give a verdict with a chance of {chance(dict(pairs)[number])}{likely}"


def _basis(p: Prospect) -> str:
    basis = "measured from the months so far" if p.exposure.measured else "assumed, for want of monthly effects"
    return f" (taking months to share {100 * p.exposure.shared:.0f} % of their error, {basis})."


def _single(p: Prospect) -> list[str]:
    """The input most worth knowing, were only one to be learnt exactly."""
    if not p.single:
        return []
    best = max(p.single, key=lambda name: p.single[name])
    if p.single[best] < NEVER:
        return [f"Knowing {listed([_SINGLE[name] for name in p.single], 'or')} exactly would not be enough by itself."]
    return [
        f"The single input most worth knowing is {_SINGLE[best]}: known exactly, it would give a verdict with a chance "
        f"of {chance(p.single[best])}."
    ]


def _loss(j: Judged, p: Prospect) -> list[str]:
    matters = p.loss_now > 0.01 * j.primary.measure.smallest_important and p.loss_year < 0.95 * p.loss_now
    if j.case.role != "introduced" or not matters:
        return []
    now, then = (amount(j.primary.measure, max(loss, 0.0), sign=False) for loss in (p.loss_now, p.loss_year))
    return [f"Going by the sign of the effect today risks losing {now} on average; after 12 more months, {then}."]


def _next_horizon(j: Judged) -> list[str]:
    """When the horizon that the policy prefers can first be read."""
    row, wanted = j.case.evaluability, j.policy.horizon
    if row is None or j.case.horizon is None or wanted not in HORIZONS or j.case.horizon.name == wanted:
        return []
    wait = HORIZONS[wanted][0] + 1 - row.periods_after
    return [f"The {wanted} effect can first be read in {plural(wait, 'month')}."] if wait > 0 else []
