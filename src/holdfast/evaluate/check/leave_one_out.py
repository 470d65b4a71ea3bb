"""Whether one cohort or one site carries the finding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from holdfast.evaluate.check.result import Check, graded, not_applicable
from holdfast.evaluate.check.thresholds import DEFAULT, Thresholds


@dataclass(frozen=True)
class LeaveOneOut:
    """Estimates with each unit left out in turn.

    lowest, highest : their range
    sign_flips      : how many have the other sign than the full estimate
    most            : index of the unit whose leaving moves the estimate most
    influence       : that movement in standard errors of the full estimate
    """

    estimate: float
    lowest: float
    highest: float
    sign_flips: int
    most: int
    influence: float


def leave_one_out(estimate: float, se: float, left_out: ArrayLike) -> LeaveOneOut | None:
    """Summarise; `left_out` is (units,) with NaN where the estimate cannot be made without that unit."""
    values = np.asarray(left_out, dtype=np.float64)
    movement = np.abs(values - estimate)
    if not np.isfinite(movement).any() or not se > 0:
        return None
    most = int(np.nanargmax(movement))
    flips = int(np.sum(np.sign(values[np.isfinite(values)]) == -np.sign(estimate)))
    return LeaveOneOut(
        estimate,
        float(np.nanmin(values)),
        float(np.nanmax(values)),
        flips if estimate else 0,
        most,
        float(movement[most] / se),
    )


def check_leave_one_out(
    found: LeaveOneOut | None, unit: Literal["cohort", "site"], thresholds: Thresholds = DEFAULT, label: str = ""
) -> Check:
    """Grade the largest influence; a change of sign is at least a concern."""
    name = f"leave one {unit} out"
    if found is None:
        return not_applicable(name, f"The estimate cannot be made with any {unit} left out.")
    status = graded(found.influence, thresholds.leave_out_concern, thresholds.leave_out_fail)
    if found.sign_flips and status == "pass":
        status = "concern"
    who = f" ({label})" if label else ""
    flips = f", and the sign changes without {found.sign_flips} of them" if found.sign_flips else ""
    said = (
        f"Leaving out one {unit} at a time gives estimates between {found.lowest:.3g} and {found.highest:.3g}; the "
        f"most influential{who} moves it by {found.influence:.1f} standard errors{flips}."
    )
    return Check(name, found.influence, thresholds.leave_out_concern, status, said, "standard errors")


def check_single_site_cohorts(
    sites: ArrayLike, weights: ArrayLike | None = None, thresholds: Thresholds = DEFAULT
) -> Check:
    """Grade the share of the estimate's weight that rests on cohorts of one site.

    sites   : (cohorts,) number of adopting sites in each
    weights : (cohorts,) weight of each in the estimate; by default the number of sites
    """
    name = "cohorts resting on one site"
    count = np.asarray(sites, dtype=np.float64)
    weight = count if weights is None else np.abs(np.asarray(weights, dtype=np.float64))
    if len(count) == 0 or not weight.sum() > 0:
        return not_applicable(name, "No cohort of adopters carries any weight.")
    single = count == 1
    share = float(weight[single].sum() / weight.sum())
    status = graded(share, thresholds.single_site_concern, thresholds.single_site_fail)
    said = f"{int(single.sum())} of {len(count)} adoption dates rest on one site, with {share:.0%} of the weight."
    return Check(name, share, thresholds.single_site_concern, status, said, "share of weight")
