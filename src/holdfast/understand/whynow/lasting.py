"""Which enablers go with changes that last: a difference, an honest small-sample interval, and when it is too soon."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import combinations
from math import comb
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from holdfast.understand.whynow.ratings import Rating, latest

Floats = NDArray[np.float64]
FEWEST: Final = 4
"""Changes on each side below which no rearrangement can reach 0.05: with 3 against 3 the smallest p is 0.1."""
EXACT: Final = 20_000
"""Arrangements up to which every one is counted; above, this many are drawn."""

Verdict = Literal["goes with lasting", "goes with lapsing", "cannot tell yet"]


@dataclass(frozen=True)
class Association:
    """Mean rating among changes that lasted minus among those that did not. It is an association, not a cause.

    The interval is Welch's; ``p`` comes from rearranging which changes lasted, and ``q`` controls false discoveries
    over the enablers looked at.
    """

    enabler: str
    difference: float
    low: float
    high: float
    p: float
    q: float
    lasted: int
    lapsed: int
    verdict: Verdict
    reason: str = ""


def with_lasting(
    ratings: Iterable[Rating], lasted: Mapping[str, bool], rate: float = 0.05, seed: int = 0
) -> list[Association]:
    """For each enabler, whether changes that lasted were rated higher. The change is the unit, not the rating.

    ``lasted`` says of each change whether it did; changes not in it are left out.
    """
    means = _means(ratings, lasted)
    found = [_association(enabler, means[enabler], lasted, seed) for enabler in sorted(means)]
    tested = [i for i, one in enumerate(found) if np.isfinite(one.p)]
    if tested:
        q = stats.false_discovery_control([found[i].p for i in tested])
        for i, adjusted in zip(tested, q, strict=True):
            found[i] = _judged(found[i], float(adjusted), rate)
    return found


def _means(ratings: Iterable[Rating], lasted: Mapping[str, bool]) -> dict[str, dict[str, float]]:
    """Enabler → change → mean of its raters' last word."""
    said: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for rating in latest(ratings):
        if rating.change in lasted:
            said[rating.enabler][rating.change].append(rating.value)
    return {e: {c: float(np.mean(values)) for c, values in by.items()} for e, by in said.items()}


def _association(enabler: str, means: Mapping[str, float], lasted: Mapping[str, bool], seed: int) -> Association:
    kept = np.array([value for change, value in sorted(means.items()) if lasted[change]])
    gone = np.array([value for change, value in sorted(means.items()) if not lasted[change]])
    nan = float("nan")
    difference = float(kept.mean() - gone.mean()) if len(kept) and len(gone) else nan
    blank = Association(enabler, difference, nan, nan, nan, nan, len(kept), len(gone), "cannot tell yet")
    if min(len(kept), len(gone)) < FEWEST:
        said = f"{len(kept)} changes that lasted and {len(gone)} that did not were rated; {FEWEST} of each are needed"
        return replace(blank, reason=said)
    if np.ptp(np.r_[kept, gone]) == 0:
        return replace(blank, reason="every change has the same rating")
    low, high = _welch(kept, gone)
    return replace(blank, low=low, high=high, p=_rearranged(kept, gone, seed))


def _welch(a: Floats, b: Floats) -> tuple[float, float]:
    va, vb = float(a.var(ddof=1)) / len(a), float(b.var(ddof=1)) / len(b)
    if va + vb == 0:
        return float("nan"), float("nan")
    df = (va + vb) ** 2 / (va**2 / (len(a) - 1) + vb**2 / (len(b) - 1))
    half = float(stats.t.ppf(0.975, df)) * float(np.sqrt(va + vb))
    gap = float(a.mean() - b.mean())
    return gap - half, gap + half


def _rearranged(a: Floats, b: Floats, seed: int) -> float:
    """Two-sided p: share of arrangements with a difference at least as large; drawn ones count the observed too."""
    both, n = np.r_[a, b], len(a)
    centred = both - both.mean()
    observed = abs(float(centred[:n].sum())) - 1e-9
    if comb(len(both), n) <= EXACT:
        sums = [abs(float(centred[list(chosen)].sum())) for chosen in combinations(range(len(both)), n)]
        return float(np.mean(np.array(sums) >= observed))
    rng = np.random.default_rng(seed)
    drawn = np.abs(rng.permuted(np.tile(centred, (EXACT, 1)), axis=1)[:, :n].sum(axis=1))
    return float((1 + np.sum(drawn >= observed)) / (1 + EXACT))


def _judged(one: Association, q: float, rate: float) -> Association:
    if q > rate:
        return replace(one, q=q, reason="a difference this large comes by chance too often to say")
    return replace(one, q=q, verdict="goes with lasting" if one.difference > 0 else "goes with lapsing")
