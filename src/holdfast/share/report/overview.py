"""The front of the report: counts in words, every change on one line, and the cells by verdict and by population."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from holdfast.records import Cell, Change
from holdfast.records.vocabularies import ALL_SETTINGS, EVERYONE
from holdfast.share.report.index import Index
from holdfast.share.report.matrix import Mark, mark, who
from holdfast.share.report.reading import read_study
from holdfast.share.words import Reading, clean, listed, plural, verdict_words
from holdfast.share.words.headline import (
    CANNOT,
    CATCH,
    CHANGED,
    HARMED,
    HELPED,
    HIDDEN,
    MAYBE,
    MAYBE_CATCH,
    MAYBE_HARMED,
    UNCLEAR,
)

SYMBOLS: Final = {
    HELPED: "✓",
    MAYBE: "✓",
    CATCH: "!",
    MAYBE_CATCH: "!",
    HARMED: "✕",
    MAYBE_HARMED: "✕",
    CHANGED: "~",
    UNCLEAR: "=",
    CANNOT: "?",
    HIDDEN: "–",
}
TONES: Final = {
    HELPED: "good",
    MAYBE: "good maybe",
    CATCH: "mixed",
    MAYBE_CATCH: "mixed maybe",
    HARMED: "bad",
    MAYBE_HARMED: "bad maybe",
    CHANGED: "plain",
    UNCLEAR: "plain",
    CANNOT: "open",
    HIDDEN: "open",
}
_COUNTED: Final = {
    HELPED: "helped",
    MAYBE: "may have helped",
    CATCH: "helped, but with a catch",
    MAYBE_CATCH: "may have helped, but with a catch",
    HARMED: "made things worse",
    MAYBE_HARMED: "may have made things worse",
    CHANGED: "changed something that is neither good nor bad",
    UNCLEAR: "had no clear effect",
    CANNOT: "cannot be told yet",
    HIDDEN: "cannot be shown, as too few people are behind it",
}


@dataclass(frozen=True)
class Brief:
    """One change on one line."""

    anchor: str
    title: str
    reading: Reading
    verdicts: tuple[tuple[str, Mark], ...]
    certainty: str

    @property
    def symbol(self) -> str:
        """The sign before the label."""
        return SYMBOLS[self.reading.label]

    @property
    def tone(self) -> str:
        """The look of the label: good, mixed, bad, plain or open."""
        return TONES[self.reading.label]


@dataclass(frozen=True)
class Group:
    """Cells that share a verdict or a population: a heading, and lines of (anchor, practice, the rest in words)."""

    anchor: str
    title: str
    count: int
    lines: tuple[tuple[str, str, str], ...]


def briefs(index: Index) -> tuple[Brief, ...]:
    """Every change, in order."""
    out = []
    for number, change in enumerate(index.changes, start=1):
        studies = index.studies.get(change.change, [])
        reading = next((r for r in (read_study(index, change, s) for s in studies) if r is not None), None)
        if reading is None:
            reading = Reading(CANNOT, (f"Nothing has been measured yet for {clean(change.title)}.",))
        certainty = index.certainty(studies[0], index.primary.get(studies[0], "")) if studies else None
        shown = certainty.certainty if certainty and reading.label not in (CANNOT, HIDDEN) else ""
        out.append(Brief(f"change-{number}", clean(change.title), reading, _verdicts(index, change), shown))
    return tuple(out)


def _verdicts(index: Index, change: Change) -> tuple[tuple[str, Mark], ...]:
    """The verdict for everyone, all settings, on each practice."""
    whole = [c for c in index.cells(change.change) if c.dimension == EVERYONE and c.setting == ALL_SETTINGS]
    return tuple((clean(c.practice), mark(c, index)) for c in whole)


def counted(found: Sequence[Brief]) -> tuple[str, tuple[str, ...]]:
    """How many changes there are, and how many came out each way: ``4 helped``."""
    if not found:
        return "No changes have been looked at yet.", ()
    parts = []
    for label, words in _COUNTED.items():
        n = sum(brief.reading.label == label for brief in found)
        parts += [f"{n} {words}"] if n else []
    return f"{plural(len(found), 'change')} {'was' if len(found) == 1 else 'were'} looked at.", tuple(parts)


def by_verdict(index: Index) -> tuple[Group, ...]:
    """For each verdict, the practices and for whom."""
    out = []
    for verdict in ("retain", "adapt", "reinstate", "stop", "keep learning", "not shown"):
        cells = [(a, c) for a, c in _all_cells(index) if c.verdict == verdict]
        symbol, word, meaning = verdict_words(verdict)
        if cells:
            anchor = f"verdict-{verdict.replace(' ', '-')}"
            out.append(Group(anchor, f"{symbol} {word}: {meaning}", len(cells), tuple(_practices(cells))))
    return tuple(out)


def _practices(cells: list[tuple[str, Cell]]) -> list[tuple[str, str, str]]:
    """One line for each practice: in which settings for everyone, then for which groups."""
    by: dict[tuple[str, str], list[Cell]] = defaultdict(list)
    for anchor, cell in cells:
        by[anchor, clean(cell.practice)].append(cell)
    return [(anchor, practice, _for(members)) for (anchor, practice), members in by.items()]


def _for(cells: list[Cell]) -> str:
    settings: dict[str, list[str]] = defaultdict(list)
    for cell in cells:
        settings[who(cell)].append(clean(cell.setting))
    same: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for name, where in settings.items():
        same[tuple(where)].append(name)
    return "; ".join(f"{listed(names)} ({', '.join(where)})" for where, names in same.items())


def by_population(index: Index) -> tuple[Group, ...]:
    """For each population, the verdict on every practice over all settings."""
    by: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for anchor, cell in _all_cells(index):
        if cell.setting == ALL_SETTINGS:
            m = mark(cell, index)
            words = f"{m.symbol} {m.word}" + (f" ({m.note})" if m.note else "")
            by[who(cell)].append((anchor, clean(cell.practice), words))
    return tuple(
        Group(f"population-{i}", name[:1].upper() + name[1:], len(lines), tuple(lines))
        for i, (name, lines) in enumerate(by.items(), start=1)
    )


def _all_cells(index: Index) -> list[tuple[str, Cell]]:
    return [(f"change-{n}", cell) for n, c in enumerate(index.changes, start=1) for cell in index.cells(c.change)]
