"""One row per site: weighted regression with HC2 errors and Bell–McCaffrey df, and dose permutation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import permutations
from math import factorial

import numpy as np

from .panel import Array

_EXACT = 5040
_DRAWS = 1999
_SEED = 20_260_101
_HALVINGS = 30


@dataclass(frozen=True)
class SiteLine:
    """coefficients (k,), influence (k, n), df (k,) Bell–McCaffrey, inverse (k, k) of XᵀWX."""

    coefficients: Array
    influence: Array
    df: Array

    @property
    def covariance(self) -> Array:
        """(k, k)"""
        return np.asarray(self.influence @ self.influence.T)


def site_line(x: Array, y: Array, w: Array) -> SiteLine:
    """Weighted least squares of y (n,) on x (n, k), HC2 (MacKinnon & White 1985), Imbens & Kolesár 2016 df."""
    root = np.sqrt(w)
    xr, yr = root[:, None] * x, root * y
    inverse = np.asarray(np.linalg.inv(xr.T @ xr), dtype=float)
    pull = xr @ inverse
    slack = np.sqrt(np.maximum(1 - np.sum(pull * xr, axis=1), 1e-12))
    coefficients = pull.T @ yr
    influence = pull.T * ((yr - xr @ coefficients) / slack)
    steps = [column / slack for column in pull.T]
    df = [low_rank_df(step**2, step[:, None] * xr, inverse) for step in steps]
    return SiteLine(np.asarray(coefficients), np.asarray(influence), np.array(df))


def low_rank_df(own: Array, g: Array, inverse: Array) -> float:
    """(tr P)²/tr P² for P = diag(own) − G·inverse·Gᵀ, without the n × n matrix. own (n,), g (n, p)."""
    bent = g @ inverse
    diagonal = np.sum(bent * g, axis=1)
    shared = bent.T @ g
    trace = own.sum() - diagonal.sum()
    square = np.sum(own**2) - 2 * own @ diagonal + np.sum(shared * shared.T)
    return float(trace**2 / square) if square > 0 else float("nan")


@dataclass(frozen=True)
class Permuted:
    """p value at zero, and the interval of slopes not rejected; `draws` permutations, `exact` if all of them."""

    p_value: float
    lower: float
    upper: float
    draws: int
    exact: bool


def dose_orders(n: int) -> tuple[Array, bool]:
    """Orders (B, n) of n sites, the identity first: all n! when few, otherwise 1,999 seeded draws and the identity."""
    if factorial(min(n, 12)) <= _EXACT:
        return np.array(list(permutations(range(n)))), True
    rng = np.random.default_rng(_SEED)
    drawn = np.argsort(rng.random((_DRAWS, n)), axis=1)
    return np.vstack([np.arange(n), drawn]), False


def slope_test(y: Array, pattern: Array, d: Array, w: Array, orders: Array) -> Callable[[float], float]:
    """p value, as a function of b, of the sharp null that the slope of y (n,) on d (n,) is b.

    pattern (n,): what a slope of one would put into y. Under the null y − b·pattern does not depend on
    the dose, so doses may change places (orders (B, n), the identity first). The statistic is
    studentised (heteroskedasticity-robust t; DiCiccio & Romano 2017).
    """
    shuffled = d[orders]
    centred = shuffled - (shuffled @ w)[:, None] / w.sum()
    pull = w * centred
    size = np.sum(pull * centred, axis=1)

    def p_at(b: float) -> float:
        left = y - b * pattern
        left = left - w @ left / w.sum()
        slope = pull @ left / size
        spread = np.sqrt(np.sum((pull * (left - slope[:, None] * centred)) ** 2, axis=1))
        t = np.abs(slope) * size / np.maximum(spread, 1e-300)
        return float(np.mean(t >= t[0] * (1 - 1e-9)))

    return p_at


def permute_dose(y: Array, pattern: Array, d: Array, w: Array, level: float = 0.95) -> Permuted:
    """Permutation test of no slope, and the interval of slopes that `slope_test` does not reject."""
    orders, exact = dose_orders(len(d))
    p_at = slope_test(y, pattern, d, w, orders)
    plain = site_line(np.column_stack([np.ones(len(d)), d]), y, w)
    estimate, se = float(plain.coefficients[1]), float(np.sqrt(plain.covariance[1, 1]))
    ends = [_edge(p_at, estimate, sign * max(se, 1e-12), 1 - level) for sign in (-1, 1)]
    return Permuted(p_at(0.0), ends[0], ends[1], len(orders), exact)


def _edge(p_at: Callable[[float], float], inside: float, step: float, alpha: float) -> float:
    """The farthest slope from `inside` in the direction of `step` that is not rejected."""
    near, far = inside, inside + 2 * step
    for _ in range(12):
        if p_at(far) <= alpha:
            break
        near, far = far, inside + 2 * (far - inside)
    else:
        return float(np.copysign(np.inf, step))
    for _ in range(_HALVINGS):
        middle = 0.5 * (near + far)
        near, far = (near, middle) if p_at(middle) <= alpha else (middle, far)
    return 0.5 * (near + far)
