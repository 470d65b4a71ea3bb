"""`dose_response`: everyone changed together, but by different amounts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from . import words
from .panel import Array, DosePanel, read_panel
from .result import DoseEffect, DoseResult, EventTime, Scaled
from .shape import drift_row, null_month_effects, read_leads, read_shape, site_changes, two_sided_p
from .siteline import permute_dose
from .twfe import Contrasts, contrasts, fit_twfe

Horizon = tuple[str, int, int | None]
HORIZONS: tuple[Horizon, ...] = (("early", 0, 5), ("later", 6, 11), ("lasting", 12, None))
FEW_SITES = 30


def dose_response(
    y: ArrayLike,
    dose: ArrayLike,
    start: int,
    *,
    weights: ArrayLike | None = None,
    base: Literal["before", "last"] = "before",
    horizons: Sequence[Horizon] = HORIZONS,
    inference: Literal["auto", "cluster", "permutation"] = "auto",
    errors: Literal["CR2", "CR1"] = "CR2",
    level: float = 0.95,
) -> DoseResult:
    """Continuous difference-in-differences with event time, y_it = α_i + λ_t + β_t d_i + e_it.

    y (n, T): outcome by site and month, NaN where missing. dose (n,): how much each site changed (see
    `mean_change` for a dose that moves). start: column of the first month under the change. weights:
    denominators, (n,) or (n, T); the mean before the change makes it the average patient's effect.
    base: effects are against all months `before`, or the `last` one before, as printed event studies.
    inference: by `permutation` of doses under 30 sites, else cluster-robust (`auto`). errors: CR2 with
    Bell–McCaffrey df, or CR1 (what Stata, fixest and statsmodels print).
    Callaway, Goodman-Bacon & Sant'Anna (2024) for what the slope means. ValueError says what is needed.
    """
    panel = read_panel(y, dose, start, weights)
    months = panel.y.shape[1]
    start = panel.start
    fit = fit_twfe(panel, start - 1)
    against = np.zeros(months)
    against[slice(0, start) if base == "before" else slice(start - 1, start)] = 1
    against /= against.sum()
    names, spans, averages, not_reached = horizon_rows(panel.since, horizons)
    rows = np.vstack([np.eye(months) - against, drift_row(panel.since), averages - against])
    everything = contrasts(fit, rows, errors)
    event, found = everything.part(slice(months)), everything.part(slice(months + 1, None))
    few = len(panel.d) < FEW_SITES
    permuted = inference == "permutation" or (inference == "auto" and few)
    effects = _effects(panel, found, names, spans, level)
    if permuted:
        effects = [_permuted(panel, effect, averages[k] > 0, level) for k, effect in enumerate(effects)]
    return DoseResult(
        effects=tuple(effects),
        covariance=found.covariance,
        influence=_spread(found.influence, panel),
        event_time=_event_time(event, panel.since, level),
        leads=read_leads(event, everything.part(slice(months, months + 1)), panel.since),
        shape=read_shape(fit, panel.w.sum(axis=1)),
        sites=len(panel.d),
        dose_sd=float(panel.d.std(ddof=1)),
        dose_quartiles=quartiles(panel.d),
        not_reached=tuple(not_reached),
        left_out=panel.left_out,
        months_left_out=panel.months_left_out,
        method=words.method("event-time", len(panel.d), weights is not None, "permutation" if permuted else "cluster"),
        assumptions=(words.STRONG_PARALLEL_TRENDS, words.EVERYONE_CHANGED, words.LINEAR),
    )


def horizon_rows(
    since: NDArray[np.intp], horizons: Sequence[Horizon]
) -> tuple[list[str], list[tuple[int, int]], Array, list[str]]:
    """Names, spans in months since the start, averaging rows (m, T), and the horizons not reached."""
    names, spans, rows, missing = [], [], [], []
    for name, low, high in (("all", 0, None), *horizons):
        inside = (since >= low) & (since <= (since[-1] if high is None else high))
        if not inside.any():
            missing.append(name)
            continue
        names.append(name)
        spans.append((int(since[inside][0]), int(since[inside][-1])))
        rows.append(inside / inside.sum())
    return names, spans, np.array(rows), missing


def quartiles(d: Array) -> tuple[float, float]:
    """The 25th and 75th percentiles."""
    low, high = np.quantile(d, [0.25, 0.75])
    return float(low), float(high)


def _effects(
    panel: DosePanel, found: Contrasts, names: list[str], spans: list[tuple[int, int]], level: float
) -> list[DoseEffect]:
    before = panel.w[:, : panel.start]
    baseline = float((before * panel.y[:, : panel.start]).sum() / before.sum())
    out = []
    for k, name in enumerate(names):
        estimate, df = float(found.estimate[k]), float(found.df[k])
        se = float(np.sqrt(found.covariance[k, k]))
        half = float(special.stdtrit(df, 0.5 + 0.5 * level)) * se
        p = two_sided_p(estimate / se, df)
        out.append(
            dose_effect(
                name, spans[k], (estimate, estimate - half, estimate + half), se, df, p, "cluster", panel.d, baseline
            )
        )
    return out


def dose_effect(
    name: str,
    since: tuple[int, int],
    bounds: tuple[float, float, float],
    se: float,
    df: float,
    p: float,
    inference: str,
    d: Array,
    baseline: float,
) -> DoseEffect:
    """An effect per unit of dose, with its scalings. bounds: estimate, lower, upper."""
    edges = quartiles(d)
    sd, step = float(d.std(ddof=1)), edges[1] - edges[0]
    per_sd, across = (Scaled(size, *(size * b for b in bounds)) for size in (sd, step))
    return DoseEffect(
        name=name,
        since=since,
        estimate=bounds[0],
        se=se,
        df=df,
        lower=bounds[1],
        upper=bounds[2],
        p_value=p,
        inference=inference,
        per_sd=per_sd,
        p25_to_p75=across,
        baseline=baseline,
        percent=100 * per_sd.estimate / baseline if baseline else None,
    )


def _permuted(panel: DosePanel, effect: DoseEffect, inside: NDArray[np.bool_], level: float) -> DoseEffect:
    """The same effect with p and interval from permuting doses among the sites seen in those months."""
    pattern = panel.d[:, None] * (panel.since >= 0)
    pattern = np.where(panel.w > 0, pattern, 0.0)
    change, unit = (
        site_changes(panel, values, inside, null_month_effects(panel, values)) for values in (panel.y, pattern)
    )
    seen = np.isfinite(change)
    weight = panel.w.sum(axis=1)
    found = permute_dose(change[seen], unit[seen], panel.d[seen], weight[seen], level)
    bounds = (effect.estimate, min(found.lower, effect.estimate), max(found.upper, effect.estimate))
    return dose_effect(
        effect.name,
        effect.since,
        bounds,
        effect.se,
        effect.df,
        found.p_value,
        "permutation",
        panel.d,
        effect.baseline,
    )


def _event_time(event: Contrasts, since: NDArray[np.intp], level: float) -> EventTime:
    se = np.sqrt(np.diag(event.covariance))
    df = np.where(se > 0, event.df, np.nan)
    half = np.where(se > 0, special.stdtrit(np.nan_to_num(df, nan=1.0), 0.5 + 0.5 * level), 0.0) * se
    return EventTime(
        since=since.astype(float),
        estimate=event.estimate,
        se=se,
        df=df,
        lower=event.estimate - half,
        upper=event.estimate + half,
        covariance=event.covariance,
    )


def _spread(influence: Array, panel: DosePanel) -> Array:
    """Influence put back on the rows given, zero for sites left out."""
    out = np.zeros((len(influence), panel.all_sites))
    out[:, panel.kept] = influence
    return out
