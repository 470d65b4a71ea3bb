"""The trade of variance against worst-case bias among affine estimators, as an exact path.

For Delta^SD the worst-case bias of an affine estimator is M times the sum of |u_t|, u being its weights on the
second differences, and its variance is quadratic in u. Minimising variance / 2 + mu * sum |u| is a lasso, whose
solution is piecewise linear in mu (Osborne, Presnell & Turlach 2000; Efron et al. 2004), so the whole frontier is
the list of its corners. R HonestDiD traces the same frontier by solving a cone programme at each standard deviation.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from holdfast.evaluate.check.sensitivity.event_study import Floats

_TINY = 1e-12


def lasso_corners(quadratic: Floats, linear: Floats) -> Floats:
    """(corners, K) minimisers of u'Qu / 2 + linear'u + mu sum|u| at each corner, from mu = infinity down to 0.

    quadratic : (K, K) positive definite
    linear    : (K,)
    """
    size = len(linear)
    u, gradient = np.zeros(size), linear.copy()
    corners = [u]
    start = mu = float(np.abs(linear).max(initial=0.0))
    active = np.abs(gradient) >= mu * (1 - _TINY) if mu > 0 else np.zeros(size, dtype=bool)
    just_left = -1
    for _ in range(20 * (size + 1)):
        if mu <= _TINY * start:
            break
        sign = -np.sign(gradient[active])
        direction = np.zeros(size)
        direction[active] = np.linalg.solve(quadratic[np.ix_(active, active)], sign)
        slope = quadratic @ direction
        leave = _first_zero(u, direction, active)
        join = _first_join(gradient, slope, mu, active, just_left)
        step = min(mu, leave[0], join[0])
        u, gradient, mu = u + step * direction, gradient + step * slope, mu - step
        just_left = -1
        if step == leave[0]:
            just_left = leave[1]
            u[just_left], active[just_left] = 0.0, False
        elif step == join[0]:
            active[join[1]] = True
        corners.append(u.copy())
    return np.array(corners)


def _first_zero(u: Floats, direction: Floats, active: NDArray[np.bool_]) -> tuple[float, int]:
    """How far the penalty may fall before an active weight reaches zero, and which."""
    with np.errstate(divide="ignore", invalid="ignore"):
        step = np.where(active & (u * direction < 0), -u / direction, np.inf)
    index = int(step.argmin()) if len(step) else 0
    return (float(step[index]), index) if len(step) else (np.inf, -1)


def _first_join(
    gradient: Floats, slope: Floats, mu: float, active: NDArray[np.bool_], just_left: int
) -> tuple[float, int]:
    """How far the penalty may fall before an inactive weight's gradient meets it, and which."""
    with np.errstate(divide="ignore", invalid="ignore"):
        steps = np.stack([(mu - gradient) / (1 + slope), (mu + gradient) / (1 - slope)])
    steps = np.where(np.isfinite(steps) & (steps >= 0) & ~active, steps, np.inf)
    if just_left >= 0:
        # The weight that has this moment reached zero sits on the boundary; it may come back, but not at once.
        steps[:, just_left] = np.where(steps[:, just_left] > _TINY * mu, steps[:, just_left], np.inf)
    step = steps.min(axis=0)
    index = int(step.argmin())
    return float(step[index]), index
