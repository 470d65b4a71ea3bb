"""Staggered difference-in-differences: cohort averages, with inference honest at the number of adopters there is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from holdfast.evaluate.estimate.small import (
    Aggregates,
    Choice,
    PermutationEffects,
    WelchEffects,
    arrangements,
    choose_inference,
    permutations,
)
from holdfast.evaluate.estimate.small.choose import MANY_ADOPTERS
from holdfast.evaluate.estimate.staggered import sup_t
from holdfast.evaluate.run.answer import Answer
from holdfast.evaluate.run.batch import Batch
from holdfast.evaluate.run.linear import Linear, linear
from holdfast.records import Population
from holdfast.records.vocabularies import ALL_SETTINGS

Floats = NDArray[np.float64]
DRAWS = 999
SAME = 1e-9
"""Relative spread of weights below which sites count alike."""


def by_staggered(batch: Batch) -> list[Answer]:
    """One answer for each outcome; the same rearrangements of adoption serve all of them."""
    found = linear(batch)
    choice = _choice(batch)
    permuted = _permuted(batch, found) if choice.method == "permutation" else None
    equal = _equal_weights(batch)
    return [
        _answer(batch, o, one, choice, None if permuted is None else permuted[o], None if equal is None else equal[o])
        for o, one in enumerate(found)
    ]


def _choice(batch: Batch) -> Choice:
    spread = batch.weight.std(axis=1) / batch.weight.mean(axis=1)
    choice = choose_inference(
        batch.adopters,
        len(batch.sites) - batch.adopters + _later(batch),
        int(batch.first.min()),
        complete=batch.complete and batch.covariates is None,
        randomised=batch.study.randomised,
        weighted=bool((spread > SAME).any()),
    )
    if choice.method == "none":
        raise ValueError(choice.reason)
    return choice


def _later(batch: Batch) -> int:
    """Adopters that served as comparison while they waited."""
    first = batch.first[batch.first < batch.on.shape[1]]
    return int((first > first.min()).sum())


def _permuted(batch: Batch, found: list[Linear]) -> tuple[PermutationEffects, ...]:
    """Every row by permutation with few adopters; with many, the rows that decide, and Welch's t for the rest."""
    _, label = np.unique(np.where(batch.first < batch.on.shape[1], batch.first, np.inf), return_inverse=True)
    laid = [one.aggregates if batch.adopters < MANY_ADOPTERS else _deciding(one) for one in found]
    draws = arrangements(label.reshape(-1), draws=DRAWS, seed=batch.seed)
    return permutations(batch.y, label.reshape(-1), laid, draws, batch.weight)


def _deciding(one: Linear) -> Aggregates:
    held = [i for i, (kind, _) in enumerate(one.rows) if kind in ("overall", "horizon")]
    a = one.aggregates
    return Aggregates(a.W[held], a.onset, a.first[held], a.last[held])


def _equal_weights(batch: Batch) -> list[float] | None:
    """The overall effect with every site counting alike, where weights differ and one pass is cheap."""
    if not batch.complete or batch.covariates is not None or np.ptp(batch.weight) == 0:
        return None
    return [float(one.estimate[0]) for one in linear(replace(batch, weight=np.ones_like(batch.weight)))]


def _answer(
    batch: Batch, o: int, one: Linear, choice: Choice, permuted: PermutationEffects | None, equal: float | None
) -> Answer:
    errors = _errors(one.welch, permuted)
    se = errors[0]
    differs = equal is not None and np.isfinite(se[0]) and abs(equal - one.estimate[0]) > se[0]
    periods = batch.on.shape[1]
    labels, sizes = np.unique(batch.first[batch.first < periods], return_counts=True)
    key = batch.cuts[o].key
    shown = key.population == Population() or (key.measure == batch.study.primary and key.setting == ALL_SETTINGS)
    return Answer(
        key=key,
        design=batch.design,
        rows=one.rows,
        estimate=one.estimate,
        se=se,
        low=errors[1],
        high=errors[2],
        p=errors[3],
        df=np.where(np.isfinite(errors[4]), errors[4], np.nan),
        band=_bands(one, permuted, se) if shown else np.full((len(se), 2), np.nan),
        psi=batch.at_panel(one.psi),
        units="sites",
        counterfactual=one.observed - one.estimate,
        inference=_words(choice, permuted),
        sites=len(batch.sites),
        adopters=batch.adopters,
        paths=_paths(batch, o, one),
        notes=tuple(note for note in (*one.notes, choice.caution) if note),
        cohorts=tuple((f"{g}", int(n)) for g, n in zip(labels, sizes, strict=True)),
        equal_weights=equal if differs else None,
    )


def _errors(welch: WelchEffects, permuted: PermutationEffects | None) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    """se, low, high, p and df of every row: permutation where it was made, Welch's t elsewhere."""
    se, low, high, p, df = (np.array(v, dtype=float) for v in (welch.se, welch.low, welch.high, welch.p, welch.df))
    if permuted is not None:
        made = len(permuted.estimate)
        se[:made], low[:made], high[:made], p[:made] = permuted.se, permuted.low, permuted.high, permuted.p
        df[:made] = np.nan
    p[~np.isfinite(se)] = np.nan  # without an error there is no test either
    return se, low, high, p, df


def _bands(one: Linear, permuted: PermutationEffects | None, se: Floats) -> Floats:
    """Simultaneous over event times: by the rearrangements' largest deviation, or by Gaussian sup-t."""
    band = np.full((len(se), 2), np.nan)
    event = np.array([kind == "event time" for kind, _ in one.rows]) & np.isfinite(se) & (se > 0)
    if not event.any():
        return band
    if permuted is not None and len(permuted.estimate) == len(se):
        band[event] = permuted.band[event]
        return band
    covariance = one.psi[event] @ one.psi[event].T
    df = float(np.nanmedian(one.welch.df[event]))
    reach = float(sup_t(covariance, df=df)) * se[event]
    band[event] = np.stack([one.estimate[event] - reach, one.estimate[event] + reach], axis=1)
    return band


def _words(choice: Choice, permuted: PermutationEffects | None) -> str:
    if permuted is None:
        return f"Welch's t: {choice.reason}"
    ways = (
        f"all {permuted.possible:,} ways adoption could have fallen"
        if permuted.enumerated
        else f"{len(permuted.draws):,} random ways adoption could have fallen"
    )
    return f"permutation over {ways}: {choice.reason}; smallest p value possible {permuted.smallest_p:.3f}"


def _paths(batch: Batch, o: int, one: Linear) -> tuple[tuple[str, str, str, float], ...]:
    """Adopters and comparison sites by period; adopters and their counterfactual by event time."""
    y, weight, periods = batch.y[o], batch.weight[o], batch.on.shape[1]
    rows: list[tuple[str, str, str, float]] = []
    for group, members in (("adopters", batch.first < periods), ("comparison", batch.first >= periods)):
        mean = _weighted_path(y[members], weight[members])
        rows += [(group, "period", str(t), float(v)) for t, v in enumerate(mean) if np.isfinite(v)]
    for i, (kind, at) in enumerate(one.rows):
        if kind == "event time":
            rows.append(("adopters", "event time", at, float(one.observed[i])))
            rows.append(("counterfactual", "event time", at, float(one.observed[i] - one.estimate[i])))
    return tuple(rows)


def _weighted_path(y: Floats, weight: Floats) -> Floats:
    seen = np.isfinite(y)
    total = (seen * weight[:, None]).sum(axis=0)
    return np.where(
        total > 0, np.where(seen, y * weight[:, None], 0.0).sum(axis=0) / np.where(total > 0, total, 1), np.nan
    )
