"""Dose–response: everyone changed together; sites that changed more are compared with sites that changed less."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from holdfast.evaluate.estimate.dose import DoseEffect, DoseResult, EventTime, dose_response
from holdfast.evaluate.run.answer import Answer
from holdfast.evaluate.run.batch import Batch, mean_dose
from holdfast.evaluate.run.cuts import Cut

Floats = NDArray[np.float64]


def by_dose(batch: Batch) -> list[Answer]:
    """One answer for each outcome: a site at the upper quartile of dose against one at the lower.

    The quartiles are those of all the panel's sites, so that every population's effect is for the same step in dose.
    """
    start = int(np.bincount(batch.first[batch.first < batch.on.shape[1]]).argmax())
    dose = mean_dose(batch.on, batch.dose)
    return [
        _answer(batch, cut, y, dose_response(y, dose, start, weights=weight))
        for cut, y, weight in zip(batch.cuts, batch.y, batch.weight, strict=True)
    ]


def _answer(batch: Batch, cut: Cut, y: Floats, found: DoseResult) -> Answer:
    lower, upper = batch.quartiles or found.dose_quartiles
    step = upper - lower
    effects = found.effects
    event = found.event_time
    rows = tuple(_row(effect) for effect in effects) + _event_rows(event)
    estimate = np.r_[[e.estimate * step for e in effects], _scaled(event, "estimate", step)]
    baseline = np.full(len(rows), effects[0].baseline)
    return Answer(
        key=cut.key,
        design=batch.design,
        rows=rows,
        estimate=estimate,
        se=np.r_[[e.se * step for e in effects], _scaled(event, "se", step)],
        low=np.r_[[e.lower * step for e in effects], _scaled(event, "lower", step)],
        high=np.r_[[e.upper * step for e in effects], _scaled(event, "upper", step)],
        p=np.r_[[e.p_value for e in effects], np.full(len(rows) - len(effects), np.nan)],
        df=np.r_[[e.df for e in effects], _scaled(event, "df", 1.0)],
        band=np.full((len(rows), 2), np.nan),
        psi=_psi(batch, found, step),
        units="sites and periods",
        counterfactual=baseline,
        inference=f"{found.method} Shown for a site at the upper against one at the lower quartile of dose "
        f"({upper:.3g} against {lower:.3g}); intervals by {effects[0].inference}",
        sites=found.sites,
        adopters=found.sites,
        paths=_paths(batch, y),
        left_out=tuple(("site", "", len(gone.sites), gone.reason) for gone in found.left_out),
        notes=found.assumptions,
    )


def _row(effect: DoseEffect) -> tuple[str, str]:
    return ("overall", "") if effect.name == "all" else ("horizon", effect.name)


def _event_rows(event: EventTime | None) -> tuple[tuple[str, str], ...]:
    return () if event is None else tuple(("event time", str(int(since))) for since in event.since)


def _scaled(event: EventTime | None, name: str, step: float) -> Floats:
    return np.zeros(0) if event is None else np.asarray(getattr(event, name)) * step


def _psi(batch: Batch, found: DoseResult, step: float) -> Floats:
    """Horizons by site, so that outcomes covary; event times, whose covariance comes whole, by its own axes."""
    sites = batch.at_panel(found.influence * step)
    if found.event_time is None:
        return sites
    values, vectors = np.linalg.eigh(found.event_time.covariance)
    own = step * vectors * np.sqrt(np.maximum(values, 0.0))
    return np.block([[sites, np.zeros((len(sites), len(own)))], [np.zeros((len(own), sites.shape[1])), own]])


def _paths(batch: Batch, y: Floats) -> tuple[tuple[str, str, str, float], ...]:
    """Mean level by period of the third of sites with the highest dose and the third with the lowest."""
    dose = mean_dose(batch.on, batch.dose)
    low, high = np.nanquantile(dose, [1 / 3, 2 / 3])
    rows = []
    for group, members in (("highest third of dose", dose >= high), ("lowest third of dose", dose <= low)):
        seen = np.isfinite(y[members])
        count = seen.sum(axis=0)
        mean = np.where(seen, y[members], 0.0).sum(axis=0) / np.maximum(count, 1)
        rows += [(group, "period", str(t), float(v)) for t, v in enumerate(mean) if count[t]]
    return tuple(rows)
