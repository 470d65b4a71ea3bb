"""What a dose–response says: effects per unit of dose, leads, shape, and who was left out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .panel import Array, SitesLeftOut


@dataclass(frozen=True)
class Scaled:
    """The effect of a named difference in dose, with its interval."""

    dose: float
    estimate: float
    lower: float
    upper: float


@dataclass(frozen=True)
class DoseEffect:
    """The effect of one more unit of dose, averaged over months `since` the start (first, last).

    inference: `cluster`, `permutation` or `jackknife` says where p_value, lower and upper come from; se and
    df are always the cluster-robust (or jackknife) ones. per_sd: for one standard deviation of dose
    between sites. p25_to_p75: for a site at the upper against one at the lower quartile.
    percent: per_sd as a percentage of `baseline`, the weighted mean outcome before the change.
    """

    name: str
    since: tuple[int, int]
    estimate: float
    se: float
    df: float
    lower: float
    upper: float
    p_value: float
    inference: str
    per_sd: Scaled
    p25_to_p75: Scaled
    baseline: float
    percent: float | None


@dataclass(frozen=True)
class EventTime:
    """β by months since the start, each against the base months. since, estimate, se, df, lower, upper (T,);
    covariance (T, T)."""

    since: Array
    estimate: Array
    se: Array
    df: Array
    lower: Array
    upper: Array
    covariance: Array


@dataclass(frozen=True)
class Leads:
    """Did outcomes already follow the dose before the change?

    drift: change in the slope on dose per month before the start, with se, df and p; joint_p: Wald test
    that all leads are equal (Hotelling's F), None where there are too few sites for it; largest: the
    largest lead against the base, and its month.
    """

    drift: float
    drift_se: float
    drift_df: float
    drift_p: float
    joint_p: float | None
    joint_df: tuple[int, float] | None
    largest: float
    largest_since: int


@dataclass(frozen=True)
class DoseShape:
    """A check that does not assume a straight line.

    thirds: mean change (after − before, month effects out) of sites in the lowest, middle and highest third of
    dose, relative to the lowest; thirds_se against the lowest; thirds_dose their mean doses; monotone:
    the three are in order; curvature, curvature_se, curvature_p: coefficient of the squared (centred) dose.
    """

    thirds: tuple[float, float, float]
    thirds_se: tuple[float, float, float]
    thirds_dose: tuple[float, float, float]
    monotone: bool
    curvature: float
    curvature_se: float
    curvature_p: float


@dataclass(frozen=True)
class DoseResult:
    """A dose–response study of one outcome.

    effects with joint covariance (m, m); influence (m, sites given): each site's share, so that the
    covariance between outcomes is the product of their influences (`joint_covariance`). left_out: sites
    not used and why; months_left_out: columns that no site reports.
    """

    effects: tuple[DoseEffect, ...]
    covariance: Array
    influence: Array
    event_time: EventTime | None
    leads: Leads | None
    shape: DoseShape | None
    sites: int
    dose_sd: float
    dose_quartiles: tuple[float, float]
    not_reached: tuple[str, ...]
    left_out: tuple[SitesLeftOut, ...]
    months_left_out: tuple[int, ...]
    method: str
    assumptions: tuple[str, ...]

    def effect(self, name: str) -> DoseEffect:
        """The effect of that name; KeyError lists the names there are."""
        for one in self.effects:
            if one.name == name:
                return one
        raise KeyError(f"no effect named {name!r}; there are: {', '.join(e.name for e in self.effects)}")


def joint_covariance(results: tuple[DoseResult, ...]) -> Array:
    """Covariance (Σm, Σm) of all effects of several outcomes measured on the same sites, in order."""
    sites = {r.influence.shape[1] for r in results}
    if len(sites) != 1:
        raise ValueError(f"the outcomes were given on different numbers of sites ({sorted(sites)}); give the same rows")
    stacked = np.vstack([r.influence for r in results])
    return np.asarray(stacked @ stacked.T)
