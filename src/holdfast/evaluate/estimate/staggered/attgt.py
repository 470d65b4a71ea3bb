"""Group-time effects and their aggregates from `Moments` (Callaway & Sant'Anna 2021, unconditional parallel trends)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .aggregate import Kind, Scheme, cell_weights, combined, scheme
from .arrays import Floats, sum_by
from .covariance import cell_variance, coefficients, covariance, small_sample, spread_of
from .design import Base, Comparison, Design, plan
from .functional import CellEffects, cell_effects, spread, to_cohorts
from .moments import Moments


@dataclass(frozen=True)
class Functional:
    """Aggregates of one outcome as linear functionals of the pools: estimate (A,), W (A, P, T), D (A, P).

    rows: (A, C) their weights on the cells."""

    scheme: Scheme
    rows: Floats
    estimate: Floats
    W: Floats
    D: Floats


@dataclass(frozen=True)
class Study:
    """Moments laid out for estimation: the design, the pooled state, and each outcome's cells."""

    design: Design
    state: Moments
    cells: tuple[CellEffects, ...]

    def functional(self, kind: Kind, outcome: int = 0, **options: Any) -> Functional:
        """One kind of aggregation of one outcome; options as `aggregate.scheme`."""
        rows = scheme(self.design, kind, usable=np.isfinite(self.cells[outcome].att), **options)
        return self.evaluate(rows, outcome)

    def evaluate(self, rows: Scheme, outcome: int = 0) -> Functional:
        """A laid-out scheme on one outcome."""
        cells, mass = self.cells[outcome], self.state.mass[outcome]
        att = np.where(np.isfinite(cells.att), cells.att, 0.0)
        weights = cell_weights(rows, self.design, mass, att)
        W, D = (combined(rows.combine, part) for part in spread(weights.primary, self.design, cells))
        return Functional(rows, weights.rows, weights.rows @ att, W, D + weights.slope)

    def coefficients(self, made: Functional, outcome: int = 0) -> Floats:
        """U (P, A, T+1) of `covariance`."""
        return coefficients(made.W, made.D, self.state.mass[outcome])

    def covariance(self, made: Functional, outcome: int = 0) -> Floats:
        """Covariance (A, A) of one outcome's aggregates."""
        return spread_of(self.coefficients(made, outcome), self.state.block(outcome))[0]

    def uncertainty(self, made: Functional, outcome: int = 0) -> tuple[Floats, Floats, Floats, Floats]:
        """Covariance (A, A), small-sample variance and degrees of freedom (A,), and the variances' rounding (A,)."""
        gram, mass = self.state.block(outcome), self.state.mass[outcome]
        total, parts, small = spread_of(self.coefficients(made, outcome), gram)
        involved = self.design.involves(made.rows)
        return total, *small_sample(parts, involved, self.state.n, mass, gram[:, -1, -1]), small

    def joint_covariance(self, made: Sequence[tuple[int, Functional]]) -> Floats:
        """Covariance over aggregates of several outcomes, stacked in the order given as (outcome, functional)."""
        coef = [self.coefficients(f, o) for o, f in made]
        rows = [
            [covariance(u, self.state.block(o, p), v) for (p, _), v in zip(made, coef, strict=True)]
            for (o, _), u in zip(made, coef, strict=True)
        ]
        total = np.block(rows)
        return np.asarray((total + total.T) / 2)

    def welch(self, made: Functional, outcome: int = 0) -> tuple[Floats, Floats]:
        """Small-sample variance and degrees of freedom (A,) (`covariance.small_sample`)."""
        return self.uncertainty(made, outcome)[1:3]

    def cell_se(self, outcome: int = 0) -> Floats:
        """(C,) standard errors of ATT(g, t); NaN where there is none (its own base period, no comparison)."""
        cells, gram = self.cells[outcome], self.state.block(outcome)
        variance, small = cell_variance(self.design, cells, self.state.mass[outcome], gram)
        return standard_error(variance, np.where(np.isfinite(cells.att), small, np.inf))


def study(
    moments: Moments, *, comparison: Comparison = "never", base: Base = "varying", anticipation: float = 0
) -> Study:
    """Lay out a state for estimation and compute every ATT(g, t) of every outcome."""
    design = plan(moments.cohorts, moments.periods, comparison=comparison, base=base, anticipation=anticipation)
    state = moments.pooled(design.pool_of, design.pools, len(design.periods))
    cells = tuple(cell_effects(design, state.mass[o], state.mean[o]) for o in range(len(state.outcomes)))
    return Study(design, state, cells)


def standard_error(variance: Floats, small: Floats) -> Floats:
    """Square roots, with NaN for variances no larger than rounding would leave (R `did` gives NA there)."""
    with np.errstate(invalid="ignore"):
        return np.where(variance > small, np.sqrt(np.maximum(variance, 0.0)), np.nan)


@dataclass(frozen=True)
class AggregateWeights:
    """Aggregates as weights on the cohorts' mean paths, W (A, K, T) over the source's cohorts and periods.

    estimate_a = Σ_k,t W[a, k, t]·mean[k, t]. While cohort sizes stay as they are, as when the sites' adoption
    dates are permuted, W does not change and each permutation's estimates are one matrix product. `cohorts` (K,)
    includes `inf`.
    """

    labels: tuple[float | str, ...]
    cohorts: Floats
    periods: Floats
    W: Floats
    overall: int | None
    design: Design


def aggregate_weights(
    cohorts: Moments | ArrayLike,
    kind: Kind = "event",
    *,
    periods: ArrayLike | None = None,
    mass: ArrayLike | None = None,
    outcome: int = 0,
    comparison: Comparison = "never",
    base: Base = "varying",
    anticipation: float = 0,
    **options: Any,
) -> AggregateWeights:
    """Aggregates as linear functionals of the cohort mean paths.

    cohorts: a `Moments`, or the first adopting periods (K,) ascending with `inf` for never, with `periods` (T,) and
    `mass` (K,), each cohort's number of sites or total weight. options: as `aggregate.scheme` (windows, min_e, …).
    """
    if isinstance(cohorts, Moments):
        labels, times, size = cohorts.cohorts, cohorts.periods, cohorts.mass[outcome]
    else:
        labels, times = np.asarray(cohorts, dtype=np.float64), np.asarray(periods, dtype=np.float64)
        size = np.asarray(mass, dtype=np.float64)
    design = plan(labels, times, comparison=comparison, base=base, anticipation=anticipation)
    pooled = sum_by(design.pool_of[design.pool_of >= 0], size[design.pool_of >= 0], len(design.pools))
    cells = cell_effects(design, pooled, np.zeros((len(design.pools), len(design.periods))))
    rows = scheme(design, kind, usable=np.isfinite(cells.att), **options)
    made = cell_weights(rows, design, pooled, np.zeros(len(design.g)))
    W = combined(rows.combine, spread(made.primary, design, cells)[0])
    return AggregateWeights(rows.labels, labels, times, to_cohorts(W, design, size, len(times)), rows.overall, design)
