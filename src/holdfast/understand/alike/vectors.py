"""Texts to vectors of length one, by an embedding of somebody's own, which is not taken at its word."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from holdfast.understand.alike.nearness import Rows

Embed = Callable[[Sequence[str]], Rows]
"""Texts to one row each; rows need not be of length one."""

_MUST: Final = "it must give one finite vector a text, all of one length"


def embedded(embed: Embed, texts: Sequence[str], beside: Rows | None = None) -> Rows:
    """Texts × dimensions. A text without words has no direction: its row is nought, whatever the embedding says.

    ValueError where a vector is missing, not finite, or of another length than those it is to stand ``beside``: one
    such row would make everything else unlike everything.
    """
    rows = np.array(embed(texts), dtype=np.float32)
    width = None if beside is None else beside.shape[1]
    if rows.ndim != 2 or len(rows) != len(texts) or width not in (None, rows.shape[1]):
        held = "" if width is None else f" beside vectors of length {width:,}"
        raise ValueError(f"The embedding gave {rows.shape} for {len(texts):,} texts{held}; {_MUST}.")
    rows[[not text.strip() for text in texts]] = 0.0
    wrong = int((~np.isfinite(rows)).any(axis=1).sum())
    if wrong:
        raise ValueError(f"The embedding gave no finite vector for {wrong:,} of {len(texts):,} texts; {_MUST}.")
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12), dtype=np.float32)
