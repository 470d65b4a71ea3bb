"""Intervals by inverting a permutation test, in closed form.

Take away a hypothesised constant effect τ from the real adopters and permute. The statistic is linear, so arrangement π
gives θ(π) − τ d(π), d(π) being the statistic of the treatment indicator itself, and d = 1 for the real one. π is at
least as extreme as the real arrangement when r|a − τ d| ≥ |b − τ| (a = θ(π), b = θ, r the ratio of standard errors, 1
without studentising). For r|d| < 1 that is the τ between two crossing points, and b is always between them. The sets
are therefore nested about b, the p value falls on both sides of it, and the interval's ends are order statistics
of the crossing points: a sort, not a search.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from holdfast.evaluate.estimate.small.arrangements import Arrangements, Floats


@dataclass(frozen=True)
class Crossings:
    """low, high (B, A): the effects for which an arrangement is at least as extreme as the real one."""

    low: Floats
    high: Floats

    def p(self, arranged: Arrangements, effect: Floats | float = 0.0) -> Floats:
        """p values (A,) of the hypothesis that each aggregate equals `effect`."""
        inside = (self.low <= effect) & (self.high >= effect)
        return arranged.p(inside.sum(axis=0))

    def interval(self, arranged: Arrangements, level: float) -> tuple[Floats, Floats]:
        """The effects with p > 1 − level: ends (A,), infinite when the arrangements are too few to reject."""
        count = len(self.low)
        extra = 0 if arranged.enumerated else 1
        needed = int(np.floor((1 - level) * (count + extra) + 1e-9)) + 1 - extra  # arrangements that must be inside
        if needed < 1:
            return np.full(self.low.shape[1], -np.inf), np.full(self.low.shape[1], np.inf)
        return np.sort(self.low, axis=0)[needed - 1], np.sort(self.high, axis=0)[count - needed]


def crossings(a: Floats, d: Floats, b: Floats, ratio: Floats | float = 1.0) -> Crossings:
    """Solve r|a − τ d| = |b − τ| for a, d, ratio (B, A) and b (A,)."""
    a, d = ratio * a, ratio * d
    tight = np.abs(d) < 1 - 1e-9
    with np.errstate(divide="ignore", invalid="ignore"):
        one = np.where(tight, (b - a) / (1 - d), -np.inf)
        two = np.where(tight, (b + a) / (1 + d), np.inf)
    # an arrangement whose own indicator moves as fast as the real one never becomes the less extreme
    low, high = np.minimum(one, two), np.maximum(one, two)
    slack = 1e-9 * (np.abs(b) + np.abs(a))
    return Crossings(low - slack, high + slack)
