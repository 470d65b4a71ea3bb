"""How far the conclusion leans on parallel trends: Rambachan & Roth (2023), the published methods."""

from holdfast.evaluate.check.sensitivity.breakdown import Breakdown, breakdown_m, breakdown_mbar, check_breakdown
from holdfast.evaluate.check.sensitivity.event_study import (
    EventStudy,
    RobustSet,
    SingularCovarianceError,
    event_study,
)
from holdfast.evaluate.check.sensitivity.relative import relative_magnitudes
from holdfast.evaluate.check.sensitivity.smoothness import smoothness

__all__ = [
    "Breakdown",
    "EventStudy",
    "RobustSet",
    "SingularCovarianceError",
    "breakdown_m",
    "breakdown_mbar",
    "check_breakdown",
    "event_study",
    "relative_magnitudes",
    "smoothness",
]
