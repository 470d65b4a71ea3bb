"""Which statements the reference shows for a group, and which for everybody, by its own rules."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from holdfast.involve.reference.statistics import Counts, Floats, GroupStatistics, one_sample, smoothed

Z90: Final = float(ndtri(0.9))
MOST: Final = 5
AGREE, DISAGREE = 0, 1
Way = Literal["agree", "disagree"]
WAYS: Final[tuple[Way, Way]] = ("agree", "disagree")


@dataclass(frozen=True)
class Pick:
    """A statement chosen: which way, with the numbers it was chosen by. ``n_agree`` is given for a best agreement."""

    statement: int
    way: Way
    count: int
    seen: int
    share: float
    test: float
    repness: float | None = None
    repness_test: float | None = None
    best_agree: bool = False
    n_agree: int | None = None


def representative(
    stats: GroupStatistics, moderated_out: NDArray[np.bool_], most: int = MOST
) -> tuple[tuple[Pick, ...], ...]:
    """For each group at most ``most`` picks: its best agreement first chosen, then by rank; agreements shown first."""
    open_ = np.flatnonzero(~moderated_out)
    return tuple(_of_group(stats, group, open_, most) for group in range(len(stats.count)))


def _of_group(stats: GroupStatistics, g: int, statements: NDArray[np.int64], most: int) -> tuple[Pick, ...]:
    agreed = _best_agreement(stats, g, statements)
    tests = np.minimum(stats.test[g], stats.repness_test[g]) > Z90
    passing = [s for s in statements if tests[s].any()]
    ranked = sorted(passing, key=lambda s: -stats.metric[g, s, _way(stats, g, s)])
    if agreed is not None:
        head = [_pick(stats, g, agreed, best=True)]
    elif not passing and len(statements):
        head = [_pick(stats, g, statements[stats.repness_test[g, statements].max(axis=1).argmax()])]
    else:
        head = []
    rest = [_pick(stats, g, s) for s in ranked if s != agreed]
    return tuple(sorted((head + rest)[:most], key=lambda pick: pick.way))


def _best_agreement(stats: GroupStatistics, g: int, statements: Iterable[np.int64]) -> np.int64 | None:
    """The statement a group best agrees on; the order statements came in matters, as it does in the reference."""
    share, test = stats.share[g, :, AGREE], stats.test[g, :, AGREE]
    repness, metric = stats.repness[g, :, AGREE], stats.metric[g, :, AGREE]
    best: np.int64 | None = None
    for s in statements:
        if not stats.count[g, s].any():
            continue
        if best is None:
            better = test[s] > Z90 or (repness[s] > 1 and share[s] > 0.5)
        elif repness[best] > 1:
            better = metric[s] > metric[best]
        else:
            better = share[s] * test[s] > share[best] * test[best]
        best = s if better else best
    return best


def _way(stats: GroupStatistics, g: int, s: np.int64) -> int:
    return AGREE if stats.repness_test[g, s, AGREE] > stats.repness_test[g, s, DISAGREE] else DISAGREE


def _pick(stats: GroupStatistics, g: int, s: np.int64, best: bool = False) -> Pick:
    way = _way(stats, g, s)
    at = (g, s, way)
    return Pick(
        statement=int(s),
        way=WAYS[way],
        count=int(stats.count[at]),
        seen=int(stats.seen[g, s]),
        share=float(stats.share[at]),
        test=float(stats.test[at]),
        repness=float(stats.repness[at]),
        repness_test=float(stats.repness_test[at]),
        best_agree=best,
        n_agree=int(stats.count[g, s, AGREE]) if best else None,
    )


def consensus(
    counts: Counts, moderated_out: NDArray[np.bool_], most: int = MOST
) -> tuple[tuple[Pick, ...], tuple[Pick, ...]]:
    """What everybody agrees with, and what everybody disagrees with, from counts S × 3 of all votes."""
    seen = counts.sum(axis=1)
    share = smoothed(counts[:, :2], seen[:, None])
    test = one_sample(counts[:, :2], seen[:, None])
    return _held(counts, seen, share, test, AGREE, moderated_out, most), _held(
        counts, seen, share, test, DISAGREE, moderated_out, most
    )


def _held(
    counts: Counts, seen: Counts, share: Floats, test: Floats, way: int, out: NDArray[np.bool_], most: int
) -> tuple[Pick, ...]:
    found = np.flatnonzero(~out & (share[:, way] > 0.5) & (test[:, way] > Z90))
    ranked = found[np.argsort(-(share * test)[found, way], kind="stable")][:most]
    return tuple(
        Pick(int(s), WAYS[way], int(counts[s, way]), int(seen[s]), float(share[s, way]), float(test[s, way]))
        for s in ranked
    )
