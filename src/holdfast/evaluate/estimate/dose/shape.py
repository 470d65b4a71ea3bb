"""Checks on a dose–response: leads before the change, and a shape that is not assumed straight."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import special

from .panel import Array, DosePanel
from .result import DoseShape, Leads
from .siteline import site_line
from .twfe import Contrasts, DoseFit, site_sums, within


def two_sided_p(t: float, df: float) -> float:
    """Two-sided p of t."""
    return float(2 * special.stdtr(df, -abs(t)))


def drift_row(since: NDArray[np.intp]) -> Array:
    """(1, T) the least-squares slope over the months before the start; zeros where there is one month."""
    before = since < 0
    when = np.where(before, since - since[before].mean(), 0.0)
    return np.asarray(when / max(float(when @ when), 1.0))[None]


def read_leads(event: Contrasts, drift: Contrasts, since: NDArray[np.intp]) -> Leads | None:
    """Leads of `event` (those with since < 0), their drift, and a joint test; None with fewer than three."""
    start = int(np.sum(since < 0))
    if start < 3:
        return None
    se = float(np.sqrt(drift.covariance[0, 0]))
    joint_p, joint_df = _equal_leads(event, start)
    largest = int(np.argmax(np.abs(event.estimate[:start])))
    return Leads(
        drift=float(drift.estimate[0]),
        drift_se=se,
        drift_df=float(drift.df[0]),
        drift_p=two_sided_p(drift.estimate[0] / se, drift.df[0]),
        joint_p=joint_p,
        joint_df=joint_df,
        largest=float(event.estimate[largest]),
        largest_since=int(since[largest]),
    )


def _equal_leads(event: Contrasts, start: int) -> tuple[float | None, tuple[int, float] | None]:
    """Hotelling's F that every lead equals the last one, where sites are at least three times the leads."""
    q, n = start - 1, event.influence.shape[1]
    if n < 3 * q:
        return None, None
    gap = event.estimate[:q] - event.estimate[q]
    shares = event.influence[:q] - event.influence[q]
    df = n - 2.0 - q + 1
    wald = float(gap @ np.linalg.solve(shares @ shares.T, gap))
    return float(special.fdtrc(q, df, wald * df / ((n - 2.0) * q))), (q, df)


def site_changes(panel: DosePanel, values: Array, inside: NDArray[np.bool_], month_effects: Array) -> Array:
    """(n,) mean over months `inside` less mean before the start, month effects out; NaN where not seen."""
    left = values - month_effects
    before = np.arange(values.shape[1]) < panel.start

    def mean(months: NDArray[np.bool_]) -> Array:
        w = panel.w * months
        total = w.sum(axis=1)
        size = np.where(total > 0, total, 1.0)
        return np.asarray(np.where(total > 0, (w * left).sum(axis=1) / size, np.nan))

    return mean(inside) - mean(before)


def null_month_effects(panel: DosePanel, values: Array) -> Array:
    """(T,) month effects of the two-way model without the dose, first month zero."""
    normal = site_sums(panel.w, np.ones(len(values)))[1:, 1:]
    right = (panel.w * within(panel.w, values)).sum(axis=0)[1:]
    return np.concatenate([[0.0], np.linalg.solve(normal, right)])


def read_shape(fit: DoseFit, site_weight: Array) -> DoseShape | None:
    """Thirds of dose and a test of curvature on each site's change; None with fewer than nine sites."""
    panel = fit.panel
    d = panel.d
    change = site_changes(panel, panel.y, np.arange(panel.y.shape[1]) >= panel.start, fit.lam)
    third = np.digitize(d, np.quantile(d, [1 / 3, 2 / 3]), right=True)
    if len(d) < 9 or np.min(np.bincount(third, minlength=3)) < 2:
        return None
    dummies = np.column_stack([np.ones(len(d)), third == 1, third == 2]).astype(float)
    steps = site_line(dummies, change, site_weight)
    se = np.sqrt(np.diag(steps.covariance))
    centred = (d - d.mean()) / d.std()
    bent = site_line(np.column_stack([np.ones(len(d)), centred, centred**2]), change, site_weight)
    bent_se = float(np.sqrt(bent.covariance[2, 2]))
    levels = (0.0, float(steps.coefficients[1]), float(steps.coefficients[2]))
    return DoseShape(
        thirds=levels,
        thirds_se=(0.0, float(se[1]), float(se[2])),
        thirds_dose=tuple(float(d[third == k].mean()) for k in range(3)),  # type: ignore[arg-type]
        monotone=bool(np.all(np.diff(levels) >= 0) or np.all(np.diff(levels) <= 0)),
        curvature=float(bent.coefficients[2] / d.var()),
        curvature_se=bent_se / float(d.var()),
        curvature_p=two_sided_p(bent.coefficients[2] / bent_se, bent.df[2]),
    )
