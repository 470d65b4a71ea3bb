"""One change as a grid: populations down, settings across, one table for each practice, in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from holdfast.records.vocabularies import ALL_SETTINGS, EVERYONE
from holdfast.share.words import clean
from holdfast.web.board.models import Cell


@dataclass(frozen=True)
class Line:
    """One population: its name, the dimension that it opens (else empty), and a cell a setting (None: not asked)."""

    population: str
    heading: str
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True)
class Grid:
    """One practice of a change."""

    practice: str
    role: str
    settings: tuple[str, ...]
    lines: tuple[Line, ...]


def grids(cells: Iterable[Cell]) -> tuple[Grid, ...]:
    """A grid for each practice, the introduced ones first; everyone and all settings come first in each."""
    held = list(cells)
    practices = dict.fromkeys((c.role, c.practice) for c in held)
    ordered = sorted(practices, key=lambda key: key[0] != "introduced")
    return tuple(_grid([c for c in held if (c.role, c.practice) == key]) for key in ordered)


def _grid(cells: list[Cell]) -> Grid:
    settings = sorted(dict.fromkeys(c.setting for c in cells), key=lambda s: s != ALL_SETTINGS)
    people = sorted(dict.fromkeys((c.dimension, c.level) for c in cells), key=lambda p: p[0] != EVERYONE)
    dimensions = list(dict.fromkeys(p[0] for p in people))
    people.sort(key=lambda p: dimensions.index(p[0]))
    by_place = {(c.dimension, c.level, c.setting): c for c in cells}
    lines, last = [], ""
    for dimension, level in people:
        everyone = dimension == EVERYONE
        name = clean(dimension)
        heading = "" if everyone or dimension == last else name[:1].upper() + name[1:]
        found = tuple(by_place.get((dimension, level, setting)) for setting in settings)
        lines.append(Line("Everyone" if everyone else clean(level), heading, found))
        last = dimension
    return Grid(cells[0].practice, cells[0].role, tuple(settings), tuple(lines))
