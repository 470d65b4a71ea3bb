"""Reading a series: which months can be used, and errors that say what would help."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .design import Segments
from .glm import FAMILIES, Family, Observed, link_name
from .mixture import Array
from .result import MonthsLeftOut

_SPARE_LEAST = 4


@dataclass(frozen=True)
class Months:
    """Usable months (n,), the arms on them, and what was left out."""

    month: Array
    treated: Observed
    control: Observed | None
    left_out: tuple[MonthsLeftOut, ...]


def read_months(
    segments: Segments,
    family: Family,
    y: ArrayLike,
    month: ArrayLike,
    denominator: ArrayLike | None,
    control: ArrayLike | None,
    control_denominator: ArrayLike | None,
    offset: bool,
) -> Months:
    """Check the arrays, drop missing and phase-in months, and put a control offset on the link scale."""
    if family not in FAMILIES:
        raise ValueError(f"family {family!r} is not known; use one of {', '.join(FAMILIES)}")
    when = _whole_months(month)
    treated = _arm("the series", family, y, denominator, len(when))
    other = None if control is None else _arm("the control", family, control, control_denominator, len(when))
    missing = np.isnan(treated.y) | np.isnan(treated.denominator)
    if other is not None:
        missing |= np.isnan(other.y) | np.isnan(other.denominator)
    phased = ~segments.usable(when)
    keep = ~missing & ~phased
    _enough(segments, when[keep])
    treated = _select(treated, keep)
    other = None if other is None else _select(other, keep)
    for name, arm in (("the series", treated), ("the control", other)):
        if arm is not None:
            _events_both_sides(name, segments, family, arm, when[keep])
    if other is not None and offset:
        treated = Observed(treated.y, treated.denominator, _on_link(family, other))
    absent = np.setdiff1d(np.arange(when[0], when[-1] + 1), when)
    gone = np.union1d(when[missing], absent)
    left_out = [
        MonthsLeftOut(tuple(int(m) for m in months), why)
        for months, why in ((gone, "no value"), (when[phased & ~missing], "phase-in"))
        if len(months)
    ]
    return Months(when[keep], treated, None if offset else other, tuple(left_out))


def _whole_months(month: ArrayLike) -> Array:
    when = np.asarray(month, dtype=float)
    if when.ndim != 1 or np.any(np.diff(when) <= 0) or np.any(when != np.round(when)):
        raise ValueError("month must be whole numbers in increasing order, each month once; sort and add up repeats")
    return when


def _arm(name: str, family: Family, y: ArrayLike, denominator: ArrayLike | None, n: int) -> Observed:
    values = np.asarray(y, dtype=float)
    kind = link_name(family)
    if denominator is None and kind == "logit":
        raise ValueError(f"{name}: a {family} series needs its denominator (the number it is a share of)")
    size = np.ones(n) if denominator is None else np.asarray(denominator, dtype=float)
    if values.shape != (n,) or size.shape != (n,):
        raise ValueError(f"{name}: values {values.shape} and denominators {size.shape} must both have {n} months")
    if np.any(size <= 0):
        raise ValueError(
            f"{name}: {int(np.sum(size <= 0))} months have a denominator of zero or less; make them missing"
        )
    if kind != "identity" and np.any(values < 0):
        raise ValueError(f"{name}: {int(np.sum(values < 0))} months are negative; a {family} series cannot be")
    if kind == "logit" and np.any(values > size):
        raise ValueError(f"{name}: the numerator is above the denominator in {int(np.sum(values > size))} months")
    return Observed(values, size, np.zeros(n))


def _select(arm: Observed, keep: NDArray[np.bool_]) -> Observed:
    return Observed(arm.y[keep], arm.denominator[keep], arm.extra[keep])


def _on_link(family: Family, control: Observed) -> Array:
    if link_name(family) == "identity":
        return control.y
    share = control.y / control.denominator
    odd = (share <= 0) | ((share >= 1) & (link_name(family) == "logit"))
    if np.any(odd):
        raise ValueError(
            f"the control cannot be an offset: it has no events (or only events) in {int(odd.sum())} months; use it "
            "as a second arm"
        )
    return np.asarray(np.log(share) if link_name(family) == "log" else np.log(share / (1 - share)))


def _enough(segments: Segments, used: Array) -> None:
    """Enough months on each side for what is asked, and a few to spare for the residual variance."""
    before = int(np.sum(used < segments.start))
    after = len(used) - before
    p = len(segments.names)
    need_after = 2 + int(segments.slope)
    need_before = 2 + 2 * segments.harmonics + 1
    if before < need_before or after < need_after or len(used) - p < _SPARE_LEAST:
        raise ValueError(
            f"{before} usable months before and {after} after the start cannot carry {p} terms: at least "
            f"{need_before} before, {need_after} after and {p + _SPARE_LEAST} in all are needed; use a longer series, "
            "or fewer harmonics or no slope"
        )


def _events_both_sides(name: str, segments: Segments, family: Family, arm: Observed, used: Array) -> None:
    """A log or logit fit has no finite answer where a whole side has no events, or nothing else."""
    if link_name(family) == "identity":
        return
    after = used >= segments.start
    for side, where in ((~after, "before"), (after, "after")):
        y, most = arm.y[side], arm.denominator[side]
        full = link_name(family) == "logit" and int(np.sum(y < most)) < 2
        if int(np.sum(y > 0)) < 2 or full:
            raise ValueError(
                f"{name} has fewer than two months with any {'non-event' if full else 'event'} {where} the start, so a "
                "ratio cannot be estimated; pool months or populations, or use the gaussian family on rates"
            )
