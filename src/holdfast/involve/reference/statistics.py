"""The reference's statistics of a statement in a group: shares, tests, representativeness, consensus, priority.

Small et al. (2021), section 3. Counts in, arrays out; every one is reproduced from published counts to 1e-12 (the
server publishes the two-sample test in single precision, and that is matched to single precision).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

META_PRIORITY: Final = 7.0
NEWNESS: Final = 8.0
FADES: Final = 5.0


@dataclass(frozen=True, eq=False)
class GroupStatistics:
    """All arrays k × S × 2, the last axis agree and disagree. ``seen`` (k, S) counts every vote, passes too.

    ``share`` has one vote each way added; ``test`` asks if more than half voted so; ``repness`` is the share over
    that of everybody in other groups, and ``repness_test`` the two-sample test of that difference.
    """

    count: Counts
    seen: Counts
    share: Floats
    test: Floats
    repness: Floats
    repness_test: Floats

    @property
    def metric(self) -> Floats:
        """What statements are ranked by within a group."""
        return self.repness * self.repness_test * self.share * self.test


def group_statistics(tallies: Counts) -> GroupStatistics:
    """From a tally k × S × 3."""
    count, seen = tallies[:, :, :2], tallies.sum(axis=2)
    others, others_seen = count.sum(axis=0) - count, seen.sum(axis=0) - seen
    n, m = seen[:, :, None], others_seen[:, :, None]
    share = smoothed(count, n)
    return GroupStatistics(
        count=count,
        seen=seen,
        share=share,
        test=one_sample(count, n),
        repness=share / smoothed(others, m),
        repness_test=two_sample(count, n, others, m),
    )


def smoothed(count: Counts, seen: Counts) -> Floats:
    """A share with one vote each way added: (count + 1) / (seen + 2)."""
    return np.asarray((count + 1) / (seen + 2))


def one_sample(count: Counts, seen: Counts) -> Floats:
    """z of a share against one half, one success added."""
    n = seen + 1
    return np.asarray(2.0 * np.sqrt(n) * ((count + 1) / n - 0.5))


def two_sample(count: Counts, seen: Counts, other: Counts, other_seen: Counts) -> Floats:
    """z of the difference of two shares, one success added to each; nought where all of both succeeded."""
    a, n, b, m = count + 1, seen + 1, other + 1, other_seen + 1
    pooled = (a + b) / (n + m)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = (a / n - b / m) / np.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
    return np.where(pooled == 1, 0.0, z)


def group_consensus(tallies: Counts) -> Floats:
    """S × 2: the product over groups of the smoothed share who agree, and who disagree. It falls as groups grow in
    number, so it ranks statements of one conversation and says nothing between conversations."""
    return np.asarray(smoothed(tallies[:, :, :2], tallies.sum(axis=2)[:, :, None]).prod(axis=0))


def priority(tallies: Counts, extremity: Floats, meta: NDArray[np.bool_] | None = None) -> Floats:
    """S: how often the reference shows a statement: agreed with, not passed over, far out, and new are shown more."""
    agree, _, passed = tallies.sum(axis=0).T
    seen = tallies.sum(axis=(0, 2))
    importance = (1 - smoothed(passed, seen)) * (extremity + 1) * smoothed(agree, seen)
    raw = importance * (1 + NEWNESS * 2.0 ** (-seen / FADES))
    return np.asarray(np.where(False if meta is None else meta, META_PRIORITY, raw) ** 2)
