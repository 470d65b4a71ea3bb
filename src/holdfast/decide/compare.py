"""Two policies on the same evidence: where their verdicts differ, and which of their numbers makes the difference."""

from __future__ import annotations

import itertools
import typing
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from holdfast.decide.deciding import Judgement, judge_all
from holdfast.decide.index import Index
from holdfast.decide.rules import RULES, VERDICT
from holdfast.records import Change, Findings, Measure, Policy
from holdfast.records.voices import Voice

_SAME: typing.Final = frozenset({"name", "settle"})
"""Fields that no verdict depends on."""


def _of(meaning: str) -> typing.Any:
    return field(metadata={"meaning": meaning})


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A cell on which two policies differ."""

    change: str = _of("The change.")
    practice: str = _of("The practice judged.")
    role: str = _of("introduced or displaced.")
    dimension: str = _of("The population's dimension, or everyone.")
    level: str = _of("The population's level, or everyone.")
    setting: str = _of("The setting, or all settings.")
    first: str = _of("Name of the one policy.")
    second: str = _of("Name of the other.")
    first_verdict: str = _of("What the one recommends.")
    second_verdict: str = _of("What the other recommends.")
    first_rule: str = _of("The rule by which the one judged.")
    second_rule: str = _of("The rule by which the other judged.")
    why: str = _of("Which of their numbers makes the difference.")


def compare(
    findings: Findings,
    changes: Mapping[str, Change],
    measures: Mapping[str, Measure],
    policies: Sequence[Policy],
    voices: Iterable[Voice] = (),
) -> tuple[Difference, ...]:
    """Every cell on which any two of the policies differ, and why; nothing where they agree."""
    index, spoken = Index.of(findings), tuple(voices)

    def judged(policy: Policy) -> Judgement:
        return judge_all(index, changes, measures, policy, spoken)

    every = [judged(policy) for policy in policies]
    found: list[Difference] = []
    for one, other in itertools.combinations(every, 2):
        verdicts = VERDICT[one.rules], VERDICT[other.rules]
        differ = np.flatnonzero(verdicts[0] != verdicts[1]).tolist()
        if not differ:
            continue
        swaps = {
            name: VERDICT[judged(_swapped(one.policy, other.policy, name)).rules] for name in _differing(one, other)
        }
        found += [_difference(one, other, swaps, i) for i in differ]
    return tuple(found)


def _differing(one: Judgement, other: Judgement) -> list[str]:
    names = [name for name in Policy.model_fields if name not in _SAME]
    return [name for name in names if getattr(one.policy, name) != getattr(other.policy, name)]


def _swapped(one: Policy, other: Policy, name: str) -> Policy:
    """The one policy with a single field from the other."""
    return one.model_copy(update={name: getattr(other, name)})


def _difference(one: Judgement, other: Judgement, swaps: Mapping[str, NDArray[np.str_]], i: int) -> Difference:
    case = one.cases[i]
    rules = RULES[one.rules[i]], RULES[other.rules[i]]
    return Difference(
        change=case.change.change,
        practice=case.practice,
        role=case.role,
        dimension=case.at.dimension,
        level=case.at.level,
        setting=case.at.setting,
        first=one.policy.name,
        second=other.policy.name,
        first_verdict=rules[0].verdict,
        second_verdict=rules[1].verdict,
        first_rule=rules[0].name,
        second_rule=rules[1].name,
        why=_why(one, other, swaps, i),
    )


def _why(one: Judgement, other: Judgement, swaps: Mapping[str, NDArray[np.str_]], i: int) -> str:
    """The fields that alone would turn the one policy's verdict into the other's, else those that alone change it."""
    wanted, now = VERDICT[other.rules[i]], VERDICT[one.rules[i]]
    exact = [name for name, verdicts in swaps.items() if verdicts[i] == wanted]
    moving = exact or [name for name, verdicts in swaps.items() if verdicts[i] != now]
    told = "; ".join(_told(one, other, name, i) for name in (moving or swaps))
    return f"{told}." if moving else f"Only together: {told}."


def _told(one: Judgement, other: Judgement, name: str, i: int) -> str:
    a, b = getattr(one.policy, name), getattr(other.policy, name)
    quantity = _QUANTITY.get(name)
    value = float(getattr(one.state.q, quantity)[i]) if quantity else float("nan")
    held = f", and it is {value:.2f}" if np.isfinite(value) else ""
    return f"{name} is {_shown(a)} under {one.policy.name} and {_shown(b)} under {other.policy.name}{held}"


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "nothing"
    return f"{value:g}" if isinstance(value, float) else str(value)


_QUANTITY: typing.Final = {
    "retain_benefit": "benefit",
    "retain_improves": "improves",
    "retain_harm": "harm",
    "retain_gap": "gap",
    "adapt_elsewhere": "not_here",
    "stop_harm": "harm_sure",
    "stop_futile": "futile",
    "reinstate_harm": "suspension",
    "oppose": "opposition",
}
