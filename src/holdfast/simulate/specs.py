"""What a simulated measure and a simulated change are made of, in units a person can read.

Sizes are in *smallest important differences*: a size of 2 moves a measure by twice what would matter, so that the
catalogue reads the same whatever the measure's scale.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from holdfast.records import Measure

SETTINGS: Final = ("acute", "primary care", "community", "mental health", "ambulance")
DEPRIVATION: Final = ("1 most deprived", "2", "3", "4", "5 least deprived")
AGE: Final = ("0-17", "18-64", "65-74", "75+")
ETHNICITY: Final = ("Asian", "Black", "Mixed", "White", "Other", "Not stated")
RURALITY: Final = ("urban", "rural")
LEVELS: Final[dict[str, tuple[str, ...]]] = {"deprivation": DEPRIVATION, "age": AGE, "ethnicity": ETHNICITY}
"""Dimensions counted in the observations, with their levels in order."""
SITE_LEVELS: Final[dict[str, tuple[str, ...]]] = {"rurality": RURALITY}
"""Dimensions that are attributes of the site."""
VERSIONS: Final = {
    "deprivation": "IMD 2019",
    "age": "four bands",
    "ethnicity": "ONS 2011, 5+1",
    "rurality": "ONS 2011, two groups",
}

Shape = Literal["step", "grow", "fade"]
Pattern = Literal["staggered", "lapsing", "few", "everyone at once", "everyone by dose"]


@dataclass(frozen=True)
class MeasureSpec:
    """A measure and how it behaves when nothing is changed.

    ``baseline`` is the usual level on the measure's own scale (a rate per ``per``; a count per site and month) and
    ``size`` the mean denominator per site and month. ``need``, ``gradient``, ``trend``, ``wave``, ``season`` and
    ``noise`` are in smallest important differences and positive when they make things *worse*: per unit of the
    site's need, most against least deprived, per year, at the peak of the pandemic wave, half the seasonal swing,
    and the standard deviation of the monthly AR(1) disturbance. ``ages`` shifts the four age bands.
    """

    measure: str
    label: str
    family: str
    kind: str
    better: str
    smallest_important: float
    baseline: float
    settings: tuple[str, ...] = SETTINGS
    size: float = 1200.0
    per: float = 1000.0
    unit: str = ""
    practice: str = "introduced"
    dimensions: tuple[str, ...] = ("deprivation", "age", "ethnicity")
    need: float = 1.5
    gradient: float = 1.5
    ages: tuple[float, float, float, float] = (0.0, 0.0, 0.5, 1.0)
    trend: float = 0.5
    wave: float = 4.0
    season: float = 0.7
    noise: float = 0.7
    missing: float = 0.015
    """Share of site-months lost at random."""
    spread: float = 1.0
    """For a mean: standard deviation between people, as a multiple of the mean."""

    @property
    def important(self) -> float:
        """The smallest important difference on the scale effects are computed on."""
        return self.smallest_important / self.per if self.kind == "rate" else self.smallest_important

    @property
    def level(self) -> float:
        """The usual level on the scale effects are computed on; 1 for a count, whose effects are fractions."""
        if self.kind == "count":
            return 1.0
        return self.baseline / self.per if self.kind == "rate" else self.baseline

    @property
    def worse(self) -> int:
        """Which way is worse: +1 when lower is better (or neither is), −1 when higher is."""
        return -1 if self.better == "higher" else 1

    def record(self) -> Measure:
        """The measure as evaluation code sees it."""
        return Measure(
            measure=self.measure,
            label=self.label,
            family=self.family,
            kind=self.kind,
            better=self.better,
            smallest_important=self.important,
            per=self.per,
            unit=self.unit,
            practice=self.practice,
        )


@dataclass(frozen=True)
class Act:
    """What a change does to one measure.

    ``size`` is the full effect in smallest important differences, positive for *better* (for a measure of which
    neither way is better, positive is up). ``by`` multiplies it for each level of a dimension and ``settings`` for
    a setting; multipliers of several dimensions are taken together.
    """

    measure: str
    size: float
    shape: Shape = "step"
    by: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    settings: Mapping[str, float] = field(default_factory=dict)
    volume: float = 0.0
    """Effect on the denominator, as a fraction: who is counted changes."""


@dataclass(frozen=True)
class ChangeSpec:
    """A change, how it spread, and everything it does. The first act is on the primary measure."""

    change: str
    title: str
    description: str
    introduced: str
    displaced: tuple[str, ...]
    settings: tuple[str, ...]
    pattern: Pattern
    acts: tuple[Act, ...]
    window: tuple[int, int] = (10, 22)
    """First and last month of adoption, counted from 0 in a world of 36 months."""
    share: float = 0.6
    """Share of the eligible sites that ever adopt."""
    need: float = 1.0
    """How strongly need brings adoption forward; negative when the better-off adopt first."""
    beside: str | None = None
    """A change together with which most of its sites adopted this one, in the same month."""
    also_watch: tuple[str, ...] = ()
    """Measures in the protocol on which it does nothing."""
    details: Mapping[str, str | float] = field(default_factory=dict)
    """Further columns of the changes table."""

    @property
    def primary(self) -> str:
        """The measure the change is mainly judged by."""
        return self.acts[0].measure
