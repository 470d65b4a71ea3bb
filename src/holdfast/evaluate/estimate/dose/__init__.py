"""Dose–response: everyone changed together, by different amounts. `dose_response` over arrays, and
`long_difference` and `first_difference` for doses that move."""

from .changes import first_difference, long_difference, mean_change
from .fit import FEW_SITES, HORIZONS, dose_response
from .panel import SitesLeftOut
from .result import DoseEffect, DoseResult, DoseShape, EventTime, Leads, Scaled, joint_covariance
from .words import EVERYONE_CHANGED, LINEAR, PARALLEL_TRENDS, STRONG_PARALLEL_TRENDS

__all__ = [
    "EVERYONE_CHANGED",
    "FEW_SITES",
    "HORIZONS",
    "LINEAR",
    "PARALLEL_TRENDS",
    "STRONG_PARALLEL_TRENDS",
    "DoseEffect",
    "DoseResult",
    "DoseShape",
    "EventTime",
    "Leads",
    "Scaled",
    "SitesLeftOut",
    "dose_response",
    "first_difference",
    "joint_covariance",
    "long_difference",
    "mean_change",
]
