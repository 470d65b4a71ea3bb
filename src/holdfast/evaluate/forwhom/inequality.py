"""Measures of inequality across ordered groups, from levels and population shares.

The slope index (SII) is the slope of a population-weighted regression of the level on the group's ridit rank, its
midpoint in the population ordered from the most to the least deprived (Mackenbach & Kunst 1997; PHE Fingertips
technical guidance). The relative index (RII) is the slope index over the mean; its ratio form is the line's level
at the most deprived end over that at the least deprived end. Every measure here is "most deprived less (or over)
least deprived", so a positive difference says that the measure is higher in the most deprived.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Measure = Callable[[NDArray[np.complexfloating] | Floats], complex]


def ridit_ranks(shares: Floats) -> Floats:
    """(G,) midpoints, in [0, 1], of the groups' places in the population."""
    share = shares / shares.sum()
    ranks: Floats = np.cumsum(share) - share / 2
    return ranks


def slope_weights(shares: Floats) -> Floats:
    """(G,) weights whose product with the levels is the slope index, most less least deprived."""
    share = shares / shares.sum()
    centred = ridit_ranks(shares) - 0.5
    weights: Floats = -share * centred / np.sum(share * centred**2)
    return weights


def curvature_weights(shares: Floats) -> Floats | None:
    """(G,) weights of the departure from a straight line (the quadratic term); None with fewer than three groups."""
    if len(shares) < 3:
        return None
    share = shares / shares.sum()
    rank = ridit_ranks(shares)
    design = np.stack([np.ones_like(rank), rank, rank**2], axis=1)
    weights: Floats = np.linalg.solve(design.T @ (share[:, None] * design), design.T * share)[2]
    return weights


def straightness(levels: Floats, shares: Floats) -> float:
    """Share of the between-group variation that a straight line in rank explains (weighted R squared)."""
    share = shares / shares.sum()
    centred = levels - share @ levels
    total = float(share @ centred**2)
    line = -(slope_weights(shares) @ levels) * (ridit_ranks(shares) - 0.5)
    return float(share @ line**2) / total if total > 0 else float("nan")


def measures(shares: Floats) -> dict[str, Measure]:
    """Each measure as an analytic function of the levels (G,), by name."""
    share = shares / shares.sum()
    slope = slope_weights(shares)
    return {
        "difference": lambda y: y[0] - y[-1],
        "ratio": lambda y: y[0] / y[-1],
        "slope index": lambda y: slope @ y,
        "relative index": lambda y: (slope @ y) / (share @ y),
        "relative index (ratio)": lambda y: (share @ y + slope @ y / 2) / (share @ y - slope @ y / 2),
    }


ABSOLUTE = ("difference", "slope index")
RATIOS = ("ratio", "relative index (ratio)")
"""Measures for which no inequality is 1; for the others it is 0."""
