"""Aggregates of ATT(g, t): overall, event time, cohort, calendar time, and windows of event time.

Callaway & Sant'Anna (2021), section 3.1 and table 1, with R `did` 2.5.1's conventions. Every aggregate is a
share-weighted mean of cells, Λ_ac = s_g(c) b_ac / Σ_c' s_g(c') b_ac', or an equal mean of such rows; b is
the *pattern*.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np

from .arrays import Bools, Floats, held, sum_by
from .design import Design

Kind = Literal["cell", "simple", "event", "group", "calendar", "window"]

HORIZONS: Mapping[str, tuple[float, float]] = {"early": (0, 5), "later": (6, 11), "lasting": (12, np.inf)}


@dataclass(frozen=True)
class Scheme:
    """How cells combine into aggregates.

    kind: the aggregation; labels: (A,) event time, cohort, period or window name; `overall` is the last row's role.
    pattern: (A1, C) which cells enter each primary row, and by how much before cohort shares.
    combine: (A, A1) the rows reported, as equal means of primary rows or as themselves.
    overall: index of the single-number summary among the reported rows, or None.
    """

    kind: str
    labels: tuple[float | str, ...]
    pattern: Floats
    combine: Floats
    overall: int | None


@dataclass(frozen=True)
class Weights:
    """Cell weights of the reported rows, rows (A, C), their derivative in the shares, slope (A, P), and the primary
    rows (A1, C) they combine."""

    rows: Floats
    slope: Floats
    primary: Floats


def scheme(
    design: Design,
    kind: Kind,
    *,
    usable: Bools | None = None,
    balance_e: float | None = None,
    min_e: float = -np.inf,
    max_e: float = np.inf,
    windows: Mapping[str, tuple[float, float]] | None = None,
    weighting: Literal["event", "cell"] = "event",
) -> Scheme:
    """The rows of one kind of aggregation over the `usable` cells (all, when None).

    balance_e keeps the cohorts seen at least that long, so that composition does not change over event time.
    min_e and max_e limit event times. windows names ranges of event time (both ends in), by default the three
    horizons; each is the equal mean of its event times (`weighting="event"`) or the share-weighted mean of its
    cells ("cell"). A window that no cell falls in is left out.
    """
    ok = np.ones(len(design.g), dtype=bool) if usable is None else np.asarray(usable, dtype=bool)
    within = ok & (design.event >= min_e) & (design.event <= max_e)
    if kind == "cell":
        names = tuple(f"{g:g}:{t:g}" for g, t in zip(design.group, design.period, strict=True))
        return Scheme(kind, names, np.eye(len(ok)), np.eye(len(ok)), None)
    if kind == "simple":
        return _own(kind, ("overall",), _need(within & design.post, kind)[None, :].astype(float), overall=0)
    if kind == "group":
        return _group(design, within & design.post)
    if kind == "calendar":
        return _calendar(design, ok & design.post)
    if kind == "event":
        return _event(design, within, balance_e)
    if kind == "window":
        return _window(design, within, balance_e, windows or HORIZONS, weighting)
    raise ValueError(f"kind is {kind!r}; choose one of {', '.join(get_args(Kind))}.")


def cell_weights(plan: Scheme, design: Design, mass: Floats, att: Floats) -> Weights:
    """Λ (A, C) and its share slope (A, P), given pools' total weights (P,) and ATT(g, t) (C,)."""
    a, c = held(plan.pattern)
    b = plan.pattern[a, c]
    n_rows, n_pools = len(plan.pattern), len(design.pools)
    total = sum_by(a, b * mass[design.g[c]], n_rows)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = b * mass[design.g[c]] / total[a]
        theta = sum_by(a, value * att[c], n_rows)
        drift = b * (att[c] - theta[a]) / total[a]
    slope = sum_by(a * n_pools + design.g[c], drift, n_rows * n_pools).reshape(n_rows, n_pools)
    rows = np.zeros_like(plan.pattern)
    rows[a, c] = value
    return Weights(combined(plan.combine, rows), combined(plan.combine, slope), rows)


def combined(combine: Floats, rows: Floats) -> Floats:
    """combine @ rows over the first axis, passing through the primary rows when they lead as themselves."""
    n = len(rows)
    led = combine.shape[0] >= n and np.array_equal(combine[:n], np.eye(n))
    rest = np.tensordot(combine[n if led else 0 :], rows, axes=1)
    return np.concatenate([rows, rest]) if led else np.asarray(rest)


def _own(kind: str, labels: tuple[float | str, ...], pattern: Floats, overall: int | None) -> Scheme:
    return Scheme(kind, labels, pattern, np.eye(len(pattern)), overall)


def _with_mean(plan: Scheme, of: Bools) -> Scheme:
    """Add the equal mean of the primary rows picked by `of` as the overall row."""
    if not of.any():
        return plan
    return replace(
        plan,
        labels=(*plan.labels, "overall"),
        combine=np.vstack([plan.combine, of / of.sum()]),
        overall=len(plan.labels),
    )


def _group(design: Design, post: Bools) -> Scheme:
    groups = np.unique(design.group[_need(post, "group")])
    mine = (design.group == groups[:, None]) & post
    pattern = mine / mine.sum(axis=1, keepdims=True)
    everyone = pattern.sum(axis=0, keepdims=True)
    return _own("group", (*groups.tolist(), "overall"), np.vstack([pattern, everyone]), overall=len(groups))


def _calendar(design: Design, post: Bools) -> Scheme:
    times = np.unique(design.period[_need(post, "calendar")])
    pattern = ((design.period == times[:, None]) & post).astype(float)
    return _with_mean(_own("calendar", tuple(times.tolist()), pattern, None), np.ones(len(times), dtype=bool))


def _event_times(design: Design, within: Bools, balance_e: float | None) -> tuple[Floats, Floats]:
    """Event times (E,) and their patterns (E, C)."""
    times = np.unique(design.event[_need(within, "event")])
    if balance_e is not None:
        last = design.period.max()
        first = min(design.period.min(), design.group.min())
        times = times[(times <= balance_e) & (times >= balance_e - last + first)]
        within = within & (last - design.group >= balance_e)
    pattern = ((design.event == times[:, None]) & within).astype(float)
    filled = pattern.any(axis=1)
    return times[filled], pattern[filled]


def _event(design: Design, within: Bools, balance_e: float | None) -> Scheme:
    times, pattern = _event_times(design, within, balance_e)
    return _with_mean(_own("event", tuple(times.tolist()), pattern, None), times >= 0)


def _window(
    design: Design,
    within: Bools,
    balance_e: float | None,
    windows: Mapping[str, tuple[float, float]],
    weighting: str,
) -> Scheme:
    times, pattern = _event_times(design, within, balance_e)
    spans = {name: (times >= low) & (times <= high) for name, (low, high) in windows.items()}
    spans = {name: span for name, span in spans.items() if span.any()}
    if not spans:
        raise ValueError(
            f"No event time falls in any of the windows {dict(windows)}; the data offer {times.min():g} to "
            f"{times.max():g}. Choose windows inside that range."
        )
    picks = np.array([span / span.sum() for span in spans.values()])
    if weighting == "cell":
        return _own("window", tuple(spans), (picks > 0).astype(float) @ pattern, None)
    return Scheme("window", tuple(spans), pattern, picks, None)


def _need(cells: Bools, kind: str) -> Bools:
    if not cells.any():
        raise ValueError(
            f"No ATT(g, t) is left for the {kind!r} aggregation. Widen the event times asked for, or look at the "
            "cells' notes for why they could not be estimated."
        )
    return cells
