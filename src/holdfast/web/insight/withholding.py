"""So that no count that is withheld can be worked out from the others and the total beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from holdfast.share.disclosure import DEFAULT, profile
from holdfast.share.disclosure.margins import secondary
from holdfast.understand.insights import Cell


def hide_to() -> int:
    """The largest count of people that is withheld, by the rule in force."""
    return profile(DEFAULT).suppress_to


def covered(cells: Sequence[Cell]) -> list[Cell]:
    """Cells of every theme by one fact, further ones withheld where only one of a theme was.

    A theme's groups add up to its total, which is shown beside them, as do the groups' sizes.
    """
    themes = list(dict.fromkeys(cell.theme for cell in cells))
    groups = list(dict.fromkeys(cell.group for cell in cells))
    if len(groups) < 2:
        return list(cells)
    held = {(cell.theme, cell.group): cell for cell in cells}
    hide = {
        (theme, group)
        for theme in themes
        for group, more in zip(groups, _more([held[theme, group] for group in groups]), strict=True)
        if more
    }
    return [_without(cell) if (cell.theme, cell.group) in hide else cell for cell in cells]


def _more(row: Sequence[Cell]) -> list[bool]:
    """Which further groups of one theme to withhold. With and without the theme, then the total, by group."""
    sizes = np.array([np.nan if cell.out_of is None else cell.out_of for cell in row], dtype=np.float64)
    hidden = np.array([cell.hidden for cell in row])
    if not hidden.any() or hidden.sum() > 1:
        return [False] * len(row)
    count = np.array([0.0 if cell.count is None else cell.count for cell in row])
    table = np.vstack([count, np.nan_to_num(sizes) - count, np.nan_to_num(sizes)])
    table = np.hstack([table, table.sum(axis=1, keepdims=True)])
    primary = np.zeros(table.shape, dtype=bool)
    primary[:2, :-1] = hidden
    more = secondary(table, primary)
    return [bool(more[:2, at].any()) for at in range(len(row))]


def _without(cell: Cell) -> Cell:
    return replace(cell, count=None, share=None, low=None, high=None, by_people=None, hidden=True)
