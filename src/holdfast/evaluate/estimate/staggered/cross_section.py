"""Two-period effects when sites seen in one period only also count, or weights change between the two periods.

The pre- and post-period means are taken separately, as for repeated cross-sections (`DRDID::reg_did_rc`,
`std_ipw_did_rc` and the locally efficient `drdid_rc`; Sant'Anna & Zhao 2020, section 3.2). Rows are site-months.
"""

from __future__ import annotations

import numpy as np

from .arrays import Bools, Floats
from .covariates import Method, average, hajek
from .nuisance import propensity, regression


def rows_effect(
    method: Method, y: Floats, post: Bools, D: Floats, X: Floats, w: Floats, *, equal: bool
) -> tuple[float, Floats]:
    """The effect and each row's influence over the number of rows (n,); all inputs (n,) but X (n, p)."""
    y, before = y[:, None], ~post
    if X.shape[1] == 1:
        return _sum(y, w, [(1, D * post), (-1, D * before), (-1, (1 - D) * post), (1, (1 - D) * before)])
    if method == "reg":
        return _reg(y, post, D, X, w)
    return _ipw(y, post, D, X, w, equal) if method == "ipw" else _dr(y, post, D, X, w, equal)


def _sum(y: Floats, w: Floats, terms: list[tuple[int, Floats]]) -> tuple[float, Floats]:
    """A signed sum of weighted means of y (n, 1) over subsets of rows."""
    effect, psi = 0.0, np.zeros(len(y))
    for sign, held in terms:
        mean, part = hajek(y, w * held)
        effect, psi = effect + sign * float(mean[0]), psi + sign * part[:, 0]
    return effect, psi


def _reg(y: Floats, post: Bools, D: Floats, X: Floats, w: Floats) -> tuple[float, Floats]:
    after, before = (regression(y, X, w, (D == 0) & held) for held in (post, ~post))
    effect, psi = _sum(y, w, [(1, D * post), (-1, D * ~post)])
    trend, part = hajek(after.fitted - before.fitted, w * D)
    centre = average(X, w * D)
    moved = (after.pull(centre) - before.pull(centre))[:, 0] / len(y)
    return effect - float(trend[0]), psi - part[:, 0] - moved


def _ipw(y: Floats, post: Bools, D: Floats, X: Floats, w: Floats, equal: bool) -> tuple[float, Floats]:
    score = propensity(D, X, w, equal=equal)
    odds = (1 - D) * score.score / (1 - score.score)
    kept = w * score.kept
    effect, psi = _sum(y, kept, [(1, D * post), (-1, D * ~post), (-1, odds * post), (1, odds * ~post)])
    gradient = _odds_gradient(y, X, kept * odds * post) - _odds_gradient(y, X, kept * odds * ~post)
    return effect, psi - score.influence @ gradient / len(y)


def _dr(y: Floats, post: Bools, D: Floats, X: Floats, w: Floats, equal: bool) -> tuple[float, Floats]:
    before = ~post
    score = propensity(D, X, w, equal=equal)
    odds = (1 - D) * score.score / (1 - score.score)
    kept = w * score.kept
    c0, c1 = (regression(y, X, w, (D == 0) & held) for held in (before, post))
    t0, t1 = (regression(y, X, w, (D == 1) & held) for held in (before, post))
    residual = y - np.where(post[:, None], c1.fitted, c0.fitted)
    effect, psi = _sum(residual, kept, [(1, D * post), (-1, D * before), (-1, odds * post), (1, odds * before)])
    for sign, gap, held in ((1, t1.fitted - c1.fitted, post), (-1, t0.fitted - c0.fitted, before)):
        part, moved = _sum(gap, kept, [(sign, D), (-sign, D * held)])
        effect, psi = effect + part, psi + moved
    everyone, compared_1, compared_0 = (average(X, kept * held) for held in (D, odds * post, odds * before))
    treated_1, treated_0 = (average(X, kept * D * held) for held in (post, before))
    pulls = c1.pull(compared_1 - everyone) - c0.pull(compared_0 - everyone)
    pulls += t1.pull(everyone - treated_1) - t0.pull(everyone - treated_0)
    gradient = _odds_gradient(residual, X, kept * odds * post) - _odds_gradient(residual, X, kept * odds * before)
    return effect, psi + (pulls[:, 0] - score.influence @ gradient) / len(y)


def _odds_gradient(y: Floats, X: Floats, weight: Floats) -> Floats:
    """(p,) how an odds-weighted mean of y moves with the propensity's coefficients."""
    mean = (weight @ y) / weight.sum()
    return np.asarray(X.T @ (weight * (y - mean)[:, 0]) / weight.sum())
