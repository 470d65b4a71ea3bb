"""Shares with honest intervals: of comments, of suggestions that were right, of ratings."""

from __future__ import annotations

from dataclasses import dataclass

from holdfast.records.shares import jeffreys


@dataclass(frozen=True)
class Share:
    """A share and its interval; all three NaN where there was nothing to take a share of."""

    value: float
    low: float
    high: float
    count: float
    out_of: float


def share(count: float, out_of: float, level: float = 0.95) -> Share:
    """``count`` out of ``out_of`` with its Jeffreys interval."""
    low, high = jeffreys(count, out_of, level)
    value = count / out_of if out_of > 0 else float("nan")
    return Share(value, float(low), float(high), count, out_of)


def f1(hits: float, wrong: float, missed: float, level: float = 0.95) -> Share:
    """F1 with its interval.

    F1 = 2J / (1 + J), in which J = hits / (hits + wrong + missed) is a plain share, so the ends of J's interval are
    carried over.
    """
    jaccard = share(hits, hits + wrong + missed, level)
    value, low, high = (2 * j / (1 + j) for j in (jaccard.value, jaccard.low, jaccard.high))
    return Share(value, low, high, hits, jaccard.out_of)
