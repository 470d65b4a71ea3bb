"""Multiplicity over the whole portfolio: every change × measure × population × setting asked at once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from holdfast.evaluate.forwhom.multiplicity import q_values
from holdfast.records import Findings


def with_portfolio_q(findings: Findings) -> Findings:
    """The findings with Benjamini–Hochberg q values over all overall effects; horizons have their own family."""
    q: dict[int, float] = {}
    for kind in ("overall", "horizon"):
        at = [i for i, effect in enumerate(findings.effects) if effect.kind == kind and effect.p is not None]
        if at:
            p = np.array([findings.effects[i].p for i in at], dtype=float)
            q |= dict(zip(at, q_values(p).tolist(), strict=True))
    effects = tuple(replace(e, q=q[i]) if i in q else e for i, e in enumerate(findings.effects))
    return replace(findings, effects=effects)
