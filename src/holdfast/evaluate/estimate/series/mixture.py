"""Mixtures of multivariate t distributions: the form every series inference takes here.

A single component is an ordinary t (or normal) inference; several components carry the uncertainty of
an autocorrelation that had to be estimated from the same few months.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

Array = NDArray[np.float64]

_NEWTON = 6
_NEGLIGIBLE = 1e-7
_HALVINGS = 40


@dataclass(frozen=True)
class Mixture:
    """Σ_j weights[j] · t_df(centre[j], scale[j]).

    weights (J,), centre (J, p), scale (J, p, p) squared scale matrices, df degrees of freedom shared by
    the components (`inf` for normal).
    """

    weights: Array
    centre: Array
    scale: Array
    df: float

    @property
    def mean(self) -> Array:
        """(p,) the mixture's mean."""
        return np.asarray(self.weights @ self.centre, dtype=float)

    @property
    def covariance(self) -> Array:
        """(p, p) within-component squared scale plus the spread of the components' centres.

        It is on the scale of a squared standard error: to be used with a t quantile at `matched_df`.
        """
        gap = self.centre - self.mean
        within = np.einsum("j,jab->ab", self.weights, self.scale)
        return np.asarray(within + (self.weights[:, None] * gap).T @ gap)

    def standard_error(self, rows: Array) -> Array:
        """(m,) of linear combinations rows (m, p)."""
        return np.asarray(np.sqrt(np.einsum("mp,pq,mq->m", rows, self.covariance, rows)))

    def half_width(self, rows: Array, level: float = 0.95) -> Array:
        """(m,) h with P(|rows·β − mean| > h) = 1 − level; never below a plain t's with the same standard error.

        Newton on the log of the tail, which is smooth and nearly straight there.
        """
        se = self.standard_error(rows)
        plain = t_quantile(self.df, level) * se
        if len(self.weights) == 1:
            return plain
        heavy = self.weights > _NEGLIGIBLE * self.weights.max()
        weights = self.weights[heavy] / self.weights[heavy].sum()
        centre = (self.centre[heavy] - self.mean) @ rows.T
        spread = np.sqrt(np.maximum(np.einsum("mp,jpm->jm", rows, self.scale[heavy] @ rows.T), 1e-300))
        h = np.maximum(plain, 1e-150)
        for _ in range(_NEWTON):
            high, low = (-h + centre) / spread, (-h - centre) / spread
            tail = weights @ (special.stdtr(self.df, high) + special.stdtr(self.df, low))
            density = weights @ ((_t_density(self.df, high) + _t_density(self.df, low)) / spread)
            step = np.log(np.maximum(tail, 1e-300) / (1 - level)) * tail / np.maximum(density, 1e-300)
            h = h + np.clip(step, -0.5 * h, h)
        return np.maximum(h, plain)

    def matched_df(self, rows: Array, level: float = 0.95) -> Array:
        """(m,) degrees of freedom at which `estimate ± t · se` is `half_width`; at most the components' df."""
        if len(self.weights) == 1:
            return np.full(len(rows), self.df)
        ratio = self.half_width(rows, level) / np.maximum(self.standard_error(rows), 1e-300)
        return _df_with_quantile(ratio, 0.5 + 0.5 * level, self.df)


def t_quantile(df: Array | float, level: float) -> Array:
    """Two-sided t quantile, normal at infinite df."""
    df = np.asarray(df, dtype=float)
    many = np.isinf(df)
    probability = 0.5 + 0.5 * level
    return np.where(many, special.ndtri(probability), special.stdtrit(np.where(many, 1.0, df), probability))


def two_sided_p(t: Array, df: Array) -> Array:
    """Two-sided p value of t at df."""
    df = np.asarray(df, dtype=float)
    many = np.isinf(df)
    tail = np.where(many, special.ndtr(-np.abs(t)), special.stdtr(np.where(many, 1.0, df), -np.abs(t)))
    return np.asarray(2 * tail)


def _t_density(df: float, t: Array) -> Array:
    constant = np.exp(special.gammaln((df + 1) / 2) - special.gammaln(df / 2)) / np.sqrt(df * np.pi)
    return np.asarray(constant * (1 + t**2 / df) ** (-(df + 1) / 2))


def _df_with_quantile(ratio: Array, probability: float, most: float) -> Array:
    """The df (1 to `most`) whose t quantile at `probability` is `ratio`; bisection on the log of df."""
    low, high = np.zeros_like(ratio), np.full_like(ratio, np.log(most))
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        heavy = special.stdtr(np.exp(middle), ratio) < probability
        low, high = np.where(heavy, middle, low), np.where(heavy, high, middle)
    return np.asarray(np.exp(high))
