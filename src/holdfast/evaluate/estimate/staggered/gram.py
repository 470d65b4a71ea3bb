"""The arithmetic under `Moments`: one pass over the panel, and moving a cross-product's centre."""

from __future__ import annotations

import numpy as np

from .arrays import Floats, Ints


def cohort_gram(
    values: Floats, index: Ints, n: Ints, weights: Floats | None, *, joint: bool
) -> tuple[Floats, Floats, Floats]:
    """Total weights (O, K), mean paths (O, K, T) and cross-products of a panel (O, sites, T).

    index: (sites,) cohort of each site; n: (K,) sites in each; weights: (O or 1, sites) or None for one each.
    A cohort's rows are gathered into one buffer, centred in place and multiplied with themselves (a symmetric rank-n
    update), so beyond the panel there is never more than the largest cohort's rows.
    """
    n_out, _, n_per = values.shape
    order = None if np.all(index[:-1] <= index[1:]) else np.argsort(index, kind="stable")
    ends = np.cumsum(n)
    size = n_per + 1
    lanes = n_out if joint else 1
    buffer = np.empty((int(n.max()), lanes * size))
    mass, mean = np.empty((n_out, len(n))), np.empty((n_out, len(n), n_per))
    gram = np.empty((len(n), n_out * size, n_out * size) if joint else (n_out, len(n), size, size))
    for k in range(len(n)):
        span = slice(int(ends[k] - n[k]), int(ends[k]))
        rows = span if order is None else order[span]
        z = buffer[: n[k]]
        for o in range(n_out):
            lane = z[:, (o if joint else 0) * size :][:, :size]
            w = None if weights is None else weights[min(o, len(weights) - 1), rows]
            mass[o, k], mean[o, k] = centred(values[o], rows, w, lane)
            if not joint:
                gram[o, k] = z.T @ z
        if joint:
            gram[k] = z.T @ z
    return mass, mean, gram


def centred(values: Floats, rows: slice | Ints, w: Floats | None, out: Floats) -> tuple[float, Floats]:
    """Write [w (y − m), w] of some rows of (sites, T) into `out`; returns total weight and mean path."""
    y = values[rows]
    if w is None:
        mean = np.add.reduce(y, axis=0) / len(y)
        np.subtract(y, mean, out=out[:, :-1])
        out[:, -1] = 1.0
        return float(len(y)), mean
    total = float(w.sum())
    mean = (w @ y) / total
    np.subtract(y, mean, out=out[:, :-1])
    out[:, :-1] *= w[:, None]
    out[:, -1] = w
    return total, mean


def shift(gram: Floats, move: Floats) -> Floats:
    """Cross-products (..., T+1, T+1) after adding w_i·move (..., T) to every row z_i's first T entries.

    Σ (z + w d)(z + w d)' = G + r d' + d r' + d d' Σw², with r the last column; r itself gains Σw² d.
    """
    out = gram.copy()
    r, squares = gram[..., :-1, -1], gram[..., -1:, -1:]
    half = r[..., :, None] * move[..., None, :]
    out[..., :-1, :-1] += half + half.swapaxes(-1, -2) + squares * move[..., :, None] * move[..., None, :]
    new = r + squares[..., 0] * move
    out[..., :-1, -1] = new
    out[..., -1, :-1] = new
    return out


def joint_shift(gram: Floats, move: Floats) -> Floats:
    """The same for several outcomes at once: gram (K, O(T+1), O(T+1)), move (O, K, T).

    z ↦ A z with A the identity plus, in each outcome's block, `move` in the weight's column; G ↦ A G A'.
    """
    n_out, n_cohorts, n_per = move.shape
    size = n_per + 1
    weight_rows = np.arange(n_out) * size + n_per
    d = np.zeros((n_cohorts, n_out, size))
    d[:, :, :-1] = move.transpose(1, 0, 2)
    rows = gram + (d[:, :, :, None] * gram[:, weight_rows, None, :]).reshape(gram.shape)
    columns = rows[:, :, weight_rows]
    return rows + (columns[:, :, :, None] * d[:, None, :, :]).reshape(gram.shape)
