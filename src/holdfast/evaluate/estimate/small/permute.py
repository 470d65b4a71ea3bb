"""Permutation inference for staggered and block designs, every outcome and aggregate from one set of arrangements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.stats import norm

from holdfast.evaluate.estimate.small.arrangements import Arrangements, Bools, Floats, Ints
from holdfast.evaluate.estimate.small.invert import Crossings, crossings
from holdfast.evaluate.estimate.small.linear import Aggregates, Dealt, site_tables, values
from holdfast.evaluate.estimate.small.result import PermutationEffects
from holdfast.evaluate.estimate.small.scale import (
    FEWEST_ADOPTERS,
    adopters_behind,
    by_dispersion,
    by_noise,
    site_noise,
)

Scale = Literal["auto", "none", "noise", "dispersion"]


def permutation(
    Y: Floats,
    label: Ints,
    aggregates: Aggregates,
    arranged: Arrangements,
    weight: Floats | None = None,
    scale: Scale = "auto",
    level: float = 0.95,
) -> PermutationEffects:
    """Estimates, exact or Monte Carlo p values, intervals and simultaneous bands of one outcome.

    Y (n, T), finite. label (n,): cohort index into `aggregates.onset`. weight (n,): site weights, ones if not given.
    Estimated effects are first taken from the adopters' periods after, so that what is permuted carries none; the
    interval tests a constant effect over each aggregate's own event times. scale: what differences are divided by,
    "auto" taking `dispersion` for aggregates that rest on at least five adopters and `noise` for the others.
    """
    return permutations(
        Y[None], label, (aggregates,), arranged, None if weight is None else weight[None], scale, level
    )[0]


def permutations(
    Y: Floats,
    label: Ints,
    aggregates: Sequence[Aggregates],
    arranged: Arrangements,
    weight: Floats | None = None,
    scale: Scale = "auto",
    level: float = 0.95,
) -> tuple[PermutationEffects, ...]:
    """The same for O outcomes (measures, populations) under the same arrangements, so their draws covary rightly.

    Y (O, n, T); aggregates: one for each outcome (weights enter W), or one for all; weight (O, n).
    """
    label = np.asarray(label, dtype=np.int64)
    laid = tuple(aggregates) * len(Y) if len(aggregates) == 1 else tuple(aggregates)
    _require(Y, label, laid, arranged)
    weights = np.ones(Y.shape[:2]) if weight is None else np.asarray(weight, dtype=float)
    cohorts = len(laid[0].onset)
    real, dealt = Dealt.of(Arrangements(label[None], 1, True), cohorts), Dealt.of(arranged, cohorts)
    return tuple(
        _one(y, label, made, w, real, dealt, arranged, scale, level)
        for y, made, w in zip(Y, laid, weights, strict=True)
    )


def _one(
    Y: Floats, label: Ints, aggregates: Aggregates, weight: Floats, real: Dealt, dealt: Dealt,
    arranged: Arrangements, scale: Scale, level: float,
) -> PermutationEffects:  # fmt: skip
    fitted = event_effects(Y, label, aggregates.onset, weight)
    rest = Y - fitted
    rest = rest - rest.mean(axis=0)
    test = _Test(aggregates, label, weight, rest, site_tables(aggregates, rest), _by_row(aggregates, label, scale))
    removed = values(real, site_tables(aggregates, fitted), weight)[0]
    return _put_together(test, real, dealt, arranged, removed, level)


def _require(Y: Floats, label: Ints, laid: tuple[Aggregates, ...], arranged: Arrangements) -> None:
    if Y.ndim != 3 or label.shape != (Y.shape[1],) or arranged.labels.shape[1] != Y.shape[1] or len(laid) != len(Y):
        raise ValueError(
            f"Y has shape {Y.shape} (outcomes, sites, periods), label {label.shape}, the arrangements "
            f"{arranged.labels.shape[1]} sites and there are {len(laid)} sets of aggregates; they must agree"
        )
    if not np.isfinite(Y).all():
        raise ValueError(
            f"{int((~np.isfinite(Y)).sum())} site-periods are missing; sites can change places only when every site is "
            "seen in every period: leave out those sites and say so, or use Welch's t"
        )


def _by_row(aggregates: Aggregates, label: Ints, scale: Scale) -> tuple[Scale, ...]:
    if scale != "auto":
        return (scale,) * len(aggregates.W)
    adopters = adopters_behind(aggregates, np.bincount(label, minlength=len(aggregates.onset)))
    return tuple("dispersion" if many >= FEWEST_ADOPTERS else "noise" for many in adopters)


@dataclass(frozen=True)
class _Test:
    aggregates: Aggregates
    label: Ints
    weight: Floats
    rest: Floats
    tables: Floats
    scale: tuple[Scale, ...]

    def theta(self, dealt: Dealt) -> Floats:
        """Statistic without effects (B, A)."""
        return values(dealt, self.tables, self.weight)

    def indicator(self, dealt: Dealt) -> Floats:
        """Statistic of the real treatment indicator (B, A), one in the real arrangement.

        Dispersion is measured with the effect removed, so its test is of the residuals and the indicator is zero.
        """
        treated = np.einsum("akt,ast->ska", self.aggregates.W, self.aggregates.treated)
        d = values(dealt, treated[self.label].transpose(1, 0, 2), self.weight)
        return np.where(self.rows("dispersion"), 0.0, d)

    def rows(self, scale: Scale) -> Bools:
        """Which aggregates are divided by this scale (A,)."""
        return np.array([s == scale for s in self.scale])

    def error(self, dealt: Dealt, theta: Floats) -> Floats:
        """Standard error (B, A), ones when not studentised."""
        out = np.ones_like(theta)
        if (on := self.rows("noise")).any():
            noise = site_noise(self.rest[:, : int(self.aggregates.onset.min())])
            out[:, on] = by_noise(dealt, self.aggregates.W[on], self.rest, noise, self.weight)
        if (on := self.rows("dispersion")).any():
            some = self.aggregates.only(on)
            out[:, on] = by_dispersion(dealt, some, self.tables[:, :, on], self.weight, theta[:, on])
        return out


def _put_together(
    test: _Test, real: Dealt, dealt: Dealt, arranged: Arrangements, removed: Floats, level: float
) -> PermutationEffects:
    left = test.theta(real)
    a, b = test.theta(dealt), left[0]
    with np.errstate(invalid="ignore", divide="ignore"):  # a row that is its own base has no error at all
        ratio = test.error(real, left) / test.error(dealt, a)
    residual = test.rows("dispersion")
    a, removed, b = a - residual * b, removed + residual * b, np.where(residual, 0.0, b)
    d = test.indicator(dealt)
    cross = crossings(a, d, b, ratio)
    low, high = cross.interval(arranged, level)
    draws = ratio * (a - b * d)
    se = _normal_error(low, high, draws, level)
    simultaneous, band = _together(cross, arranged, b, removed, se, level)
    return PermutationEffects(
        estimate=removed + b, se=se, p=cross.p(arranged, -removed), low=removed + low, high=removed + high,
        simultaneous_p=simultaneous, band=band, draws=draws, scale=test.scale,
        smallest_p=arranged.smallest_p, possible=arranged.possible, enumerated=arranged.enumerated,
    )  # fmt: skip


def _normal_error(low: Floats, high: Floats, draws: Floats, level: float) -> Floats:
    """(A,): the standard error whose normal interval is as wide; the draws' own where the interval has no end."""
    wide = (high - low) / (2 * norm.ppf(0.5 + level / 2))
    return np.asarray(np.where(np.isfinite(wide), wide, np.sqrt(np.mean(draws**2, axis=0))))


def _together(
    cross: Crossings, arranged: Arrangements, b: Floats, removed: Floats, se: Floats, level: float
) -> tuple[Floats, Floats]:
    """Simultaneous p values (A,) and band (A, 2) over the aggregates that have a standard error."""
    usable = np.isfinite(se) & (se > 0)
    reach = np.maximum(cross.high - b, b - cross.low)[:, usable] / se[usable]
    largest = reach.max(axis=1, initial=0.0)[:, None]
    p, band = np.full(len(se), np.nan), np.full((len(se), 2), np.nan)
    distance = np.abs(removed + b)[usable] / se[usable]
    p[usable] = arranged.p((largest >= distance).sum(axis=0))
    edge = Crossings(-largest, largest).interval(arranged, level)[1][0]
    centre = (removed + b)[usable]
    band[usable] = np.stack([centre - edge * se[usable], centre + edge * se[usable]], axis=1)
    return p, band


def event_effects(Y: Floats, label: Ints, onset: Ints, weight: Floats) -> Floats:
    """(n, T): the average effect at each event time, laid on the adopters' periods after; zero elsewhere.

    Each adopter's change from its last period before, less that of the cohort that adopts last or never.
    """
    T = Y.shape[1]
    start = onset[label]
    compared = start == onset.max()
    path = np.average(Y[compared], axis=0, weights=weight[compared])
    adopters = np.flatnonzero((start < T) & (start > 0) & ~compared)
    if len(adopters) == 0:
        return np.zeros_like(Y)
    change = (Y - path)[adopters]
    change = change - change[np.arange(len(adopters)), start[adopters] - 1][:, None]
    since = np.arange(T) - start[adopters][:, None]
    after = since >= 0
    w = np.broadcast_to(weight[adopters][:, None], after.shape)[after]
    mean = np.bincount(since[after], w * change[after]) / np.bincount(since[after], w)
    fitted = np.zeros_like(Y)
    fitted[adopters] = np.where(after, mean[np.maximum(since, 0)], 0.0)
    return fitted
