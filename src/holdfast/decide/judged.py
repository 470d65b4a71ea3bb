"""One judged cell with everything that its words are made from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from holdfast.decide.cases import Case
from holdfast.decide.inputs import State
from holdfast.decide.posterior import at_least, quantile, with_prior
from holdfast.decide.reading import RANK, Reading
from holdfast.decide.rules import INTRODUCED, RULES, Rule, first, judge
from holdfast.records import Policy
from holdfast.records.voices import Voice

NUMBERS: Final = ("benefit", "improves", "futile", "harm", "gap", "not_here", "suspension", "opposition")


@dataclass(frozen=True)
class Judged:
    """``q`` holds the quantities by name. ``beside`` is the rule that judged the introduced practice in the same cell,
    ``face`` the one that would have, had the design's claim been strong enough, ``unopposed`` the one had nobody been
    opposed; ``harmful``, ``stopping`` and ``suspended`` the measures behind the harm, the harm that is sure enough to
    stop on, and the harm from suspension; ``there`` the place where it works best."""

    case: Case
    rule: Rule
    beside: Rule
    face: Rule
    unopposed: Rule
    q: dict[str, float]
    harmful: Reading | None
    stopping: Reading | None
    suspended: Reading | None
    there: Case | None
    policy: Policy

    @property
    def primary(self) -> Reading:
        """The primary measure of a cell whose effect can be read."""
        if self.case.primary is None:
            raise ValueError("this cell has no primary measure")
        return self.case.primary


def all_judged(
    cases: Sequence[Case], state: State, rules: NDArray[np.int64], siblings: NDArray[np.int64], policy: Policy
) -> list[Judged]:
    """Every cell with its rule, its numbers and the measures behind them."""
    beside = first(INTRODUCED, state.q, state.t)
    face = first(INTRODUCED, replace(state.q, claim=np.full_like(state.q.claim, 5)), state.t)
    nobody = np.where(np.isnan(state.q.opposition), np.nan, 0.0)
    unopposed = judge(replace(state.q, opposition=nobody), state.t)
    columns = {name: getattr(state.q, name).tolist() for name in NUMBERS}
    return [
        Judged(
            case=case,
            rule=RULES[rules[i]],
            beside=INTRODUCED[beside[i]],
            face=INTRODUCED[face[i]],
            unopposed=RULES[unopposed[i]],
            q={name: values[i] for name, values in columns.items()},
            harmful=_worst((*_own(case), *case.others), policy.prior_sd_multiple),
            stopping=_worst((*_own(case), *_sure(case.others, policy)), policy.prior_sd_multiple),
            suspended=_worst(case.suspended, policy.prior_sd_multiple),
            there=cases[siblings[i]] if siblings[i] >= 0 else None,
            policy=policy,
        )
        for i, case in enumerate(cases)
    ]


def against(voice: Voice, oppose: float) -> bool:
    """Whether its opposition is credibly above what the policy tolerates."""
    return voice.opposition_low is not None and voice.opposition_low > oppose


def opposed(j: Judged) -> tuple[Voice, ...]:
    """The voices that are against the introduced practice, each told once."""
    return tuple(v for v in told_apart(j.case.beside, j.policy.oppose) if against(v, j.policy.oppose))


def told_apart(voices: Sequence[Voice], oppose: float) -> tuple[Voice, ...]:
    """Without the groups of people that need no telling: those not against it, or whose whole role is."""
    roles = {v.role for v in voices if against(v, oppose)}
    return tuple(v for v in voices if v.kind != "people" or (against(v, oppose) and v.of_role not in roles))


def interval(reading: Reading) -> tuple[float, float]:
    """The posterior's central 95 % interval before any sceptical prior, with the measure's own sign."""
    half = float(quantile(0.975, np.asarray(reading.df))) * reading.sd
    return reading.estimate - half, reading.estimate + half


def _own(case: Case) -> tuple[Reading, ...]:
    return (case.primary,) if case.primary else ()


def _sure(readings: Sequence[Reading], policy: Policy) -> tuple[Reading, ...]:
    """Those that a policy lets stop a change."""
    least = RANK[policy.minimum_certainty]
    return tuple(r for r in readings if r.rank >= least and r.claim >= policy.stop_claim)


def _worst(readings: Sequence[Reading], prior: float) -> Reading | None:
    """The measure likeliest to be worse by its smallest important difference."""
    return max((r for r in readings if r.known), key=lambda r: _p_worse(r, prior), default=None)


def _p_worse(reading: Reading, prior: float) -> float:
    delta = np.asarray(reading.measure.smallest_important)
    mean, sd = with_prior(np.asarray(reading.mean), np.asarray(reading.sd), prior * delta)
    return float(at_least(-mean, sd, np.asarray(reading.df), delta))
