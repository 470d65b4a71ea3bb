"""What each group said of each statement, what it holds that others do not, and what all groups share.

Votes count by how far their voter belongs to a group, and tell by the square of that: half a member's vote counts as
a half and is worth a quarter of a certain member's, so that doubt about who belongs widens the intervals. The groups
were found from the same votes: intervals describe, and are no test that groups differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from holdfast.involve.classes.grouping import Groups
from holdfast.involve.classes.sheets import design
from holdfast.involve.intervals import of_share
from holdfast.involve.votes import Votes

Floats = NDArray[np.float64]
Way = Literal["agree", "disagree"]
WAYS: Final[tuple[Way, Way]] = ("agree", "disagree")
MOST_OF_THEM: Final = 0.5


@dataclass(frozen=True, eq=False)
class Views:
    """``votes`` (k, S, 3): expected votes of each group to agree, disagree, pass; ``effective`` (k, S): how many
    votes of certain members they are worth. ``share``, ``low``, ``high`` (k, S, 2): who agree and disagree among
    those who voted on the statement, with 95 % Jeffreys intervals; NaN where nobody of the group has."""

    votes: Floats
    effective: Floats
    share: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True)
class Holding:
    """A statement a group holds and others do not: its share that way with its interval, the share of everybody in
    other groups, the gap with its interval, and the share of the other group nearest to it."""

    statement: int
    way: Way
    share: float
    low: float
    high: float
    others: float
    gap: float
    gap_low: float
    gap_high: float
    nearest: float


@dataclass(frozen=True, eq=False)
class Shared:
    """What all groups share, each S × 2 (agree, disagree). ``product``: the reference's, which falls with every group
    more; ``mean``: its k-th root, which does not; ``low``: the lower bound of the group that holds it least, and
    ``least``: which group that is."""

    product: Floats
    mean: Floats
    low: Floats
    least: NDArray[np.intp]


def views(votes: Votes, groups: Groups) -> Views:
    """How each group voted on each statement."""
    weight = groups.share.astype(np.float64)
    told = design(votes).T @ np.concatenate([weight, weight**2], axis=1)
    counts, squared = np.split(told.T.reshape(2 * groups.k, 3, -1).transpose(0, 2, 1), 2)
    return _views(np.ascontiguousarray(counts), squared.sum(axis=2))


def _views(counts: Floats, effective: Floats) -> Views:
    with np.errstate(invalid="ignore", divide="ignore"):
        share = counts[:, :, :2] / counts.sum(axis=2)[:, :, None]
    low, high = of_share(np.nan_to_num(share), effective[:, :, None])
    return Views(counts, effective, share, low, high)


def holds(seen: Views, most: int = 5) -> tuple[tuple[Holding, ...], ...]:
    """For each group at most ``most`` statements that more than half of it holds, by how far others surely do not."""
    if len(seen.votes) < 2:
        return ((),) * len(seen.votes)
    return tuple(_of_group(seen, g, most) for g in range(len(seen.votes)))


def _of_group(seen: Views, g: int, most: int) -> tuple[Holding, ...]:
    others = np.arange(len(seen.votes)) != g
    rest = _views(seen.votes[others].sum(axis=0, keepdims=True), seen.effective[others].sum(axis=0, keepdims=True))
    share, low, high = seen.share[g], seen.low[g], seen.high[g]
    gap = share - rest.share[0]
    gap_low = gap - np.sqrt((share - low) ** 2 + (rest.high[0] - rest.share[0]) ** 2)
    gap_high = gap + np.sqrt((high - share) ** 2 + (rest.share[0] - rest.low[0]) ** 2)
    with np.errstate(invalid="ignore"):
        fits = (share > MOST_OF_THEM) & (gap_low > 0)
    where = np.argwhere(fits)
    ranked = where[np.argsort(-gap_low[fits], kind="stable")][:most]
    told = (share, low, high, rest.share[0], gap, gap_low, gap_high, _most(seen.share[others]))
    return tuple(Holding(int(s), WAYS[w], *(float(part[s, w]) for part in told)) for s, w in ranked)


def _most(share: Floats) -> Floats:
    """The largest over groups; NaN only where every group is."""
    most: Floats = np.nan_to_num(share, nan=-1.0).max(axis=0)
    return np.asarray(np.where(most < 0, np.nan, most))


def shared(seen: Views) -> Shared:
    """What all groups share. A statement a group has hardly seen has a low bound for that: it is not known."""
    counts = seen.votes[:, :, :2]
    smooth = (counts + 1) / (seen.votes.sum(axis=2) + 2)[:, :, None]
    product = smooth.prod(axis=0)
    low = np.nan_to_num(seen.low, nan=0.0)
    return Shared(product, np.exp(np.log(product) / len(counts)), low.min(axis=0), low.argmin(axis=0))


def common_ground(all_hold: Shared, above: float = MOST_OF_THEM) -> tuple[tuple[int, Way, float], ...]:
    """Statements surely held by more than ``above`` of every group, which way, by what lower bound; best first."""
    found = [(int(s), WAYS[w], float(all_hold.low[s, w])) for s, w in np.argwhere(all_hold.low > above)]
    return tuple(sorted(found, key=lambda one: -one[2]))
