"""The evidence on n cells as arrays: everything rules may use, and nothing else. NaN is not known."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from holdfast.decide.cases import Case
from holdfast.decide.index import Index
from holdfast.decide.posterior import at_least, with_prior
from holdfast.decide.reading import Reading
from holdfast.records import Policy

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Effects:
    """Posteriors of effects, positive is better: (n,) for one per cell or (n, m) for several, NaN padded."""

    mean: Floats
    sd: Floats
    df: Floats
    delta: Floats
    claim: Ints
    rank: Ints
    displaced: Bools
    """Whether the measure speaks for the displaced practice."""

    def take(self, rows: NDArray[np.int64]) -> Effects:
        """The same for some of the cells."""
        return Effects(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})


@dataclass(frozen=True)
class Evidence:
    """n cells. ``there`` is the place where the same change works best, ``rho`` its correlation with here.

    ``gap`` is P(it widens); ``opposition`` the strongest role's lower bound; ``cost`` whether there is a running cost
    (1, 0, NaN); ``absent`` (n × 5) says which of the inputs a policy may insist on are not known, in the order of
    ``NEEDS``; ``prior`` is the sceptical prior's sd in smallest important differences, 0 for none.
    """

    own: Effects
    others: Effects
    there: Effects
    rho: Floats
    gap: Floats
    opposition: Floats
    cost: Floats
    absent: Bools
    displaced: Bools
    prior: float

    def take(self, rows: NDArray[np.int64]) -> Evidence:
        """The same for some of the cells."""
        kept: dict[str, Any] = {f.name: getattr(self, f.name) for f in fields(self)}
        for name, value in kept.items():
            kept[name] = value.take(rows) if isinstance(value, Effects) else value[rows] if name != "prior" else value
        return Evidence(**kept)

    @property
    def size(self) -> int:
        """How many cells."""
        return len(self.gap)


NEEDS = ("balancing", "experience", "gap", "cost", "voices")


def assemble(cases: Sequence[Case], index: Index, policy: Policy) -> tuple[Evidence, Ints]:
    """Arrays from cases, each cell met with the best of its siblings, and which case that is (−1: none)."""
    own = _column([case.primary for case in cases])
    siblings = best_elsewhere(cases, own, policy.prior_sd_multiple)
    there = own.take(np.maximum(siblings, 0))
    nowhere = siblings < 0
    there = replace(there, mean=np.where(nowhere, np.nan, there.mean))
    rho = np.array([_correlation(index, cases, i, j) for i, j in enumerate(siblings)])
    evidence = Evidence(
        own=own,
        others=_table([case.others for case in cases]),
        there=there,
        rho=rho,
        gap=np.array([math.nan if c.gap is None or c.gap.p_widens is None else c.gap.p_widens for c in cases]),
        opposition=np.array([strongest_opposition(case) for case in cases]),
        cost=np.array([math.nan if c.change.cost is None else float(c.change.cost > 0) for c in cases]),
        absent=np.array([_absent(case) for case in cases], dtype=bool).reshape(len(cases), len(NEEDS)),
        displaced=np.array([case.role == "displaced" for case in cases], dtype=bool),
        prior=policy.prior_sd_multiple,
    )
    return evidence, siblings


def best_elsewhere(cases: Sequence[Case], own: Effects, prior: float) -> Ints:
    """For each cell the sibling where benefit is likeliest, or −1: another level of its dimension in its setting,
    or the same population in another setting, at the same horizon."""
    mean, sd = with_prior(own.mean, own.sd, prior * own.delta)
    benefit = np.where(np.isnan(mean), -1.0, at_least(mean, sd, own.df, own.delta))
    best = np.full(len(cases), -1, dtype=np.int64)
    for key in (_other_levels, _other_settings):
        groups: dict[object, list[int]] = defaultdict(list)
        for i, case in enumerate(cases):
            if benefit[i] >= 0 and case.role == "introduced" and key(case) is not None:
                groups[key(case)].append(i)
        ranked = {name: sorted(members, key=lambda j: -benefit[j])[:2] for name, members in groups.items()}
        for i, case in enumerate(cases):
            for j in ranked.get(key(case), ()):
                same = _place(cases[j]) == _place(case)
                if not same and (best[i] < 0 or benefit[j] > benefit[best[i]]):
                    best[i] = j
                    break
    return best


def _place(case: Case) -> tuple[str, str, str, str]:
    return case.change.change, case.at.dimension, case.at.level, case.at.setting


def _other_levels(case: Case) -> object:
    if case.at.dimension == "everyone":
        return None
    return case.at.study, case.at.measure, case.at.dimension, case.at.setting, case.horizon


def _other_settings(case: Case) -> object:
    if case.at.setting == "all settings":
        return None
    return case.change.change, case.at.measure, case.at.dimension, case.at.level, case.horizon


def _correlation(index: Index, cases: Sequence[Case], i: int, j: int) -> float:
    here, there = cases[i].primary, cases[j].primary if j >= 0 else None
    if here is None or there is None or here.effect is None or there.effect is None:
        return 0.0
    return index.correlation(here.effect, there.effect)


def strongest_opposition(case: Case) -> float:
    """The largest lower bound of any role's opposition to the introduced practice; NaN where nobody was heard."""
    lows = [voice.opposition_low for voice in case.beside if voice.opposition_low is not None]
    return max(lows, default=math.nan)


def _absent(case: Case) -> tuple[bool, ...]:
    def seen(family: str) -> bool:
        return any(reading.known and reading.measure.family == family for reading in case.others)

    primary = case.primary.measure.family if case.answerable and case.primary else ""
    return (
        not (seen("balancing") or primary == "balancing"),
        not (seen("experience") or primary == "experience"),
        case.gap is None,
        case.change.cost is None,
        not any(voice.opposition is not None for voice in case.beside),
    )


_FIELDS: tuple[Callable[[Reading], float], ...] = (
    lambda r: r.mean,
    lambda r: r.sd,
    lambda r: r.df,
    lambda r: r.measure.smallest_important,
    lambda r: r.claim,
    lambda r: r.rank,
    lambda r: float(r.measure.practice == "displaced"),
)
_UNKNOWN = (math.nan, math.nan, math.inf, math.nan, 0, -1, 0)


def _column(readings: Sequence[Reading | None]) -> Effects:
    table = _table([() if reading is None else (reading,) for reading in readings], width=1)
    return Effects(**{f.name: getattr(table, f.name)[:, 0] for f in fields(table)})


def _table(readings: Sequence[Sequence[Reading]], width: int = 0) -> Effects:
    """Readings side by side, cells × measures; a measure that cannot be read stays NaN."""
    width = max([width, *map(len, readings)])
    values = np.empty((len(_UNKNOWN), len(readings), width))
    values[:] = np.array(_UNKNOWN)[:, None, None]
    for i, row in enumerate(readings):
        for j, reading in enumerate(row):
            values[:, i, j] = [get(reading) for get in _FIELDS]
    mean, sd, df, delta, claim, rank, displaced = values
    return Effects(mean, sd, df, delta, claim.astype(np.int64), rank.astype(np.int64), displaced > 0)
