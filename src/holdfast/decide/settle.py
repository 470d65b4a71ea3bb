"""What would settle a cell that is still being learnt about: how many months or sites, and which input first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from holdfast.decide.cases import Case
from holdfast.decide.flips import Flip
from holdfast.decide.foresight import Learning, verdict_chances
from holdfast.decide.index import Index
from holdfast.decide.inputs import State
from holdfast.decide.posterior import expected_loss, with_prior
from holdfast.decide.rules import KEEP_LEARNING, VERDICT, judge
from holdfast.records.vocabularies import HORIZONS

Floats = NDArray[np.float64]

MONTHS: Final = (1, 2, 3, 6, 9, 12, 18, 24, 36)
SITES: Final = (1, 2, 3, 5, 10, 20, 50, 100)
YEAR: Final = MONTHS.index(12)


@dataclass(frozen=True)
class Exposure:
    """Months that the judged horizon averages over, and the share of their error that all of them have in common."""

    months: int
    shared: float
    measured: bool


@dataclass(frozen=True)
class Prospect:
    """The outlook for one cell. Chances are of reaching any verdict; ``likeliest`` is the verdict most often reached.

    ``months`` and ``sites`` pair an amount with its chance. ``single`` is the chance were one input known exactly.
    ``loss_now`` and ``loss_year`` are the expected loss, on the measure's scale, of going by the sign of the effect now
    and after twelve more months.
    """

    months: tuple[tuple[int, float], ...] = ()
    sites: tuple[tuple[int, float], ...] = ()
    likeliest: str = ""
    single: dict[str, float] = field(default_factory=dict)
    loss_now: float = float("nan")
    loss_year: float = float("nan")
    exposure: Exposure = Exposure(1, 0.5, False)

    def enough(self, which: str, wanted: float) -> int | None:
        """The smallest number of months or sites that gives a verdict with at least the chance ``wanted``."""
        return next((amount for amount, chance in getattr(self, which) if chance >= wanted), None)


def foresee(state: State, cases: Sequence[Case], index: Index) -> list[Prospect]:
    """The outlook of every cell that keeps learning though its effect can be read; others get an empty one."""
    outlook = [Prospect() for _ in cases]
    learning = (VERDICT[judge(state.q, state.t)] == KEEP_LEARNING) & _readable(state)
    rows = np.flatnonzero(learning)
    if not len(rows):
        return outlook
    part = state.take(rows)
    kept = [cases[i] for i in rows.tolist()]
    exposures = [exposure(index, case) for case in kept]
    slower = np.array([[months_ratio(e, k) for k in MONTHS] for e in exposures])
    more = np.array([[sites_ratio(case, k) for k in SITES] for case in kept])
    by_month = [verdict_chances(part, Learning.alike(slower[:, j])) for j in range(len(MONTHS))]
    by_site = [verdict_chances(part, Learning.alike(more[:, j])) for j in range(len(SITES))]
    alone = {name: _reached(verdict_chances(part, learnt)) for name, learnt in _one_at_a_time(part)}
    mean, sd = with_prior(part.evidence.own.mean, part.evidence.own.sd, part.evidence.prior * part.evidence.own.delta)
    now = expected_loss(mean, sd)
    then = now - expected_loss(mean, sd * np.sqrt(1 - slower[:, YEAR] ** 2))
    for r, i in enumerate(rows.tolist()):
        outlook[i] = Prospect(
            months=tuple((k, float(_reached(c)[r])) for k, c in zip(MONTHS, by_month, strict=True)),
            sites=tuple((k, float(_reached(c)[r])) for k, c in zip(SITES, by_site, strict=True) if more[r, -1] < 1),
            likeliest=_likeliest(by_month, r),
            single={name: float(chance[r]) for name, chance in alone.items() if _has(part, name, r)},
            loss_now=float(now[r]),
            loss_year=float(then[r]),
            exposure=exposures[r],
        )
    return outlook


def months_ratio(e: Exposure, more: int) -> float:
    """How far the standard error falls when the horizon's average runs over ``more`` further months."""
    variance: Callable[[int], float] = lambda m: (1 + (m - 1) * e.shared) / m  # noqa: E731
    return float(np.sqrt(variance(e.months + more) / variance(e.months)))


def sites_ratio(case: Case, more: int) -> float:
    """The same for ``more`` further adopting sites, the comparison staying as it is; 1 where none has adopted."""
    row = case.evaluability
    if row is None or not row.adopters:
        return 1.0
    against = 1 / row.comparison if row.comparison else 0.0
    return float(np.sqrt((1 / (row.adopters + more) + against) / (1 / row.adopters + against)))


def exposure(index: Index, case: Case) -> Exposure:
    """Months averaged over, and from their own errors how much of it they share.

    If M months each have variance v and correlate by ρ, their average has v(1 + (M − 1)ρ)/M; ρ solves that for the
    variances reported. Without event times half is taken to be shared.
    """
    if case.horizon is None or case.primary is None or case.primary.effect is None:
        return Exposure(1, 0.5, False)
    low, high = HORIZONS.get(case.horizon.name, (0, None))
    effects = index.effects.get(case.at, {})
    variances = [
        effect.se**2
        for horizon, effect in effects.items()
        if horizon.kind == "event time" and effect.se and low <= int(horizon.at) <= (1_000 if high is None else high)
    ]
    m, se = len(variances), case.primary.effect.se
    if m < 2 or not se:
        after = case.evaluability.periods_after - low if case.evaluability else 1
        return Exposure(max(1, after if high is None else min(after, high - low + 1)), 0.5, False)
    shared = (m * se**2 / float(np.mean(variances)) - 1) / (m - 1)
    return Exposure(m, float(np.clip(shared, 0.0, 1.0)), True)


def _readable(state: State) -> NDArray[np.bool_]:
    return np.where(state.q.displaced, ~np.isnan(state.q.suspension) | state.q.answerable, state.q.answerable)


def _reached(chances: dict[str, Floats]) -> Floats:
    return np.asarray(1.0 - chances[KEEP_LEARNING])


def _likeliest(by_month: Sequence[dict[str, Floats]], row: int) -> str:
    last = {v: float(c[row]) for v, c in by_month[-1].items() if v != KEEP_LEARNING}
    best = max(last, key=lambda v: last[v])
    return best if last[best] > 0 else ""


def _one_at_a_time(part: State) -> list[tuple[str, Learning]]:
    """Each single input learnt exactly and nothing else."""
    n = part.evidence.size
    same, exact = np.ones(n), np.zeros(n)
    return [
        ("effect", Learning(exact, same, same)),
        ("harm", Learning(same, exact, same)),
        ("gap", Learning(same, same, exact)),
    ]


def _has(part: State, name: str, row: int) -> bool:
    e = part.evidence
    known = {"effect": e.own.mean, "harm": e.others.mean, "gap": e.gap}[name][row]
    return bool(np.isfinite(known).any())


def at_once(flips: Sequence[Flip]) -> list[Flip]:
    """Flips that need only be recorded or asked, not waited for: a cost, a role's view, something required."""
    return [f for f in flips if f.input in {"running cost", "a role opposes"} or f.input.endswith(" known")]
