"""First-order autocorrelation with gaps: whitening, restricted likelihood, and inference that owns up to
the autocorrelation being estimated.

An AR(1) process seen at months m_1 < m_2 < … has correlation ρ^(m_k − m_{k−1}) between neighbours, so a
missing month weakens the link and breaks nothing (Harville 1977 for the restricted likelihood; Prais &
Winsten 1954 for keeping the first month).

Weights go on the innovations: u_k = ρ^g u_{k−1} + e_k with var e_k = (1 − ρ^2g) σ²/w_k. Scaling the whole
series by √w instead, and whitening that, turns the intercept into a column √w that wobbles with the
weights: as ρ nears 1 its wobble becomes all that identifies the level, and the level is lost.
"""

from __future__ import annotations

import numpy as np

from .mixture import Array, Mixture

_NODES = 61
_RHO_MOST = 0.97


def whiten(rho: Array, gaps: Array, rows: Array) -> Array:
    """Rows made independent with equal variance under AR(1).

    rho (J,), gaps (n−1,) whole months between neighbouring rows, rows (n, q) → (J, n, q).
    """
    link = rho[:, None] ** gaps[None, :]
    out = np.broadcast_to(rows, (len(rho), *rows.shape)).copy()
    out[:, 1:] -= link[:, :, None] * rows[None, :-1]
    out[:, 1:] /= np.sqrt(1 - link**2)[:, :, None]
    return out


def gls(rho: Array, gaps: Array, x: Array, z: Array, w: Array | None = None) -> tuple[Array, Array, Array]:
    """Generalised least squares at each ρ: coefficients (J, p), (X'V⁻¹X)⁻¹ (J, p, p), residual sums (J,).

    x (n, p), z (n,) and the innovations' weights w (n,), equal where none are given.
    """
    both = whiten(rho, gaps, np.column_stack([x, z]))
    if w is not None:
        both = both * np.sqrt(w)[:, None]
    xw, zw = both[:, :, :-1], both[:, :, -1]
    bread = np.asarray(np.linalg.inv(np.swapaxes(xw, 1, 2) @ xw), dtype=float)
    beta = np.einsum("jpq,jnq,jn->jp", bread, xw, zw)
    residual = zw - np.einsum("jnp,jp->jn", xw, beta)
    return np.asarray(beta), bread, np.asarray(np.einsum("jn,jn->j", residual, residual))


def restricted_log_likelihood(rho: Array, gaps: Array, bread: Array, rss: Array, spare: int) -> Array:
    """Restricted log likelihood of ρ with the scale profiled out, up to a constant; `spare` is n − p."""
    log_det_v = np.log1p(-((rho[:, None] ** gaps[None, :]) ** 2)).sum(axis=1)
    return np.asarray(-0.5 * log_det_v + 0.5 * np.linalg.slogdet(bread)[1] - 0.5 * spare * np.log(rss))


def integrated(
    x: Array, z: Array, gaps: Array, floor: float = 0.0, w: Array | None = None
) -> tuple[Mixture, Array, Array]:
    """Inference with ρ integrated out of the restricted likelihood under its Jeffreys prior.

    Plugging in one estimate of ρ ignores that a short series hardly determines it, and rejects a true
    null too often. Here each ρ keeps the weight the data give it: p(ρ | z) ∝ L_R(ρ) (1 − ρ²)^(−1/2), and
    the coefficients follow Σ_j p(ρ_j | z) t_{n−p}(β̂(ρ_j), s²(ρ_j)(X'V_j⁻¹X)⁻¹) (Zellner & Tiao 1964 for
    the mixture; Jeffreys' prior makes sin⁻¹ρ uniform, which is also the quadrature). Deterministic.

    floor: smallest scale allowed (1 where counts may not be less variable than Poisson).
    Returns the mixture, the nodes ρ (J,) and their weights (J,).
    """
    angle = np.pi * ((np.arange(_NODES) + 0.5) / _NODES - 0.5)
    rho = np.sin(angle)
    spare = len(z) - x.shape[1]
    beta, bread, rss = gls(rho, gaps, x, z, w)
    log_weight = restricted_log_likelihood(rho, gaps, bread, np.maximum(rss, 1e-300), spare)
    weight = np.exp(log_weight - log_weight.max())
    weight /= weight.sum()
    scale = np.maximum(rss / spare, floor)
    return Mixture(weight, beta, scale[:, None, None] * bread, float(spare)), rho, weight


def prais_winsten(x: Array, z: Array, gaps: Array, floor: float = 0.0, w: Array | None = None) -> tuple[Mixture, float]:
    """Prais–Winsten at one bias-corrected ρ, with t on n − p: quick, known, and a little over-confident.

    The lag-1 correlation r of least-squares residuals is pulled down by the fitted trend, so ρ is taken
    where its expectation under AR(1) with this design, tr(MAMV)/tr(MVM), equals the r that was seen.
    """
    root = np.ones(len(z)) if w is None else np.sqrt(w)
    rho = np.array([bias_corrected_rho(root[:, None] * x, root * z, gaps)])
    spare = len(z) - x.shape[1]
    beta, bread, rss = gls(rho, gaps, x, z, w)
    scale = max(rss[0] / spare, floor)
    return Mixture(np.ones(1), beta, scale * bread, float(spare)), float(rho[0])


def bias_corrected_rho(x: Array, z: Array, gaps: Array) -> float:
    """The ρ in ±0.97 whose expected residual lag-1 correlation under this design is the one seen."""
    n = len(z)
    residual_maker = np.eye(n) - x @ np.linalg.pinv(x)
    e = residual_maker @ z
    neighbours = np.diag(np.where(gaps == 1, 0.5, 0.0), 1)
    neighbours += neighbours.T
    seen = float(e @ neighbours @ e / (e @ e))
    when = np.concatenate([[0.0], np.cumsum(gaps)])
    distance = np.abs(when[:, None] - when[None, :])
    grid = np.linspace(-_RHO_MOST, _RHO_MOST, 98)
    sandwich = residual_maker @ neighbours @ residual_maker
    correlation = grid[:, None, None] ** distance
    expected = np.einsum("ab,jba->j", sandwich, correlation) / np.einsum("ab,jba->j", residual_maker, correlation)
    return float(np.interp(seen, np.maximum.accumulate(expected), grid))
