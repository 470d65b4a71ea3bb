"""The conditions that rules are made of, over any number of cells at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from holdfast.decide.quantities import Quantities, Thresholds

Bools = NDArray[np.bool_]


def helps(q: Quantities, t: Thresholds) -> Bools:
    """The primary outcome is likely enough to improve by at least the smallest important difference, and at all."""
    return np.asarray((q.benefit >= t.retain_benefit) & (q.improves >= t.retain_improves))


def safe(q: Quantities, t: Thresholds) -> Bools:
    """Harm is unlikely enough."""
    return np.asarray(np.isnan(q.harm) | (q.harm <= t.retain_harm))


def fair(q: Quantities, t: Thresholds) -> Bools:
    """The gap is unlikely enough to widen."""
    return np.asarray(np.isnan(q.gap) | (q.gap <= t.retain_gap))


def opposed(q: Quantities, t: Thresholds) -> Bools:
    """Some role's opposition is credibly above the level a policy tolerates."""
    return np.asarray(~np.isnan(q.opposition) & (q.opposition > t.oppose))


def gates_pass(q: Quantities, t: Thresholds) -> Bools:
    """Nothing stands against keeping it as it is."""
    return safe(q, t) & fair(q, t) & ~opposed(q, t)


def harms(q: Quantities, t: Thresholds) -> Bools:
    """Harm is likely, on measures sure enough to stop on."""
    return np.asarray(q.harm_sure >= t.stop_harm)


def futile_at_a_price(q: Quantities, t: Thresholds) -> Bools:
    """It makes no difference that matters, and it costs or is opposed."""
    return np.asarray(q.futile >= t.stop_futile) & ((q.cost > 0) | opposed(q, t))


def unsuitable(q: Quantities, t: Thresholds) -> Bools:
    """It works elsewhere and credibly not here."""
    return np.asarray(q.not_here >= t.adapt_elsewhere)


def outranked(q: Quantities, t: Thresholds) -> Bools:
    return np.asarray(t.harm_stops_despite_benefit & harms(q, t))


def blocked_by_claim(q: Quantities, t: Thresholds) -> Bools:
    """A rule's numbers are met but the design's claim is too weak for its verdict."""
    return (
        ((q.claim < t.retain_claim) & helps(q, t) & gates_pass(q, t) & ~q.lacking)
        | ((q.claim < t.adapt_claim) & ((helps(q, t) & ~gates_pass(q, t)) | unsuitable(q, t)))
        | ((q.claim < t.stop_claim) & (harms(q, t) | futile_at_a_price(q, t)))
    )
