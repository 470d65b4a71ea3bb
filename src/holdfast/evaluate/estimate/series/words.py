"""The method and its assumption in words, as printed beside the numbers."""

from __future__ import annotations

from .design import Segments
from .glm import Family
from .result import Inference

ALONE = (
    "There is no comparison: whatever else happened at the same time as the change, and did not follow the earlier "
    "trend and season, is in this number."
)
WITH_CONTROL = (
    "The control series is taken to show what would have happened without the change: it was not touched by the "
    "change, and the gap between the two series would have kept its earlier trend."
)

_MODELS = {
    "poisson": "log-linear (Poisson) segmented regression of counts with the denominator as offset",
    "quasi-poisson": "log-linear (quasi-Poisson) segmented regression of counts with the denominator as offset",
    "binomial": "logistic segmented regression of proportions",
    "quasi-binomial": "logistic (quasi-binomial) segmented regression of proportions",
    "gaussian": "least-squares segmented regression",
}
_INFERENCES = {
    "integrated": "first-order autocorrelation integrated out of the restricted likelihood under its Jeffreys prior, "
    "so that intervals carry not knowing it; t quantiles",
    "prais-winsten": "first-order autocorrelation by Prais–Winsten with a bias-corrected estimate; t quantiles",
    "published": "months taken as independent (intervals too narrow where they are not)",
}


def method(segments: Segments, family: Family, inference: Inference, control_as: str | None) -> str:
    """One sentence saying what was fitted and how its uncertainty was got."""
    parts = [_MODELS[family], "change in level and slope" if segments.slope else "change in level"]
    if segments.phase_in:
        done = "left out" if segments.phase == "excluded" else "as a straight climb"
        parts.append(f"{segments.phase_in} phase-in months {done}")
    if segments.harmonics:
        parts.append(f"{segments.harmonics} harmonic pairs over {segments.period:g} months")
    if control_as:
        arm = "as a second arm, all terms interacted" if control_as == "arm" else "as an offset"
        parts.append(f"control series {arm}")
    return "; ".join([*parts, _INFERENCES[inference]]) + "."


def assumption(controlled: bool) -> str:
    """What has to be true for the effect to be the change's."""
    return WITH_CONTROL if controlled else ALONE
