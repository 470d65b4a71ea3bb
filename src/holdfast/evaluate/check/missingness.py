"""Site-months that are missing, and whether adopters lost more of them than others did."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from holdfast.evaluate.check.result import Check, graded, not_applicable
from holdfast.evaluate.check.thresholds import DEFAULT, Thresholds

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class RiskDifference:
    """A difference between two groups of sites in the share of months missing, with its interval."""

    difference: float
    lower: float
    upper: float
    adopters: float
    others: float


@dataclass(frozen=True)
class Missingness:
    """Missing site-months before and after adoption, adopters less comparison sites.

    before, after   : risk differences in each window; NaN limits when a group has one site
    change          : after less before: what the adoption itself may have brought about
    wholly_missing  : indices of sites with no observation at all
    adopters_silent : indices of adopters with none after adopting
    """

    before: RiskDifference
    after: RiskDifference
    change: RiskDifference
    wholly_missing: tuple[int, ...]
    adopters_silent: tuple[int, ...]


def missingness(observed: ArrayLike, adopted: ArrayLike, alpha: float = 0.05) -> Missingness | None:
    """Compare missingness; None when either group is empty or there is no period before or after.

    observed : (n, T) whether the outcome is there
    adopted  : (n,) index of the adoption period, NaN for comparison sites

    A comparison site has no date of its own: its share is averaged over the adopters' dates. Sites are the unit,
    so months within a site may be missing together.
    """
    seen = np.asarray(observed, dtype=bool)
    date = np.asarray(adopted, dtype=np.float64)
    treated = np.isfinite(date)
    if not treated.any() or treated.all():
        return None
    months = np.arange(seen.shape[1])
    dates = date[treated]
    before_t, after_t = _shares(seen[treated], months[None, :] < dates[:, None])
    split = months[None, :] < dates[:, None]
    parts = [_shares(seen[~treated], np.broadcast_to(s, seen[~treated].shape)) for s in split]
    if not (np.isfinite(before_t).any() and np.isfinite(after_t).any()):
        return None
    before_c, after_c = (_mean_over_dates(np.array([p[k] for p in parts])) for k in (0, 1))
    nothing = np.flatnonzero(~seen.any(axis=1))
    silent = np.flatnonzero(treated)[after_t >= 1]
    return Missingness(
        _difference(before_t, before_c, alpha),
        _difference(after_t, after_c, alpha),
        _difference(after_t - before_t, after_c - before_c, alpha),
        tuple(int(i) for i in nothing),
        tuple(int(i) for i in silent),
    )


def _shares(seen: NDArray[np.bool_], before: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """(sites,) share missing before and after; NaN where a site has no month on that side."""
    with np.errstate(invalid="ignore", divide="ignore"):
        share_before = np.sum(~seen & before, axis=1) / before.sum(axis=1)
        share_after = np.sum(~seen & ~before, axis=1) / (~before).sum(axis=1)
    return share_before, share_after


def _mean_over_dates(shares: Floats) -> Floats:
    """(dates, sites) to (sites,), over the dates that leave a period on that side."""
    possible = np.isfinite(shares).all(axis=1)
    mean: Floats = shares[possible].mean(axis=0)
    return mean


def _difference(adopters: Floats, others: Floats, alpha: float) -> RiskDifference:
    """The gap in mean shares with the interval that the number of sites and their scatter allow."""
    a, c = adopters[np.isfinite(adopters)], others[np.isfinite(others)]
    if len(a) == 0 or len(c) == 0:
        return RiskDifference(*(float("nan"),) * 5)
    mean_a, mean_c = float(a.mean()), float(c.mean())
    lower, upper = _interval(a, c, alpha)
    return RiskDifference(mean_a - mean_c, lower, upper, mean_a, mean_c)


def _interval(a: Floats, c: Floats, alpha: float) -> tuple[float, float]:
    gap = float(a.mean() - c.mean())
    if np.ptp(a) == 0 and np.ptp(c) == 0:
        # No scatter to estimate: score interval, each site being one trial; only proportions can have one.
        shares = 0 <= a[0] <= 1 and 0 <= c[0] <= 1
        return _newcombe(float(a[0]), len(a), float(c[0]), len(c), alpha) if shares else (np.nan, np.nan)
    if min(len(a), len(c)) == 1:
        # One site against many: a t interval for a single further draw from the larger group.
        many = a if len(a) > 1 else c
        variance, df = float(many.var(ddof=1)) * (1 + 1 / len(many)), float(len(many) - 1)
    else:
        va, vc = float(a.var(ddof=1) / len(a)), float(c.var(ddof=1) / len(c))
        variance, df = va + vc, (va + vc) ** 2 / (va**2 / (len(a) - 1) + vc**2 / (len(c) - 1))
    half = float(stats.t.ppf(1 - alpha / 2, df)) * float(np.sqrt(variance))
    return gap - half, gap + half


def _newcombe(p: float, n: int, q: float, m: int, alpha: float) -> tuple[float, float]:
    """Newcombe's (1998) hybrid score interval for a difference of proportions, sites being the units."""
    (l1, u1), (l2, u2) = _wilson(p, n, alpha), _wilson(q, m, alpha)
    low = p - q - np.sqrt((p - l1) ** 2 + (u2 - q) ** 2)
    high = p - q + np.sqrt((u1 - p) ** 2 + (q - l2) ** 2)
    return float(max(low, -1)), float(min(high, 1))


def _wilson(p: float, n: int, alpha: float) -> tuple[float, float]:
    z = float(stats.norm.ppf(1 - alpha / 2))
    centre = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    return float(centre - half), float(centre + half)


def check_missingness(found: Missingness | None, thresholds: Thresholds = DEFAULT) -> Check:
    """Grade the larger of the difference after adoption and its change from before."""
    name = "missing months"
    if found is None:
        return not_applicable(name, "Adopting and comparison sites cannot be compared for missing months.")
    value = max(abs(found.after.difference), abs(found.change.difference))
    status = graded(value, thresholds.missing_concern, thresholds.missing_fail)
    silent = len(found.adopters_silent)
    if silent and status == "pass":
        status = "concern"
    none_after = f"; {silent} adopting sites have no data after adopting" if silent else ""
    said = (
        f"After adoption {found.after.adopters:.0%} of adopters' months are missing against "
        f"{found.after.others:.0%} at comparison sites (before it {found.before.adopters:.0%} against "
        f"{found.before.others:.0%}){none_after}."
    )
    return Check(name, value, thresholds.missing_concern, status, said, "share of months")
