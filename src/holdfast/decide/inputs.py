"""Each input that a verdict rests on, and how to move it: by so many standard errors, or to another state.

Distances are comparable between inputs. An effect moves in posterior standard deviations; a probability or a threshold
on one moves on the normal scale, where one step is what one standard error of the evidence would do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from holdfast.decide.evidence import NEEDS, Evidence
from holdfast.decide.posterior import FAR
from holdfast.decide.quantities import Quantities, Thresholds, harm_quantities, quantities

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Whole = TypeVar("Whole", Evidence, Thresholds, Quantities)

SHARES: Final = (
    "retain_benefit",
    "retain_improves",
    "retain_harm",
    "retain_gap",
    "adapt_elsewhere",
    "stop_harm",
    "stop_futile",
    "reinstate_harm",
    "oppose",
)


REACH: Final = 3.5
"""A threshold further from today's than this is no longer a policy anybody would hold."""


@dataclass(frozen=True)
class State:
    """All that a judgement needs about some cells: evidence, thresholds, and the quantities they give."""

    evidence: Evidence
    t: Thresholds
    q: Quantities

    @staticmethod
    def of(evidence: Evidence, t: Thresholds) -> State:
        """Evidence and thresholds with their quantities."""
        return State(evidence, t, quantities(evidence, t))

    def take(self, rows: NDArray[np.int64]) -> State:
        """Some of the cells; thresholds must not yet differ between cells."""
        return State(self.evidence.take(rows), self.t, self.q.take(rows))


@dataclass(frozen=True)
class Input:
    """A continuous input. ``value`` is where it stands in each cell (NaN: cannot be moved) and ``at`` where it would
    stand after moving ``d`` standard units; ``moved`` is the state with it put at given values."""

    name: str
    column: int
    value: Callable[[State], Floats]
    at: Callable[[State, Floats], Floats]
    moved: Callable[[State, Floats], State]


@dataclass(frozen=True)
class Switch:
    """An input with a few states. ``states`` are (value, state); ``open`` says in which cells the move is possible."""

    name: str
    column: int
    state: Callable[[State], State]
    open: Callable[[State], Bools]
    value: float


def continuous(state: State) -> Iterator[Input]:
    """Every continuous input of these cells, the evidence's before the policy's."""
    yield Input("effect", 0, lambda s: s.evidence.own.mean, _slide, _move_effect)
    yield Input("smallest important difference", 0, lambda s: s.evidence.own.delta, _resize, _move_delta)
    for j in range(state.evidence.others.mean.shape[1]):
        yield Input("harm measure", j, _measure(j), _slide_measure(j), _move_measure(j))
    yield Input("gap widens", 0, lambda s: s.q.gap, lambda s, d: _probit_shift(s.q.gap, d), _move_gap)
    for name in SHARES:
        yield Input(name, 0, _threshold(name), _shift_threshold(name), _move_threshold(name))


def switches() -> Iterator[Switch]:
    """Every input with a few states."""
    yield Switch(
        "a role opposes",
        0,
        lambda s: _with_q(s, "opposition", np.ones_like(s.q.opposition)),
        lambda s: ~(s.q.opposition > s.t.oppose),
        1.0,
    )
    yield Switch(
        "no role opposes",
        0,
        lambda s: _with_q(s, "opposition", np.zeros_like(s.q.opposition)),
        lambda s: s.q.opposition > s.t.oppose,
        0.0,
    )
    yield Switch(
        "running cost", 0, lambda s: _with_q(s, "cost", np.ones_like(s.q.cost)), lambda s: ~(s.q.cost > 0), 1.0
    )
    yield Switch(
        "no running cost", 0, lambda s: _with_q(s, "cost", np.zeros_like(s.q.cost)), lambda s: s.q.cost > 0, 0.0
    )
    for rank in range(4):
        yield Switch("certainty", rank, _set_own("rank", rank), _differs("rank", rank), float(rank))
    for claim in (2, 3):
        yield Switch("claim", claim, _set_own("claim", claim), _differs("claim", claim), float(claim))
    for k, need in enumerate(NEEDS):
        yield Switch(f"{need} known", k, _known(k), lambda s, k=k: s.evidence.absent[:, k], 1.0)  # type: ignore[misc]


def _known(k: int) -> Callable[[State], State]:
    def state(s: State) -> State:
        absent = s.evidence.absent.copy()
        absent[:, k] = False
        return State.of(replace(s.evidence, absent=absent), s.t)

    return state


def _measure(j: int) -> Callable[[State], Floats]:
    return lambda s: np.asarray(s.evidence.others.mean[:, j])


def _threshold(name: str) -> Callable[[State], Floats]:
    return lambda s: np.broadcast_to(np.asarray(getattr(s.t, name), dtype=np.float64), s.q.gap.shape)


def _slide(s: State, d: Floats) -> Floats:
    return np.asarray(s.evidence.own.mean + d * s.evidence.own.sd)


def _slide_measure(j: int) -> Callable[[State, Floats], Floats]:
    return lambda s, d: np.asarray(s.evidence.others.mean[:, j] + d * s.evidence.others.sd[:, j])


def _resize(s: State, d: Floats) -> Floats:
    size = s.evidence.own.delta + d * s.evidence.own.sd
    return np.where(size >= 0, size, np.nan)


def _probit_shift(p: Floats, d: Floats) -> Floats:
    return np.asarray(ndtr(np.clip(ndtri(p), -FAR, FAR) + d))


def _shift_threshold(name: str) -> Callable[[State, Floats], Floats]:
    return lambda s, d: np.where(np.abs(d) <= REACH, _probit_shift(_threshold(name)(s), d), np.nan)


def _move_effect(s: State, value: Floats) -> State:
    return State.of(replace(s.evidence, own=replace(s.evidence.own, mean=value)), s.t)


def _move_delta(s: State, value: Floats) -> State:
    """It belongs to the measure, so it moves in the other places too."""
    own, there = replace(s.evidence.own, delta=value), replace(s.evidence.there, delta=value)
    return State.of(replace(s.evidence, own=own, there=there), s.t)


def _move_measure(j: int) -> Callable[[State, Floats], State]:
    def moved(s: State, value: Floats) -> State:
        mean = s.evidence.others.mean.copy()
        mean[:, j] = value
        evidence = replace(s.evidence, others=replace(s.evidence.others, mean=mean))
        harm, sure, suspension = harm_quantities(evidence, s.t)
        return State(evidence, s.t, replace(s.q, harm=harm, harm_sure=sure, suspension=suspension))

    return moved


def _move_gap(s: State, value: Floats) -> State:
    return _with_q(s, "gap", value)


def _move_threshold(name: str) -> Callable[[State, Floats], State]:
    return lambda s, value: replace(s, t=_with(s.t, name, value))


def _with_q(s: State, name: str, value: Floats) -> State:
    return replace(s, q=_with(s.q, name, value))


def _with(whole: Whole, name: str, value: object) -> Whole:
    changed: dict[str, Any] = {name: value}
    return replace(whole, **changed)


def _set_own(which: str, to: int) -> Callable[[State], State]:
    def state(s: State) -> State:
        quantity = {"rank": "certainty", "claim": "claim"}[which]
        value = np.full(s.evidence.size, to, dtype=np.int64)
        return replace(s, q=_with(s.q, quantity, value))

    return state


def _differs(which: str, to: int) -> Callable[[State], Bools]:
    return lambda s: s.q.answerable & (getattr(s.evidence.own, which) != to)
