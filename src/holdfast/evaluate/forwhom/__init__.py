"""For whom it works: differences between groups, partial pooling, multiplicity, the gap, and readable scales."""

from holdfast.evaluate.forwhom.gap import Gap, GapChange, gap
from holdfast.evaluate.forwhom.heterogeneity import Contrast, Heterogeneity, heterogeneity
from holdfast.evaluate.forwhom.multiplicity import q_values, simultaneous_critical
from holdfast.evaluate.forwhom.pooling import Pooled, pool
from holdfast.evaluate.forwhom.scales import (
    NaturalFrequency,
    Percentage,
    natural_frequency,
    own_scale,
    percentage,
)

__all__ = [
    "Contrast",
    "Gap",
    "GapChange",
    "Heterogeneity",
    "NaturalFrequency",
    "Percentage",
    "Pooled",
    "gap",
    "heterogeneity",
    "natural_frequency",
    "own_scale",
    "percentage",
    "pool",
    "q_values",
    "simultaneous_critical",
]
