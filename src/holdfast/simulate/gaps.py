"""The true effect of each change on the gap between the most and the least deprived."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa

from holdfast.records import Population
from holdfast.records.panel import Floats
from holdfast.simulate.levels import Expected
from holdfast.simulate.plan import Plan
from holdfast.simulate.specs import LEVELS
from holdfast.simulate.truth import Paths, groups, mean_over

DIMENSION: Final = "deprivation"
"""The ordered dimension on which the gap is measured, most disadvantaged level first."""
GAPS: Final = pa.schema(
    [(name, pa.string()) for name in ("change", "measure", "dimension", "setting", "at", "kind")]
    + [(name, pa.float64()) for name in ("before", "after", "effect", "disadvantage")]
)
"""``disadvantage`` is the effect turned so that positive is a wider gap to the most deprived people's cost."""


def gap_table(plan: Plan, expected: Expected, path: Paths) -> pa.Table:
    """Difference, slope index and relative index with and without one change: overall and at each horizon."""
    if DIMENSION not in expected.spec.dimensions:
        return GAPS.empty_table()
    levels = [path.populations.index(Population(DIMENSION, level)) for level in LEVELS[DIMENSION]]
    sets = groups(plan, expected)
    every = [g for g, (_, population) in enumerate(sets.names) if population == Population()]
    names = [name for name in path.windows if name[0] != "event time"]
    inside = np.array([path.windows[name] for name in names], dtype=np.float64)
    weight, sites = path.weight[:, levels], sets.sites[every]
    before, mass = mean_over(inside, path.absent[:, :, levels], weight, sites)
    after, _ = mean_over(inside, path.present[:, :, levels], weight, sites)
    worse = 0 if expected.spec.better == "neither" else expected.spec.worse
    rows = [
        (path.change, path.measure, DIMENSION, sets.names[group][0], at or kind, name, low, high, high - low,
         worse * (high - low))
        for g, group in enumerate(every)
        for w, (kind, at) in enumerate(names)
        if mass[g, w].sum() > 0
        for name, low, high in indices(before[g, w], after[g, w], mass[g, w] / mass[g, w].sum())
    ]  # fmt: skip
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(GAPS)
    return pa.table([pa.array(list(c), f.type) for c, f in zip(columns, GAPS, strict=True)], schema=GAPS)


def indices(before: Floats, after: Floats, share: Floats) -> list[tuple[str, float, float]]:
    """Each index before and after, from the levels (L, most deprived first) and their shares of people.

    Difference: most minus least deprived. Slope index: weighted least squares of level on rank, read from the most to
    the least deprived end (Mackenbach & Kunst 1997). Relative index: slope index over the mean.
    """
    rank = np.cumsum(share) - share / 2
    centred = rank - (share * rank).sum()
    slope = [-float((share * centred * level).sum() / (share * centred**2).sum()) for level in (before, after)]
    mean = [float((share * level).sum()) for level in (before, after)]
    return [
        ("difference", float(before[0] - before[-1]), float(after[0] - after[-1])),
        ("slope index", slope[0], slope[1]),
        ("relative index", slope[0] / mean[0], slope[1] / mean[1]),
    ]
