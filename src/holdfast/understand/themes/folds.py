"""Comments dealt into folds: the same every time, and with the rarest themes spread as evenly as they go."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.intp]


def folds(known: Floats, ids: Sequence[str], count: int, seed: int = 0) -> Integers:
    """The fold (0 … count − 1) of each comment.

    ``known`` is comments × themes (1, 0, NaN). Comments are grouped by the rarest theme they hold and dealt one by one
    in a shuffled order, so that each fold has its part of every theme. Copies of a text may fall apart: comments to
    come will repeat what was said before, too.
    """
    order = np.argsort(np.asarray(ids, dtype=object), kind="stable") if len(ids) else np.zeros(0, dtype=np.intp)
    shuffled = order[np.random.default_rng(seed).permutation(len(order))]
    have = known == 1
    rarest = np.where(have, np.nansum(known, axis=0), np.inf).argmin(axis=1) if known.shape[1] else np.zeros(len(ids))
    rarest = np.where(have.any(axis=1), rarest, -1)
    place = np.empty(len(ids), dtype=np.intp)
    place[shuffled] = np.arange(len(ids))
    dealt = np.lexsort((place, rarest))
    fold = np.empty(len(ids), dtype=np.intp)
    fold[dealt] = np.arange(len(ids)) % count
    return fold
