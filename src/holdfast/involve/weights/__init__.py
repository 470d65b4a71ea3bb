"""Weights: make the people who spoke stand for the population, as far as they can, and say how far that is."""

from holdfast.involve.weights.pooling import Pooled, pool
from holdfast.involve.weights.poststratify import Poststratified, joint, poststratify
from holdfast.involve.weights.raking import Raked, rake
from holdfast.involve.weights.variance import Share, weighted_share

__all__ = [
    "Pooled",
    "Poststratified",
    "Raked",
    "Share",
    "joint",
    "pool",
    "poststratify",
    "rake",
    "weighted_share",
]
