"""Words with fixed meanings that tables and policies may hold. The GLOSSARY defines each."""

from __future__ import annotations

from typing import Final

VERDICTS: Final = ("retain", "adapt", "reinstate", "stop", "keep learning")
"""What can be recommended for a cell; *keep learning* is a state, not a verdict."""

FAMILIES: Final = ("outcome", "process", "balancing", "experience")
MEASURE_KINDS: Final = ("proportion", "rate", "mean", "count")
BETTER: Final = ("higher", "lower", "neither")
PRACTICE_ROLES: Final = ("introduced", "displaced")
CHANGE_STATUSES: Final = ("emerging", "under evaluation", "decided", "embedded", "lapsed", "stopped")
CHANGE_KINDS: Final = ("technology", "service innovation", "way of working")
ORIGINS: Final = ("bottom-up", "top-down", "both")
ASPECTS: Final = ("organisation of services", "tools", "patient access")

DESIGNS: Final = (
    "staggered difference-in-differences",
    "randomised staggered roll-out",
    "synthetic difference-in-differences",
    "switching on and off",
    "dose-response",
    "interrupted time series",
    "cannot tell yet",
)
CLAIM: Final[dict[str, int]] = {
    "staggered difference-in-differences": 3,
    "randomised staggered roll-out": 5,
    "synthetic difference-in-differences": 3,
    "switching on and off": 3,
    "dose-response": 3,
    "interrupted time series": 2,
    "cannot tell yet": 0,
}
"""The strongest claim each design supports, on the Maryland Scientific Methods Scale (0: none)."""

HORIZONS: Final[dict[str, tuple[int, int | None]]] = {
    "early": (0, 5),
    "later": (6, 11),
    "lasting": (12, None),
}
"""Periods since adoption, both ends included, that each horizon averages over."""

CHECK_STATUSES: Final = ("pass", "concern", "fail", "not applicable")
CERTAINTIES: Final = ("high", "moderate", "low", "very low")
EVERYONE: Final = "everyone"
"""Both the dimension and the level of the population that leaves nobody out."""
ALL_SETTINGS: Final = "all settings"
