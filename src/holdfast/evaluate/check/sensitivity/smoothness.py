"""Smoothness: the slope of the violation may change by at most M from one period to the next.

Fixed-length confidence intervals of Rambachan & Roth (2023, section 4.1; Armstrong & Kolesar 2018) under
Delta^SD(M), R HonestDiD's default for that restriction: theta_hat is the affine estimator whose interval, widened
for its worst-case bias, is shortest.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import ndtr, ndtri

from holdfast.evaluate.check.sensitivity.event_study import (
    EventStudy,
    Floats,
    RobustSet,
    SingularCovarianceError,
)
from holdfast.evaluate.check.sensitivity.frontier import lasso_corners


@dataclass(frozen=True)
class Frontier:
    """Affine estimators that no other beats on both variance and bias, at the corners of their path.

    weights : (corners, num_pre + num_post) on betahat
    bias    : (corners,) worst-case bias for M = 1
    """

    study: EventStudy
    weights: Floats
    bias: Floats

    def at(self, position: float) -> tuple[Floats, float, float]:
        """Weights, bias for M = 1 and standard deviation at a position between two corners."""
        corner = min(int(position), max(len(self.bias) - 2, 0))
        share = position - corner
        following = min(corner + 1, len(self.bias) - 1)
        weights = (1 - share) * self.weights[corner] + share * self.weights[following]
        bias = float((1 - share) * self.bias[corner] + share * self.bias[following])
        return weights, bias, float(np.sqrt(weights @ self.study.sigma @ weights))


def frontier(study: EventStudy) -> Frontier:
    """Every efficient affine estimator under Delta^SD; it does not depend on M or on betahat."""
    pre, post = study.num_pre, study.num_post
    total = float(np.arange(1, post + 1) @ study.l_vec)
    # u holds the weights on the second differences before the change; the last is fixed by unbiasedness
    # under a straight line, the others are free. Weights on betahat are u's second differences.
    to_weights = np.diff(np.vstack([np.zeros((2, pre)), np.eye(pre)]), n=2, axis=0)
    fixed = np.concatenate([to_weights[:, -1] * total, study.l_vec])
    free = np.vstack([to_weights[:, :-1], np.zeros((post, pre - 1))])
    quadratic = free.T @ study.sigma @ free
    if pre > 1 and np.linalg.eigvalsh(quadratic)[0] <= 1e-12 * np.max(np.diag(quadratic)):
        raise SingularCovarianceError(
            "The periods before the change have a singular covariance, so the shortest interval under smoothness is "
            "not defined. Use fewer periods before the change, or more sites."
        )
    corners = lasso_corners(quadratic, free.T @ study.sigma @ fixed)
    tail = study.l_vec[::-1]
    after = sum(abs(float(np.arange(s, 0, -1) @ tail[:s])) for s in range(1, post))
    return Frontier(study, fixed + corners @ free.T, np.abs(corners).sum(axis=1) + abs(total) + after)


def smoothness(study: EventStudy, m: float, *, alpha: float = 0.05, path: Frontier | None = None) -> RobustSet:
    """The fixed-length confidence interval for theta under Delta^SD(m); `path` saves work over many m."""
    if not (np.isfinite(m) and m >= 0):
        raise ValueError(f"m = {m}: it bounds a change of slope in the outcome's units, so zero or more.")
    line = frontier(study) if path is None else path

    def half_length(position: float) -> float:
        _, bias, sd = line.at(position)
        return folded_normal_quantile(m * bias / sd, alpha) * sd

    lengths = [half_length(float(k)) for k in range(len(line.bias))]
    best = float(np.argmin(lengths))
    for start in (best - 1, best):
        if start >= 0 and start + 1 <= len(line.bias) - 1:
            found = minimize_scalar(half_length, bounds=(start, start + 1), method="bounded", options={"xatol": 1e-10})
            best = float(found.x) if found.fun < half_length(best) else best
    weights, half = line.at(best)[0], half_length(best)
    centre = float(weights @ study.betahat)
    return RobustSet(centre - half, centre + half, m, "smoothness", "FLCI", alpha)


def folded_normal_quantile(mean: float, alpha: float) -> float:
    """The 1 - alpha quantile of |N(mean, 1)|, by Newton's method from above (the distribution is concave there)."""
    t = abs(mean)
    if t > 10:
        return t + float(ndtri(1 - alpha))
    c = t + float(ndtri(1 - alpha / 2))
    for _ in range(50):
        density = np.exp(-((c - t) ** 2) / 2) + np.exp(-((c + t) ** 2) / 2)
        step = (ndtr(c - t) - ndtr(-c - t) - (1 - alpha)) * np.sqrt(2 * np.pi) / density
        c -= float(step)
        if abs(step) < 1e-14 * c:
            break
    return c
