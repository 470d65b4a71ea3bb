"""A synthetic comparison and what its placebos say of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from holdfast.evaluate.estimate.synthetic.block import Method
from holdfast.evaluate.estimate.synthetic.solver import Floats, Ints


@dataclass(frozen=True)
class PlaceboInterval:
    """One number and its placebo inference, in the outcome's units.

    se: standard deviation of the placebo effects (divisor B, as `synthdid`). low, high: estimate ± z × se.
    p: rank of |estimate| among the placebos, (1 + as extreme)/(B + 1). rank_low, rank_high: the effects that rank
    test does not reject; infinite when B + 1 placebos are too few to reject anything at this level. p_fit, fit_low,
    fit_high: the same after dividing each effect by its own misfit before the start, which guards against a site that
    cannot be matched as well as the others. smallest_p: the least that a rank can give, 1/(B + 1).
    """

    estimate: float
    se: float
    low: float
    high: float
    p: float
    rank_low: float
    rank_high: float
    p_fit: float
    fit_low: float
    fit_high: float
    smallest_p: float


@dataclass(frozen=True)
class SyntheticEffect:
    """The effect in one panel. E event times; B placebos; K start dates; N sites; T periods.

    effect, placebo_effect (B,): averages over treated site-periods. event_time (E,), negative before the start;
    adopters (E,): how many sites each rests on; by_event (E,), placebo_by_event (B, E): gap to the synthetic
    comparison. misfit, placebo_misfit (B,): root mean squared gap before the start. starts (K,); omega (K, N): weight
    of each comparison site; lam (K, T): weight of each period before. possible: placebos there could be; enumerated:
    whether all were made.
    """

    method: Method
    effect: float
    event_time: Ints
    adopters: Ints
    by_event: Floats
    misfit: float
    starts: Ints
    omega: Floats
    lam: Floats
    placebo_effect: Floats
    placebo_by_event: Floats
    placebo_misfit: Floats
    possible: int
    enumerated: bool

    @property
    def fit_ratio(self) -> float:
        """Misfit before the start over the placebos' median: above about 2 the comparison is not credible."""
        middle = float(np.median(self.placebo_misfit))
        return self.misfit / middle if middle > 0 else float("inf")

    @property
    def effective_donors(self) -> float:
        """1/Σω² of the first start: about how many sites the comparison rests on."""
        return float(1 / np.sum(self.omega[0] ** 2))

    def overall(self, level: float = 0.95) -> PlaceboInterval:
        """The average over all periods after the start."""
        return self._interval(self.effect, self.placebo_effect, level)

    def window(self, first: int, last: int, level: float = 0.95) -> PlaceboInterval:
        """The average over event times `first` to `last`, weighted by the sites seen at each."""
        inside = (self.event_time >= first) & (self.event_time <= last)
        if not inside.any():
            raise ValueError(
                f"no adopter is seen from event time {first} to {last}; event times seen run from "
                f"{self.event_time[0]} to {self.event_time[-1]}"
            )
        share = self.adopters[inside] / self.adopters[inside].sum()
        return self._interval(float(share @ self.by_event[inside]), self.placebo_by_event[:, inside] @ share, level)

    def _interval(self, estimate: float, placebo: Floats, level: float) -> PlaceboInterval:
        se = float(np.std(placebo))
        z = float(norm.ppf(0.5 + level / 2)) * se
        reach = critical(placebo, level)
        ratio = placebo / np.maximum(self.placebo_misfit, np.finfo(float).tiny) * self.misfit
        fitted = critical(ratio, level)
        return PlaceboInterval(
            estimate, se, estimate - z, estimate + z,
            rank_p(estimate, placebo), estimate - reach, estimate + reach,
            rank_p(estimate, ratio), estimate - fitted, estimate + fitted, 1 / (len(placebo) + 1),
        )  # fmt: skip


def rank_p(estimate: float, placebo: Floats) -> float:
    """(1 + placebos at least as far from zero)/(B + 1)."""
    return float((1 + np.sum(np.abs(placebo) >= abs(estimate))) / (len(placebo) + 1))


def critical(placebo: Floats, level: float) -> float:
    """How far an effect may be from the estimate before its rank p falls to 1 − level or below.

    The placebos carry no effect, so testing a constant effect τ compares |estimate − τ| with the same placebos for
    every τ, and the set not rejected is an interval whose half width is one order statistic of theirs.
    """
    can_reject = int(np.floor((1 - level) * (len(placebo) + 1) + 1e-9))
    if can_reject < 1:
        return float("inf")
    return float(np.sort(np.abs(placebo))[len(placebo) - can_reject])
