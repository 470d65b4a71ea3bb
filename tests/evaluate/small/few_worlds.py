"""Small panels with known truth, and their aggregates, for the tests of this room."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from holdfast.evaluate.estimate.small import Aggregates
from holdfast.evaluate.estimate.staggered import HORIZONS, aggregate_weights

T = 36
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class World:
    """Y (n, T), cohort label (n,), aggregates and their names."""

    Y: Floats
    label: NDArray[np.int64]
    aggregates: Aggregates
    names: list[str]


def world(
    starts: list[int],
    n0: int,
    rng: np.random.Generator,
    effect: float = 0.0,
    noisy: float = 1.0,
    weight: Floats | None = None,
    comparison: str = "never",
) -> World:
    """AR(1) 0.5 noise, site and month effects; adopters' noise is `noisy` times the others'."""
    n = len(starts) + n0
    Y = np.zeros((n, T))
    Y[:, 0] = rng.normal(size=n)
    for t in range(1, T):
        Y[:, t] = 0.5 * Y[:, t - 1] + np.sqrt(0.75) * rng.normal(size=n)
    Y[: len(starts)] *= noisy
    Y += rng.normal(size=(n, 1)) + rng.normal(size=T)
    start = np.concatenate([np.asarray(starts, dtype=int), np.full(n0, T)])
    Y += effect * (np.arange(T) >= start[:, None])
    made, names, label = aggregates(start, weight, comparison)
    return World(Y, label, made, names)


def aggregates(
    start: NDArray[np.int64], weight: Floats | None = None, comparison: str = "never"
) -> tuple[Aggregates, list[str], NDArray[np.int64]]:
    """Overall, horizons and event times −3 to 11 as weights on cohort means."""
    onset, label = np.unique(start, return_inverse=True)
    mass = np.bincount(label, weight)
    cohorts = np.where(onset >= T, np.inf, onset.astype(float))
    W, first, last, names = [], [], [], []
    for kind, options in (("simple", {}), ("window", {"weighting": "cell"}), ("event", {"min_e": -3, "max_e": 11})):
        got = aggregate_weights(cohorts, kind, periods=np.arange(float(T)), mass=mass, comparison=comparison, **options)
        for row, name in zip(got.W, got.labels, strict=True):
            if kind == "event" and name == "overall":
                continue
            low, high = (0, T) if kind == "simple" else HORIZONS[name] if kind == "window" else (name, name)
            W.append(row)
            first.append(int(low))
            last.append(int(min(high, T)))
            names.append(f"{kind} {name}" if isinstance(name, str) else f"{kind} {name:g}")
    return Aggregates(np.array(W), onset, np.array(first), np.array(last)), names, label
