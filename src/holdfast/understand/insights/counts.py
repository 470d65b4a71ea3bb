"""Theme by population, setting and time: counts and shares with intervals, small numbers withheld."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from holdfast.records.shares import jeffreys
from holdfast.understand.arriving import several
from holdfast.understand.insights.mentions import Mention

NOT_KNOWN: Final = "not known"


@dataclass(frozen=True)
class Cell:
    """How many of a group's comments hold a theme.

    ``group`` is (fact, value) for each fact counted by. ``by_people`` says how many of ``count`` people coded; the
    rest are a machine's suggestions, as right as the model's accuracy says and no more. Where the count or what is
    left of the group is small everything but the group itself is None and ``hidden`` is true.
    """

    theme: str
    group: tuple[tuple[str, str], ...]
    count: int | None
    out_of: int | None
    share: float | None
    low: float | None
    high: float | None
    by_people: int | None
    hidden: bool


def counts(found: Sequence[Mention], themes: Sequence[str], by: Sequence[str] = (), hide_to: int = 7) -> list[Cell]:
    """A cell for each theme and each group that occurs, in order; ``by`` names the facts (none: everyone).

    Counts from 1 to ``hide_to`` are hidden, and so is a share that leaves 1 to ``hide_to`` people out (from which the
    count could be read), and everything about a group of up to ``hide_to``. What leaves the organisation goes through
    ``share.release`` besides, which also guards the margins.
    """
    themes, by = several(themes, "themes"), several(by, "by")
    groups: dict[tuple[tuple[str, str], ...], list[Mention]] = {}
    for mention in found:
        key = tuple((fact, mention.facts.get(fact) or NOT_KNOWN) for fact in by)
        groups.setdefault(key, []).append(mention)
    return [cell for key in sorted(groups) for cell in _cells(key, groups[key], themes, hide_to)]


def _cells(
    group: tuple[tuple[str, str], ...], here: Sequence[Mention], themes: Sequence[str], hide_to: int
) -> list[Cell]:
    every = Counter(theme for mention in here for theme in mention.themes)
    people = Counter(theme for mention in here for theme in mention.coded)
    return [_cell(theme, group, every[theme], len(here), people[theme], hide_to) for theme in themes]


def _cell(theme: str, group: tuple[tuple[str, str], ...], count: int, out_of: int, people: int, hide_to: int) -> Cell:
    if small(count, hide_to) or small(out_of - count, hide_to) or out_of <= hide_to:
        total = None if out_of <= hide_to else out_of
        return Cell(theme, group, None, total, None, None, None, None, True)
    low, high = jeffreys(count, out_of)
    mixed = small(people, hide_to) or small(count - people, hide_to)
    return Cell(theme, group, count, out_of, count / out_of, float(low), float(high), None if mixed else people, False)


def small(count: int, hide_to: int) -> bool:
    """Whether a count of people is to be hidden: from 1 to ``hide_to``."""
    return 1 <= count <= hide_to
