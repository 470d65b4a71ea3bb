"""The Wald test that the effects before adoption are jointly zero, as R `did` reports it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from .arrays import Floats


@dataclass(frozen=True)
class Pretest:
    """W: the statistic; df: cells tested; p_value; note: why there is none, when W is NaN."""

    W: float
    df: int
    p_value: float
    note: str = ""


def wald(effects: Floats, covariance: Floats) -> Pretest:
    """Test that `effects` (q,) with `covariance` (q, q) are all zero."""
    if len(effects) == 0:
        return Pretest(float("nan"), 0, float("nan"), "There is no estimate before adoption to test.")
    condition = np.linalg.cond(covariance, 1) if np.isfinite(covariance).all() else np.inf
    if not np.isfinite(condition) or 1 / condition <= np.finfo(float).eps:
        why = (
            f"The covariance of the {len(effects)} estimates before adoption is singular: there are more of them than "
            "the sites can tell apart."
        )
        return Pretest(float("nan"), len(effects), float("nan"), why)
    W = float(effects @ np.linalg.solve(covariance, effects))
    return Pretest(W, len(effects), float(special.chdtrc(len(effects), W)))
