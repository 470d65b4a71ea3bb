"""k-means as the reference does it: at most a hundred base clusters of people, and groups of those by silhouette.

The silhouette needs the distance of every pair; among a hundred base clusters that is a small table however many
people there are. The reference starts each k-means from where it last stood; published groups carry that history,
so from the votes alone they are matched by the adjusted Rand index and not exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from scipy.spatial.distance import cdist

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

BASE: Final = 100
MOST_GROUPS: Final = 5
STARTS: Final = 8


@dataclass(frozen=True, eq=False)
class Grouping:
    """``base`` (n,) of each point into ``base_at`` (B, 2) with ``base_size`` (B,); ``group`` (n,); ``centre`` (k, 2);
    ``silhouette``: k to its score, over base clusters."""

    base: Codes
    base_at: Floats
    base_size: Codes
    group: Codes
    centre: Floats
    silhouette: dict[int, float]

    @property
    def k(self) -> int:
        """How many groups."""
        return len(self.centre)


def grouped(points: Floats, *, most: int = MOST_GROUPS, k: int | None = None, seed: int = 0) -> Grouping:
    """Base clusters of ``points`` (n, 2), then the number of groups (2 to ``most``) with the best silhouette.

    One group where fewer than three points differ: there is nothing to tell apart. ``k`` forces the number.
    """
    base = base_clusters(points, seed=seed)
    size = np.bincount(base)
    at = _centres(points, np.ones(len(points)), base, len(size))
    rng = np.random.default_rng(seed)
    tried = {n: _best(at, size.astype(float), n, rng) for n in _numbers(len(at), most, k)}
    scores = {n: silhouette(at, labels) for n, labels in tried.items()}
    best = max(scores, key=lambda n: scores[n]) if scores else 1
    labels = tried[best] if tried else np.zeros(len(at), np.int64)
    centre = _centres(at, size.astype(float), labels, best)
    return Grouping(base, at, size, labels[base], centre, scores)


def base_clusters(points: Floats, *, most: int = BASE, seed: int = 0) -> Codes:
    """(n,): a code for each point; every distinct point its own where there are no more than ``most``."""
    distinct, codes = np.unique(points, axis=0, return_inverse=True)
    codes = codes.reshape(-1)
    if len(distinct) <= most:
        return codes
    weight = np.bincount(codes).astype(float)
    labels = lloyd(distinct, weight, spread_out(distinct, weight, most, np.random.default_rng(seed)), rounds=20)
    return np.unique(labels[codes], return_inverse=True)[1].reshape(-1)


def lloyd(points: Floats, weight: Floats, centres: Floats, rounds: int = 100) -> Codes:
    """(n,) nearest of the centres when they no longer move. A centre that loses everybody stays where it was."""
    labels = np.full(len(points), -1, np.int64)
    for _ in range(rounds):
        nearest = np.asarray(cKDTree(centres).query(points)[1], np.int64)
        if (nearest == labels).all():
            break
        labels = nearest
        moved = _centres(points, weight, labels, len(centres))
        centres = np.where(np.isnan(moved), centres, moved)
    return labels


def spread_out(points: Floats, weight: Floats, k: int, rng: np.random.Generator) -> Floats:
    """k starting centres, each drawn by its squared distance from those already drawn (Arthur & Vassilvitskii 2007)."""
    chosen = [points[rng.choice(len(points), p=weight / weight.sum())]]
    far = ((points - chosen[0]) ** 2).sum(axis=1)
    for _ in range(k - 1):
        chance = weight * far
        total = chance.sum()
        chosen.append(points[rng.choice(len(points), p=chance / total if total > 0 else None)])
        far = np.minimum(far, ((points - chosen[-1]) ** 2).sum(axis=1))
    return np.array(chosen)


def silhouette(points: Floats, labels: Codes) -> float:
    """Mean silhouette (Rousseeuw 1987); a point alone in its cluster scores nought, one cluster −1."""
    k = int(labels.max()) + 1
    if k < 2:
        return -1.0
    member = np.eye(k)[labels]
    count = member.sum(axis=0)
    total = cdist(points, points) @ member
    own = count[labels]
    inside = total[np.arange(len(points)), labels] / np.maximum(own - 1, 1)
    others = np.where(member > 0, np.inf, total / np.maximum(count, 1))
    others[:, count == 0] = np.inf
    outside = others.min(axis=1)
    score = (outside - inside) / np.maximum(np.maximum(outside, inside), np.finfo(float).tiny)
    return float(np.where(own > 1, score, 0.0).mean())


def _numbers(n: int, most: int, forced: int | None) -> range:
    if forced is not None:
        return range(forced, forced + 1) if 1 <= forced <= n else range(0)
    return range(2, min(most, 2 + n // 12) + 1) if n >= 3 else range(0)


def _best(points: Floats, weight: Floats, k: int, rng: np.random.Generator) -> Codes:
    """Labels with the least weighted squared distance over several starts, numbered by size, largest first."""
    runs = [lloyd(points, weight, spread_out(points, weight, k, rng)) for _ in range(STARTS)]
    cost = [(weight[:, None] * (points - _centres(points, weight, run, k)[run]) ** 2).sum() for run in runs]
    best = runs[int(np.argmin(cost))]
    size = np.bincount(best, weights=weight, minlength=k)
    return np.asarray(np.argsort(np.argsort(-size, kind="stable")), np.int64)[best]


def _centres(points: Floats, weight: Floats, labels: Codes, k: int) -> Floats:
    mass = np.bincount(labels, weights=weight, minlength=k)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.column_stack([np.bincount(labels, weights=weight * axis, minlength=k) / mass for axis in points.T])
