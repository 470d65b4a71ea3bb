"""Delphi rounds: whether a panel agrees, and whether it has stopped changing its mind, as two questions.

After Diamond and others (2014), who find that consensus is stated as a share in a band and that stability is another
matter; stability between two ordinal ratings of one person is weighted kappa (Cohen 1968).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from holdfast.records.shares import jeffreys


@dataclass(frozen=True)
class InBand:
    """Share of a panel whose rating lies in a band, with its 95 % interval; ``reached`` when the share is enough."""

    share: float
    low: float
    high: float
    raters: int
    reached: bool


@dataclass(frozen=True)
class Stability:
    """Between two rounds: the ``share`` who gave the same rating, and quadratic weighted ``kappa`` (NaN where nobody's
    rating differs from anybody's); ``raters`` rated in both, ``left`` only in the first."""

    share: float
    low: float
    high: float
    kappa: float
    raters: int
    left: int


def in_band(ratings: ArrayLike, lowest: float, highest: float, enough: float = 0.75) -> InBand:
    """Consensus of one item: share of ``ratings`` (n, NaN: none) from ``lowest`` to ``highest``, both included."""
    given = np.asarray(ratings, np.float64)
    given = given[~np.isnan(given)]
    inside = int(((given >= lowest) & (given <= highest)).sum())
    low, high = (float(end) for end in jeffreys(inside, len(given)))
    share = inside / len(given) if len(given) else float("nan")
    return InBand(share, low, high, len(given), share >= enough)


def stability(before: ArrayLike, after: ArrayLike) -> Stability:
    """Stability of one item between two rounds, rater by rater (n, NaN: did not rate)."""
    first, second = np.asarray(before, np.float64), np.asarray(after, np.float64)
    if first.shape != second.shape:
        raise ValueError("the two rounds must name the same raters in the same order; NaN where one did not rate")
    both = ~np.isnan(first) & ~np.isnan(second)
    a, b = first[both], second[both]
    same, n = int((a == b).sum()), len(a)
    low, high = (float(end) for end in jeffreys(same, n))
    expected = float(((a[:, None] - b[None, :]) ** 2).mean()) if n else 0.0
    kappa = 1 - float(((a - b) ** 2).mean()) / expected if expected > 0 else float("nan")
    left = int((~np.isnan(first) & np.isnan(second)).sum())
    return Stability(same / n if n else float("nan"), low, high, kappa, n, left)
