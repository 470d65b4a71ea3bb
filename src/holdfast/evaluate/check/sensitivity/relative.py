"""Relative magnitudes: violations after the change at most Mbar times the worst one before it.

Rambachan & Roth (2023, Review of Economic Studies 90, section 2.4.2) define Delta^RM(Mbar) as the union, over the
pre-period s with the largest one-period change and over its sign, of polyhedra {delta : A delta <= 0}; the
confidence set is the union of the polyhedra's conditional or hybrid (C-LF) sets.

Only moments that involve a period after the change are used, as R HonestDiD does. The dual polytope is then
{lambda+, lambda- >= 0 : lambda+ - lambda- = c m, sd+'lambda+ + sd-'lambda- = 1} with m_t = l_t + l_{t+1} + ...,
whose vertices are written down in `_vertices`; so no linear programme is solved.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from holdfast.evaluate.check.sensitivity.conditional import Moments, accepts, least_favourable_value
from holdfast.evaluate.check.sensitivity.event_study import (
    EventStudy,
    Floats,
    RobustSet,
    SingularCovarianceError,
)

Method = Literal["C-LF", "conditional"]
Kept = Callable[[Floats], NDArray[np.bool_]]
GRID = 400
# The conditional test alone gives no bracket; beyond this many standard deviations the set is called open.
CONDITIONAL_REACH = 15.0


def relative_magnitudes(
    study: EventStudy, mbar: float, *, alpha: float = 0.05, method: Method = "C-LF", kappa: float | None = None
) -> RobustSet:
    """The hull of the confidence set for theta under Delta^RM(mbar).

    kappa is the size of the hybrid's first stage (alpha / 10 by default, as in R HonestDiD). NaN limits mean that
    every value is rejected, which is evidence against the restriction itself.
    """
    if not (np.isfinite(mbar) and mbar >= 0):
        raise ValueError(f"mbar = {mbar}: it is a multiple of the worst pre-period violation, so zero or more.")
    first = alpha / 10 if kappa is None else kappa
    moments = _moments(study, mbar)
    hybrid = method == "C-LF"
    ceiling = least_favourable_value(moments.covariance, first) if hybrid else None
    size = (alpha - first) / (1 - first) if hybrid else alpha
    # R HonestDiD truncates at the first stage's critical value only where there are nuisance parameters; with one
    # period after the change it does not, which is the wider set. The same is done here.
    truncate = study.num_post > 1

    def kept(theta: Floats) -> NDArray[np.bool_]:
        return accepts(moments, theta, size, ceiling, truncate)

    reach = ceiling if ceiling is not None else np.full(len(moments.value), CONDITIONAL_REACH)
    lower, upper, open_ended = _hull(kept, *_bracket(moments, reach), is_bracketed=hybrid)
    return RobustSet(lower, upper, mbar, "relative magnitudes", method, alpha, open_ended)


def _moments(study: EventStudy, mbar: float) -> Moments:
    changes = _one_period_changes(study)
    pre, post = changes[: study.num_pre], changes[study.num_pre :]
    worst = np.concatenate([pre, -pre])
    weights = np.stack([_vertices(study, post, v, mbar) for v in worst])
    direction = study.l_vec / (study.l_vec @ study.l_vec)
    covariance = weights @ study.sigma @ weights.transpose(0, 2, 1)
    return Moments(weights @ study.betahat, weights[..., study.num_pre :] @ direction, covariance)


def _one_period_changes(study: EventStudy) -> Floats:
    """(n, n) rows that take delta_t - delta_{t-1}, the reference period's delta being zero."""
    n = len(study.betahat)
    changes: Floats = np.delete(np.diff(np.eye(n + 1), axis=0), study.num_pre, axis=1)
    return changes


def _sd(study: EventStudy, rows: Floats) -> Floats:
    variance = np.einsum("ij,jk,ik->i", rows, study.sigma, rows)
    if np.any(variance <= 1e-12 * np.max(np.diag(study.sigma))):
        raise SingularCovarianceError(
            "A one-period change in the event study has variance zero, so relative magnitudes cannot be tested. "
            "Look for a period that was copied or estimated without error, or use fewer periods."
        )
    sd: Floats = np.sqrt(variance)
    return sd


def _vertices(study: EventStudy, post: Floats, v: Floats, mbar: float) -> Floats:
    """(J, n) the dual vertices as weights on betahat: c > 0, c < 0 and, with c = 0, the two extreme ones."""
    up, down = post - mbar * v, -post - mbar * v
    sd_up, sd_down = _sd(study, up), _sd(study, down)
    m = np.cumsum(study.l_vec[::-1])[::-1]
    plus, minus = np.maximum(m, 0), np.maximum(-m, 0)
    rising = (plus @ up + minus @ down) / (plus @ sd_up + minus @ sd_down)
    falling = (minus @ up + plus @ down) / (minus @ sd_up + plus @ sd_down)
    if study.num_post == 1:
        return np.stack([rising, falling])
    # Every vertex with c = 0 is a multiple of v; the largest and smallest multiples bound the others.
    pair = 1 / (sd_up + sd_down)
    return np.stack([rising, falling, -2 * mbar * pair.max() * v, -2 * mbar * pair.min() * v])


def _bracket(moments: Moments, reach: Floats) -> tuple[Floats, Floats]:
    """(B,) theta outside these limits is rejected by a moment above `reach`."""
    with np.errstate(divide="ignore", invalid="ignore"):
        edge = (moments.value - reach[:, None]) / moments.slope
    lower = np.where(moments.slope > 1e-12, edge, -np.inf).max(axis=1)
    upper = np.where(moments.slope < -1e-12, edge, np.inf).min(axis=1)
    return lower, upper


def _hull(kept: Kept, lower: Floats, upper: Floats, *, is_bracketed: bool) -> tuple[float, float, bool]:
    usable = lower <= upper
    low, high = np.where(usable, lower, 0.0), np.where(usable, upper, 0.0)
    grid = low[:, None] + (high - low)[:, None] * np.linspace(0, 1, GRID)
    inside = kept(grid) & usable[:, None]
    if not inside.any():
        return float("nan"), float("nan"), False
    open_ended = not is_bracketed and bool(inside[:, 0].any() or inside[:, -1].any())
    first, last = inside.argmax(axis=1), GRID - 1 - inside[:, ::-1].argmax(axis=1)
    rows, any_inside = np.arange(len(grid)), inside.any(axis=1)
    bottom = _refine(kept, grid[rows, np.maximum(first - 1, 0)], grid[rows, first])
    top = _refine(kept, grid[rows, np.minimum(last + 1, GRID - 1)], grid[rows, last])
    return float(bottom[any_inside].min()), float(top[any_inside].max()), open_ended


def _refine(kept: Kept, outside: Floats, inside: Floats) -> Floats:
    for _ in range(30):
        middle = (outside + inside) / 2
        accepted = kept(middle[:, None])[:, 0]
        inside = np.where(accepted, middle, inside)
        outside = np.where(accepted, outside, middle)
    return inside
