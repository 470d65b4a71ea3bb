"""`switching_effects`: spells that begin, end and begin again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from . import words
from .aggregate import Average, average
from .permute import history_orders, permuted, shuffle
from .questions import Question, left_out_sites, questions_of, without_effects
from .result import CarryOver, SwitchEffect, SwitchResult
from .spells import Array, Histories, find_switches, read_histories

Horizon = tuple[str, int, int | None]
HORIZONS: tuple[Horizon, ...] = (("early", 0, 5), ("later", 6, 11), ("lasting", 12, None))
FEW_SWITCHERS = 20


@dataclass(frozen=True)
class _Settings:
    horizons: Sequence[Horizon]
    inference: str
    level: float


def switching_effects(
    y: ArrayLike,
    status: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    base_months: int = 1,
    settled: int = 6,
    leads: int = 6,
    horizons: Sequence[Horizon] = HORIZONS,
    inference: Literal["auto", "welch", "permutation"] = "auto",
    level: float = 0.95,
) -> SwitchResult:
    """Effects of being on and of stopping, from switchers against sites whose status stays the same.

    After de Chaisemartin & D'Haultfœuille (2020, 2024): each switch is compared, over its own window, with
    sites that hold one status throughout it; nothing is compared with a site that is itself switching.
    y (n, T): outcome by site and month, NaN where missing. status (n, T): 1 on, 0 off, NaN unknown.
    weights (n,): mean denominators. base_months: months before the switch averaged as its base. settled:
    months a comparison site must have held its status before the window, where it ever changed (so that
    carry-over does not enter the comparison). inference: permutation of histories under 20 switching
    sites, else Welch's t (`auto`). ValueError says what is needed.
    """
    outcome = np.asarray(y, dtype=float)
    histories = read_histories(status)
    weight = _weights(weights, len(outcome))
    if outcome.shape != histories.status.shape:
        raise ValueError(f"y {outcome.shape} and status {histories.status.shape} must be the same sites and months")
    switches = find_switches(histories)
    if not switches:
        raise ValueError("no site switches on or off; with nothing switching there is nothing to compare here")
    questions = questions_of(histories, switches, base_months, settled, leads)
    settings = _Settings(horizons, inference, level)
    residual, questions = without_effects(outcome, weight, questions)
    effects: list[tuple[SwitchEffect, Array]] = []
    months: list[tuple[SwitchEffect, Array]] = []
    missing: list[str] = []
    for question in questions:
        found, not_reached = _answer(question, outcome, residual, weight, histories, settings)
        effects += [pair for pair in found if not pair[0].name.startswith("month ")]
        months += [pair for pair in found if pair[0].name.startswith("month ")]
        missing += not_reached
    if not effects:
        raise ValueError(
            "no switch has a comparison site that held its status over the window; more sites that stay off (or on), "
            "or a shorter `settled`, would make this answerable"
        )
    kinds = [s.kind for s in switches]
    used = [e for e, _ in effects]
    return SwitchResult(
        effects=tuple(used),
        influence=np.array([i for _, i in effects]),
        months=tuple(e for e, _ in months),
        months_influence=np.array([i for _, i in months]),
        carry_over=_carry_over(used),
        starts=kinds.count("start"),
        stops=kinds.count("stop"),
        restarts=kinds.count("restart"),
        not_reached=tuple(missing),
        left_out=left_out_sites(histories, switches, questions, weight, base_months),
        method=words.method(base_months, settled, weights is not None, any(e.inference == "permutation" for e in used)),
        assumptions=_assumptions(used),
    )


def _weights(weights: ArrayLike | None, n: int) -> Array:
    weight = np.ones(n) if weights is None else np.asarray(weights, dtype=float)
    if weight.shape != (n,) or np.any(weight < 0):
        raise ValueError(f"weights must be one number, not negative, for each of the {n} sites")
    return np.asarray(np.nan_to_num(weight), dtype=float)


def _answer(
    question: Question, y: Array, residual: Array, weight: Array, histories: Histories, settings: _Settings
) -> tuple[list[tuple[SwitchEffect, Array]], list[str]]:
    whole = average(y, weight, question.cells)
    if whole is None:
        return [], []
    permute = settings.inference == "permutation" or (settings.inference == "auto" and whole.switchers < FEW_SWITCHERS)
    shuffles = []
    if permute:
        orders, _ = history_orders(histories.status)
        pattern = np.where(np.isfinite(y), question.pattern, np.nan)
        shuffles = shuffle(residual, pattern, weight, question.cells, orders)
    out, missing = [], []
    for name, low, high in _spans(question, settings.horizons):
        chosen = [k for k, cell in enumerate(question.cells) if low <= cell.since <= high]
        found = average(y, weight, [question.cells[k] for k in chosen])
        if found is None:
            missing.append(f"{question.kind}/{name}")
            continue
        since = [question.cells[k].since for k in chosen]
        effect = _welch(question, name, (min(since), max(since)), found, settings.level)
        if permute:
            test = permuted([shuffles[k] for k in chosen], found.estimate, question.removed, settings.level)
            effect = replace(effect, p_value=test.p_value, lower=test.lower, upper=test.upper, inference="permutation")
        out.append((effect, found.influence))
    return out, missing


def _spans(question: Question, horizons: Sequence[Horizon]) -> list[tuple[str, float, float]]:
    single = sorted({cell.since for cell in question.cells})
    months = [(f"month {e}", float(e), float(e)) for e in single]
    if question.kind == "before":
        return [("all", -np.inf, -1.0), *months]
    named = [(name, float(low), np.inf if high is None else float(high)) for name, low, high in horizons]
    return [("all", 0.0, np.inf), *named, *months]


def _welch(question: Question, name: str, since: tuple[int, int], found: Average, level: float) -> SwitchEffect:
    se = found.se
    usable = np.isfinite(se) and se > 0
    half = float(special.stdtrit(found.df, 0.5 + 0.5 * level)) * se if usable else float("inf")
    p = float(2 * special.stdtr(found.df, -abs(found.estimate) / se)) if usable else float("nan")
    return SwitchEffect(
        kind=question.kind,
        name=name,
        since=since,
        against=question.against,
        estimate=found.estimate,
        se=se,
        df=found.df,
        lower=found.estimate - half,
        upper=found.estimate + half,
        p_value=p,
        inference="welch",
        switchers=found.switchers,
        controls=found.controls,
        switcher_months=found.switcher_months,
    )


def _carry_over(effects: list[SwitchEffect]) -> CarryOver | None:
    by = {e.kind: e for e in effects if e.name == "all"}
    if "after" not in by:
        return None
    left, on = by["after"], by.get("on")
    clear = on is not None and on.p_value < 0.05
    share = left.estimate / on.estimate if on is not None and clear else None
    sentence = words.carry_over(left.estimate, left.lower, left.upper, left.p_value)
    return CarryOver(left.estimate, left.lower, left.upper, left.p_value, share, sentence)


def _assumptions(effects: list[SwitchEffect]) -> tuple[str, ...]:
    said = [words.OFF_TRENDS]
    stopping = next((e for e in effects if e.kind == "stopping"), None)
    if stopping is not None:
        said.append(words.ON_TRENDS if stopping.against == "on" else words.PERSISTING)
    return tuple(said)
