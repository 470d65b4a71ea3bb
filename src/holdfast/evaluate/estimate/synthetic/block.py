"""Synthetic difference-in-differences, synthetic control and difference-in-differences for one start date.

Arkhangelsky et al. (2021), Algorithm 1, for a batch of treated sets at once: the real one and every placebo, in one
panel or in several of the same shape (measures, populations).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from holdfast.evaluate.estimate.synthetic.solver import Bools, Floats, Ints, Simplex, solve

Method = Literal["sdid", "sc", "did"]
METHODS: tuple[Method, ...] = ("sdid", "sc", "did")
ALMOST_NO_RIDGE = 1e-6  # times the noise level: `synthdid`'s stand-in for an unpenalised weight
TOLERANCE = 1e-5  # times the noise level, squared: when to stop


@dataclass(frozen=True)
class Settings:
    """What each of C panels fixes for its real treated set and all of its placebos.

    onset: T₀, the number of periods before. noise (C,): standard deviation of one-period changes among the controls
    before the start. ridge (C,): ζ for the site weights, (N₁·T₁)^¼ × noise for SDID and almost nothing for SC.
    """

    method: Method
    onset: int
    noise: Floats
    ridge: Floats


@dataclass(frozen=True)
class Blocks:
    """B estimates on panels of N sites and T periods, in the outcome's own units.

    effect (B,): the average over treated sites and periods after. path (B, T): treated minus synthetic in every
    period, less the weighted mean gap before, so the mean of its last T₁ entries is `effect`. omega (B, N): site
    weights. lam (B, T₀): period weights. misfit (B,): root mean squared gap before the start, about the part an
    intercept takes up (SDID, DiD) or about zero (SC).
    """

    effect: Floats
    path: Floats
    omega: Floats
    lam: Floats
    misfit: Floats


def settings(Y: Floats, controls: Bools, onset: int, n_treated: int | Ints, method: Method) -> Settings:
    """Noise level and ridge as in `synthdid`. Y (C, N, T), of which `controls` (C, N) or (N,) were never treated."""
    if method not in METHODS:
        raise ValueError(f"method is {method!r}; it can be one of {', '.join(METHODS)}")
    T = Y.shape[2]
    if onset < 3 or onset >= T:
        raise ValueError(
            f"the start leaves {onset} periods before and {T - onset} after; a synthetic comparison needs at least "
            "3 before and 1 after: use more history or another design"
        )
    if not np.isfinite(Y).all():
        raise ValueError("the panel has missing values; a synthetic comparison needs every site in every period")
    mask = np.broadcast_to(controls, Y.shape[:2])
    change = np.diff(Y[:, :, :onset], axis=2)
    noise = np.array([float(np.std(c[m], ddof=1)) for c, m in zip(change, mask, strict=True)])
    if (noise <= 0).any():
        raise ValueError("no comparison site changes before the start; there is nothing to build a comparison from")
    scale = (n_treated * (T - onset)) ** 0.25 if method == "sdid" else ALMOST_NO_RIDGE
    return Settings(method, onset, noise, scale * noise)


def estimate(Y: Floats, treated: Bools, donors: Bools, how: Settings, panel: Ints | None = None) -> Blocks:
    """Every treated set against its donors: Y (C, N, T); treated, donors (B, N); panel (B,), zeros if not given."""
    panel = np.zeros(len(treated), dtype=np.int64) if panel is None else panel
    share = treated / treated.sum(axis=1, keepdims=True)
    Y = Y - Y.mean(axis=1, keepdims=True)  # weights sum to one on both sides, so this changes rounding only
    if how.method == "did":
        omega = donors / donors.sum(axis=1, keepdims=True)
        lam = np.full((len(treated), how.onset), 1 / how.onset)
    else:
        omega = site_weights(Y, share, donors, how, panel)
        lam = np.zeros((len(treated), how.onset))
    if how.method == "sdid":
        lam = period_weights(Y, donors, how, panel)
    gap = _by_panel(share - omega, Y, panel)
    before = gap[:, : how.onset]
    path = gap - np.einsum("bt,bt->b", before, lam)[:, None]
    centre = before.mean(axis=1, keepdims=True) if how.method != "sc" else 0.0
    misfit = np.sqrt(np.mean((before - centre) ** 2, axis=1))
    return Blocks(path[:, how.onset :].mean(axis=1), path, omega, lam, misfit)


def site_weights(Y: Floats, share: Floats, donors: Bools, how: Settings, panel: Ints) -> Floats:
    """ω (B, N) matching the treated mean over the T₀ periods before; SDID lets the levels differ."""
    before = Y[:, :, : how.onset]
    columns = before - before.mean(axis=2, keepdims=True) if how.method == "sdid" else before
    gram = columns @ columns.transpose(0, 2, 1)
    rows = np.full(len(share), float(how.onset))
    cross = _by_panel(share, gram, panel)
    return solve(Simplex(gram, panel, cross, rows, how.ridge[panel] ** 2, donors, _tolerance(how, panel)))


def period_weights(Y: Floats, donors: Bools, how: Settings, panel: Ints) -> Floats:
    """λ (B, T₀) matching, across each set's donors, the mean of the periods after."""
    after = Y[:, :, how.onset :].mean(axis=2, keepdims=True)
    collapsed = np.concatenate([Y[:, :, : how.onset], after], axis=2)
    _, first, back = np.unique(np.column_stack([panel, donors]), axis=0, return_index=True, return_inverse=True)
    home = panel[first]  # sets with the same donors share their period weights
    gram = np.stack([_centred_gram(collapsed[c, donors[i]]) for c, i in zip(home, first, strict=True)])
    problems = Simplex(
        gram=gram[:, :-1, :-1],
        which=np.arange(len(first)),
        cross=gram[:, :-1, -1],
        rows=donors[first].sum(axis=1).astype(float),
        ridge=(ALMOST_NO_RIDGE * how.noise[home]) ** 2,
        allowed=np.ones((len(first), how.onset), dtype=bool),
        tolerance=_tolerance(how, home),
    )
    return solve(problems)[back.reshape(-1)]


def _tolerance(how: Settings, panel: Ints) -> Floats:
    return (TOLERANCE * how.noise[panel]) ** 2


def _centred_gram(columns: Floats) -> Floats:
    centred = columns - columns.mean(axis=0)
    return np.asarray(centred.T @ centred)


def _by_panel(weights: Floats, Y: Floats, panel: Ints) -> Floats:
    """weights (B, N) times each row's own panel of Y (C, N, T), one product a panel."""
    out = np.empty((len(weights), Y.shape[2]))
    for c in np.unique(panel):
        out[panel == c] = weights[panel == c] @ Y[c]
    return out
