"""Staggered effects as linear functionals of sites: by moments where the panel is whole, by site otherwise."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from holdfast.evaluate.estimate.small import Aggregates, WelchEffects, t_interval, welch
from holdfast.evaluate.estimate.staggered.aggregate import Scheme, cell_weights, scheme
from holdfast.evaluate.estimate.staggered.attgt import Functional, study
from holdfast.evaluate.estimate.staggered.attgt import Study as Layout
from holdfast.evaluate.estimate.staggered.backend import FromInfluence
from holdfast.evaluate.estimate.staggered.design import Design, plan
from holdfast.evaluate.estimate.staggered.functional import to_cohorts
from holdfast.evaluate.estimate.staggered.influence import cell_influence
from holdfast.evaluate.estimate.staggered.moments import Moments
from holdfast.evaluate.estimate.staggered.panel import Panel as SitePanel
from holdfast.evaluate.run.batch import Batch
from holdfast.records.vocabularies import HORIZONS

Floats = NDArray[np.float64]
EVER = 10_000
LEADS, LAGS = 18, 36
"""Event times shown: further from adoption so few cohorts remain that the points say nothing."""


@dataclass(frozen=True)
class Linear:
    """One outcome's A effects over its m sites.

    ``psi`` (A × m) is each site's part of the error, so that ``psi @ psi.T`` is the large-sample covariance;
    ``observed`` the adopters' mean level over the cells of each row; ``aggregates`` the rows as weights on the cohorts'
    paths, and ``welch`` their small-sample errors.
    """

    rows: tuple[tuple[str, str], ...]
    estimate: Floats
    psi: Floats
    observed: Floats
    design: Design
    aggregates: Aggregates
    welch: WelchEffects
    notes: tuple[str, ...] = ()


def linear(batch: Batch) -> list[Linear]:
    """Every outcome's effects: one pass over the sites when none has a gap and nothing is adjusted for."""
    if batch.complete and batch.covariates is None:
        return _from_moments(batch)
    return [_from_influence(batch, o) for o in range(len(batch.cuts))]


def _cohorts(batch: Batch) -> Floats:
    return np.where(batch.first < batch.on.shape[1], batch.first, np.inf).astype(float)


def _from_moments(batch: Batch) -> list[Linear]:
    cohort = _cohorts(batch)
    state = Moments.from_panel(batch.y, cohort, weights=batch.weight, joint=False)
    s = batch.study
    laid = study(state, comparison=s.comparison, base=s.base, anticipation=s.anticipation)
    return [_outcome(laid, state, o, batch.y[o], batch.weight[o], cohort) for o in range(len(batch.cuts))]


def _outcome(laid: Layout, state: Moments, o: int, y: Floats, weight: Floats, cohort: Floats) -> Linear:
    wanted = schemes(laid.design, laid.cells[o].att)
    made = [laid.evaluate(rows, o) for rows in wanted]
    level = _treated_level(laid.design, laid.state.mean[o])
    rows, keep = _named(wanted)
    W = np.concatenate([f.W for f in made])[keep]
    aggregates = _aggregates(rows, W, laid.design, state, o)
    T = len(state.periods)
    gram = state.block(o)
    return Linear(
        rows=rows,
        aggregates=aggregates,
        welch=welch(aggregates, state.mean[o], gram[:, :T, :T], state.mass[o], gram[:, T, T]),
        estimate=np.concatenate([f.estimate for f in made])[keep],
        psi=np.concatenate([_influence(laid, f, o, y, weight, cohort) for f in made])[keep],
        observed=np.concatenate([_observed(r, laid.design, laid.state.mass[o], level) for r in wanted])[keep],
        design=laid.design,
        notes=laid.design.notes,
    )


def _aggregates(rows: tuple[tuple[str, str], ...], W: Floats, design: Design, state: Moments, o: int) -> Aggregates:
    """The rows as weights on the source cohorts' paths, with the event times that each averages over."""
    T = len(state.periods)
    onset = np.where(np.isfinite(state.cohorts), state.cohorts, T).astype(np.int64)
    spans = [_span(kind, at) for kind, at in rows]
    return Aggregates(
        to_cohorts(W, design, state.mass[o], T),
        onset,
        np.array([low for low, _ in spans], dtype=np.int64),
        np.array([high for _, high in spans], dtype=np.int64),
    )


def _span(kind: str, at: str) -> tuple[int, int]:
    if kind == "event time":
        return int(at), int(at)
    low, high = HORIZONS[at] if kind == "horizon" else (0, None)
    return low, EVER if high is None else high


def _influence(laid: Layout, made: Functional, o: int, y: Floats, weight: Floats, cohort: Floats) -> Floats:
    """(A × m) w_i (y_i − m_k)·W_k / s_k + w_i D_k, as in `estimate.staggered.functional`."""
    design, state = laid.design, laid.state
    pool = design.pool_of[np.searchsorted(design.cohorts, cohort)]
    psi = np.zeros((len(made.estimate), len(y)))
    for k in range(len(design.pools)):
        rows = np.flatnonzero(pool == k)
        gap = y[rows, : len(design.periods)] - state.mean[o, k]
        psi[:, rows] = (made.W[:, k] @ gap.T / state.mass[o, k] + made.D[:, k][:, None]) * weight[rows]
    return psi


def _from_influence(batch: Batch, o: int) -> Linear:
    cohort, s = _cohorts(batch), batch.study
    periods = np.arange(batch.on.shape[1], dtype=float)
    design = plan(np.unique(cohort), periods, comparison=s.comparison, base=s.base, anticipation=s.anticipation)
    pool = design.pool_of[np.searchsorted(design.cohorts, cohort)]
    x = batch.covariates
    X = None if x is None else np.column_stack([np.ones(len(x)), x])
    sites = SitePanel(np.arange(len(cohort)), periods, cohort, batch.y[o], batch.weight[o], X)
    cells = cell_influence(sites, design, pool, method="dr")
    back = FromInfluence(design, cells.att, cells.psi, pool, batch.weight[o], None)
    wanted = schemes(design, cells.att)
    made = [_aggregate(back, rows) for rows in wanted]
    level = _treated_level(design, _pool_means(batch.y[o], batch.weight[o], pool, len(design.pools)))
    mass = np.bincount(pool[pool >= 0], batch.weight[o][pool >= 0], len(design.pools)).astype(float)
    rows, keep = _named(wanted)
    estimate = np.concatenate([estimate for estimate, _ in made])[keep]
    psi = np.concatenate([psi for _, psi in made])[keep]
    whole = _from_moments(_filled(batch, o))[0]
    return Linear(
        rows=rows,
        aggregates=whole.aggregates,
        welch=_carried_over(estimate, psi, rows, whole),
        estimate=estimate,
        psi=psi,
        observed=np.concatenate([_observed(r, design, mass, level) for r in wanted])[keep],
        design=design,
        notes=(*design.notes, *cells.notes),
    )


def _filled(batch: Batch, o: int) -> Batch:
    """One outcome with its gaps filled by site and period means: used for small-sample factors, never for estimates."""
    y = batch.y[o]
    seen = np.isfinite(y)
    mean = float(y[seen].mean())
    by_site = np.where(seen, y, 0.0).sum(axis=1) / np.maximum(seen.sum(axis=1), 1)
    by_period = np.where(seen, y, 0.0).sum(axis=0) / np.maximum(seen.sum(axis=0), 1)
    guess = by_site[:, None] + np.where(seen.any(axis=0), by_period - mean, 0.0)
    return replace(
        batch,
        cuts=batch.cuts[o : o + 1],
        measures=batch.measures[o : o + 1],
        y=np.where(seen, y, guess)[None],
        weight=batch.weight[o : o + 1],
        covariates=None,
    )


def _carried_over(estimate: Floats, psi: Floats, rows: tuple[tuple[str, str], ...], whole: Linear) -> WelchEffects:
    """Large-sample errors raised by the factor that small samples need in the same panel without its gaps."""
    at = [whole.rows.index(row) if row in whole.rows else -1 for row in rows]
    held = np.array([i >= 0 for i in at])
    length = np.sqrt((whole.psi**2).sum(axis=1))
    with np.errstate(invalid="ignore", divide="ignore"):
        factor = np.where(held, (whole.welch.se / length)[at], np.nan)
        raised = np.maximum(factor, 1.0)
    se = np.sqrt((psi**2).sum(axis=1)) * np.where(np.isfinite(factor), raised, np.nan)
    return t_interval(estimate, se, np.where(held, whole.welch.df[at], np.nan))


def _aggregate(back: FromInfluence, rows: Scheme) -> tuple[Floats, Floats]:
    """Estimate (A) and site contributions (A × m) of one aggregation."""
    held = back.pool >= 0
    mass = np.bincount(back.pool[held], back.weights[held], len(back.design.pools)).astype(float)
    usable = np.isfinite(back.att)
    made = cell_weights(rows, back.design, mass, np.where(usable, back.att, 0.0))
    psi = np.nan_to_num(back.psi) @ made.rows.T
    psi[held] += back.weights[held, None] * made.slope[:, back.pool[held]].T
    return made.rows @ np.where(usable, back.att, 0.0), psi.T


def _pool_means(y: Floats, weight: Floats, pool: NDArray[np.int64], pools: int) -> Floats:
    """(P × T) weighted mean paths over the sites seen in each period."""
    out = np.full((pools, y.shape[1]), np.nan)
    for k in range(pools):
        rows, w = y[pool == k], weight[pool == k, None]
        seen = np.isfinite(rows)
        total = (seen * w).sum(axis=0)
        out[k] = np.where(total > 0, np.where(seen, rows * w, 0.0).sum(axis=0) / np.where(total > 0, total, 1), np.nan)
    return out


def schemes(design: Design, att: Floats) -> list[Scheme]:
    """Overall, horizons (cell weighted: the average adopter-period), event times and cohorts."""
    usable = np.isfinite(att)
    found = [scheme(design, "simple", usable=usable), scheme(design, "window", usable=usable, weighting="cell")]
    event = scheme(design, "event", usable=usable, min_e=-LEADS, max_e=LAGS)
    return [*found, event, scheme(design, "group", usable=usable)]


def _named(wanted: list[Scheme]) -> tuple[tuple[tuple[str, str], ...], NDArray[np.int64]]:
    """Names (kind, at) of the rows kept; the event and cohort averages repeat the overall and are left out."""
    kinds = {"simple": "overall", "window": "horizon", "event": "event time", "group": "cohort"}
    names, keep, position = [], [], 0
    for rows in wanted:
        for label in rows.labels:
            if label != "overall" or rows.kind == "simple":
                at = "" if label == "overall" else f"{label:g}" if isinstance(label, float) else label
                names.append((kinds[rows.kind], at))
                keep.append(position)
            position += 1
    return tuple(names), np.array(keep, dtype=np.int64)


def _treated_level(design: Design, mean: Floats) -> Floats:
    """(C,) adopters' mean level in each cell."""
    return np.asarray(mean[design.g, design.t])


def _observed(rows: Scheme, design: Design, mass: Floats, level: Floats) -> Floats:
    """(A,) adopters' mean level over each row's cells, weighted as the effect is."""
    known = np.where(np.isfinite(level), level, 0.0)
    return np.asarray(cell_weights(rows, design, mass, known).rows @ known)
