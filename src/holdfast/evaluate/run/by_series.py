"""Interrupted time series: the adopters' sum, month by month, before and after they all changed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from holdfast.evaluate.estimate.series import SeriesEffect, SeriesResult, interrupted_series
from holdfast.evaluate.estimate.series.glm import Family
from holdfast.evaluate.run.answer import Answer
from holdfast.evaluate.run.batch import Batch
from holdfast.evaluate.run.cuts import Cut
from holdfast.records import Measure

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
FAMILY: dict[str, Family] = {
    "proportion": "quasi-binomial",
    "rate": "quasi-poisson",
    "count": "quasi-poisson",
    "mean": "gaussian",
}
SEASON = {"month": 12.0, "quarter": 4.0, "week": 52.0, "year": 0.0}


def by_series(batch: Batch) -> list[Answer]:
    """One answer for each outcome of the batch."""
    return [_one(batch, cut, measure) for cut, measure in zip(batch.cuts, batch.measures, strict=True)]


def _one(batch: Batch, cut: Cut, measure: Measure) -> Answer:
    numerator, denominator, notes = _summed(batch, cut, measure)
    start = int(np.bincount(batch.first[batch.first < batch.on.shape[1]]).argmax())
    periods = np.arange(len(numerator))
    result = interrupted_series(
        numerator,
        periods,
        start,
        denominator=denominator,
        family=FAMILY[measure.kind],
        harmonics=_harmonics(start, batch.period),
        period=SEASON[batch.period] or 12.0,
        at=range(len(numerator) - start),
    )
    usual = _usual(numerator, start) if measure.kind == "count" else 1.0
    return _answer(batch, cut, result, usual, notes)


def _summed(batch: Batch, cut: Cut, measure: Measure) -> tuple[Floats, Floats | None, tuple[str, ...]]:
    """Numerator and denominator over the sites seen in every period (over all, when none is)."""
    on, off = cut.numerator[batch.sites], cut.denominator[batch.sites]
    counted = measure.kind == "count" or not np.isfinite(off).any()
    seen: Bools = np.isfinite(on) if counted else np.isfinite(on) & np.isfinite(off)
    whole: Bools = np.asarray(seen.all(axis=1), dtype=bool)
    notes: tuple[str, ...] = ()
    if whole.any() and not whole.all():
        notes = (f"{int((~whole).sum())} sites with missing periods are left out of the sum",)
    rows: Bools = whole if whole.any() else np.ones(whole.size, dtype=np.bool_)
    top = np.where(seen[rows], on[rows], 0.0).sum(axis=0)
    some = seen[rows].any(axis=0)
    if not whole.any():
        notes = ("no site is seen in every period: each period sums the sites seen in it",)
    if counted and measure.kind != "count":
        return np.where(some, top / np.maximum(seen[rows].sum(axis=0), 1), np.nan), None, notes
    if counted:
        return np.where(some, top, np.nan), None, notes
    bottom = np.where(seen[rows], off[rows], 0.0).sum(axis=0)
    held = some & (bottom > 0)
    bottom = np.where(held, bottom, np.nan)
    return np.where(held, top if measure.kind != "mean" else top / bottom, np.nan), bottom, notes


def _harmonics(before: int, period: str) -> int:
    """Two annual pairs from three seasons on, one from two, none for yearly data."""
    season = SEASON[period]
    if season < 4:
        return 0
    return min(2 if before >= 3 * season else 1, int(season // 2) - 1)


def _usual(numerator: Floats, start: int) -> float:
    return float(np.nanmean(numerator[:start]))


def _answer(batch: Batch, cut: Cut, result: SeriesResult, usual: float, notes: tuple[str, ...]) -> Answer:
    named = [(row, effect) for effect in result.effects if (row := _row(effect)) is not None]
    picked = [result.effects.index(effect) for _, effect in named]
    se = np.array([effect.absolute_se or np.nan for _, effect in named]) / usual
    spread = result.covariance[np.ix_(picked, picked)]
    scale = np.sqrt(np.diag(spread))
    values, vectors = np.linalg.eigh(spread / np.outer(scale, scale))
    psi = se[:, None] * (vectors * np.sqrt(np.maximum(values, 0.0)))
    low = np.array([effect.absolute_lower for _, effect in named], dtype=float) / usual
    high = np.array([effect.absolute_upper for _, effect in named], dtype=float) / usual
    estimate = np.array([effect.absolute for _, effect in named], dtype=float) / usual
    return Answer(
        key=cut.key,
        design=batch.design,
        rows=tuple(row for row, _ in named),
        estimate=estimate,
        se=se,
        low=low,
        high=high,
        p=np.array([effect.p_value for _, effect in named]),
        df=np.array([effect.df for _, effect in named]),
        band=np.full((len(named), 2), np.nan),
        psi=psi,
        units=f"series {cut.key.name}|{cut.key.setting}",
        counterfactual=np.array([_counterfactual(result, e) for _, e in named]) / usual,
        inference=result.method,
        sites=len(batch.sites),
        adopters=batch.adopters,
        paths=_paths(result, usual),
        left_out=tuple(("period", "", len(gone.months), gone.reason) for gone in result.left_out),
        notes=(*notes, result.assumption),
    )


def _row(effect: SeriesEffect) -> tuple[str, str] | None:
    """The effect's place among the findings; level and slope are on the link's scale and stay inside."""
    if effect.name == "all":
        return ("overall", "")
    if effect.name in ("early", "later", "lasting"):
        return ("horizon", effect.name)
    if effect.name.startswith("month "):
        return ("event time", effect.name.removeprefix("month "))
    return None


def _counterfactual(result: SeriesResult, effect: SeriesEffect) -> float:
    since = result.paths.month - result.paths.month[-1] + result.months_after - 1
    inside = (since >= effect.since[0]) & (since <= effect.since[1])
    return float(result.paths.counterfactual[inside].mean())


def _paths(result: SeriesResult, usual: float) -> tuple[tuple[str, str, str, float], ...]:
    """Observed and counterfactual levels by period index."""
    rows = []
    for group, values in (("adopters", result.paths.observed), ("counterfactual", result.paths.counterfactual)):
        rows += [
            (group, "period", str(int(m)), float(v) / usual) for m, v in zip(result.paths.month, values, strict=True)
        ]
    return tuple(rows)
