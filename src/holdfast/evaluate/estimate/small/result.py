"""What small-sample inference hands back."""

from __future__ import annotations

from dataclasses import dataclass

from holdfast.evaluate.estimate.small.arrangements import Floats


@dataclass(frozen=True)
class PermutationEffects:
    """A aggregates of one outcome under B arrangements.

    estimate, se, p, low, high (A,): p and low–high come from the same test and agree; se is the error whose normal
    interval is as wide as low–high, so that a normal reading of it is as cautious. simultaneous_p, band (A, 2): for all
    aggregates together, by the largest deviation relative to each one's own interval. draws (B, A): deviations with no
    effect, on the scale of the estimate, so that `draws.T @ draws / B` is a joint covariance, between outcomes
    too when made in one call. scale (A): what each was divided by. smallest_p, possible, enumerated: how fine the
    test can be; possible is −1 when a declared randomisation did not say.
    """

    estimate: Floats
    se: Floats
    p: Floats
    low: Floats
    high: Floats
    simultaneous_p: Floats
    band: Floats
    draws: Floats
    scale: tuple[str, ...]
    smallest_p: float
    possible: int
    enumerated: bool


@dataclass(frozen=True)
class WelchEffects:
    """A aggregates with unbiased variances and t intervals: estimate, se, df, p, low, high (A,)."""

    estimate: Floats
    se: Floats
    df: Floats
    p: Floats
    low: Floats
    high: Floats
