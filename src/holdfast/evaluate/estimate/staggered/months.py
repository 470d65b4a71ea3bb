"""A state grows by a month without re-reading the past, and shrinks by a site without re-reading the rest.

What a holder must have: the rows of its own sites (for the cross-products of the new month with the old ones).
What a holder must send to a hub that keeps its state: one `Month`, per cohort a mean and T + 2 cross-products, no row.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from .arrays import Bools, Floats, Ints
from .gram import centred
from .moments import Moments, cohort_labels, site_weights


@dataclass(frozen=True)
class Month:
    """What one more period adds to a state of O outcomes × K cohorts × T periods.

    period: its label. cohorts, n: (K,) as in the state it extends, to be checked against it. mean: (O, K) weighted
    means of the new month. with_old: (O, K, T + 1) cross-products of the new month's weighted deviations with the old
    months' and with the weight; with_new: (O, K) with themselves. For a joint state: (K, O, O·(T + 1)) and (K, O, O).
    """

    period: float
    cohorts: Floats
    n: Ints
    mean: Floats
    with_old: Floats
    with_new: Floats


def month(
    state: Moments,
    Y: ArrayLike,
    y_new: ArrayLike,
    cohort: ArrayLike,
    *,
    period: float | None = None,
    weights: ArrayLike | None = None,
) -> Month:
    """Work out a new month for a state, from the rows of exactly its sites.

    Y: (O, n, T) or (n, T), the months the state holds; y_new: (O, n) or (n,); cohort: (n,) as the state knows it, that
    is, before anyone adopts in the new month (`append` moves the new adopters first). One pass over the rows.
    """
    old, new, labels = _rows(state, Y, y_new, cohort)
    w = site_weights(weights, len(state.outcomes), old.shape[1])
    if (w is not None) != state.weighted:
        raise ValueError("The state and the new month must both carry site weights, or neither.")
    n_out, K, size = len(state.outcomes), len(state.cohorts), len(state.periods) + 1
    mean = np.empty((n_out, K))
    with_old = np.empty((K, n_out, n_out * size) if state.joint else (n_out, K, size))
    with_new = np.empty((K, n_out, n_out) if state.joint else (n_out, K))
    for k, label in enumerate(state.cohorts):
        rows = np.flatnonzero(labels == label)
        if len(rows) != state.n[k]:
            raise ValueError(f"The state holds {state.n[k]} sites of cohort {label:g}; {len(rows)} were given.")
        z, fresh, mean[:, k] = _deviations(old, new, rows, w)
        if state.joint:
            with_old[k], with_new[k] = fresh @ z.transpose(1, 0, 2).reshape(len(rows), -1), fresh @ fresh.T
        else:
            with_old[:, k] = np.einsum("oi,ois->os", fresh, z)
            with_new[:, k] = np.einsum("oi,oi->o", fresh, fresh)
    label = float(state.periods[-1] + 1 if period is None else period)
    return Month(label, state.cohorts, state.n, mean, with_old, with_new)


def extend(state: Moments, new: Month) -> Moments:
    """The state with one more period, from what its holder sent."""
    if not (np.array_equal(state.cohorts, new.cohorts) and np.array_equal(state.n, new.n)):
        raise ValueError("This month was worked out for another state: cohorts or numbers of sites differ.")
    if new.period <= state.periods[-1]:
        raise ValueError(f"The new period {new.period:g} is not after the last one held, {state.periods[-1]:g}.")
    if (new.with_new.ndim == 3) != state.joint:
        raise ValueError("The state and the month must both be joint over outcomes, or neither.")
    T, n_out = len(state.periods), len(state.outcomes)
    held = np.r_[np.arange(T), T + 1]
    lanes = np.arange(n_out if state.joint else 1) * (T + 2)
    old, fresh = (lanes[:, None] + held).ravel(), lanes + T
    size = len(lanes) * (T + 2)
    gram = np.empty((*state.gram.shape[:-2], size, size))
    with_old = new.with_old if state.joint else new.with_old[..., None, :]
    gram[..., old[:, None], old] = state.gram
    gram[..., fresh[:, None], old] = with_old
    gram[..., old[:, None], fresh] = with_old.swapaxes(-1, -2)
    gram[..., fresh[:, None], fresh] = new.with_new if state.joint else new.with_new[..., None, None]
    mean = np.concatenate([state.mean, new.mean[..., None]], axis=-1)
    return replace(state, periods=np.append(state.periods, new.period), mean=mean, gram=gram)


def append(
    state: Moments,
    Y: ArrayLike,
    y_new: ArrayLike,
    cohort: ArrayLike,
    *,
    period: float | None = None,
    weights: ArrayLike | None = None,
) -> Moments:
    """The state with one more period, equal to reading the longer panel from scratch.

    cohort: (n,) as known now. Sites whose cohort is the new period adopted in it: they leave the never-adopting cohort
    for their own before the month is added.
    """
    old, new, labels = _rows(state, Y, y_new, cohort)
    label = float(state.periods[-1] + 1 if period is None else period)
    w = site_weights(weights, len(state.outcomes), old.shape[1])
    movers = labels == label
    if movers.any() and label not in state.cohorts:
        state = (state - _part(state, old, movers, np.inf, w)) + _part(state, old, movers, label, w)
    return extend(state, month(state, old, new, labels, period=label, weights=w))


def without_site(state: Moments, y: ArrayLike, cohort: float, weight: ArrayLike | None = None) -> Moments:
    """The state without one of its sites, y (O, T) or (T,): a rank-one update."""
    row = np.asarray(y, dtype=np.float64).reshape(len(state.outcomes), 1, len(state.periods))
    w = None if weight is None else np.asarray(weight, dtype=np.float64).reshape(-1, 1)
    return state - _part(state, row, np.ones(1, dtype=bool), cohort, w)


def _part(state: Moments, Y: Floats, sites: Bools, cohort: float, w: Floats | None) -> Moments:
    """The state of some sites, all of one cohort."""
    return Moments.from_panel(
        Y[:, sites],
        np.full(int(sites.sum()), cohort),
        periods=state.periods,
        weights=None if w is None else w[:, sites],
        outcomes=state.outcomes,
        joint=state.joint,
    )


def _deviations(old: Floats, new: Floats, rows: Ints, w: Floats | None) -> tuple[Floats, Floats, Floats]:
    """[w (y − m), w] of the old months (O, n_k, T+1), w (y − m) of the new one (O, n_k), and its means (O,)."""
    n_out, _, T = old.shape
    z, fresh, mean = np.empty((n_out, len(rows), T + 1)), np.empty((n_out, len(rows), 2)), np.empty(n_out)
    for o in range(n_out):
        own = None if w is None else w[min(o, len(w) - 1), rows]
        centred(old[o], rows, own, z[o])
        mean[o] = centred(new[o][:, None], rows, own, fresh[o])[1][0]
    return z, fresh[..., 0], mean


def _rows(state: Moments, Y: ArrayLike, y_new: ArrayLike, cohort: ArrayLike) -> tuple[Floats, Floats, Floats]:
    old = np.asarray(Y, dtype=np.float64)
    old = old[None] if old.ndim == 2 else old
    new = np.atleast_2d(np.asarray(y_new, dtype=np.float64))
    expected = (len(state.outcomes), old.shape[1])
    if old.shape[::2] != (expected[0], len(state.periods)) or new.shape != expected:
        raise ValueError(
            f"Y has shape {old.shape} and y_new {new.shape}; a state of {expected[0]} outcomes and "
            f"{len(state.periods)} periods needs (O, n, T) and (O, n) for its own sites."
        )
    if not np.isfinite(new).all():
        raise ValueError(f"The new month has {int((~np.isfinite(new)).sum())} missing values; every site needs one.")
    return old, new, cohort_labels(cohort, old.shape[1])
