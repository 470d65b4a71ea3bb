"""What comes out of scraps: candidate changes with their source, and what could not be read with the reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True)
class Source:
    """Where a passage stands. Pages, paragraphs and rows count from 1 (a table's header is row 1).

    ``start`` and ``end`` are characters within the page, paragraph, cell or pasted text named, as it was read.
    """

    file: str
    start: int
    end: int
    page: int | None = None
    paragraph: int | None = None
    sheet: str | None = None
    row: int | None = None
    column: str | None = None

    def __str__(self) -> str:
        named = (("page", self.page), ("paragraph", self.paragraph), ("sheet", self.sheet), ("row", self.row))
        places = [f"{name} {place}" for name, place in named if place is not None]
        return ", ".join([self.file, *places, *([f"“{self.column}”"] if self.column else [])])


@dataclass(frozen=True)
class Passage:
    """A stretch of text as it was read, not yet judged and not redacted: it is for the machine, not for a page."""

    text: str
    source: Source
    whole: bool = False
    """One person's answer, to be kept together; otherwise it is split into sentences."""


@dataclass(frozen=True)
class Scrap:
    """A passage that may tell of a change, redacted. A person says whether it does.

    ``score`` orders scraps from 0 to 1; it is no probability. ``introduced`` and ``displaced`` are the writer's own
    words where a phrase gave them away, empty where none did. ``removed`` counts what was redacted.
    """

    text: str
    source: Source
    score: float
    cues: tuple[str, ...]
    introduced: str = ""
    displaced: str = ""
    removed: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True)
class Unread:
    """A file, or part of one, that could not be read: why, and what to do."""

    file: str
    reason: str
    fix: str


def stopped(file: str, place: str) -> Unread:
    """A long file, of which what comes after ``place`` was not read."""
    return Unread(file, f"it is very long, and reading stopped at {place}", "split it to read the rest")


@dataclass(frozen=True)
class Scraps:
    """Every scrap likely enough, in the order of the sources; what was not read; and how much was."""

    scraps: tuple[Scrap, ...]
    unread: tuple[Unread, ...]
    files: int
    passages: int
