"""The two first steps of the conditional estimators: a propensity score and an outcome regression, with their
asymptotic linear representations, guarded as R `did` 2.5.1 and `DRDID` guard them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .arrays import Bools, Floats

TRIM = 0.995  # DRDID drops comparison sites whose propensity is at least this
OVERLAP = 0.999  # R did refuses a cell whose largest (unweighted) propensity reaches this


class NoOverlapError(Exception):
    """Some adopting sites have no comparable site, or a regression has no unique answer."""


@dataclass(frozen=True)
class Propensity:
    """score: (n,) P(adopting | x); kept: (n,) sites that are not trimmed;
    influence: (n, p) each site's part in the coefficients' estimation error, times n."""

    score: Floats
    kept: Bools
    influence: Floats


@dataclass(frozen=True)
class Regression:
    """fitted: (n, m) predicted outcomes; residual weight and bread give the influence of `Regression.pull`."""

    fitted: Floats
    weighted_residual: Floats
    X: Floats
    bread: Floats

    def pull(self, gradient: Floats) -> Floats:
        """(n, m) influence on g'β for a gradient (p,) common to the m regressions."""
        return self.weighted_residual * (self.X @ (self.bread @ gradient))[:, None]


def propensity(D: Floats, X: Floats, w: Floats, *, equal: bool) -> Propensity:
    """Weighted logit of D (n,) on X (n, p); `equal` says that w is one for all."""
    first = logit(D, X, np.ones_like(D))
    if first.max() >= OVERLAP:
        raise NoOverlapError("the covariates (nearly) separate adopting from comparison sites")
    score = np.minimum(first if equal else logit(D, X, w), 1 - 1e-6)
    information = (X * (w * score * (1 - score))[:, None]).T @ X / len(D)
    solvable(information)
    influence = (w * (D - score))[:, None] * (X @ np.linalg.inv(information))
    return Propensity(score, (score < TRIM) | (D == 1), influence)


def logit(D: Floats, X: Floats, w: Floats, steps: int = 25) -> Floats:
    """Fitted probabilities of a weighted logistic regression, by Fisher scoring from the observed shares."""
    mu = (w * D + 0.5) / (w + 1)
    eta = np.log(mu / (1 - mu))
    old = np.inf
    for _ in range(steps):
        mu = 1 / (1 + np.exp(-eta))
        deviance = _deviance(D, mu, w)
        if abs(deviance - old) < 1e-13 * (abs(deviance) + 0.1):
            break
        old = deviance
        v = np.maximum(mu * (1 - mu), 1e-15)
        root = np.sqrt(w * v)
        beta = np.linalg.lstsq(X * root[:, None], root * (eta + (D - mu) / v), rcond=None)[0]
        eta = np.clip(X @ beta, -35, 35)
    return np.asarray(1 / (1 + np.exp(-eta)))


def regression(dY: Floats, X: Floats, weight: Floats, fit_on: Bools) -> Regression:
    """Weighted least squares of each column of dY (n, m) on X (n, p), fitted on some sites and predicted for all."""
    on = fit_on & (weight > 0)
    solvable(X[fit_on].T @ X[fit_on])
    weighted = np.where(on, weight, 0.0)[:, None]
    bread_inverse = (X * weighted).T @ X / len(X)
    solvable(bread_inverse)
    root = np.sqrt(weighted[on])
    beta = np.linalg.lstsq(X[on] * root, dY[on] * root, rcond=None)[0]
    fitted = X @ beta
    residual = (weighted * np.where(on[:, None], dY - fitted, 0.0)).astype(np.float64, copy=False)
    return Regression(fitted, residual, X, np.asarray(np.linalg.inv(bread_inverse), dtype=np.float64))


def solvable(gram: Floats) -> None:
    """Refuse a matrix whose reciprocal condition number is below machine precision."""
    condition = float(np.linalg.cond(gram, 1)) if np.isfinite(gram).all() else np.inf
    if not np.isfinite(condition) or 1 / condition < np.finfo(float).eps:
        raise NoOverlapError("too few comparison sites, or collinear covariates, for the regression")


def _deviance(D: Floats, mu: Floats, w: Floats) -> float:
    with np.errstate(divide="ignore"):
        return float(-2 * np.sum(w * np.where(D > 0, np.log(mu), np.log1p(-mu))))
