"""`att_gt`: group-time effects from a table or from arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from .arrays import Floats
from .attgt import study
from .backend import Backend, FromInfluence, FromMoments
from .covariates import Method
from .design import Base, Comparison, Design, plan
from .frames import Axis
from .influence import CellInfluence, FixWeights, cell_influence
from .moments import Moments
from .panel import Missing, Panel, holes
from .reading import read_panel
from .results import GroupTimeEffects

MissingRule = Literal["pairwise", "complete", "cross_section"]
RULES = {
    "pairwise": "Each effect compares the sites seen in both of its two periods.",
    "complete": "Sites missing in any period were left out entirely.",
    "cross_section": "Means before and after were each taken over the sites seen then.",
}
SMALL = 5


def att_gt(
    frame: Any,
    outcome: str,
    site: str | None,
    period: str,
    cohort: str,
    covariates: Sequence[str] = (),
    comparison: Comparison = "never",
    base: Base = "varying",
    method: Method = "dr",
    weights: str | None = None,
    cluster: str | None = None,
    anticipation: float = 0,
    fix_weights: FixWeights | None = None,
    missing: MissingRule = "pairwise",
) -> GroupTimeEffects:
    """Group-time average effects of a staggered change (Callaway & Sant'Anna 2021).

    frame: a long pandas, polars or Arrow table, one row for each site and period. site: None for repeated
    cross-sections, where every row is seen once. cohort: first adopting period, one value per site; missing, infinite
    or 0 for never. covariates: columns, taken at the earlier of a cell's two periods.
    comparison: sites that never adopt, or that have not yet ("not_yet"). base: for effects before adoption, the period
    before ("varying") or the last one before adoption for all ("universal"). method: doubly robust ("dr"), regression
    ("reg") or inverse probability weights ("ipw"); the same without covariates. weights: a column, one per site-month.
    fix_weights: whose period's weights a cell uses when they change (R `did`'s option). cluster: a coarser unit for
    standard errors. anticipation: periods before adoption in which the effect may have begun.
    missing: what to do about missing site-months: "pairwise" uses in each cell the sites seen in both periods,
    "complete" leaves sites with a gap out (R `did`'s default), "cross_section" takes means before and after separately
    (its allow_unbalanced_panel). What was missing is in `.missing`.

    Raises ValueError for columns that are absent, repeated site-months, or an adoption pattern without a comparison.
    """
    panel, axis, kin = read_panel(
        frame, outcome, site, period, cohort, covariates=covariates, weights=weights, cluster=cluster
    )
    missing = "cross_section" if site is None else missing
    return estimate(
        panel,
        comparison=comparison,
        base=base,
        method=method,
        anticipation=anticipation,
        fix_weights=fix_weights,
        missing=missing,
        axis=axis,
        kin=kin,
    )


def estimate(
    panel: Panel,
    *,
    comparison: Comparison = "never",
    base: Base = "varying",
    method: Method = "dr",
    anticipation: float = 0,
    fix_weights: FixWeights | None = None,
    missing: MissingRule = "pairwise",
    axis: Axis | None = None,
    kin: Any = None,
) -> GroupTimeEffects:
    """`att_gt` from arrays; options as there."""
    _check(method, missing)
    seen = panel.seen
    report: Missing | None = None
    if not seen.all():
        report = holes(panel, seen, np.zeros(0, dtype=np.int64), RULES[missing])
        if missing == "complete":
            panel = panel.only(np.flatnonzero(seen.all(axis=1)))
            if not len(panel.sites):
                raise ValueError("No site is seen in every period; use missing='pairwise'.")
            seen = panel.seen
    weights = _moment_weights(panel, fix_weights)
    plain = panel.X is None and panel.cluster is None and weights is not False and bool(seen.all())
    options = {"comparison": comparison, "base": base, "anticipation": anticipation}
    if plain:
        w = None if weights is None else np.asarray(weights)
        state = Moments.from_panel(panel.Y, panel.cohort, periods=panel.periods, weights=w)
        backend: Backend = FromMoments(study(state, **options))  # type: ignore[arg-type]
        notes: tuple[str, ...] = ()
    else:
        backend, notes, report = _by_influence(panel, method, fix_weights, missing, report, options)
    design = backend.design
    n = {float(p): int(k) for p, k in zip(design.pools, backend.n_by_pool, strict=True)}
    small = [f"{p:g} ({k})" for p, k in n.items() if k < SMALL]
    if small:
        notes = (*notes, f"Cohorts of fewer than {SMALL} sites: {', '.join(small)}.")
    path = "moments" if plain else "influence"
    return GroupTimeEffects(backend, n, (*design.notes, *notes), report, path, backend.cell_se(), axis or Axis(), kin)


def _by_influence(
    panel: Panel,
    method: Method,
    fix_weights: FixWeights | None,
    missing: MissingRule,
    report: Missing | None,
    options: dict[str, Any],
) -> tuple[FromInfluence, tuple[str, ...], Missing | None]:
    known, index = np.unique(panel.cohort, return_inverse=True)
    design = plan(known, panel.periods, **options)
    pool = design.pool_of[index]
    rule: Literal["pairwise", "cross_section"] = "cross_section" if missing == "cross_section" else "pairwise"
    made = cell_influence(panel, design, pool, method=method, fix_weights=fix_weights, rule=rule)
    if report is not None:
        report = Missing(report.site, report.period, report.share, made.left_out, report.rule)
    weights = _share_weights(panel, design, fix_weights)
    return FromInfluence(design, made.att, made.psi, pool, weights, panel.cluster), _cell_notes(made), report


def _cell_notes(made: CellInfluence) -> tuple[str, ...]:
    return made.notes


def _moment_weights(panel: Panel, fix_weights: FixWeights | None) -> Floats | Literal[False] | None:
    """Weights the moments path can use: (n,) or None; False when they change over periods or are zero for some."""
    w = panel.weights
    if w is not None and w.ndim == 2:
        if fix_weights != "first_period":
            return False
        w = w[:, 0]
    return w if w is None or bool((w > 0).all()) else False


def _share_weights(panel: Panel, design: Design, fix_weights: FixWeights | None) -> Floats:
    """Weights (n,) behind the cohort shares: the first period's, or a site's mean when some are missing."""
    w = panel.weights
    if w is None:
        return np.ones(len(panel.sites))
    if w.ndim == 1:
        return np.nan_to_num(w)
    seen = panel.seen[:, : len(design.periods)]
    w = w[:, : len(design.periods)]
    if seen.all():
        return w[:, 0]
    count = np.maximum(seen.sum(axis=1), 1)
    return np.asarray(np.where(seen, w, 0.0).sum(axis=1) / count)


def _check(method: str, missing: str) -> None:
    if method not in ("dr", "reg", "ipw"):
        raise ValueError(f"method is {method!r}; choose dr, reg or ipw.")
    if missing not in RULES:
        raise ValueError(f"missing is {missing!r}; choose one of {', '.join(RULES)}.")
