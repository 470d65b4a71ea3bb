"""Partial pooling of group effects towards their mean, the raw effects kept beside.

theta_hat ~ N(theta, V) with V the joint covariance, theta ~ N(mu, tau^2). Shrinking with tau^2 fixed at an estimate
gives intervals that are too short (Morris 1983, JASA 78), so tau is integrated over: its restricted likelihood times
a half-Cauchy prior with scale five times the typical standard error (Gelman 2006, Bayesian Analysis 1), wide enough
to leave the data in charge and needed when there are two or three groups. The posterior covariance adds the scatter
of the shrunken means over tau to their mean covariance, which is Morris's correction without its approximation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats
from scipy.optimize import brentq, minimize_scalar

Floats = NDArray[np.float64]
_POINTS = 400
_PRIOR_SCALE = 5.0


@dataclass(frozen=True)
class Pooled:
    """Partially pooled effects in the order given; groups without an estimate are NaN.

    raw, raw_se      : (G,) what went in
    mean, cov        : (G,) and (G, G) posterior
    lower, upper     : (G,) intervals
    shrinkage        : (G,) how far each went to the mean, 0 (not at all) to 1
    overall, overall_se : the mean of the groups' effects, mu
    tau_reml, tau_pm : standard deviation between groups by REML and by Paule-Mandel, for display
    tau_mean         : its posterior mean
    """

    raw: Floats
    raw_se: Floats
    mean: Floats
    cov: Floats
    lower: Floats
    upper: Floats
    shrinkage: Floats
    overall: float
    overall_se: float
    tau_reml: float
    tau_pm: float
    tau_mean: float


def pool(estimates: ArrayLike, cov: ArrayLike, *, alpha: float = 0.05, df: float = np.inf) -> Pooled | None:
    """Pool effects (G,) with joint covariance (G, G) as exchangeable; None with fewer than two groups."""
    raw, full = np.asarray(estimates, dtype=np.float64), np.asarray(cov, dtype=np.float64)
    used = np.isfinite(raw) & (np.diag(full) > 0)
    if used.sum() < 2:
        return None
    b, v = raw[used], full[np.ix_(used, used)]
    values, vectors = np.linalg.eigh((v + v.T) / 2)
    data = _Rotated(np.maximum(values, 1e-9 * values[-1]), vectors.T @ b, vectors.T @ np.ones(len(b)))
    scale = float(np.sqrt(np.mean(np.diag(v))))
    tau, weight = _posterior_of_tau(data, scale)
    means, covs, mus, mu_vars = _conditional(data, vectors, b, tau)
    mean = weight @ means
    total = np.einsum("t,tij->ij", weight, covs) + np.einsum("t,ti,tj->ij", weight, means - mean, means - mean)
    overall = float(weight @ mus)
    overall_se = float(np.sqrt(weight @ (mu_vars + (mus - overall) ** 2)))
    half = float(stats.t.ppf(1 - alpha / 2, df)) * np.sqrt(np.diag(total))
    away = b - overall
    with np.errstate(divide="ignore", invalid="ignore"):
        moved = np.where(np.abs(away) > 1e-12 * scale, (b - mean) / away, 0.0)
    return Pooled(
        raw,
        np.sqrt(np.diag(full)),
        _fill(mean, used),
        _spread(total, used),
        _fill(mean - half, used),
        _fill(mean + half, used),
        _fill(np.clip(moved, 0, 1), used),
        overall,
        overall_se,
        tau_reml(b, v),
        tau_paule_mandel(b, v),
        float(weight @ tau),
    )


@dataclass(frozen=True)
class _Rotated:
    """The data in the eigenvectors of V, where V + tau^2 I is diagonal for every tau."""

    values: Floats
    b: Floats
    ones: Floats

    def log_restricted_likelihood(self, tau: Floats) -> Floats:
        d = self.values + np.asarray(tau)[:, None] ** 2
        information = np.sum(self.ones**2 / d, axis=1)
        mu = np.sum(self.ones * self.b / d, axis=1) / information
        residual = self.b - mu[:, None] * self.ones
        result: Floats = -0.5 * (np.log(d).sum(axis=1) + np.log(information) + np.sum(residual**2 / d, axis=1))
        return result


def _posterior_of_tau(data: _Rotated, scale: float) -> tuple[Floats, Floats]:
    """Quadrature points of tau (T,) and their posterior weights, half-Cauchy prior by its inverse distribution."""
    u = (np.arange(_POINTS) + 0.5) / _POINTS
    tau = _PRIOR_SCALE * scale * np.tan(np.pi / 2 * u)
    log_weight = data.log_restricted_likelihood(tau)
    weight = np.exp(log_weight - log_weight.max())
    return tau, weight / weight.sum()


def _conditional(data: _Rotated, vectors: Floats, b: Floats, tau: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Given each tau: (T, G) means and (T, G, G) covariances of theta, (T,) means and variances of mu."""
    d = data.values + tau[:, None] ** 2
    mu_var = 1 / np.sum(data.ones**2 / d, axis=1)
    mu = np.sum(data.ones * data.b / d, axis=1) * mu_var
    keep = data.values / d  # how much of each rotated residual is noise
    residual = data.b - mu[:, None] * data.ones
    means = b - (keep * residual) @ vectors.T
    pull = (keep * data.ones) @ vectors.T
    within = np.einsum("ik,tk,jk->tij", vectors, keep * tau[:, None] ** 2, vectors)
    covs = within + mu_var[:, None, None] * pull[:, :, None] * pull[:, None, :]
    return means, covs, mu, mu_var


def tau_reml(estimates: Floats, cov: Floats) -> float:
    """Restricted maximum likelihood of the standard deviation between groups, for correlated errors."""
    values, vectors = np.linalg.eigh(cov)
    data = _Rotated(np.maximum(values, 1e-9 * values[-1]), vectors.T @ estimates, vectors.T @ np.ones(len(estimates)))
    top = 4 * float(np.std(estimates, ddof=1)) + float(np.sqrt(values[-1]))
    grid = np.linspace(0, top, 200)
    best = int(data.log_restricted_likelihood(grid).argmax())
    if best == 0 and data.values[0] <= 0:
        return 0.0
    found = minimize_scalar(
        lambda t: -float(data.log_restricted_likelihood(np.array([t]))[0]),
        bounds=(grid[max(best - 1, 0)], grid[min(best + 1, 199)]),
        method="bounded",
        options={"xatol": 1e-10 * top},
    )
    at_zero = -float(data.log_restricted_likelihood(np.array([0.0]))[0]) if data.values[0] > 0 else np.inf
    return 0.0 if at_zero <= found.fun else float(found.x)


def tau_paule_mandel(estimates: Floats, cov: Floats) -> float:
    """Paule & Mandel (1982), generalised: the tau at which the weighted sum of squares equals its expectation."""
    values, vectors = np.linalg.eigh(cov)
    b, ones = vectors.T @ estimates, vectors.T @ np.ones(len(estimates))

    def excess(tau2: float) -> float:
        d = np.clip(values, 0, None) + tau2
        mu = np.sum(ones * b / d) / np.sum(ones**2 / d)
        return float(np.sum((b - mu * ones) ** 2 / d) - (len(b) - 1))

    smallest = 1e-12 * float(values[-1])
    if excess(smallest) <= 0:
        return 0.0
    top = float(values[-1])
    while excess(top) > 0:
        top *= 2
    return float(np.sqrt(brentq(excess, smallest, top)))


def _fill(values: Floats, used: NDArray[np.bool_]) -> Floats:
    out = np.full(len(used), np.nan)
    out[used] = values
    return out


def _spread(values: Floats, used: NDArray[np.bool_]) -> Floats:
    out = np.full((len(used), len(used)), np.nan)
    out[np.ix_(used, used)] = values
    return out
