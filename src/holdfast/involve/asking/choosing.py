"""The next statement worth knowing somebody's answer to, or that enough is known."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from holdfast.involve.asking.gain import about_person, about_statements, answers, belief
from holdfast.involve.asking.state import Asking
from holdfast.involve.taking import coded, signs
from holdfast.involve.votes import AGREE, DISAGREE

SETTLED: Final = 0.02
KNOWN: Final = 0.01
"""Nats. A coin's fall is 0.69; a statement on which a group has voted 100 times has 0.01 left to tell."""
NEARLY_AS_GOOD: Final = 0.9


@dataclass(frozen=True)
class Next:
    """``statement`` to ask, or ``None`` to stop, and ``why``. ``of_person`` and ``of_statement``: what its answer is
    expected to tell, in nats (the most on offer, where stopping); ``membership``: the chance of each group so far."""

    statement: str | None
    why: str
    of_person: float
    of_statement: float
    membership: tuple[float, ...]

    @property
    def stop(self) -> bool:
        """Whether enough is known."""
        return self.statement is None


def next_statement(
    state: Asking,
    given: Mapping[Any, Any],
    *,
    among: Collection[str] | None = None,
    settled: float = SETTLED,
    known: float = KNOWN,
    seed: int | None = None,
) -> Next:
    """What to ask somebody who has ``given`` these answers (statement to vote), ``among`` these statements only.

    Votes are 1, −1 and 0, or agree, disagree and pass; ValueError for anything else. Statements not in ``state`` are
    left aside.

    Stops where no answer is expected to tell ``settled`` nats of the person's group nor ``known`` nats of a statement.
    With a ``seed`` one of those nearly as good as the best is drawn, so that people in step are not all asked one.
    """
    places, kinds = _coded(state, given)
    if not state.statements:
        return Next(None, "there is nothing to ask: no statements yet", 0.0, 0.0, tuple(state.size.tolist()))
    index = {name: place for place, name in enumerate(state.statements)}
    rates, of_group = answers(state, belief(state, places, kinds))
    membership = tuple(float(chance) for chance in of_group)
    may = state.open.copy()
    may[places] = False
    if among is not None:
        may &= np.isin(np.arange(len(may)), [index[name] for name in among if name in index])
    if not may.any():
        return Next(None, "there is nothing left to ask", 0.0, 0.0, membership)
    person = np.where(may, about_person(rates, of_group), -1.0)
    statement = np.where(may, about_statements(state, of_group), -1.0)
    if person.max() < settled and statement.max() < known:
        why = "no answer is expected to tell more of the person or of a statement than is already known"
        return Next(None, why, float(person.max()), float(statement.max()), membership)
    best = _best(np.where(may, person + statement, -1.0), seed)
    of_person, of_statement = float(person[best]), float(statement[best])
    why = "it tells most of this person's view" if of_person > of_statement else "it is the least known"
    return Next(state.statements[best], why, of_person, of_statement, membership)


def _coded(state: Asking, given: Mapping[Any, Any]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Places of the statements answered, and each answer as 0 agree, 1 disagree or 2 pass."""
    votes, understood = signs(list(given.values()))
    if not understood.all():
        raise ValueError(f"{int((~understood).sum())} answers are no votes: agree, disagree and pass are 1, −1 and 0")
    places, _ = coded(list(given), state.statements)
    held = places >= 0
    kinds = np.select([votes == AGREE, votes == DISAGREE], [0, 1], 2)
    return places[held].astype(np.int64), kinds[held].astype(np.int64)


def _best(gain: NDArray[np.float64], seed: int | None) -> int:
    if seed is None:
        return int(gain.argmax())
    near = np.flatnonzero(gain >= NEARLY_AS_GOOD * gain.max())
    return int(np.random.default_rng(seed).choice(near))
