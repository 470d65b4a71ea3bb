"""Deciding: from findings and a policy to a recommendation for each practice, population and setting."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holdfast.decide.amounts import listed
from holdfast.decide.cases import Case, gather
from holdfast.decide.caveats import dissent, missing
from holdfast.decide.evidence import assemble
from holdfast.decide.flips import Flip, find_flips
from holdfast.decide.index import Index
from holdfast.decide.inputs import State
from holdfast.decide.judged import Judged, all_judged, interval
from holdfast.decide.outlook import flips_in_words, settle_in_words
from holdfast.decide.quantities import Thresholds
from holdfast.decide.reasons import reasons
from holdfast.decide.rules import judge
from holdfast.decide.settle import Prospect, foresee
from holdfast.records import Cell, Change, Findings, Measure, Policy
from holdfast.records.voices import Belief, Voice


@dataclass(frozen=True)
class Judgement:
    """Every case under one policy, as arrays and as the objects that words are made from."""

    index: Index
    cases: tuple[Case, ...]
    siblings: NDArray[np.int64]
    state: State
    rules: NDArray[np.int64]
    policy: Policy


def judge_all(
    findings: Findings | Index,
    changes: Mapping[str, Change],
    measures: Mapping[str, Measure],
    policy: Policy,
    voices: Iterable[Voice] = (),
    beliefs: Iterable[Belief] = (),
) -> Judgement:
    """Gather the evidence and judge every cell, without words."""
    index = findings if isinstance(findings, Index) else Index.of(findings)
    cases = gather(index, changes, measures, policy, voices, beliefs)
    evidence, siblings = assemble(cases, index, policy)
    state = State.of(evidence, Thresholds.of(policy))
    return Judgement(index, cases, siblings, state, judge(state.q, state.t), policy)


def decide(
    findings: Findings,
    changes: Mapping[str, Change],
    measures: Mapping[str, Measure],
    policy: Policy,
    voices: Iterable[Voice] = (),
    *,
    beliefs: Iterable[Belief] = (),
    duties: Mapping[str, Sequence[str]] | None = None,
) -> tuple[Cell, ...]:
    """A recommendation for every practice × population × setting that evaluability was judged for.

    ``voices`` and ``beliefs`` are what roles prefer and share. ``duties`` gives, for each change, the legal duties
    still open; a change it does not name has none recorded. The machine recommends: it never makes anything final.
    """
    judgement = judge_all(findings, changes, measures, policy, voices, beliefs)
    if not judgement.cases:
        return ()
    flips = find_flips(judgement.state)
    prospects = foresee(judgement.state, judgement.cases, judgement.index)
    every = all_judged(judgement.cases, judgement.state, judgement.rules, judgement.siblings, policy)
    still_open = duties or {}
    return tuple(
        _cell(j, f, p, still_open.get(j.case.change.change)) for j, f, p in zip(every, flips, prospects, strict=True)
    )


def flip_points(
    findings: Findings,
    changes: Mapping[str, Change],
    measures: Mapping[str, Measure],
    policy: Policy,
    voices: Iterable[Voice] = (),
) -> tuple[tuple[Flip, ...], ...]:
    """The flip points as numbers, one tuple per cell in the order of :func:`decide`."""
    return tuple(tuple(flips) for flips in find_flips(judge_all(findings, changes, measures, policy, voices).state))


def _cell(j: Judged, flips: Sequence[Flip], prospect: Prospect, duties: Sequence[str] | None) -> Cell:
    case, displaced = j.case, j.case.role == "displaced"
    shown = j.suspended if displaced else (case.primary if case.answerable else None)
    low, high = interval(shown) if shown else (None, None)
    harmful = j.suspended if displaced else j.harmful
    numbers = j.policy.model_dump() | {"must_have": listed(j.policy.must_have) or "nothing"}
    return Cell(
        change=case.change.change,
        practice=case.practice,
        role=case.role,
        dimension=case.at.dimension,
        level=case.at.level,
        setting=case.at.setting,
        policy=j.policy.name,
        verdict=j.rule.verdict,
        rule=f"{j.rule.name}: {j.rule.asked(numbers)}",
        reasons=reasons(j),
        benefit=None if displaced else _known(j.q["benefit"]),
        harm=_known(j.q["suspension" if displaced else "harm"]),
        harmful_measure=harmful.measure.measure if harmful else "",
        futile=None if displaced else _known(j.q["futile"]),
        gap_widens=None if displaced else _known(j.q["gap"]),
        certainty=shown.certainty if shown else "",
        missing=missing(j, duties),
        dissent=dissent(j),
        flips=flips_in_words(j, flips),
        would_settle=settle_in_words(j, prospect, flips),
        study=case.at.study,
        estimate=shown.estimate if shown else None,
        low=low,
        high=high,
        horizon=case.horizon.name if case.horizon and case.answerable else "",
    )


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None
