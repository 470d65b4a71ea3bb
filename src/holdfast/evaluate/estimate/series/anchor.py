"""Holding the paths to the level that was seen, before and after the change separately.

With strong autocorrelation the coefficients say little about the level (a random walk has none), while
the observed months say it directly. Through a curved link an unsure level would spoil absolute effects,
so the paths are shifted on the link scale until the fitted total is the observed total. At a canonical
link and independent months the score equations give a shift of zero.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .glm import Family, Observed, inverse_link, link_name, slope_of_inverse
from .mixture import Array

_STEPS = 60


def anchors(family: Family, seen: Observed, after: NDArray[np.bool_], link: Array, rows: Array) -> tuple[Array, Array]:
    """Shifts (n,) on the link scale, one before and one after, and their derivatives (n, p).

    after (n,) true from the start on; link (n,) the fitted path and rows (n, p) its derivative with respect
    to the coefficients, from which the shift's own follows by holding the fitted total at the observed.
    """
    shift, moves = np.zeros(len(link)), np.zeros_like(rows)
    for side in (~after, after):
        size = seen.denominator[side]
        total = float(size @ seen.y[side]) if link_name(family) == "identity" else float(seen.y[side].sum())
        one = _shift(family, total, size, link[side])
        steepness = size * slope_of_inverse(family, link[side] + one)
        shift[side] = one
        moves[side] = -(steepness @ rows[side]) / steepness.sum()
    return shift, moves


def _shift(family: Family, total: float, size: Array, link: Array) -> float:
    """The s at which Σ size · g⁻¹(link + s) is the total; bisection, since the sum climbs with s."""
    kind = link_name(family)
    if kind == "identity":
        return float((total - size @ link) / size.sum())
    if kind == "log":
        return float(np.log(total / (size @ np.exp(link))))
    mean = np.log(total / (size.sum() - total))
    low, high = float(mean - link.max()), float(mean - link.min())
    for _ in range(_STEPS):
        middle = 0.5 * (low + high)
        short = float(size @ inverse_link(family, link + middle)) < total
        low, high = (middle, high) if short else (low, middle)
    return 0.5 * (low + high)
