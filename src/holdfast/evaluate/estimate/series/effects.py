"""Effects and paths from the coefficients' distribution."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from .anchor import anchors
from .design import Segments
from .glm import Family, Observed, inverse_link, link_name, slope_of_inverse
from .mixture import Array, Mixture, t_quantile, two_sided_p
from .result import Paths, SeriesEffect

Wanted = tuple[str, tuple[int, int], Array]


def wanted_effects(
    segments: Segments,
    month: Array,
    at: Sequence[int],
    horizons: Sequence[tuple[str, int, int | None]],
) -> tuple[list[Wanted], list[str]]:
    """(name, months since the start it averages, row) for every effect asked for, and those not reached."""
    since = month - segments.start
    after = since[since >= 0]
    first = segments.phase_in
    found: list[Wanted] = [("level", (first, first), segments.effect_row(np.array([first])))]
    if segments.slope:
        found.append(("slope", (first, int(after[-1])), np.eye(len(segments.names))[3]))
    missing = []
    ranges = [("all", 0, None), *horizons, *((f"month {j}", j, j) for j in at)]
    for name, low, high in ranges:
        inside = after[(after >= low) & (after <= (np.inf if high is None else high))]
        if len(inside) == 0:
            missing.append(name)
            continue
        found.append((name, (int(inside[0]), int(inside[-1])), segments.effect_row(inside)))
    return found, missing


def effects_of(
    family: Family, mixture: Mixture, wanted: list[Wanted], paths: Paths, seen: Observed, start: int, level: float
) -> tuple[SeriesEffect, ...]:
    """Each effect on the link scale and, for averages over months, on its own scale."""
    rows = np.array([row for _, _, row in wanted])
    estimate = rows @ mixture.mean
    se = mixture.standard_error(rows)
    df = mixture.matched_df(rows, level)
    half = t_quantile(df, level) * se
    p = two_sided_p(estimate / se, df)
    out = []
    for k, (name, since, _) in enumerate(wanted):
        bounds = [float(v) for v in (estimate[k], estimate[k] - half[k], estimate[k] + half[k])]
        one = SeriesEffect(
            name=name,
            since=since,
            estimate=bounds[0],
            se=float(se[k]),
            df=float(df[k]),
            lower=bounds[1],
            upper=bounds[2],
            p_value=float(p[k]),
        )
        if link_name(family) != "identity":
            ratio, low, high = (float(np.exp(v)) for v in bounds)
            one = replace(one, ratio=ratio, ratio_lower=low, ratio_upper=high)
        if name not in ("level", "slope"):
            one = _with_natural(one, family, mixture, paths, seen, start, level)
        out.append(one)
    return tuple(out)


def _with_natural(
    effect: SeriesEffect,
    family: Family,
    mixture: Mixture,
    paths: Paths,
    seen: Observed,
    start: int,
    level: float,
) -> SeriesEffect:
    """The effect with its mean difference from the counterfactual over its months, by the delta method."""
    since = paths.month - start
    inside = (since >= effect.since[0]) & (since <= effect.since[1])
    gap = paths.fitted[inside] - paths.counterfactual[inside]
    steepness = [slope_of_inverse(family, link[inside]) for link in (paths.link_fitted, paths.link_counterfactual)]
    jacobian = (
        steepness[0][:, None] * paths.rows_fitted[inside] - steepness[1][:, None] * paths.rows_counterfactual[inside]
    ).mean(axis=0)
    absolute = float(gap.mean())
    se = float(np.sqrt(jacobian @ mixture.covariance @ jacobian))
    half = float(t_quantile(effect.df, level)) * se
    base = float(paths.counterfactual[inside].mean())
    return replace(
        effect,
        absolute=absolute,
        absolute_se=se,
        absolute_lower=absolute - half,
        absolute_upper=absolute + half,
        percent=100 * absolute / base if base else None,
        events=None if family == "gaussian" else float(gap @ seen.denominator[inside]),
    )


def paths_of(
    family: Family,
    mixture: Mixture,
    segments: Segments,
    month: Array,
    seen: Observed,
    given: Array,
    level: float,
    held: bool,
) -> Paths:
    """Fitted and counterfactual paths. given (n,): what is taken as known on the link scale (an offset, or
    the control arm's own path). held: shift both to the level seen on each side of the change."""
    rows = [segments.matrix(month), segments.matrix(month, changed=False)]
    if held:
        after = month >= segments.start
        shift, moves = anchors(family, seen, after, rows[0] @ mixture.mean + given, rows[0])
        link = [row @ mixture.mean + given + shift for row in rows]
        rows = [row + moves for row in rows]
    else:
        link = [row @ mixture.mean + given for row in rows]
    half = mixture.half_width(np.vstack(rows), level).reshape(2, -1)
    fitted, fitted_lower, fitted_upper = (inverse_link(family, link[0] + s * half[0]) for s in (0, -1, 1))
    without, lower, upper = (inverse_link(family, link[1] + s * half[1]) for s in (0, -1, 1))
    observed = seen.y if family == "gaussian" else seen.y / seen.denominator
    return Paths(
        month=month,
        observed=observed,
        fitted=fitted,
        fitted_lower=fitted_lower,
        fitted_upper=fitted_upper,
        counterfactual=without,
        counterfactual_lower=lower,
        counterfactual_upper=upper,
        link_fitted=link[0],
        link_counterfactual=link[1],
        rows_fitted=rows[0],
        rows_counterfactual=rows[1],
    )
