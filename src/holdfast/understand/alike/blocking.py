"""Which pairs of texts are worth comparing: those that share something rare. Work and memory are bounded beforehand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from holdfast.understand.alike.grams import Matrix, rarity, weigh

BUDGET: Final = 1e8
"""Products of two shared sequences that may be formed for one kind of sequence, unless more are allowed."""
MOST: Final = 40
"""Partners kept for each text, the likeliest first."""
FAINT: Final = 0.05
"""A cosine over the sequences used below which a pair is not worth comparing."""
AS_IF: Final = 100
"""What both of two texts hold is not common because there are only two: fewer are weighed as if there were as many."""
ROWS: Final = 2000
THREADS: Final = 2

Pairs = NDArray[np.int64]


def worth_comparing(matrices: Sequence[Matrix], budgets: Sequence[float] = ()) -> Pairs:
    """Pairs of rows (first < second), each once: two columns, int64.

    A column that many rows share costs the square of their number and tells little, so each matrix's columns are used
    from the rarest upward until its budget (BUDGET unless told) is spent.
    """
    told = (*budgets, *(BUDGET for _ in matrices))
    found = [
        pairs for matrix, budget in zip(matrices, told, strict=False) for pairs in _from_one(_rarest(matrix, budget))
    ]
    if not found:
        return np.zeros((0, 2), dtype=np.int64)
    size = matrices[0].shape[0]
    keys = np.unique(np.concatenate([np.minimum(i, j) * size + np.maximum(i, j) for i, j in found]))
    return np.column_stack((keys // size, keys % size))


def _rarest(counts: Matrix, budget: float) -> Matrix:
    held = np.bincount(counts.indices, minlength=counts.shape[1])
    order = np.argsort(held, kind="stable")
    spent = np.cumsum(np.where(held[order] > 1, held[order].astype(np.float64) ** 2, 0.0))
    use = np.zeros(counts.shape[1], dtype=bool)
    use[order[: int(np.searchsorted(spent, budget, side="right"))]] = True
    use &= held > 1
    keep = use[counts.indices]
    before = np.concatenate(([0], np.cumsum(keep)))
    starts = before[counts.indptr].astype(np.int32)
    narrow = np.cumsum(use) - 1
    columns = narrow[counts.indices[keep]].astype(np.int32)
    weight = weigh(counts, rarity(counts, max(counts.shape[0], AS_IF))).data[keep]
    return sparse.csr_array((weight, columns, starts), shape=(counts.shape[0], max(1, int(use.sum()))))


def _from_one(block: Matrix) -> Iterator[tuple[Pairs, Pairs]]:
    other = block.T.tocsr()
    with ThreadPoolExecutor(THREADS) as pool:
        yield from pool.map(lambda at: _likeliest(block, other, at), range(0, block.shape[0], ROWS))


def _likeliest(block: Matrix, other: Matrix, at: int) -> tuple[Pairs, Pairs]:
    """The best partners of the rows from ``at``; what they share outside the budget is not counted."""
    shared = sparse.csr_array(block[at : at + ROWS] @ other)
    enough = np.flatnonzero(shared.data > FAINT)
    rows = np.searchsorted(shared.indptr, enough, side="right") - 1 + at
    columns, weight = shared.indices[enough].astype(np.int64), shared.data[enough]
    apart = rows != columns
    rows, columns, weight = rows[apart], columns[apart], weight[apart]
    order = np.lexsort((-weight, rows))
    rows, columns = rows[order], columns[order]
    starts = np.searchsorted(rows, np.arange(at, at + shared.shape[0]))
    rank = np.arange(len(rows)) - starts[rows - at]
    return rows[rank < MOST], columns[rank < MOST]
