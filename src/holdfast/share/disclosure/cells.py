"""How many people stand behind each cell, and which cells are therefore hidden."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from holdfast.records import Effect
from holdfast.records.vocabularies import ALL_SETTINGS, EVERYONE
from holdfast.share.disclosure.margins import secondary
from holdfast.share.disclosure.profiles import Profile
from holdfast.share.disclosure.rounding import whole

CellKey = tuple[str, str, str, str, str]
"""study, measure, dimension, level, setting."""


def key_of(row: Any) -> CellKey:
    """The cell a finding is about."""
    return (row.study, row.measure, row.dimension, row.level, row.setting)


@dataclass(frozen=True)
class Behind:
    """People a period behind one cell (None: not known), and its sites."""

    people: float | None
    sites: int
    adopters: int


@dataclass(frozen=True)
class Hiding:
    """Which cells the rule hides. ``few``: too few people, so nothing is shown but that it exists. ``cover``: the
    count and the levels are hidden so that a ``few`` cell cannot be worked out; the effect stays."""

    behind: Mapping[CellKey, Behind]
    few: frozenset[CellKey]
    cover: frozenset[CellKey]
    closed: bool = True
    """Whether a cell about which nothing is known counts as too few."""

    def people(self, row: Any) -> float | None:
        """People behind a row's cell, None when not known."""
        found = self.behind.get(key_of(row))
        return None if found is None else found.people

    def is_few(self, row: Any) -> bool:
        """Whether the row is about too few people, or about nobody knows how many."""
        key = key_of(row)
        return key in self.few or (self.closed and key not in self.behind)

    def few_measures(self, study: str, dimension: str, level: str, setting: str) -> frozenset[str]:
        """The measures about too few people in one population and setting."""
        return self._few_by_place.get((study, dimension, level, setting), frozenset())

    def is_unheard_of(self, row: Any) -> bool:
        """Whether no effect says how many people are behind a decision cell, when that must be known."""
        return self.closed and (row.study, row.dimension, row.level, row.setting) not in self._places

    @functools.cached_property
    def _few_by_place(self) -> dict[tuple[str, str, str, str], frozenset[str]]:
        found: dict[tuple[str, str, str, str], set[str]] = defaultdict(set)
        for study, measure, *place in self.few:
            found[study, place[0], place[1], place[2]].add(measure)
        return {place: frozenset(measures) for place, measures in found.items()}

    @functools.cached_property
    def _places(self) -> frozenset[tuple[str, str, str, str]]:
        return frozenset((study, *place) for study, _, *place in self.behind)  # type: ignore[misc]


def hiding(effects: Iterable[Effect], rule: Profile, also_cover: Iterable[CellKey] = ()) -> Hiding:
    """Judge every cell that has an effect. An unknown number of people counts as too few."""
    behind = _behind(effects)
    few = frozenset(key for key, b in behind.items() if is_few(b.people, rule))
    cover = frozenset(also_cover)
    if rule.secondary:
        cover |= _covers(behind, few | cover)
    return Hiding(behind, few, frozenset(cover - few), closed=rule.statistics_above > 0)


def is_few(people: float | None, rule: Profile) -> bool:
    """Too few people for a statistic. No people at all is a fact about the place, not about anybody."""
    if rule.statistics_above == 0:
        return False
    return people is None or not np.isfinite(people) or bool(people != 0 and whole(people) <= rule.statistics_above)


def _behind(effects: Iterable[Effect]) -> dict[CellKey, Behind]:
    """The fewest people, sites and adopters behind any row of each cell."""
    rows: dict[CellKey, list[Effect]] = defaultdict(list)
    for effect in effects:
        rows[key_of(effect)].append(effect)
    return {key: _fewest(members) for key, members in rows.items()}


def _fewest(rows: list[Effect]) -> Behind:
    known = [row.denominator for row in rows if row.denominator is not None]
    people = min(known) if len(known) == len(rows) else None
    return Behind(people, max(row.sites for row in rows), max(row.adopters for row in rows))


def _covers(behind: Mapping[CellKey, Behind], few: frozenset[CellKey]) -> set[CellKey]:
    """Cells to hide beside the few, table by table: a dimension's levels and everyone, by setting and all settings.

    Everyone belongs to every dimension's table, so a cover found in one is protected in the others too.
    """
    hid = set(few)
    while True:
        tables = {k[:3] for k in hid}
        everyone = {k[:2] for k in hid if k[2] == EVERYONE}
        tables |= {k[:3] for k in behind if k[:2] in everyone}
        more = {key for table in sorted(tables) for key in _covers_in(table, behind, hid)}
        if not more:
            return hid - few
        hid |= more


def _covers_in(table: tuple[str, str, str], behind: Mapping[CellKey, Behind], hid: set[CellKey]) -> list[CellKey]:
    """The further cells that one dimension's table needs hidden."""
    study, measure, dimension = table
    inside = {k for k in behind if k[:2] == (study, measure) and k[2] in (dimension, EVERYONE)}
    levels = sorted({k[3] for k in inside if k[2] == dimension and dimension != EVERYONE})
    columns = [*sorted({k[4] for k in inside} - {ALL_SETTINGS}), ALL_SETTINGS]
    rows = [(dimension, level) for level in levels] + [(EVERYONE, EVERYONE)]
    keys = [[(study, measure, *row, column) for column in columns] for row in rows]
    counts = np.array([[_count(behind.get(k)) for k in line] for line in keys])
    mask = np.array([[k in hid for k in line] for line in keys])
    return [keys[i][j] for i, j in np.argwhere(secondary(counts, mask))]


def _count(b: Behind | None) -> float:
    return float("nan") if b is None or b.people is None else b.people
