"""Which comparison sites could have adopted instead: every way when they can be counted, else a stated sample.

A placebo takes the adopters' own pattern of start dates and gives it to comparison sites (Arkhangelsky et al. 2021,
Algorithm 4; Clarke, Pailañir, Athey and Imbens 2024 for several start dates). The adopters themselves are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np

from holdfast.evaluate.estimate.synthetic.solver import Ints

NEVER = -1


@dataclass(frozen=True)
class Placebos:
    """starts (B, N): first treated period of each site in each placebo, −1 for a donor, −2 for a real adopter (left
    out). possible: how many placebos there are. enumerated: whether these are all of them."""

    starts: Ints
    possible: int
    enumerated: bool


LEFT_OUT = -2


def placebos(start: Ints, limit: int, rng: np.random.Generator) -> Placebos:
    """All placebos of the adoption `start` (N,), or `limit` distinct ones drawn with `rng` when there are more."""
    controls = np.flatnonzero(start == NEVER)
    onsets, sizes = np.unique(start[start != NEVER], return_counts=True)
    if len(controls) <= sizes.sum():
        raise ValueError(
            f"{sizes.sum()} adopters and {len(controls)} comparison sites: placebos need more comparison sites than "
            "adopters; use the staggered design, whose errors do not come from placebos"
        )
    possible = _count(len(controls), [int(s) for s in sizes])
    every = possible <= limit
    sets = _all(controls, sizes, onsets) if every else _some(controls, sizes, onsets, limit, rng)
    rows = []
    for chosen in sets:
        row = np.where(start == NEVER, NEVER, LEFT_OUT)
        row[list(chosen)] = list(chosen.values())
        rows.append(row)
    return Placebos(np.array(rows, dtype=np.int64), possible, every)


def _count(n: int, sizes: list[int]) -> int:
    total = 1
    for size in sizes:
        total *= comb(n, size)
        n -= size
    return total


def _all(sites: Ints, sizes: Ints, onsets: Ints) -> Iterator[dict[int, int]]:
    if len(sizes) == 0:
        yield {}
        return
    for chosen in combinations(sites.tolist(), int(sizes[0])):
        rest = np.setdiff1d(sites, chosen)
        for others in _all(rest, sizes[1:], onsets[1:]):
            yield dict.fromkeys(chosen, int(onsets[0])) | others


def _some(sites: Ints, sizes: Ints, onsets: Ints, limit: int, rng: np.random.Generator) -> Iterator[dict[int, int]]:
    given = np.repeat(onsets, sizes)
    seen: set[tuple[int, ...]] = set()
    while len(seen) < limit:
        drawn = rng.choice(sites, size=len(given), replace=False)
        order = np.lexsort((drawn, given))
        key = tuple(drawn[order].tolist())
        if key not in seen:
            seen.add(key)
            yield dict(zip(key, given[order].tolist(), strict=True))
