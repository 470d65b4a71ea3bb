"""Doses that move from month to month: long and first differences."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from . import words
from .fit import FEW_SITES, HORIZONS, Horizon, dose_effect, horizon_rows, quartiles
from .panel import Array, SitesLeftOut, leave_out, site_month_weights
from .result import DoseEffect, DoseResult
from .shape import two_sided_p
from .siteline import permute_dose, site_line


def mean_change(path: ArrayLike, start: int, months: slice | None = None) -> Array:
    """(n,) mean of a monthly path (n, T) over `months` (all from `start`) less its mean before; NaN if unseen.

    The dose of a site when what it did is itself a monthly share, such as remote appointments.
    """
    values = np.asarray(path, dtype=float)
    after = values[:, months if months is not None else slice(start, None)]
    return _mean(after) - _mean(values[:, :start])


def _mean(values: Array) -> Array:
    seen = np.isfinite(values)
    count = seen.sum(axis=1)
    return np.where(count > 0, np.where(seen, values, 0).sum(axis=1) / np.maximum(count, 1), np.nan)


def long_difference(
    y: ArrayLike,
    path: ArrayLike,
    start: int,
    *,
    weights: ArrayLike | None = None,
    horizons: tuple[Horizon, ...] = HORIZONS,
    inference: Literal["auto", "cluster", "permutation"] = "auto",
    level: float = 0.95,
) -> DoseResult:
    """Change in outcome on change in dose over the same horizon, one row per site.

    y, path (n, T): outcome and monthly dose. weights (n,). Unlike `dose_response` the dose is that of
    the horizon itself, so a dose that came later is not credited early. Site-months missing in y are
    left out of its means; sites without both sides are left out and listed.
    """
    outcome, dose = np.asarray(y, dtype=float), np.asarray(path, dtype=float)
    w = site_month_weights(outcome, weights).max(axis=1)
    names, spans, _, missing = horizon_rows(np.arange(outcome.shape[1]) - start, horizons)
    changes = [
        (mean_change(outcome, start, m), mean_change(dose, start, m))
        for m in (slice(start + low, start + high + 1) for low, high in spans)
    ]
    kept, left_out = leave_out(
        (
            (~np.isfinite(changes[0][0]), "no outcome on both sides"),
            (~np.isfinite(changes[0][1]), "no dose on both sides"),
        )
    )
    few = inference == "permutation" or (inference == "auto" and len(kept) < FEW_SITES)
    baseline = float(np.average(_mean(outcome[:, :start])[kept], weights=w[kept]))
    effects, influence = [], np.zeros((len(names), len(outcome)))
    for k, (dy, dd) in enumerate(changes):
        use = kept[np.isfinite(dy[kept]) & np.isfinite(dd[kept])]
        effect, own = _line_effect(names[k], spans[k], dy[use], dd[use], w[use], few, baseline, level)
        effects.append(effect)
        influence[k, use] = own
    d = changes[0][1][kept]
    return _result(
        effects, influence, d, missing, left_out, "long-difference", weights is not None, effects[0].inference
    )


def _line_effect(
    name: str, span: tuple[int, int], dy: Array, dd: Array, w: Array, few: bool, baseline: float, level: float
) -> tuple[DoseEffect, Array]:
    if len(dy) < 5 or np.ptp(dd) == 0:
        raise ValueError(
            f"{name}: {len(dy)} sites with doses spanning {np.ptp(dd):g}; at least 5 that differ are needed"
        )
    line = site_line(np.column_stack([np.ones(len(dd)), dd]), dy, w)
    estimate, df = float(line.coefficients[1]), float(line.df[1])
    se = float(np.sqrt(line.covariance[1, 1]))
    half = float(special.stdtrit(df, 0.5 + 0.5 * level)) * se
    bounds, p, kind = (estimate, estimate - half, estimate + half), two_sided_p(estimate / se, df), "cluster"
    if few:
        found = permute_dose(dy, dd, dd, w, level)
        bounds, p, kind = (estimate, found.lower, found.upper), found.p_value, "permutation"
    return dose_effect(name, span, bounds, se, df, p, kind, dd, baseline), line.influence[1]


def first_difference(
    y: ArrayLike, path: ArrayLike, *, weights: ArrayLike | None = None, level: float = 0.95
) -> DoseResult:
    """Month-to-month change in outcome on month-to-month change in dose, month effects removed.

    Answers what a change of dose did in the same month, and nothing about later months. Errors by
    leaving out each site in turn, with t on sites − 1; no distribution by site is assumed.
    y, path (n, T); weights (n,).
    """
    dy, dd = np.diff(np.asarray(y, dtype=float), axis=1), np.diff(np.asarray(path, dtype=float), axis=1)
    w = site_month_weights(dy, weights if weights is None else np.asarray(weights, dtype=float))
    w = np.where(np.isfinite(dd), w, 0.0)
    kept, left_out = leave_out(((w.sum(axis=1) == 0, "no two months in a row with outcome and dose"),))
    if len(kept) < 5:
        raise ValueError(f"{len(kept)} usable sites; at least 5 with two months in a row are needed")
    wk, a, b = w[kept], np.nan_to_num(dy[kept]), np.nan_to_num(dd[kept])
    estimate, left = _leave_one_out_slopes(a, b, wk)
    n = len(kept)
    own = np.sqrt((n - 1) / n) * (left - left.mean())
    se = float(np.sqrt(own @ own))
    half = float(special.stdtrit(n - 1, 0.5 + 0.5 * level)) * se
    p = two_sided_p(estimate / se, n - 1)
    spread = b[wk > 0]
    outcome = np.asarray(y, dtype=float)
    baseline = float(np.nanmean(outcome[kept]))
    bounds = (estimate, estimate - half, estimate + half)
    effect = dose_effect("same month", (0, 0), bounds, se, n - 1.0, p, "jackknife", spread, baseline)
    influence = np.zeros((1, len(dy)))
    influence[0, kept] = own
    return _result([effect], influence, spread, [], left_out, "first-difference", weights is not None, "jackknife", n)


def _leave_one_out_slopes(a: Array, b: Array, w: Array) -> tuple[float, Array]:
    """Slope of a on b with month effects out, and the slopes (n,) without each site. a, b, w (n, T)."""

    def sums(weight: Array, u: Array, v: Array) -> tuple[Array, Array]:
        one = weight * u * v
        return one.sum(axis=0), one

    totals = {}
    for key, (u, v) in {"w": (1, 1), "a": (a, 1), "b": (b, 1), "ab": (a, b), "bb": (b, b)}.items():
        totals[key] = sums(w, np.asarray(u, dtype=float), np.asarray(v, dtype=float))

    def slope(t: dict[str, Array]) -> Array:
        size = np.where(t["w"] > 0, t["w"], 1.0)
        cross = (t["ab"] - t["a"] * t["b"] / size).sum(axis=-1)
        return np.asarray(cross / (t["bb"] - t["b"] ** 2 / size).sum(axis=-1))

    whole = float(slope({k: v[0] for k, v in totals.items()}))
    return whole, slope({k: v[0][None] - v[1] for k, v in totals.items()})


def _result(
    effects: list[DoseEffect],
    influence: Array,
    d: Array,
    missing: list[str],
    left_out: tuple[SitesLeftOut, ...],
    design: str,
    weighted: bool,
    inference: str,
    sites: int | None = None,
) -> DoseResult:
    return DoseResult(
        effects=tuple(effects),
        covariance=influence @ influence.T,
        influence=influence,
        event_time=None,
        leads=None,
        shape=None,
        sites=len(d) if sites is None else sites,
        dose_sd=float(d.std(ddof=1)),
        dose_quartiles=quartiles(d),
        not_reached=tuple(missing),
        left_out=left_out,
        months_left_out=(),
        method=words.method(design, len(d) if sites is None else sites, weighted, inference),
        assumptions=(words.STRONG_PARALLEL_TRENDS, words.EVERYONE_CHANGED, words.LINEAR),
    )
