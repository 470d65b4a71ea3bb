"""Dose × month with site and month effects, from T × T sums instead of dummy columns.

For site i with weights w_i let M_i = diag(w_i) − w_i w_iᵀ/Σw_i, which takes the site effect out. The normal
equations of y_it = α_i + λ_t + β_t d_i are [[ΣM, ΣdM], [ΣdM, Σd²M]] (λ, β) = (ΣMy, ΣdMy): nothing of size
sites × dummies is built, and any pattern of missing site-months is exact.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .panel import Array, DosePanel
from .siteline import low_rank_df, site_line

_CR2_SITES = 400


@dataclass(frozen=True)
class DoseFit:
    """lam, beta (T,) with zero at the base month; residual (n, T) within-site; inverse (2T−2, 2T−2) of the
    normal equations; free (T−1,) months other than the base."""

    lam: Array
    beta: Array
    residual: Array
    inverse: Array
    free: NDArray[np.intp]
    panel: DosePanel


def site_sums(w: Array, scale: Array) -> Array:
    """Σ_i scale_i M_i (T, T)."""
    total = w.sum(axis=1)
    return np.asarray(np.diag(scale @ w) - (w * (scale / total)[:, None]).T @ w)


def within(w: Array, v: Array) -> Array:
    """v (n, T) less its weighted site mean."""
    return np.asarray(v - ((w * v).sum(axis=1) / w.sum(axis=1))[:, None])


def fit_twfe(panel: DosePanel, base: int) -> DoseFit:
    """Weighted least squares with the base month's λ and β at zero.

    ValueError when a month cannot be told apart, as when no site reports it.
    """
    y, w, d = panel.y, panel.w, panel.d - panel.d.mean()
    months = y.shape[1]
    free = np.delete(np.arange(months, dtype=np.intp), base)
    blocks = [site_sums(w, d**k)[np.ix_(free, free)] for k in range(3)]
    normal = np.block([[blocks[0], blocks[1]], [blocks[1], blocks[2]]])
    score = w * within(w, y)
    right = np.concatenate([score.sum(axis=0)[free], (d @ score)[free]])
    size = np.sqrt(np.diag(normal))
    if np.any(size == 0) or np.linalg.cond(normal / np.outer(size, size)) > 1e12:
        raise ValueError(
            "a month has too few sites with different doses to be estimated; drop months that almost nobody reports"
        )
    inverse = np.linalg.inv(normal / np.outer(size, size)) / np.outer(size, size)
    solution = inverse @ right
    lam, beta = np.zeros(months), np.zeros(months)
    lam[free], beta[free] = np.split(solution, 2)
    fitted = lam + d[:, None] * beta
    residual = np.where(w > 0, within(w, y - fitted), 0.0)
    return DoseFit(lam - beta * panel.d.mean(), beta, residual, np.asarray(inverse), free, panel)


@dataclass(frozen=True)
class Contrasts:
    """Linear combinations of β: estimate (m,), site influence (m, n) whose products sum to the covariance,
    df (m,) Bell–McCaffrey."""

    estimate: Array
    influence: Array
    df: Array

    @property
    def covariance(self) -> Array:
        """(m, m)"""
        return np.asarray(self.influence @ self.influence.T)

    def part(self, rows: slice) -> Contrasts:
        """Some of the contrasts."""
        return Contrasts(self.estimate[rows], self.influence[rows], self.df[rows])


def contrasts(fit: DoseFit, rows: Array, kind: str = "CR2") -> Contrasts:
    """Contrasts rows (m, T) of β, each summing to zero, clustered by site.

    kind: `CR2` (Bell & McCaffrey 2002; Pustejovsky & Tipton 2018) or `CR1` (Stata's correction, with
    t on sites − 1). CR2's matrix square roots are a scalar for each site in a balanced panel; above 400
    sites the balanced panel's scalars and degrees of freedom are used for any panel.
    """
    panel = fit.panel
    n = len(panel.d)
    half = len(fit.free)
    loading = rows[:, fit.free] @ fit.inverse[half:]
    estimate = rows @ fit.beta
    if kind == "CR1":
        spare = int(np.sum(panel.w > 0)) - 2 * half - n
        size = np.sqrt(n / (n - 1) * (spare + 2 * half + n - 1) / spare)
        return Contrasts(estimate, loading @ _scores(fit).T * size, np.full(len(rows), n - 1.0))
    if n > _CR2_SITES or _separable(panel.w):
        power = 1 / np.sqrt(1 - _site_leverage(panel))
        influence = loading @ (_scores(fit) * power[:, None]).T
        if n > _CR2_SITES:
            x = np.column_stack([np.ones(n), panel.d])
            df = site_line(x, np.zeros(n), panel.w.sum(axis=1)).df[1]
            return Contrasts(estimate, influence, np.full(len(rows), df))
        q = [_direction(fit, one) * power[:, None] for one in loading]
    else:
        powers = _inverse_roots(fit)
        q = [(powers @ _direction(fit, one)[:, :, None])[:, :, 0] for one in loading]
        e = np.sqrt(panel.w) * fit.residual
        influence = np.array([np.sum(one * e, axis=1) for one in q])
    return Contrasts(estimate, influence, np.array([_bell_mccaffrey(fit, one) for one in q]))


def _scores(fit: DoseFit) -> Array:
    """X_iᵀM_i e_i (n, 2T−2)."""
    one = (fit.panel.w * fit.residual)[:, fit.free]
    return np.hstack([one, (fit.panel.d - fit.panel.d.mean())[:, None] * one])


def _separable(w: Array) -> bool:
    """True where every site-month weight is a site's times a month's."""
    return bool(np.allclose(w * w.sum(), np.outer(w.sum(axis=1), w.sum(axis=0)), rtol=1e-9))


def _site_leverage(panel: DosePanel) -> Array:
    """(n,) leverage of each site in the regression of one number per site on the dose."""
    site = panel.w.sum(axis=1)
    centred = panel.d - site @ panel.d / site.sum()
    leverage = site / site.sum() + site * centred**2 / (site @ centred**2)
    return np.asarray(np.minimum(leverage, 1 - 1e-10))


def _direction(fit: DoseFit, loading: Array) -> Array:
    """R_i X_i A⁻¹c (n, T) for one contrast, R_i rooting the weights and taking the site effect out."""
    panel = fit.panel
    half = len(fit.free)
    d = panel.d - panel.d.mean()
    line = np.zeros_like(panel.w)
    line[:, fit.free] = loading[:half] + d[:, None] * loading[half:]
    return np.asarray(np.sqrt(panel.w) * within(panel.w, line))


def _inverse_roots(fit: DoseFit) -> Array:
    """(I − H_ii)^(−1/2) (n, T, T) by eigenvalues, zero along the site effect itself."""
    w = fit.panel.w
    d = fit.panel.d - fit.panel.d.mean()
    half = len(fit.free)
    blocks = fit.inverse.reshape(2, half, 2, half)
    middle = (
        blocks[0, :, 0][None]
        + d[:, None, None] * (blocks[0, :, 1] + blocks[1, :, 0])[None]
        + (d**2)[:, None, None] * blocks[1, :, 1][None]
    )
    months = w.shape[1]
    centre = np.eye(months)[None] - (w / w.sum(axis=1, keepdims=True))[:, None, :]
    inside = (np.sqrt(w)[:, :, None] * centre)[:, :, fit.free]
    hat = inside @ middle @ np.swapaxes(inside, 1, 2)
    values, vectors = np.linalg.eigh(np.eye(months)[None] - hat)
    power = np.where(values > 1e-8, 1 / np.sqrt(np.maximum(values, 1e-8)), 0.0)
    return np.asarray((vectors * power[:, None, :]) @ np.swapaxes(vectors, 1, 2))


def _bell_mccaffrey(fit: DoseFit, q: Array) -> float:
    """Satterthwaite df of Σ(q_iᵀe_i)² under independent errors, q (n, T)."""
    panel = fit.panel
    d = panel.d - panel.d.mean()
    raw = np.sqrt(panel.w) * q
    centred = raw - panel.w * (raw.sum(axis=1) / panel.w.sum(axis=1))[:, None]
    g = np.hstack([centred[:, fit.free], d[:, None] * centred[:, fit.free]])
    return low_rank_df(np.sum(q**2, axis=1), g, fit.inverse)
