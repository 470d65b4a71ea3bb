"""A few adopters against a weighted comparison, every placebo enumerated."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from holdfast.evaluate.estimate.synthetic import NEVER, PlaceboInterval, SyntheticEffect, synthetic
from holdfast.evaluate.run.answer import Answer
from holdfast.evaluate.run.batch import Batch
from holdfast.evaluate.run.cuts import Cut
from holdfast.records.vocabularies import HORIZONS

Floats = NDArray[np.float64]
PLACEBOS = 199


def by_synthetic(batch: Batch) -> list[Answer]:
    """One answer for each outcome; the same placebos serve all, so covariances between outcomes come with them."""
    start = np.where(batch.first < batch.on.shape[1], batch.first, NEVER)
    found = synthetic(batch.y, start, limit=PLACEBOS, seed=batch.seed)
    return [_answer(batch, cut, y, effect) for cut, y, effect in zip(batch.cuts, batch.y, found, strict=True)]


def _answer(batch: Batch, cut: Cut, y: Floats, effect: SyntheticEffect) -> Answer:
    rows, intervals, placebo = _rows(effect)
    count = placebo.shape[1]
    centred = placebo - placebo.mean(axis=1, keepdims=True)
    low, high = _interval(intervals)
    estimate = np.array([i.estimate for i in intervals])
    return Answer(
        key=cut.key,
        design=batch.design,
        rows=rows,
        estimate=estimate,
        se=np.array([i.se for i in intervals]),
        low=low,
        high=high,
        p=np.array([i.p for i in intervals]),
        df=np.full(len(rows), np.nan),
        band=_bands(rows, estimate, placebo),
        psi=centred / np.sqrt(count),
        units=f"placebos {batch.seed}",
        counterfactual=_level(batch, y, rows) - estimate,
        inference=_inference(effect, intervals[0]),
        sites=len(batch.sites),
        adopters=batch.adopters,
        paths=_paths(batch, y, effect),
        left_out=_left_out(batch),
        notes=_notes(effect),
    )


def _rows(effect: SyntheticEffect) -> tuple[tuple[tuple[str, str], ...], list[PlaceboInterval], Floats]:
    """Overall, horizons and every event time, with their placebo draws (A × B)."""
    rows, intervals, draws = [("overall", "")], [effect.overall()], [effect.placebo_effect]
    spans = [("horizon", name, low, high) for name, (low, high) in HORIZONS.items()]
    last = int(effect.event_time[-1])
    spans += [("event time", str(e), int(e), int(e)) for e in effect.event_time]
    for kind, at, low, high in spans:
        inside = (effect.event_time >= low) & (effect.event_time <= (last if high is None else high))
        if not inside.any():
            continue
        share = effect.adopters[inside] / effect.adopters[inside].sum()
        rows.append((kind, at))
        intervals.append(effect.window(low, last if high is None else high))
        draws.append(effect.placebo_by_event[:, inside] @ share)
    return tuple(rows), intervals, np.stack(draws)


def _interval(intervals: list[PlaceboInterval]) -> tuple[Floats, Floats]:
    """The effects that the rank test does not reject; unbounded when there are too few placebos to reject any."""
    return np.array([i.rank_low for i in intervals]), np.array([i.rank_high for i in intervals])


def _bands(rows: tuple[tuple[str, str], ...], estimate: Floats, placebo: Floats, level: float = 0.95) -> Floats:
    """Simultaneous over event times: the placebos' largest standardised gap (max-t)."""
    band = np.full((len(rows), 2), np.nan)
    inside = np.array([kind == "event time" for kind, _ in rows])
    sd = placebo[inside].std(axis=1)
    if not inside.any() or not (sd > 0).all():
        return band
    largest = np.sort(np.abs(placebo[inside] / sd[:, None]).max(axis=0))
    rank = int(np.floor((1 - level) * (largest.size + 1) + 1e-9))
    if rank < 1:
        return band
    reach = largest[largest.size - rank] * sd
    band[inside] = np.stack([estimate[inside] - reach, estimate[inside] + reach], axis=1)
    return band


def _level(batch: Batch, y: Floats, rows: tuple[tuple[str, str], ...]) -> Floats:
    """Adopters' mean level over the periods each row covers."""
    treated = batch.first < batch.on.shape[1]
    since = np.arange(batch.on.shape[1]) - batch.first[treated, None]
    values = y[treated]
    levels = []
    for kind, at in rows:
        low, high = HORIZONS[at] if kind == "horizon" else (0, None) if kind == "overall" else (int(at), int(at))
        inside = (since >= low) & (since <= (since.max() if high is None else high))
        levels.append(float(values[inside].mean()))
    return np.array(levels)


def _paths(batch: Batch, y: Floats, effect: SyntheticEffect) -> tuple[tuple[str, str, str, float], ...]:
    treated = batch.first < batch.on.shape[1]
    mean = y[treated].mean(axis=0)
    omega = effect.omega.mean(axis=0)
    weighted = omega @ y / omega.sum()
    rows = [("adopters", "period", str(t), float(v)) for t, v in enumerate(mean)]
    return tuple(rows + [("weighted comparison", "period", str(t), float(v)) for t, v in enumerate(weighted)])


def _inference(effect: SyntheticEffect, overall: PlaceboInterval) -> str:
    made = len(effect.placebo_effect)
    which = f"all {made} placebos" if effect.enumerated else f"{made} of {effect.possible:,} placebos, drawn at random"
    few = "" if np.isfinite(overall.rank_low) else "; too few placebos to bound the effect with 95 % confidence"
    return f"rank among {which}; smallest p value possible {overall.smallest_p:.3f}{few}"


def _notes(effect: SyntheticEffect) -> tuple[str, ...]:
    said = [f"the comparison rests on about {effect.effective_donors:.0f} sites"]
    if effect.fit_ratio > 2:
        said.append(f"the fit before adoption is {effect.fit_ratio:.1f} times worse than the placebos': not credible")
    return tuple(said)


def _left_out(batch: Batch) -> tuple[tuple[str, str, int, str], ...]:
    facts = batch.verdict.facts
    gone = int(((facts.adopter | facts.never) & ~facts.complete).sum())
    return (("site", "", gone, "not observed in every period, which a synthetic comparison needs"),) if gone else ()
