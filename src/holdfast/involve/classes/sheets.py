"""Votes laid out for fitting: a sparse sheet with a column for each answer to each statement in each manner."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from holdfast.involve.votes import Votes

Floats = NDArray[np.floating[Any]]


@dataclass(frozen=True, eq=False)
class Sheet:
    """``seen`` (P × H·3S): a one for each vote, in the columns of the voter's manner; ``tilt`` (H, 3): what each
    manner multiplies the chance of agree, disagree and pass by; ``manner`` (P,)."""

    seen: sparse.csr_array
    tilt: Floats
    manner: NDArray[np.int64]

    @property
    def people(self) -> int:
        """P."""
        return len(self.manner)

    @property
    def votes(self) -> int:
        """How many votes."""
        return int(self.seen.nnz)

    @cached_property
    def turned(self) -> sparse.csc_array:
        """H·3S × P: the same votes, not copied."""
        return self.seen.T

    def summed(self, logs: Floats) -> Floats:
        """P × k: over each person's votes, ``logs`` (H, 3, S, k)."""
        return np.asarray(self.seen @ logs.reshape(-1, logs.shape[3]))

    def tallied(self, share: Floats) -> Floats:
        """H × 3 × S × k: votes of each manner by membership (P × k)."""
        counts = np.asarray(self.turned @ np.ascontiguousarray(share, np.float32))
        return counts.reshape(len(self.tilt), 3, -1, share.shape[1])


def design(votes: Votes) -> sparse.csr_array:
    """P × 3S float32, a one for each vote: column j for agree with statement j, S + j disagree, 2S + j pass."""
    people, statements = votes.shape
    column = votes.what + votes.kind() * np.int32(statements)
    pointers = np.searchsorted(votes.who, np.arange(people + 1, dtype=votes.who.dtype)).astype(np.int32)
    return sparse.csr_array((np.ones(len(votes), np.float32), column, pointers), shape=(people, 3 * statements))


def counted(seen: sparse.csr_array) -> Floats:
    """S × 3: how often each answer was given."""
    return np.bincount(seen.indices, minlength=seen.shape[1]).astype(np.float64).reshape(3, -1).T


def laid_out(seen: sparse.csr_array, manner: NDArray[np.int64], tilt: Floats) -> Sheet:
    """The design spread over the columns of people's manners; manners nobody has are left out."""
    used, codes = np.unique(manner, return_inverse=True)
    codes = codes.reshape(-1).astype(np.int64)
    width = seen.shape[1]
    columns = seen.indices + np.repeat((codes * width).astype(np.int32), np.diff(seen.indptr))
    spread = sparse.csr_array((seen.data, columns, seen.indptr), shape=(seen.shape[0], width * len(used)))
    return Sheet(spread, tilt[used], codes)
