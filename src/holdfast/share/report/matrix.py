"""The cell matrix: the machine's recommendation for each practice, population and setting."""

from __future__ import annotations

from dataclasses import dataclass

from holdfast.records import Cell
from holdfast.records.vocabularies import ALL_SETTINGS, EVERYONE
from holdfast.share.report.index import Index
from holdfast.share.words import clean, verdict_words


@dataclass(frozen=True)
class Mark:
    """A verdict in words and a symbol. ``note`` tells "cannot tell yet" from "not sure"."""

    verdict: str
    symbol: str
    word: str
    note: str = ""


@dataclass(frozen=True)
class Line:
    """One population: its name, whether it opens a new dimension, and a mark for each setting (None: not asked)."""

    population: str
    heading: str
    marks: tuple[Mark | None, ...]


@dataclass(frozen=True)
class Matrix:
    """One practice. ``cells`` are all its recommendations, everyone first."""

    practice: str
    role: str
    settings: tuple[str, ...]
    lines: tuple[Line, ...]
    cells: tuple[Cell, ...]
    main: Cell | None


def mark(cell: Cell, index: Index) -> Mark:
    """The words of a cell's verdict."""
    symbol, word, _ = verdict_words(cell.verdict)
    note = ""
    if cell.verdict == "keep learning":
        row = index.evaluability(cell.study, index.primary.get(cell.study, ""), place_of(cell))
        silent = cell.role == "introduced" and row is not None and row.design == "cannot tell yet"
        note = "cannot tell yet" if silent else ""
    return Mark(cell.verdict, symbol, word, note)


def place_of(cell: Cell) -> tuple[str, str, str]:
    """dimension, level, setting."""
    return (cell.dimension, cell.level, cell.setting)


def who(cell: Cell) -> str:
    """The population in words."""
    return "Everyone" if cell.dimension == EVERYONE else f"{clean(cell.dimension)}: {clean(cell.level)}"


def matrices(index: Index, change: str) -> tuple[Matrix, ...]:
    """A matrix for each practice of a change, the introduced ones first."""
    cells = index.cells(change)
    practices = dict.fromkeys((cell.role, cell.practice) for cell in cells)
    ordered = sorted(practices, key=lambda key: key[0] != "introduced")
    return tuple(_matrix(index, [c for c in cells if (c.role, c.practice) == key]) for key in ordered)


def _matrix(index: Index, cells: list[Cell]) -> Matrix:
    settings = tuple(sorted(dict.fromkeys(c.setting for c in cells), key=lambda s: s != ALL_SETTINGS))
    populations = dict.fromkeys((c.dimension, c.level) for c in cells)
    by_place = {place_of(c): c for c in cells}
    lines, last = [], ""
    for dimension, level in populations:
        found = [by_place.get((dimension, level, setting)) for setting in settings]
        marks = tuple(None if c is None else mark(c, index) for c in found)
        everyone = dimension == EVERYONE
        opens = "" if everyone or dimension == last else clean(dimension)[:1].upper() + clean(dimension)[1:]
        lines.append(Line("Everyone" if everyone else clean(level), opens, marks))
        last = dimension
    main = by_place.get((EVERYONE, EVERYONE, ALL_SETTINGS))
    return Matrix(clean(cells[0].practice), cells[0].role, settings, tuple(lines), tuple(cells), main)
