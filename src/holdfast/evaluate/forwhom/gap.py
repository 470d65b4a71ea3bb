"""What the change did to the gap between the most and the least deprived.

For each measure of inequality (`inequality.py`): before, without the change (counterfactual), after, and the change
it made, with an interval from the joint covariance of the group effects (delta method; the derivatives are exact,
by a complex step) and the probability that the gap widened to the disadvantage of the most deprived.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from holdfast.evaluate.forwhom.inequality import (
    RATIOS,
    Measure,
    curvature_weights,
    measures,
    straightness,
)

Floats = NDArray[np.float64]
_STEP = 1e-40
_FEW = 4


@dataclass(frozen=True)
class GapChange:
    """One measure of inequality, most deprived less (or over) least deprived.

    change, se, lower, upper : after less counterfactual
    p_widens     : probability that the disadvantage of the most deprived grew: that they end worse off than the least
                   deprived and by more than without the change
    crosses_zero : whether the group that is worse off without the change is the better off with it
    """

    name: str
    before: float
    counterfactual: float
    after: float
    change: float
    se: float
    lower: float
    upper: float
    p_widens: float
    crosses_zero: bool


@dataclass(frozen=True)
class Gap:
    """The gap by every measure.

    levels, missing : labels of the levels used, most deprived first, and of those without an estimate
    extremes        : whether both the most and the least deprived level are among those used
    straightness    : share of the variation of the counterfactual levels that a straight line explains
    curvature_p     : p value that the effects bend across levels; NaN with fewer than three
    few_groups      : fewer than four levels, too few to check a straight line properly
    """

    changes: tuple[GapChange, ...]
    levels: tuple[str, ...]
    missing: tuple[str, ...]
    extremes: bool
    better: Literal["lower", "higher"]
    straightness: float
    curvature_p: float
    few_groups: bool

    def __getitem__(self, name: str) -> GapChange:
        return next(c for c in self.changes if c.name == name)


def gap(
    effects: ArrayLike,
    cov: ArrayLike,
    counterfactual: ArrayLike,
    shares: ArrayLike,
    *,
    better: Literal["lower", "higher"],
    before: ArrayLike | None = None,
    labels: Sequence[str] | None = None,
    known: Literal["after", "counterfactual"] = "after",
    joint_cov: ArrayLike | None = None,
    df: float = np.inf,
    alpha: float = 0.05,
) -> Gap | None:
    """The change in the gap, levels ordered from the most to the least deprived; None with fewer than two.

    effects, counterfactual, shares, before : (G,); NaN marks a level without an estimate
    cov       : (G, G) joint covariance of the effects
    better    : whether a lower or a higher level is better for people
    known     : which side is taken as without error when `joint_cov` is not given: what was observed after the
                change (the counterfactual then carries all the noise), or the counterfactual
    joint_cov : (2G, 2G) covariance of (counterfactual, after), when both are noisy
    """
    e, c, n = (np.asarray(a, dtype=np.float64) for a in (effects, counterfactual, shares))
    v = np.asarray(cov, dtype=np.float64)
    names = tuple(labels) if labels is not None else tuple(f"level {g + 1}" for g in range(len(e)))
    used = np.isfinite(e) & np.isfinite(c) & np.isfinite(np.diag(v)) & (n > 0)
    if used.sum() < 2:
        return None
    side = _joint(v[np.ix_(used, used)], known, joint_cov, used)
    prior = np.full(used.sum(), np.nan) if before is None else np.asarray(before, dtype=np.float64)[used]
    e, c, n = e[used], c[used], n[used]
    bend = curvature_weights(n)
    return Gap(
        tuple(_change(k, m, prior, c, c + e, side, better, df, alpha) for k, m in measures(n).items()),
        tuple(x for x, u in zip(names, used, strict=True) if u),
        tuple(x for x, u in zip(names, used, strict=True) if not u),
        bool(used[0] and used[-1]),
        better,
        straightness(c, n),
        _curvature_p(bend, e, v[np.ix_(used, used)], df),
        bool(used.sum() < _FEW),
    )


def _joint(
    v: Floats, known: Literal["after", "counterfactual"], joint_cov: ArrayLike | None, used: NDArray[np.bool_]
) -> Floats:
    """(2G, 2G) covariance of (counterfactual, after)."""
    if joint_cov is not None:
        both = np.concatenate([used, used])
        given: Floats = np.asarray(joint_cov, dtype=np.float64)[np.ix_(both, both)]
        return given
    zero = np.zeros_like(v)
    return np.block([[v, zero], [zero, zero]]) if known == "after" else np.block([[zero, zero], [zero, v]])


def _change(
    name: str,
    measure: Measure,
    before: Floats,
    without: Floats,
    after: Floats,
    cov: Floats,
    better: Literal["lower", "higher"],
    df: float,
    alpha: float,
) -> GapChange:
    was, without_it, with_it = (_value(name, measure, y) for y in (before, without, after))
    change = with_it - without_it
    g0, g1 = _gradient(measure, without), _gradient(measure, after)
    to_change = np.concatenate([-g0, g1])
    to_after = np.concatenate([np.zeros_like(g0), g1])
    rows = np.stack([to_change, to_after])
    spread = rows @ cov @ rows.T
    se = float(np.sqrt(spread[0, 0]))
    half = float(stats.t.ppf(1 - alpha / 2, df)) * se
    none = 1.0 if name in RATIOS else 0.0
    sign = 1.0 if better == "lower" else -1.0
    widens = _p_both_positive(np.array([sign * change, sign * (with_it - none)]), spread, df)
    crosses = (without_it - none) * (with_it - none) < 0
    return GapChange(name, was, without_it, with_it, change, se, change - half, change + half, widens, bool(crosses))


def _value(name: str, measure: Measure, levels: Floats) -> float:
    """The measure, or NaN where a relative one has no meaning (a level or mean at or below zero)."""
    value = float(np.real(measure(levels)))
    relative = name not in ("difference", "slope index")
    undefined = relative and (not np.all(levels > 0) or (name in RATIOS and value <= 0))
    return float("nan") if undefined or not np.isfinite(value) else value


def _gradient(measure: Measure, levels: Floats) -> Floats:
    """(G,) exact derivatives by a complex step, every measure being analytic."""
    steps = levels[None, :] + 1j * _STEP * np.eye(len(levels))
    return np.array([np.imag(measure(row)) / _STEP for row in steps])


def _p_both_positive(mean: Floats, cov: Floats, df: float) -> float:
    """P(both coordinates > 0) for the (t or) normal pair that the delta method gives."""
    if not np.isfinite(mean).all() or not np.isfinite(cov).all():
        return float("nan")
    sd = np.sqrt(np.diag(cov))
    if sd[0] == 0:
        return float(mean[0] > 0 and mean[1] > 0)
    if sd[1] <= 1e-9 * sd[0]:
        return float(stats.t.cdf(mean[0] / sd[0], df)) if mean[1] > 0 else 0.0
    correlation = float(cov[0, 1] / (sd[0] * sd[1]))
    if abs(correlation) > 1 - 1e-9:
        return _p_on_a_line(mean / sd, correlation > 0, df)
    shape = np.array([[1.0, correlation], [correlation, 1.0]])
    if np.isinf(df):
        return float(stats.multivariate_normal(np.zeros(2), shape).cdf(mean / sd))
    pair = stats.multivariate_t(np.zeros(2), shape, df=df, seed=1)  # type: ignore[arg-type]
    return float(pair.cdf(mean / sd, random_state=1))


def _p_on_a_line(z: Floats, same_way: bool, df: float) -> float:
    """The same when one coordinate is a multiple of the other: P(T > -z0 and +-T > -z1)."""
    if same_way:
        return float(stats.t.cdf(min(z), df))
    return max(float(stats.t.cdf(z[1], df) - stats.t.cdf(-z[0], df)), 0.0)


def _curvature_p(weights: Floats | None, effects: Floats, cov: Floats, df: float) -> float:
    if weights is None:
        return float("nan")
    se = float(np.sqrt(weights @ cov @ weights))
    return float(2 * stats.t.sf(abs(float(weights @ effects)) / se, df)) if se > 0 else float("nan")
