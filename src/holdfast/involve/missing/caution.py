"""What weighting cannot put right, as far as it can be known, in sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from holdfast.involve.missing.presence import NOBODY, TOO_FEW, About, Presence, Table
from holdfast.involve.weights.raking import Raked
from holdfast.records.involving import JOINED, PREFER_NOT

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]


def unheld(asked: About, held: Mapping[tuple[str, ...], Table]) -> list[str]:
    known = {d for name in held for d in name}
    if not held:
        return ["Nothing could be weighted, since no make-up of their population is held."] if asked else []
    said = [
        f"The population's make-up by {d} is held, and nobody was asked their {d}: whether those who spoke stand for "
        "it is not known, and cannot be put right."
        for d in dict.fromkeys(d for name in held for d in name)
        if d not in asked
    ]
    without = [d for d in asked if d not in known]
    if without:
        said.append(f"Asked about and not weighted, since the population's make-up is not held: {', '.join(without)}.")
    return said


def unsaid(asked: About, held: Mapping[tuple[str, ...], Table]) -> list[str]:
    said = []
    for name, column in asked.items():
        silent = sum(a is None or a == PREFER_NOT for a in column)
        if silent > 0.2 * len(column):
            said.append(
                f"{100 * silent / len(column):.0f} % of people did not say their {name}: the weights know less of it."
            )
        table = held.get((name,))
        lost = sorted({a for a in column if a is not None and a != PREFER_NOT and table and (a,) not in table})
        if lost:
            said.append(f"Levels of {name} that the make-up lacks, treated as not known: {', '.join(lost)}.")
    return said


def absent(seen: Sequence[Presence]) -> list[str]:
    held = {p.dimension for p in seen if p.people is not None}
    said = []
    for p in seen:
        if p.state == NOBODY:
            said.append(
                f"Nobody was reached of {p.dimension} {p.level}, {100 * (p.people or 0):.0f} % of the population: they "
                "cannot be weighted, and no result speaks for them."
            )
        elif p.state == TOO_FEW and p.people is None and p.level != PREFER_NOT and p.dimension not in held:
            said.append(f"Too few of {p.dimension} {p.level} spoke to tell whether their opinion differs, and its "
                        "make-up is not held.")  # fmt: skip
        elif p.state == TOO_FEW and p.people is not None:
            said.append(
                f"Too few of {p.dimension} {p.level} spoke to speak for them ({100 * p.people:.0f} % of people)."
            )
    return said


def stretched(raked: Raked | None, most: float) -> list[str]:
    if raked is None:
        return []
    people, said = len(raked.weights), []
    if people >= 20 and raked.effective < people / 2:
        said.append(
            f"Those who spoke differ so much from the population that {people:,} voices tell as much as "
            f"{raked.effective:,.0f} drawn at random would."
        )
    if raked.trimmed and raked.discrepancy > 0.01:
        said.append(
            f"Weights were kept under {most:g} times the mean, so a group is still {100 * raked.discrepancy:.0f} "
            "percentage points from its share."
        )
    elif not raked.converged and raked.discrepancy > 0.001:
        said.append("The weights did not settle: two dimensions ask for what cannot be had together.")
    return said


def opinion_by(y: ArrayLike, about: About, weighted: Sequence[str] = (), level: float = 0.01) -> tuple[str, ...]:
    """Dimensions asked about and not weighted by which opinion ``y`` (n, NaN: none) differs: a reason for caution.

    ``weighted`` are the dimensions of a weighing. A chi-squared test for each, at ``level`` shared out over them
    (Bonferroni).
    """
    from scipy.stats import chi2_contingency

    value = np.asarray(y, np.float64)
    settled = {d for name in weighted for d in name.split(JOINED)}
    open_ones = [d for d, column in about.items() if d not in settled and any(a is not None for a in column)]
    said = []
    for d in open_ones:
        rows = [(a, v) for a, v in zip(about[d], value.tolist(), strict=True) if a not in (None, PREFER_NOT) and v == v]
        names = sorted({str(a) for a, _ in rows})
        table = np.array([[sum(v * (a == name) for a, v in rows), sum((1 - v) * (a == name) for a, v in rows)]
                          for name in names])  # fmt: skip
        if len(names) < 2 or (table.sum(axis=0) == 0).any():
            continue
        if float(chi2_contingency(table).pvalue) < level / len(open_ones):
            said.append(
                f"Opinion differs by {d}, which is not weighted on: if those who spoke differ from the population in "
                "it, the result is off and the interval does not know."
            )
    return tuple(said)


def drift(y: ArrayLike, at: ArrayLike, level: float = 0.01) -> tuple[str, ...]:
    """Whether those who answered late, who are likelier to resemble those who never did, answered differently."""
    from scipy.stats import spearmanr

    value, when = np.asarray(y, np.float64), np.asarray(at, np.float64)
    rows = ~np.isnan(value) & ~np.isnan(when)
    if rows.sum() < 30 or len(np.unique(value[rows])) < 2 or len(np.unique(when[rows])) < 2:
        return ()
    if float(spearmanr(value[rows], when[rows]).pvalue) >= level:
        return ()
    return ("Those who answered late answered differently from those who answered early: those who never answered may "
            "differ further, and no weight knows of them.",)  # fmt: skip
