"""A chart: data first, picture second."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """The numbers of a chart as text: a caption, the column headings and the rows, the first cell of each its name."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Chart:
    """A picture that can be read without seeing it.

    ``svg`` is a complete inline SVG with its title and description in it; ``key`` says what its marks mean;
    ``table`` holds every number drawn.
    """

    svg: str
    title: str
    description: str
    key: str
    table: Table
