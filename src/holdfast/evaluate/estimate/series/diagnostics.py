"""Residual diagnostics of a fitted series."""

from __future__ import annotations

import numpy as np
from scipy import special

from .autocorrelation import whiten
from .mixture import Array


def ljung_box(innovation: Array, fitted_lags: int) -> tuple[float, int]:
    """Ljung–Box p value and the number of lags used: at most 12 and at most a fifth of the months."""
    n = len(innovation)
    lags = max(fitted_lags + 1, min(12, n // 5))
    e = innovation - innovation.mean()
    total = float(e @ e)
    if total <= 0:
        return 1.0, lags
    r = np.array([e[k:] @ e[:-k] for k in range(1, lags + 1)]) / total
    q = n * (n + 2) * np.sum(r**2 / (n - np.arange(1, lags + 1)))
    return float(special.chdtrc(lags - fitted_lags, q)), lags


def innovations(rho: float, gaps: Array, residual: Array) -> Array:
    """Residuals (n,) with the AR(1) part taken out."""
    return np.asarray(whiten(np.array([rho]), gaps, residual[:, None])[0, :, 0])


def central_interval(nodes: Array, weights: Array) -> tuple[float, float]:
    """Central 95 % of a distribution on nodes."""
    cumulative = np.cumsum(weights)
    return tuple(float(np.interp(q, cumulative, nodes)) for q in (0.025, 0.975))  # type: ignore[return-value]
