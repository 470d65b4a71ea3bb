"""The two ways to an aggregate's estimate and covariance, behind one face: moments, or influence functions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from .aggregate import Scheme, Weights, cell_weights, scheme
from .arrays import Bools, Floats, Ints, sum_by
from .attgt import Study, standard_error
from .covariance import small_sample
from .design import Design


@dataclass(frozen=True)
class Estimates:
    """estimate (A,), covariance (A, A), the small-sample variance and degrees of freedom (A,), and what a variance
    must exceed not to be rounding (A,)."""

    estimate: Floats
    covariance: Floats
    variance: Floats
    df: Floats
    rounding: Floats


class Backend(Protocol):
    """What a result needs: the design, the cells, and any aggregate of them."""

    @property
    def design(self) -> Design: ...
    @property
    def att(self) -> Floats: ...
    @property
    def n_by_pool(self) -> Ints: ...
    def cell_se(self) -> Floats: ...
    def cell_covariance(self, cells: Ints) -> Floats: ...
    def aggregate(self, rows: Scheme) -> Estimates: ...


@dataclass(frozen=True)
class FromMoments:
    """One outcome of a `Study`."""

    study: Study
    outcome: int = 0

    @property
    def design(self) -> Design:
        return self.study.design

    @property
    def att(self) -> Floats:
        return np.where(self.design.reference, 0.0, self.study.cells[self.outcome].att)

    @property
    def n_by_pool(self) -> Ints:
        return self.study.state.n

    def cell_se(self) -> Floats:
        return self.study.cell_se(self.outcome)

    def cell_covariance(self, cells: Ints) -> Floats:
        rows = scheme(self.design, "cell")
        picked = Scheme("cell", tuple(rows.labels[c] for c in cells), rows.pattern[cells], np.eye(len(cells)), None)
        return self.aggregate(picked).covariance

    def aggregate(self, rows: Scheme) -> Estimates:
        made = self.study.evaluate(rows, self.outcome)
        return Estimates(made.estimate, *self.study.uncertainty(made, self.outcome))


@dataclass(frozen=True)
class FromInfluence:
    """Cells' estimates (C,) and influence over n (n, C), with the sites' pools, weights and clusters."""

    design: Design
    att: Floats
    psi: Floats
    pool: Ints
    weights: Floats
    cluster: Ints | None

    @property
    def n_by_pool(self) -> Ints:
        return np.bincount(self.pool[self.pool >= 0], minlength=len(self.design.pools))

    def cell_se(self) -> Floats:
        sums = self._by_cluster(self.psi)
        small = np.where(np.isfinite(self.att), _below(self.att), np.inf)
        return standard_error(np.einsum("ic,ic->c", sums, sums), small)

    def cell_covariance(self, cells: Ints) -> Floats:
        sums = self._by_cluster(self.psi[:, cells])
        return np.asarray(sums.T @ sums)

    def aggregate(self, rows: Scheme) -> Estimates:
        made = cell_weights(rows, self.design, self._mass(), self._known())
        estimate, psi = made.rows @ self._known(), self.influence(made)
        sums = self._by_cluster(psi)
        variance, df = self._small_sample(psi, self.design.involves(made.rows))
        return Estimates(estimate, sums.T @ sums, variance, df, _below(estimate))

    def influence(self, made: Weights) -> Floats:
        """Each site's influence over n (n, A) on aggregates with these cell weights, shares estimated too."""
        held, needed = self.pool >= 0, np.flatnonzero(made.rows.any(axis=0))
        psi = self.psi[:, needed] @ made.rows[:, needed].T
        psi[held] += self.weights[held, None] * made.slope[:, self.pool[held]].T
        return psi

    def _known(self) -> Floats:
        return np.where(np.isfinite(self.att), self.att, 0.0)

    def _mass(self) -> Floats:
        held = self.pool >= 0
        return sum_by(self.pool[held], self.weights[held], len(self.design.pools))

    def _by_cluster(self, psi: Floats) -> Floats:
        if self.cluster is None:
            return psi
        sums = np.zeros((int(self.cluster.max()) + 1, psi.shape[1]))
        np.add.at(sums, self.cluster, psi)
        return sums

    def _small_sample(self, psi: Floats, involved: Bools) -> tuple[Floats, Floats]:
        if self.cluster is not None:
            nothing = np.full(psi.shape[1], np.nan)
            return nothing, nothing
        held, mass = self.pool >= 0, self._mass()
        parts = np.zeros((len(mass), psi.shape[1]))
        np.add.at(parts, self.pool[held], psi[held] ** 2)
        squares = sum_by(self.pool[held], self.weights[held] ** 2, len(mass))
        return small_sample(parts, involved, self.n_by_pool, mass, squares)


def _below(estimate: Floats) -> Floats:
    """Rounding in a variance of influence functions, which are differences before they are squared."""
    return np.asarray((1e-13 * np.maximum(1.0, np.abs(estimate))) ** 2)
