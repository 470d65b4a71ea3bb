"""Which comparisons an adoption pattern offers: the cells (g, t) and their base periods and comparisons.

The rules are those of R `did` 2.5.1 for Callaway & Sant'Anna (2021), "Difference-in-differences with multiple
time periods", Journal of Econometrics 225(2), sections 2 and 3; each rule that removes or relabels sites leaves a note.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from .arrays import Bools, Floats, Ints

Comparison = Literal["never", "not_yet"]
Base = Literal["varying", "universal"]

NEVER = np.inf


@dataclass(frozen=True)
class Design:
    """The cells ATT(g, t) that can be estimated, by index into `pools` and `periods`.

    K source cohorts become P pools (late adopters join the never-adopting, cohorts without a period before
    adoption leave); T source periods become a prefix of them when there is no never-adopting site.

    cohorts: (K,) first adopting period of each source cohort, `inf` for never.
    pool_of: (K,) pool of each source cohort, -1 when the cohort is left out.
    pools: (P,) first adopting period of each pool, ascending, `inf` (never) last.
    periods: (T',) period labels kept, ascending; always the first T' of the source's.
    g, t, b: (C,) pool, period and base-period index of each cell, cohort by cohort.
    post: (C,) whether the period is at or after adoption.
    reference: (C,) whether the cell is its own base period (universal base), where the effect is 0 by definition.
    controls: (C, P) which pools are compared with.
    notes: what was relabelled, left out or truncated, one sentence each.
    """

    cohorts: Floats
    pool_of: Ints
    pools: Floats
    periods: Floats
    g: Ints
    t: Ints
    b: Ints
    post: Bools
    reference: Bools
    controls: Bools
    anticipation: float
    notes: tuple[str, ...]

    @property
    def group(self) -> Floats:
        """(C,) first adopting period of each cell's cohort."""
        return self.pools[self.g]

    @property
    def period(self) -> Floats:
        """(C,) calendar period of each cell."""
        return self.periods[self.t]

    @property
    def event(self) -> Floats:
        """(C,) periods since adoption, in the units of the period labels."""
        return self.period - self.group

    def involves(self, rows: Floats) -> Bools:
        """(P, A) which pools aggregates with cell weights (A, C) rest on."""
        touched = self.controls.astype(np.float64)
        touched[np.arange(len(self.g)), self.g] = 1.0
        touched[self.reference] = 0.0
        return np.asarray(touched.T @ (rows != 0).T > 0)


def plan(
    cohorts: ArrayLike,
    periods: ArrayLike,
    *,
    comparison: Comparison = "never",
    base: Base = "varying",
    anticipation: float = 0,
) -> Design:
    """Lay out the cells for cohorts (K,) and ascending period labels (T,).

    Raises ValueError when no cohort has both a period before adoption and a comparison, or an option is unknown.
    """
    _check(comparison, base, anticipation)
    cohorts = np.asarray(cohorts, dtype=np.float64)
    periods = np.asarray(periods, dtype=np.float64)
    if periods.ndim != 1 or len(periods) < 2 or np.any(np.diff(periods) <= 0):
        raise ValueError("At least two periods in ascending order are needed to compare before with after.")
    label, keep, periods, last, notes = _relabel(cohorts, periods, comparison, anticipation)
    pools = np.unique(label[keep])
    pool_of = np.where(keep, np.searchsorted(pools, label), -1).astype(np.int64)
    treated = np.flatnonzero(np.isfinite(pools) & (pools != last))
    if len(treated) == 0 or len(periods) < 2:
        raise ValueError(
            "No cohort can be evaluated: none adopts after the first period (less any anticipation) while another "
            f"can still be compared with. Cohorts given: {_few(cohorts)}; periods kept: {_few(periods)}. "
            "Add periods before adoption, or sites that adopt later or never."
        )
    cells = _cells(pools, periods, treated, comparison, base, anticipation)
    return Design(cohorts, pool_of, pools, periods, *cells, anticipation=float(anticipation), notes=tuple(notes))


def _check(comparison: str, base: str, anticipation: float) -> None:
    if comparison not in get_args(Comparison):
        raise ValueError(f"comparison is {comparison!r}; choose one of {', '.join(get_args(Comparison))}.")
    if base not in get_args(Base):
        raise ValueError(f"base is {base!r}; choose one of {', '.join(get_args(Base))}.")
    if not np.isfinite(anticipation) or anticipation < 0:
        raise ValueError(f"anticipation is {anticipation!r}; give a number of periods, zero or more.")


def _relabel(
    cohorts: Floats, periods: Floats, comparison: str, anticipation: float
) -> tuple[Floats, Bools, Floats, float, list[str]]:
    """Cohort labels after late adopters join the never-adopting, which cohorts stay, the periods that stay,
    the cohort that serves only as a comparison (NaN when none), and notes."""
    notes: list[str] = []
    label, last = cohorts.copy(), np.nan
    late = np.isfinite(label) & (label > periods[-1] + anticipation)
    label[late] = NEVER
    if late.any():
        notes.append(f"Cohorts adopting after the last period are read as not adopting: {_few(cohorts[late])}.")
    if len(label) and not np.isinf(label).any():
        last = float(label.max())
        periods = periods[periods < last - anticipation]
        role = "stands in for" if comparison == "never" else "is compared with in the absence of"
        notes.append(
            f"No site never adopts: the last cohort ({last:g}) {role} sites that never adopt, and periods from "
            f"{last - anticipation:g} on are left out."
        )
        if comparison == "never":
            label[label == last] = NEVER
            last = np.nan
    first = periods[0] if len(periods) else np.inf
    keep = label > first + anticipation
    if not keep.all():
        notes.append(
            f"Cohorts with no period before adoption are left out: {_few(np.unique(cohorts[~keep]))} "
            f"(the first period is {first:g}" + (f", anticipation {anticipation:g})." if anticipation else ").")
        )
    return label, keep, periods, last, notes


def _cells(
    pools: Floats, periods: Floats, treated: Ints, comparison: str, base: str, anticipation: float
) -> tuple[Ints, Ints, Ints, Bools, Bools, Bools]:
    """Index arrays g, t, b, post, reference and controls, cohort by cohort and then by period."""
    step = 0 if base == "universal" else 1
    t_one = np.arange(step, len(periods))
    t = np.tile(t_one, len(treated))
    g = np.repeat(treated, len(t_one))
    adopted = pools[g]
    post = adopted <= periods[t]
    before = np.searchsorted(periods + anticipation, pools[treated], side="left") - 1
    b_long = np.repeat(before, len(t_one))
    b = b_long if base == "universal" else np.where(post, b_long, t - 1)
    if comparison == "never":
        controls = np.broadcast_to(np.isinf(pools), (len(t), len(pools))).copy()
    else:
        reach = np.maximum(t, b) if base == "universal" else t
        controls = pools[None, :] > (periods[reach] + anticipation)[:, None]
        controls[np.arange(len(g)), g] = False
    return g, t, b, post, b == t, controls


def _few(values: Floats, most: int = 6) -> str:
    shown = ", ".join(f"{v:g}" for v in values[:most])
    return shown + (f" and {len(values) - most} more" if len(values) > most else "")
