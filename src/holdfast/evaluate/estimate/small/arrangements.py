"""The ways adoption could have fallen: which site has which cohort label, under a stated rule of exchange.

Without randomisation the rule is an assumption (sites of a stratum are exchangeable); where the order of adoption was
randomised it is a fact, and only what was randomised is permuted (Fisher 1935; Roth & Sant'Anna 2023 for rollouts).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations
from math import comb, prod

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

ENUMERATE_UP_TO = 5_000
DRAWS = 1_999


@dataclass(frozen=True)
class Arrangements:
    """labels (B, n): cohort index of each site in each arrangement. possible: how many there are.

    enumerated: all of them are here, the real one once; otherwise they are draws and the real one is not among them.
    """

    labels: Ints
    possible: int
    enumerated: bool

    @property
    def smallest_p(self) -> float:
        """The least p value that these arrangements can give."""
        return 1 / (len(self.labels) + (not self.enumerated))

    def p(self, at_least_as_extreme: Ints) -> Floats:
        """p values from counts over the arrangements: exact when enumerated, else (b + 1)/(B + 1)."""
        extra = 0 if self.enumerated else 1
        return np.asarray((at_least_as_extreme + extra) / (len(self.labels) + extra))


def arrangements(
    label: Ints,
    strata: Ints | None = None,
    movable: Bools | None = None,
    draws: int = DRAWS,
    limit: int = ENUMERATE_UP_TO,
    seed: int = 0,
) -> Arrangements:
    """Every exchange of labels within strata when there are at most `limit`, else `draws` of them at random.

    label (n,): each site's cohort index. strata (n,): sites change places only inside a stratum (setting, region, size
    band). movable (n,): False for a site whose label was never in play, such as one left out of a randomised order.
    """
    label = np.asarray(label, dtype=np.int64)
    groups = _groups(label, strata, movable)
    possible = prod(_ways(label[group]) for group in groups)
    if possible < 2:
        raise ValueError(
            "no site can change places with a site of another cohort, so nothing can be compared with chance; widen "
            "the strata or use another inference"
        )
    if possible <= limit:
        return Arrangements(np.array(list(_every(label, groups))), possible, True)
    rng = np.random.default_rng(seed)
    drawn = np.tile(label, (draws, 1))
    for group in groups:
        drawn[:, group] = rng.permuted(drawn[:, group], axis=1)
    return Arrangements(drawn, possible, False)


def declared(label: Ints, sampler: Callable[[np.random.Generator, int], Ints], draws: int = DRAWS, seed: int = 0) -> (
    Arrangements
):  # fmt: skip
    """Arrangements from the protocol's own randomisation: `sampler(rng, draws)` gives labels (draws, n).

    Every draw must hold as many sites of each cohort as the real adoption did, because the aggregates' weights do.
    """
    drawn = np.asarray(sampler(np.random.default_rng(seed), draws), dtype=np.int64)
    if drawn.shape != (draws, len(label)) or not np.array_equal(np.sort(drawn, axis=1), _sorted_rows(label, draws)):
        raise ValueError(
            f"the declared randomisation must give {draws} rows of {len(label)} labels, each with the cohort "
            "sizes that were used; check the sampler against the protocol"
        )
    return Arrangements(drawn, -1, False)


def size_bands(size: Floats, label: Ints, comparison: int, bands: int = 3) -> Ints:
    """Strata (n,) of similar size such that every band with an adopter has a comparison site: for unequal weights."""
    for count in range(bands, 0, -1):
        cut = np.quantile(size[label != comparison], np.linspace(0, 1, count + 1)[1:-1])
        band = np.searchsorted(cut, size).astype(np.int64)
        needed = np.unique(band[label != comparison])
        if all(np.sum((band == b) & (label == comparison)) >= 3 for b in needed):
            return band
    return np.zeros(len(size), dtype=np.int64)


def _groups(label: Ints, strata: Ints | None, movable: Bools | None) -> list[Ints]:
    strata = np.zeros(len(label), dtype=np.int64) if strata is None else np.asarray(strata)
    free = np.ones(len(label), dtype=bool) if movable is None else np.asarray(movable, dtype=bool)
    if strata.shape != label.shape or free.shape != label.shape:
        raise ValueError(f"label, strata and movable must each have one entry a site ({len(label)})")
    return [np.flatnonzero((strata == s) & free) for s in np.unique(strata[free])]


def _ways(label: Ints) -> int:
    total, left = 1, len(label)
    for size in np.unique(label, return_counts=True)[1].tolist():
        total *= comb(left, size)
        left -= size
    return total


def _every(label: Ints, groups: list[Ints]) -> Iterator[Ints]:
    if not groups:
        yield label
        return
    first, rest = groups[0], groups[1:]
    for mine in _multiset(label[first]):
        moved = label.copy()
        moved[first] = mine
        yield from _every(moved, rest)


def _multiset(label: Ints) -> Iterator[Ints]:
    kinds, sizes = np.unique(label, return_counts=True)
    if len(kinds) == 1:
        yield label
        return
    for chosen in combinations(range(len(label)), int(sizes[0])):
        others = np.setdiff1d(np.arange(len(label)), chosen)
        for rest in _multiset(label[label != kinds[0]]):
            out = np.full(len(label), kinds[0])
            out[others] = rest
            yield out


def _sorted_rows(label: Ints, draws: int) -> Ints:
    return np.tile(np.sort(label), (draws, 1))
