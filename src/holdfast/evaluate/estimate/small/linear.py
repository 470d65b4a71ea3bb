"""Aggregates that are linear in cohort means, for every arrangement of the cohort labels at once.

θ_a(π) = Σ_k Σ_{i ∈ π_k} w_i Σ_t W[a, k, t] Y[i, t] / Σ_{i ∈ π_k} w_i. A site's share of it depends only on the label it
is dealt, so each site × label × aggregate number is made once; an arrangement is a sum of n of them, a sparse product.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.sparse import csr_matrix

from holdfast.evaluate.estimate.small.arrangements import Arrangements, Bools, Floats, Ints


@dataclass(frozen=True)
class Aggregates:
    """A aggregates of K cohorts over T periods.

    W (A, K, T): weights on the cohorts' mean paths. onset (K,): index of each cohort's first treated period, T or more
    for sites that never adopt. first, last (A,): the event times whose effect each aggregate averages (0 and a large
    number for an overall effect; −3 and −3 for a lead).
    """

    W: Floats
    onset: Ints
    first: Ints
    last: Ints

    def __post_init__(self) -> None:
        A, K, _ = self.W.shape
        if self.onset.shape != (K,) or self.first.shape != (A,) or self.last.shape != (A,):
            raise ValueError(
                f"W has shape {self.W.shape}: onset needs {K} entries, and first and last {A} each; they have "
                f"{self.onset.shape}, {self.first.shape} and {self.last.shape}"
            )

    def only(self, rows: Bools) -> Aggregates:
        """Some of the aggregates."""
        return Aggregates(self.W[rows], self.onset, self.first[rows], self.last[rows])

    @property
    def treated(self) -> Floats:
        """(A, K, T): where an effect on the event times of each aggregate falls."""
        since = np.arange(self.W.shape[2]) - self.onset[:, None]
        inside = (since >= self.first[:, None, None]) & (since <= self.last[:, None, None])
        return np.asarray(inside & (self.onset < self.W.shape[2])[:, None], dtype=float)

    @property
    def share(self) -> Floats:
        """(A, K): how much of each aggregate is each cohort's own effect; rows sum to one."""
        return np.asarray((self.W * self.treated).sum(axis=2))


@dataclass(frozen=True)
class Dealt:
    """Which sites each label was dealt to: sums over a label's sites for every arrangement.

    members: per cohort, (B, n_k) site numbers. n: sites.
    """

    members: tuple[Ints, ...]
    n: int

    @classmethod
    def of(cls, arranged: Arrangements, cohorts: int) -> Dealt:
        """Read the labels once."""
        small = arranged.labels.astype(np.int16)  # sorted by radix, several times faster
        order = np.argsort(small, axis=1, kind="stable")
        size = np.bincount(arranged.labels[0], minlength=cohorts)
        edge = np.concatenate([[0], np.cumsum(size)])
        return cls(tuple(order[:, a:b] for a, b in pairwise(edge)), order.shape[1])

    def sums(self, k: int, table: Floats) -> Floats:
        """Σ over the sites dealt label k of table (n, C): (B, C)."""
        mine = self.members[k]
        if 2 * mine.shape[1] <= self.n:
            return self._product(mine, table)
        others = [m for j, m in enumerate(self.members) if j != k]
        return np.asarray(table.sum(axis=0) - self._product(np.concatenate(others, axis=1), table))

    def _product(self, sites: Ints, table: Floats) -> Floats:
        B, m = sites.shape
        ones, ends = np.ones(B * m), np.arange(B + 1) * m
        return np.asarray(csr_matrix((ones, sites.ravel(), ends), shape=(B, self.n)) @ table)


def site_tables(aggregates: Aggregates, Y: Floats) -> Floats:
    """(K, n, A): Σ_t W[a, k, t] Y[i, t] for every site and label."""
    return np.asarray(np.einsum("akt,nt->kna", aggregates.W, Y, optimize=True))


def values(dealt: Dealt, tables: Floats, weight: Floats) -> Floats:
    """θ(π) (B, A) from tables (K, n, A) and site weights (n,)."""
    total = np.zeros((len(dealt.members[0]), tables.shape[2]))
    for k, table in enumerate(tables):
        if dealt.members[k].shape[1] and table.any():
            mass = dealt.sums(k, weight[:, None])
            total += dealt.sums(k, weight[:, None] * table) / mass
    return total
