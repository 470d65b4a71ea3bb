"""The general path: influence functions site by site, for what moments cannot hold.

Missing site-months, covariates, weights that change over time, coarser clusters. Each cell's estimator is that of
Callaway & Sant'Anna (2021) as R `did` 2.5.1 applies it; aggregates use the same rows as the moments path.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from .arrays import Bools, Floats, Ints, sum_by
from .covariates import Method, panel_effect
from .cross_section import rows_effect
from .design import Design
from .nuisance import NoOverlapError
from .panel import Panel

FixWeights = Literal["base_period", "first_period", "varying"]
Rule = Literal["pairwise", "cross_section"]


@dataclass(frozen=True)
class CellInfluence:
    """att: (C,) estimates, NaN where none; psi: (n, C) influence over n, columns of NaN where none;
    left_out: (C,) sites unused for a missing month; used: (C, 2) adopting and comparison sites used;
    notes: why a cell has no estimate."""

    att: Floats
    psi: Floats
    left_out: Ints
    used: Ints
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Batch:
    """Cells that share sites, covariates and weights."""

    cells: Ints
    rows: Ints
    candidates: int
    x_at: int
    w_at: int


def cell_influence(
    panel: Panel,
    design: Design,
    pool: Ints,
    *,
    method: Method = "dr",
    fix_weights: FixWeights | None = None,
    rule: Rule = "pairwise",
) -> CellInfluence:
    """ATT(g, t) and influence functions for a panel whose sites belong to pools (n,).

    rule: `pairwise` compares, in each cell, the sites seen in both of its periods; `cross_section` takes pre and post
    means over whoever is seen in each (R did's allow_unbalanced_panel). fix_weights: which period's weights a cell
    uses; by default the earlier of its two.
    """
    if fix_weights is not None and fix_weights not in get_args(FixWeights):
        raise ValueError(f"fix_weights is {fix_weights!r}; choose one of {', '.join(get_args(FixWeights))} or None.")
    seen = panel.seen[:, : len(design.periods)]
    n_cells = len(design.g)
    out = CellInfluence(
        np.full(n_cells, np.nan),
        np.zeros((len(pool), n_cells)),
        np.zeros(n_cells, int),
        np.zeros((n_cells, 2), int),
        (),
    )
    notes: list[str] = []
    apart = rule == "cross_section" or fix_weights == "varying"
    for batch in _batches(panel, design, pool, seen, fix_weights, apart):
        try:
            if apart:
                _by_rows(out, batch, panel, design, pool, seen, method, fix_weights)
            else:
                _by_change(out, batch, panel, design, pool, method)
        except NoOverlapError as why:
            out.psi[:, batch.cells] = np.nan
            notes.append(f"{_name(design, batch.cells)} not estimated: {why}.")
    out.att[design.reference] = 0.0
    out.psi[:, design.reference] = 0.0
    return CellInfluence(out.att, out.psi, out.left_out, out.used, tuple(notes))


def _batches(
    panel: Panel, design: Design, pool: Ints, seen: Bools, fix_weights: FixWeights | None, apart: bool
) -> Iterator[_Batch]:
    """Group the cells of each cohort that can be computed together."""
    whole = bool(seen[pool >= 0].all())
    moving_x = panel.X is not None and panel.X.ndim == 3
    moving_w = panel.weights is not None and panel.weights.ndim == 2
    found: dict[tuple[int, bytes, int, int, int, bytes], tuple[list[int], Bools, int]] = {}
    for c in np.flatnonzero(~design.reference):
        early = int(min(design.t[c], design.b[c]))
        w_at = _weight_period(design, int(c), early, fix_weights) if moving_w else 0
        members = (pool == design.g[c]) | np.append(design.controls[c], False)[pool]
        rows = members if whole or apart else members & seen[:, design.t[c]] & seen[:, design.b[c]]
        alone = int(c) if apart else -1
        key = (int(design.g[c]), design.controls[c].tobytes(), early if moving_x else 0, w_at, alone, rows.tobytes())
        found.setdefault(key, ([], rows, int(members.sum())))[0].append(int(c))
    for (_, _, x_at, w_at, _, _), (cells, rows, candidates) in found.items():
        yield _Batch(np.array(cells), np.flatnonzero(rows), candidates, x_at, w_at)


def _weight_period(design: Design, c: int, early: int, fix_weights: FixWeights | None) -> int:
    if fix_weights == "first_period":
        return 0
    if fix_weights == "base_period":
        return int(np.searchsorted(design.periods + design.anticipation, design.pools[design.g[c]], side="left")) - 1
    return early


def _by_change(out: CellInfluence, batch: _Batch, panel: Panel, design: Design, pool: Ints, method: Method) -> None:
    """Cells from each site's own change between the two periods."""
    rows, cells = batch.rows, batch.cells
    D = (pool[rows] == design.g[cells[0]]).astype(np.float64)
    out.used[cells] = int(D.sum()), int(len(D) - D.sum())
    out.left_out[cells] = batch.candidates - len(rows)
    w, equal = _weights(panel, rows, batch.w_at)
    if not (w * D).sum() > 0 or not (w * (1 - D)).sum() > 0:
        raise NoOverlapError("no adopting or no comparison site is seen in both periods")
    X = _covariates(panel, rows, batch.x_at)
    dY = panel.Y[rows[:, None], design.t[cells]] - panel.Y[rows[:, None], design.b[cells]]
    att, psi = panel_effect(method, dY, D, X, w, equal=equal)
    out.att[cells] = att
    out.psi[rows[:, None], cells] = psi


def _by_rows(
    out: CellInfluence,
    batch: _Batch,
    panel: Panel,
    design: Design,
    pool: Ints,
    seen: Bools,
    method: Method,
    fix_weights: FixWeights | None,
) -> None:
    """One cell from separate means before and after, over whoever is seen in each."""
    (c,) = batch.cells
    t, b = int(design.t[c]), int(design.b[c])
    parts = [(at, batch.rows[seen[batch.rows, at]]) for at in (b, t)]
    held_x = min(t, b) if fix_weights == "varying" and seen[batch.rows].all() else None
    site = np.concatenate([rows for _, rows in parts])
    post = np.repeat([False, True], [len(rows) for _, rows in parts])
    y = np.concatenate([panel.Y[rows, at] for at, rows in parts])
    fixed = batch.w_at if fix_weights in ("base_period", "first_period") else None
    w, equal = _row_weights(panel, parts, fixed)
    weighed = np.isfinite(w)
    X = np.concatenate([_covariates(panel, rows, at if held_x is None else held_x) for at, rows in parts])
    site, post, y, w, X = site[weighed], post[weighed], y[weighed], w[weighed], X[weighed]
    D = (pool[site] == design.g[c]).astype(np.float64)
    out.used[c] = len(np.unique(site[D == 1])), len(np.unique(site[D == 0]))
    out.left_out[c] = batch.candidates - len(np.unique(site))
    if min((w * d * p).sum() for d in (D, 1 - D) for p in (post, ~post)) <= 0:
        raise NoOverlapError("no adopting or no comparison site is seen in one of the two periods")
    att, psi = rows_effect(method, y, post, D, X, w, equal=equal)
    out.att[c] = att
    out.psi[:, c] = sum_by(site, psi, len(pool))


def _weights(panel: Panel, rows: Ints, at: int) -> tuple[Floats, bool]:
    """Weights of some sites scaled to mean one, and whether they are all one."""
    if panel.weights is None:
        return np.ones(len(rows)), True
    w = panel.weights[rows, at] if panel.weights.ndim == 2 else panel.weights[rows]
    total = w.sum()
    return (w * (len(w) / total) if total > 0 else w), False


def _row_weights(panel: Panel, parts: list[tuple[int, Ints]], fixed: int | None) -> tuple[Floats, bool]:
    if panel.weights is None:
        return np.ones(sum(len(rows) for _, rows in parts)), True
    if panel.weights.ndim == 1:
        w = np.concatenate([panel.weights[rows] for _, rows in parts])
    else:
        w = np.concatenate([panel.weights[rows, at if fixed is None else fixed] for at, rows in parts])
    return w / np.nanmean(w), False


def _covariates(panel: Panel, rows: Ints, period: int) -> Floats:
    """Covariates (rows, p) of some sites in one period; an intercept when there are none."""
    if panel.X is None:
        return np.ones((len(rows), 1))
    return panel.X[rows, period] if panel.X.ndim == 3 else panel.X[rows]


def _name(design: Design, cells: Ints) -> str:
    c = cells[0]
    more = f" and {len(cells) - 1} more periods" if len(cells) > 1 else ""
    return f"ATT({design.group[c]:g}, {design.period[c]:g}){more}"
