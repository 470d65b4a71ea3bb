"""So that no number that is withheld can be worked out from the others, in this look or in any other beside it.

Everybody's numbers, those of each setting and of each change, and each of these by a fact of the person or by time are
sums of one another, and whoever may see one may see them all. So a look is never protected by itself: it is held in the
table of every setting (or change) by every group, whose totals are other looks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from holdfast.share.disclosure import DEFAULT, profile
from holdfast.understand.insights import Cell, Mention
from holdfast.understand.insights.counts import NOT_KNOWN

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Integers = NDArray[np.intp]
ALL: Final = ""
"""The group of a look that is not divided."""


@dataclass(frozen=True)
class Withheld:
    """What of a look may not be shown: pairs of a theme and a group, and groups whose very size is withheld."""

    cells: frozenset[tuple[str, str]]
    sizes: frozenset[str]


@dataclass(frozen=True)
class _Level:
    """What is withheld of everybody's groups, and of each row's (rows × groups)."""

    over: Bools
    inside: Bools


def hide_to() -> int:
    """The largest count of people that is withheld, by the rule in force."""
    return profile(DEFAULT).suppress_to


def withheld(
    found: Sequence[Mention], themes: Sequence[str], levels: Sequence[str], few: int, within: tuple[str, str] = ("", "")
) -> Withheld:
    """What to withhold of everybody by a fact, or of those ``within`` one setting or change: ("setting", "Ward 3").

    ``found`` is every comment, not only those within. ``levels`` are the fact, after those that it divides: year and
    quarter for quarters; none for the numbers of the whole.
    """
    if not found:
        return Withheld(frozenset(), frozenset())
    fact, value = within
    row_names, rows = _coded(found, fact)
    row = int(np.flatnonzero(row_names == value)[0]) if fact and value in row_names else None
    names, columns = np.array([ALL]), list[Integers]()
    for level in levels:
        names, column = _coded(found, level)
        columns.append(column)

    def of(level: _Level) -> set[str]:
        hidden = level.over if row is None else level.inside[row]
        return {str(name) for name, hide in zip(names, hidden, strict=True) if hide}

    everyone = np.ones(len(found))
    sizes, cells = _levels(np.stack([everyone]), rows, columns, few, ()), set()
    for theme in themes:
        has = np.array([theme in mention.themes for mention in found], dtype=np.float64)
        hidden = _levels(np.stack([has, everyone - has]), rows, columns, few, sizes)
        cells |= {(theme, name) for name in of(hidden[-1])}
    return Withheld(frozenset(cells), frozenset(of(sizes[-1])))


def without(cells: Sequence[Cell], hide: Withheld) -> list[Cell]:
    """The cells as they may be shown."""
    return [_without(cell, hide) for cell in cells]


def _without(cell: Cell, hide: Withheld) -> Cell:
    group = cell.group[0][1] if cell.group else ALL
    if (cell.theme, group) not in hide.cells and group not in hide.sizes:
        return cell
    out_of = None if group in hide.sizes else cell.out_of
    return replace(cell, count=None, out_of=out_of, share=None, low=None, high=None, by_people=None, hidden=True)


def _coded(found: Sequence[Mention], fact: str) -> tuple[NDArray[np.str_], Integers]:
    """The groups of a fact, and the place among them of each comment's; all in one where there is no fact."""
    said = [(mention.facts.get(fact) or NOT_KNOWN) if fact else ALL for mention in found]
    names, at = np.unique(np.array(said, dtype=str), return_inverse=True)
    return names, at.astype(np.intp)


def _levels(
    parts: Floats, rows: Integers, columns: Sequence[Integers], few: int, begun: Sequence[_Level]
) -> list[_Level]:
    """From the whole down: what divides a withheld number is withheld, and what divides another is covered.

    ``begun``: what is withheld already, as where the very size of a group is.
    """
    whole, none = np.zeros_like(rows), np.zeros(1, dtype=bool)
    each = cover(_table(parts, whole, rows), few, (begun[0].inside.T if begun else none[None]))[0]
    found = [_Level(cover(_table(parts, whole, whole), few, none[None])[0], each[:, None])]
    parent = whole
    for at, column in enumerate(columns, start=1):
        before = begun[at] if begun else _Level(none, none[None])
        found.append(_divided(parts, rows, column, parent, found[-1], before, few))
        parent = column
    return found


def _divided(
    parts: Floats, rows: Integers, column: Integers, parent: Integers, above: _Level, begun: _Level, few: int
) -> _Level:
    """What is withheld at one level: the groups of each group above together, since those add up to it."""
    of = np.zeros(_number(column), dtype=np.intp)
    of[column] = parent
    over, inside = above.over[of] | begun.over, above.inside[:, of] | begun.inside
    everybody, table = _table(parts, np.zeros_like(rows), column), _table(parts, rows, column)
    for group in range(_number(parent)):
        here = np.flatnonzero(of == group)
        over[here] = cover(everybody[:, :, here], few, over[None, here])[0]
        inside[:, here] = crossed(table[:, :, here], few, inside[:, here], above.inside[:, group], over[here])
    return _Level(over, inside)


def _number(coded: Integers) -> int:
    return int(coded.max(initial=0)) + 1


def _table(parts: Floats, rows: Integers, columns: Integers) -> Floats:
    """Parts × rows × columns."""
    down, across = _number(rows), _number(columns)
    cell = rows * across + columns
    return np.stack([np.bincount(cell, part, down * across).reshape(down, across) for part in parts])


def cover(tables: Floats, few: int, begun: Bools) -> Bools:
    """Which cells of lines with a known total to withhold: those begun with, small ones, and what covers these.

    ``tables`` is parts × lines × cells; the parts are the comments with the theme, and those without it.
    """
    hidden = _small(tables, few) | begun
    while (spot := _bare(tables, hidden, few)) is not None:
        hidden[spot] = True
    return hidden


def crossed(tables: Floats, few: int, begun: Bools, rows: Bools, columns: Bools) -> Bools:
    """Which cells of rows by columns to withhold, where the rows' totals and the columns' are shown in other looks.

    What is withheld is every cell of some rows in some columns. Then all that can be worked out are sums along one of
    these rows or columns, and sums of such sums; each is held above a few. Rows and columns whose own total is withheld
    count as one row and one column, as the sum of theirs is known.
    """
    merged = _merged(tables, rows, columns)
    hidden = _merged(begun[None].astype(np.float64), rows, columns)[0] > 0
    hidden[0], hidden[:, 0] = False, False
    hidden |= _small(merged, few)
    while hidden.any():
        hidden = hidden.any(axis=1)[:, None] & hidden.any(axis=0)
        if (spot := _bare(merged, hidden, few)) is not None:
            hidden[spot] = True
        elif (spot := _bare(merged.swapaxes(1, 2), hidden.T, few)) is not None:
            hidden.T[spot] = True
        else:
            break
    found = begun | rows[:, None] | columns
    found[np.ix_(~rows, ~columns)] |= hidden[1:, 1:]
    return found


def _merged(tables: Floats, rows: Bools, columns: Bools) -> Floats:
    """The rows that are marked added up before the others, and the columns likewise."""
    for axis, marked in ((1, rows), (2, columns)):
        one = np.compress(marked, tables, axis=axis).sum(axis=axis, keepdims=True)
        tables = np.concatenate([one, np.compress(~marked, tables, axis=axis)], axis=axis)
    return tables


def _small(tables: Floats, few: int) -> Bools:
    return np.asarray(((tables > 0) & (tables <= few)).any(axis=0), dtype=np.bool_)


def _bare(tables: Floats, hidden: Bools, few: int) -> tuple[int, int] | None:
    """The smallest open cell of a line of which one cell is withheld, or cells that add up to a few.

    The rest of the line and its total would tell them, or that each of two is 1. A group without a comment is not
    listed, so that it covers nothing. None where no line can be helped.
    """
    there = tables.sum(axis=0) > 0
    number, still = (hidden & there).sum(axis=1), ~hidden & there
    for part in tables:
        total = np.where(hidden, part, 0).sum(axis=1)
        bare = (number == 1) | ((total > 0) & (total <= few))
        for line in np.flatnonzero(bare & still.any(axis=1)):
            smallest = min(np.flatnonzero(still[line]), key=lambda at: (part[line, at] == 0, part[line, at]))
            return int(line), int(smallest)
    return None
