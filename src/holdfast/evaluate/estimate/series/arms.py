"""From months to inference on the coefficients: one arm alone, or the difference between two."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from . import diagnostics as diag
from .autocorrelation import integrated, prais_winsten
from .glm import Family, Observed, irls, pearson_scale, working
from .mixture import Array, Mixture
from .result import Diagnostics, Inference


@dataclass(frozen=True)
class Fitted:
    """Coefficients' distribution, the linear predictor (n,) without offsets, and diagnostics."""

    mixture: Mixture
    diagnostics: Diagnostics


@dataclass(frozen=True)
class _Inferred:
    mixture: Mixture
    rho: float
    rho_interval: tuple[float, float] | None


def fit_arm(family: Family, inference: Inference, x: Array, month: Array, seen: Observed) -> Fitted:
    """One series. x (n, p), month (n,).

    Counts and proportions: at the quasi-likelihood fit the working response z is a linear model whose
    errors are AR(1) with innovations weighted by w: one step of the generalised estimating equation with
    that working covariance. Further steps change nothing at first order and run away when counts are few.
    """
    gaps = np.diff(month).astype(float)
    beta = irls(family, x, seen)
    scale = pearson_scale(family, x, seen, beta)
    floor = 1.0 if family in ("poisson", "binomial") else 0.0
    z, w = working(family, seen, x @ beta + seen.extra)
    if inference == "published":
        return _finish(_published(family, x, w, beta, scale), x, z, w, gaps, scale)
    inferred = _infer(inference, x, z, w, gaps, floor)
    return _finish(inferred, x, z, w, gaps, scale)


def fit_difference(
    family: Family, inference: Inference, x: Array, month: Array, treated: Observed, control: Observed
) -> tuple[Fitted, Array]:
    """The treated arm minus the control arm, and the control's linear predictor (n,).

    With every coefficient free in both arms the two-arm regression is the regression of the arms'
    difference, so shocks common to both leave by subtraction and one autocorrelation, that of the
    difference, is what matters. Counts and proportions are differenced as working responses.
    """
    gaps = np.diff(month).astype(float)
    betas = [irls(family, x, arm) for arm in (treated, control)]
    scales = [pearson_scale(family, x, arm, b) for arm, b in zip((treated, control), betas, strict=True)]
    parts = [working(family, arm, x @ b + arm.extra) for arm, b in zip((treated, control), betas, strict=True)]
    if inference == "published":
        return _published_difference(family, x, parts, betas, scales, gaps), x @ betas[1]
    z = parts[0][0] - parts[1][0]
    variance = scales[0] / parts[0][1] + scales[1] / parts[1][1]
    w = 1 / variance
    inferred = _infer(inference, x, z, w, gaps, 0.0)
    plain = np.linalg.lstsq(np.sqrt(w)[:, None] * x, np.sqrt(w) * z, rcond=None)[0]
    spread = float(np.sum(w * (z - x @ plain) ** 2) / (len(z) - x.shape[1]))
    return _finish(inferred, x, z, w, gaps, spread), x @ betas[1]


def _infer(inference: Inference, x: Array, z: Array, w: Array, gaps: Array, floor: float) -> _Inferred:
    if inference == "prais-winsten":
        mixture, rho = prais_winsten(x, z, gaps, floor, w)
        return _Inferred(mixture, rho, None)
    mixture, nodes, weights = integrated(x, z, gaps, floor, w)
    return _Inferred(mixture, float(weights @ nodes), diag.central_interval(nodes, weights))


def _published(family: Family, x: Array, w: Array, beta: Array, scale: float) -> _Inferred:
    """Independent months: model-based scale (1 for Poisson and binomial), normal quantiles, as R's glm is
    usually read; ordinary least squares with t on the identity link."""
    spare = len(w) - x.shape[1]
    used = 1.0 if family in ("poisson", "binomial") else scale
    bread = np.asarray(np.linalg.inv((x.T * w) @ x), dtype=float)
    df = float(spare) if family == "gaussian" else np.inf
    return _Inferred(Mixture(np.ones(1), beta[None], used * bread[None], df), 0.0, None)


def _published_difference(
    family: Family,
    x: Array,
    parts: list[tuple[Array, Array]],
    betas: list[Array],
    scales: list[float],
    gaps: Array,
) -> Fitted:
    """The stacked regression with every term interacted: one scale, independent months and arms."""
    pooled = sum(scales) / 2
    arms = [_published(family, x, w, b, pooled) for (_, w), b in zip(parts, betas, strict=True)]
    df = 2 * arms[0].mixture.df
    mixture = Mixture(np.ones(1), (betas[0] - betas[1])[None], arms[0].mixture.scale + arms[1].mixture.scale, df)
    z, w = parts[0][0] - parts[1][0], 1 / (1 / parts[0][1] + 1 / parts[1][1])
    return _finish(_Inferred(mixture, 0.0, None), x, z, w, gaps, pooled)


def _finish(inferred: _Inferred, x: Array, z: Array, w: Array, gaps: Array, scale: float) -> Fitted:
    residual = z - x @ inferred.mixture.mean
    fitted_lags = 0 if inferred.rho == 0.0 else 1
    p, lags = diag.ljung_box(np.sqrt(w) * diag.innovations(inferred.rho, gaps, residual), fitted_lags)
    return Fitted(inferred.mixture, Diagnostics(inferred.rho, inferred.rho_interval, scale, p, lags))
