"""Flip points: the nearest value of each input at which the verdict would be another.

One engine for every input: walk outwards both ways from where the input stands until the verdict changes, then halve
the last step. All cells walk together, and the rules that judge are the very rules that gave the verdict.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from holdfast.decide.inputs import Input, State, continuous, switches
from holdfast.decide.rules import VERDICT, judge

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_STEPS: Final = np.concatenate([np.arange(0.2, 3.1, 0.2), np.arange(3.4, 6.0, 0.4), np.arange(6.0, 13.0, 1.0)])
STEPS: Final = np.concatenate([_STEPS, -_STEPS])
"""Standard units at which the walk looks. A verdict that comes and goes between two looks is passed over."""
HALVINGS: Final = 24
_CHUNK: Final = 2_000


@dataclass(frozen=True)
class Flip:
    """Put ``input`` at ``value`` instead of ``now`` and the rule ``rule`` (its place in ``RULES``) judges the cell.

    ``value`` lies on the far side of the boundary, by about 1e-8 standard units. ``distance`` is in standard units,
    infinite for an input with a few states. ``column`` says which of several measures.
    """

    input: str
    column: int
    now: float
    value: float
    rule: int
    distance: float

    @property
    def verdict(self) -> str:
        """The verdict it would give."""
        return str(VERDICT[self.rule])


def find_flips(state: State) -> list[list[Flip]]:
    """Every cell's flip points, nearest first, inputs with a few states last."""
    found: list[list[Flip]] = []
    for start in range(0, state.evidence.size, _CHUNK):
        rows = np.arange(start, min(start + _CHUNK, state.evidence.size))
        found.extend(_of_chunk(state.take(rows)))
    return found


def _of_chunk(state: State) -> list[list[Flip]]:
    flips: list[list[Flip]] = [[] for _ in range(state.evidence.size)]
    base = VERDICT[judge(state.q, state.t)]
    for given in continuous(state):
        for cell, flip in _walk(given, state, base):
            flips[cell].append(flip)
    for cell_flips in flips:
        cell_flips.sort(key=lambda flip: flip.distance)
    for switch in switches():
        rules = _rules(switch.state(state))
        for i in np.flatnonzero(switch.open(state) & (VERDICT[rules] != base)).tolist():
            flips[i].append(Flip(switch.name, switch.column, np.nan, switch.value, int(rules[i]), np.inf))
    return flips


def _walk(given: Input, state: State, base: NDArray[np.str_]) -> list[tuple[int, Flip]]:
    """Flip points of one input, for the cells that have one within reach."""
    now = given.value(state)
    cells = np.flatnonzero(np.isfinite(now))
    if not len(cells):
        return []
    changed = _verdicts(given, state, cells, STEPS) != base[cells][:, None]
    half = len(_STEPS)
    found: dict[int, Flip] = {}
    for side, ways in ((1.0, changed[:, :half]), (-1.0, changed[:, half:])):
        hit = ways.any(axis=1)
        if not hit.any():
            continue
        first = ways[hit].argmax(axis=1)
        outer, inner = side * _STEPS[first], side * np.where(first > 0, _STEPS[first - 1], 0.0)
        for cell, flip in _halve(given, state, cells[hit], inner, outer, base):
            if cell not in found or flip.distance < found[cell].distance:
                found[cell] = flip
    return list(found.items())


def _halve(
    given: Input, state: State, cells: Ints, inner: Floats, outer: Floats, base: NDArray[np.str_]
) -> list[tuple[int, Flip]]:
    part = state.take(cells)
    for _ in range(HALVINGS):
        middle = 0.5 * (inner + outer)
        moved = given.moved(part, given.at(part, middle))
        beyond = VERDICT[_rules(moved)] != base[cells]
        outer, inner = np.where(beyond, middle, outer), np.where(beyond, inner, middle)
    value, now = given.at(part, outer), given.value(part)
    rules = _rules(given.moved(part, value))
    return [
        (int(cell), Flip(given.name, given.column, float(now[i]), float(value[i]), int(rules[i]), abs(float(outer[i]))))
        for i, cell in enumerate(cells)
    ]


def _verdicts(given: Input, state: State, cells: Ints, steps: Floats) -> NDArray[np.str_]:
    """Verdicts of each cell (rows) with the input moved by each step (columns); moves out of range change nothing."""
    part = state.take(np.repeat(cells, len(steps)))
    value = given.at(part, np.tile(steps, len(cells)))
    allowed = np.isfinite(value)
    rules = _rules(given.moved(part, np.where(allowed, value, given.value(part))))
    return np.asarray(VERDICT[rules].reshape(len(cells), len(steps)))


def _rules(state: State) -> Ints:
    return judge(state.q, state.t)
