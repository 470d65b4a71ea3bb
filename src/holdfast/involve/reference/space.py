"""The opinion space of the reference maths: two principal components of votes whose gaps are the statement's mean.

Small, Bjorkegren, Erkkilä, Shaw & Megill (2021), *Polis: scaling deliberation by mapping high dimensional opinion
spaces*, Recerca 26(2). Re-made from the published idea. A missing vote equals its statement's mean, so after
centring it is nought: the centred votes are sparse and nothing is ever filled in.

Signs. Here agree is +1. The reference server holds agree as −1, so its centre is ours negated; a component and its
negation describe one space, and which of the two is shown is settled by ``like`` or by the largest loading.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import svds

from holdfast.involve.votes import Votes

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Space:
    """``centre`` (S,): mean vote of each statement; ``components`` (2, S): unit directions; ``spread`` (2,): the
    singular values; ``moderated_out`` (S,): statements held at nought for everybody."""

    centre: Floats
    components: Floats
    spread: Floats
    moderated_out: Bools

    def statements(self) -> Floats:
        """S × 2: where somebody would stand who had voted only on that statement, and agreed."""
        return np.asarray(((1.0 - self.centre) * self.components).T * np.sqrt(len(self.centre)))

    def extremity(self) -> Floats:
        """S: how far from the middle that is."""
        return np.asarray(np.linalg.norm(self.statements(), axis=1))


def space(
    votes: Votes, moderated_out: Bools | None = None, *, like: Floats | None = None, components: int = 2
) -> Space:
    """The space of ``votes``; components are turned to point as ``like`` (2, S) does, where it is given."""
    S = votes.shape[1]
    out = np.zeros(S, bool) if moderated_out is None else np.asarray(moderated_out, bool)
    centre = means(votes, out)
    spread, directions = _leading(deviations(votes, centre, out), components)
    return Space(centre, _turned(directions, like), spread, out)


def means(votes: Votes, out: Bools) -> Floats:
    """S: the mean vote; nought where nobody voted or the statement is moderated out."""
    counts = votes.counts()
    seen = counts.sum(axis=1)
    return np.where(out | (seen == 0), 0.0, (counts[:, 0] - counts[:, 1]) / np.maximum(seen, 1))


def deviations(votes: Votes, centre: Floats, out: Bools) -> sparse.csr_array:
    """P × S: each vote less its statement's mean; what was not voted on, or is moderated out, is absent."""
    data = np.where(out[votes.what], 0.0, votes.vote - centre[votes.what])
    return sparse.csr_array((data, votes.what, votes.pointers()), shape=votes.shape)


def place(where: Space, votes: Votes) -> Floats:
    """P × 2: where each person stands, drawn out by √(statements / votes) since few votes keep near the middle.

    A statement moderated out counts as voted on by everybody: it was set to nought, not taken away.
    """
    counted = np.bincount(votes.who[~where.moderated_out[votes.what]], minlength=votes.shape[0])
    counted = counted + int(where.moderated_out.sum())
    spots = deviations(votes, where.centre, where.moderated_out) @ where.components.T
    return np.asarray(spots * np.sqrt(votes.shape[1] / np.maximum(counted, 1))[:, None])


def _leading(matrix: sparse.csr_array, wanted: int) -> tuple[Floats, Floats]:
    """Singular values and right vectors, largest first; noughts where the votes have fewer directions than asked."""
    size = matrix.shape[1]
    values, vectors = np.zeros(wanted), np.zeros((wanted, size))
    if matrix.nnz == 0 or not np.abs(matrix.data).max() > 0:
        return values, vectors
    s, vt = _svd(matrix, wanted)
    real = s > s[0] * 1e-12
    found = int(real.sum())
    values[:found], vectors[:found] = s[real], vt[real]
    return values, vectors


def _svd(matrix: sparse.csr_array, wanted: int) -> tuple[Floats, Floats]:
    if min(matrix.shape) <= wanted + 1:
        _, s, vt = np.linalg.svd(_thin(matrix), full_matrices=False)
        return s[:wanted], vt[:wanted]
    start = np.random.default_rng(0).standard_normal(min(matrix.shape))
    _, s, vt = svds(matrix, k=wanted, v0=start, tol=0.0, solver="arpack")
    order = np.argsort(-s)
    return np.asarray(s[order], np.float64), np.asarray(vt[order], np.float64)


def _thin(matrix: sparse.csr_array) -> Any:
    """Three people or three statements: short enough to write out."""
    return matrix.toarray()


def _turned(components: Floats, like: Floats | None) -> Floats:
    if like is not None:
        lead = np.sign((components * like).sum(axis=1))
    else:
        lead = np.sign(components[np.arange(len(components)), np.abs(components).argmax(axis=1)])
    return np.asarray(components * np.where(lead == 0, 1.0, lead)[:, None])
