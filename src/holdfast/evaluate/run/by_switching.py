"""Spells that end: being on, and what happens after stopping, against sites whose status stays the same."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from holdfast.evaluate.estimate.switching import SwitchEffect, SwitchResult, switching_effects
from holdfast.evaluate.run.answer import Answer
from holdfast.evaluate.run.batch import Batch
from holdfast.evaluate.run.cuts import Cut

Floats = NDArray[np.float64]


def by_switching(batch: Batch) -> list[Answer]:
    """One answer for each outcome."""
    return [
        _answer(batch, cut, y, weight, switching_effects(y, batch.on.astype(float), weights=weight))
        for cut, y, weight in zip(batch.cuts, batch.y, batch.weight, strict=True)
    ]


def _answer(batch: Batch, cut: Cut, y: Floats, weight: Floats, found: SwitchResult) -> Answer:
    effects = [*found.effects, *found.months]
    influence = np.concatenate([found.influence, found.months_influence])
    named = {row: i for i, effect in enumerate(effects) if (row := _row(effect)) is not None}
    if ("overall", "") not in named:
        raise ValueError("no site that switched on has a comparison site that stayed off over the same periods")
    order = sorted(named, key=_place)
    picked = [effects[named[row]] for row in order]
    estimate = np.array([effect.estimate for effect in picked])
    level = np.array([_level(batch, y, weight, effect) for effect in picked])
    return Answer(
        key=cut.key,
        design=batch.design,
        rows=tuple(order),
        estimate=estimate,
        se=np.array([effect.se for effect in picked]),
        low=np.array([effect.lower for effect in picked]),
        high=np.array([effect.upper for effect in picked]),
        p=np.array([effect.p_value for effect in picked]),
        df=np.array([effect.df for effect in picked]),
        band=np.full((len(picked), 2), np.nan),
        psi=batch.at_panel(np.nan_to_num(influence[[named[row] for row in order]])),
        units="sites",
        counterfactual=level - estimate,
        inference=f"{found.method} Intervals by {picked[0].inference}.",
        sites=len(batch.sites),
        adopters=batch.adopters,
        paths=_paths(batch, y, weight),
        left_out=tuple(("site", "", len(gone.sites), gone.reason) for gone in found.left_out),
        notes=(*found.assumptions, *(() if found.carry_over is None else (found.carry_over.sentence,))),
    )


def _row(effect: SwitchEffect) -> tuple[str, str] | None:
    """The effect's place among the findings; the effect of stopping has a kind of its own."""
    if effect.name.startswith("month "):
        month = int(effect.since[0])
        return ("event time", str(month)) if effect.kind in ("on", "before") else None
    if effect.kind == "on":
        return ("overall", "") if effect.name == "all" else ("horizon", effect.name)
    if effect.kind in ("stopping", "after"):
        at = effect.kind if effect.name == "all" else f"{effect.kind} {effect.name}"
        return ("stopping", at)
    return None


def _place(row: tuple[str, str]) -> tuple[int, int, str]:
    kind, at = row
    first = ("overall", "horizon", "stopping", "event time").index(kind)
    return (
        first,
        int(at) if kind == "event time" else ("early", "later", "lasting").index(at) if kind == "horizon" else 0,
        at,
    )


def _level(batch: Batch, y: Floats, weight: Floats, effect: SwitchEffect) -> float:
    """Switchers' mean level over the periods the effect covers (while on; for stopping, after the stop)."""
    on, periods = batch.on, batch.on.shape[1]
    start = np.where(on.any(axis=1), on.argmax(axis=1), periods)
    stopped = np.array([_stop(row) for row in on])
    origin = stopped if effect.kind in ("stopping", "after") else start
    since = np.arange(periods) - origin[:, None]
    inside = (since >= effect.since[0]) & (since <= effect.since[1]) & (origin < periods)[:, None] & np.isfinite(y)
    if effect.kind == "on":
        inside &= on
    w = inside * weight[:, None]
    return float((np.where(inside, y, 0.0) * w).sum() / w.sum()) if w.sum() > 0 else float("nan")


def _stop(row: NDArray[np.bool_]) -> int:
    """The first period off after having been on; the number of periods when it never stopped."""
    ended = np.flatnonzero(row[:-1] & ~row[1:])
    return int(ended[0]) + 1 if ended.size else row.size


def _paths(batch: Batch, y: Floats, weight: Floats) -> tuple[tuple[str, str, str, float], ...]:
    rows: list[tuple[str, str, str, float]] = []
    ever = batch.on.any(axis=1)
    for group, members in (("adopters", ever), ("comparison", ~ever)):
        seen = np.isfinite(y[members])
        total = (seen * weight[members, None]).sum(axis=0)
        summed = np.where(seen, y[members] * weight[members, None], 0.0).sum(axis=0)
        rows += [(group, "period", str(t), float(summed[t] / total[t])) for t in np.flatnonzero(total > 0)]
    return tuple(rows)
