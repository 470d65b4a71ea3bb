"""The same votes in one order, however people and statements were listed, for all that is drawn at random."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from holdfast.involve.classes.em import Model
from holdfast.involve.votes import Votes


@dataclass(frozen=True, eq=False)
class Ordered:
    """``seen`` (P′ × 3S′): the votes of those who voted, on what was voted on, a column for each answer to each
    statement; ``people`` (P′,) and ``statements`` (S′,): which of those listed they are."""

    seen: sparse.csr_array
    people: NDArray[np.int64]
    statements: NDArray[np.int64]


def ordered(votes: Votes) -> Ordered:
    """Statements by name, and people by what they said: people of the same votes are the same to every fit.

    So neither the order in which people or statements were listed, nor what people are called, nor who was listed and
    did not vote changes what is found.
    """
    said = np.unique(votes.what).astype(np.int64)
    statements = np.array(sorted(said.tolist(), key=lambda place: votes.statements[place]), np.int64)
    rank = np.zeros(votes.shape[1], np.int32)
    rank[statements] = np.arange(len(statements), dtype=np.int32)
    column = rank[votes.what] + votes.kind() * np.int32(len(statements))
    many = np.bincount(votes.who, minlength=votes.shape[0])
    spoke = np.flatnonzero(many)
    start = np.append(0, np.cumsum(many[spoke])).astype(np.int32)
    order = np.argsort(_marks(column, start, 3 * len(statements)), kind="stable")
    shape = (len(spoke), 3 * len(statements))
    seen = sparse.csr_array((np.ones(len(column), np.float32), column, start), shape=shape)[order]
    seen.sort_indices()
    return Ordered(seen, spoke[order], statements)


def _marks(column: NDArray[np.int32], start: NDArray[np.int32], width: int) -> NDArray[np.uint64]:
    """A number for each person that their votes alone make, different for different votes but once in 2⁶⁴ pairs."""
    drawn = np.random.default_rng(0).integers(0, 2**64, width, np.uint64)
    return np.add.reduceat(drawn[column], start[:-1]) if len(column) else np.empty(0, np.uint64)


def of_everybody(found: NDArray[Any], rows: NDArray[np.int64], size: int, otherwise: Any) -> NDArray[Any]:
    """(size, …): what was found of some rows, in the order they were listed, and something else of all others."""
    whole = np.empty((size, *found.shape[1:]), found.dtype)
    whole[...] = otherwise
    whole[rows] = found
    return whole


def of_all_statements(model: Model, statements: NDArray[np.int64], everybody: NDArray[np.floating[Any]]) -> Model:
    """The model with the rates of all statements listed; those nobody voted on are ``everybody``'s (S × 3)."""
    rate = np.repeat(everybody[None], model.k, axis=0)
    rate[:, statements] = model.rate
    return replace(model, rate=rate)
