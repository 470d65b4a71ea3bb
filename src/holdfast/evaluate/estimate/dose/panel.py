"""Reading a panel of sites with doses: who can be used, and errors that say what would help."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
_SITES_LEAST = 5


@dataclass(frozen=True)
class SitesLeftOut:
    """Positions of sites not used (rows of the arrays given) and why."""

    sites: tuple[int, ...]
    reason: str


@dataclass(frozen=True)
class DosePanel:
    """Usable sites. y, w (n, T) with w = 0 and y = 0 where missing; d (n,); kept (n,) original rows; all_sites
    how many rows were given; since (T,) months since the start, of the months somebody reports; start how many
    of them come before; months_left_out the columns nobody reports."""

    y: Array
    w: Array
    d: Array
    start: int
    since: NDArray[np.intp]
    months_left_out: tuple[int, ...]
    kept: NDArray[np.intp]
    all_sites: int
    left_out: tuple[SitesLeftOut, ...]


def read_panel(y: ArrayLike, dose: ArrayLike, start: int, weights: ArrayLike | None) -> DosePanel:
    """Check shapes and leave out sites without a dose, a weight, or months on both sides of the start."""
    outcome = np.asarray(y, dtype=float)
    d = np.asarray(dose, dtype=float)
    w = site_month_weights(outcome, weights)
    if d.shape != (len(outcome),):
        raise ValueError(f"dose has shape {d.shape}; one number for each of the {len(outcome)} sites is needed")
    if not 1 <= start < outcome.shape[1]:
        raise ValueError(f"start {start} must leave at least one month before and one after in {outcome.shape[1]}")
    reasons = (
        (~np.isfinite(d), "no dose"),
        (w[:, :start].sum(axis=1) == 0, "no month before the change"),
        (w[:, start:].sum(axis=1) == 0, "no month after the change"),
    )
    kept, left_out = leave_out(reasons)
    if len(kept) < _SITES_LEAST or len(np.unique(d[kept])) < 3:
        raise ValueError(
            f"{len(kept)} usable sites with {len(np.unique(d[kept]))} different doses: at least {_SITES_LEAST} sites "
            "and 3 doses are needed; add sites, or judge the series as a whole"
        )
    filled = np.where(w > 0, outcome, 0.0)
    reported = w[kept].sum(axis=0) > 0
    since = np.flatnonzero(reported) - start
    return DosePanel(
        y=filled[kept][:, reported],
        w=w[kept][:, reported],
        d=d[kept],
        start=int(np.sum(since < 0)),
        since=since,
        months_left_out=tuple(int(t) for t in np.flatnonzero(~reported)),
        kept=kept,
        all_sites=len(outcome),
        left_out=left_out,
    )


def site_month_weights(outcome: Array, weights: ArrayLike | None) -> Array:
    """Weights (n, T): ones, one per site, or one per site-month; zero where the outcome is missing."""
    if outcome.ndim != 2:
        raise ValueError(f"y has {outcome.ndim} dimensions; sites × months is needed")
    given = np.ones(1) if weights is None else np.asarray(weights, dtype=float)
    if given.ndim == 1 and given.size != 1:
        given = given[:, None]
    try:
        w = np.broadcast_to(given, outcome.shape)
    except ValueError:
        raise ValueError(
            f"weights have shape {given.shape}; one per site, or one per site and month ({outcome.shape}) is needed"
        ) from None
    if np.any(w < 0):
        raise ValueError(f"{int(np.sum(w < 0))} weights are negative; a denominator cannot be")
    return np.where(np.isfinite(outcome) & np.isfinite(w), np.nan_to_num(w), 0.0)


def leave_out(
    reasons: tuple[tuple[NDArray[np.bool_], str], ...],
) -> tuple[NDArray[np.intp], tuple[SitesLeftOut, ...]]:
    """Rows kept, and the others under the first reason that holds for each."""
    gone = np.zeros(len(reasons[0][0]), dtype=bool)
    out = []
    for bad, why in reasons:
        new = bad & ~gone
        if new.any():
            out.append(SitesLeftOut(tuple(int(i) for i in np.flatnonzero(new)), why))
        gone |= bad
    return np.flatnonzero(~gone), tuple(out)
