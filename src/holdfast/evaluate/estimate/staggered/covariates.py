"""Two-period effects with covariates on a panel: regression adjustment, inverse probability weights, doubly robust.

Sant'Anna & Zhao (2020), "Doubly robust difference-in-differences estimators", Journal of Econometrics 219(1), as
`DRDID::reg_did_panel`, `std_ipw_did_panel` (Hájek) and `drdid_panel` compute them. Every function takes the change
dY (n, m) of m cells sharing sites, covariates and weights, and returns the effects (m,) and each site's influence over
n, (n, m).
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from .arrays import Floats
from .nuisance import Propensity, propensity, regression

Method = Literal["dr", "reg", "ipw"]


def panel_effect(method: Method, dY: Floats, D: Floats, X: Floats, w: Floats, *, equal: bool) -> tuple[Floats, Floats]:
    """Effects (m,) and influence over n (n, m), by the method named. `equal` says that w is one for all."""
    if X.shape[1] == 1:
        return difference(dY, D, w)
    if method == "reg":
        return _reg(dY, D, X, w)
    score = propensity(D, X, w, equal=equal)
    return _ipw(dY, D, X, w, score) if method == "ipw" else _dr(dY, D, X, w, score)


def difference(dY: Floats, D: Floats, w: Floats) -> tuple[Floats, Floats]:
    """Difference of weighted mean changes; what all three methods are without covariates."""
    treated, psi_treated = hajek(dY, w * D)
    compared, psi_compared = hajek(dY, w * (1 - D))
    return treated - compared, psi_treated - psi_compared


def hajek(values: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Weighted means (m,) of values (n, m) and their influence over n (n, m)."""
    total = weight.sum()
    if not total > 0:
        return np.full(values.shape[1], np.nan), np.full(values.shape, np.nan)
    mean = (weight @ values) / total
    return mean, weight[:, None] * (values - mean) / total


def average(X: Floats, weight: Floats) -> Floats:
    """Weighted mean (p,) of the rows of X."""
    return np.asarray((weight @ X) / weight.sum())


def _reg(dY: Floats, D: Floats, X: Floats, w: Floats) -> tuple[Floats, Floats]:
    fit = regression(dY, X, w, D == 0)
    effect, psi = hajek(dY - fit.fitted, w * D)
    return effect, psi - fit.pull(average(X, w * D)) / len(D)


def _ipw(dY: Floats, D: Floats, X: Floats, w: Floats, score: Propensity) -> tuple[Floats, Floats]:
    treated, compared = _weights(D, w, score)
    mean_1, psi_1 = hajek(dY, treated)
    mean_0, psi_0 = hajek(dY, compared)
    gradient = X.T @ (compared[:, None] * (dY - mean_0)) / compared.sum()
    return mean_1 - mean_0, psi_1 - psi_0 - score.influence @ gradient / len(D)


def _dr(dY: Floats, D: Floats, X: Floats, w: Floats, score: Propensity) -> tuple[Floats, Floats]:
    fit = regression(dY, X, w, D == 0)
    treated, compared = _weights(D, w, score)
    residual = dY - fit.fitted
    mean_1, psi_1 = hajek(residual, treated)
    mean_0, psi_0 = hajek(residual, compared)
    by_score = X.T @ (compared[:, None] * (residual - mean_0)) / compared.sum()
    by_fit = average(X, treated) - average(X, compared)
    return mean_1 - mean_0, psi_1 - psi_0 - (score.influence @ by_score + fit.pull(by_fit)) / len(D)


def _weights(D: Floats, w: Floats, score: Propensity) -> tuple[Floats, Floats]:
    """Weights of adopting sites, and of comparison sites made to look like them."""
    odds = score.score / (1 - score.score)
    return score.kept * w * D, score.kept * w * (1 - D) * odds
