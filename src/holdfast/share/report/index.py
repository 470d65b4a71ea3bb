"""Released findings by study, measure and cell, so that a page finds each in one step."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from holdfast.records import (
    Cell,
    Certainty,
    Change,
    CheckResult,
    Effect,
    Evaluability,
    Exclusion,
    ForWhom,
    Gap,
    Measure,
    Protocol,
)
from holdfast.records.vocabularies import ALL_SETTINGS, EVERYONE
from holdfast.records.voices import Voice
from holdfast.share.disclosure import Released, planned, primary_measures, require_released

Place = tuple[str, str, str]
"""dimension, level, setting."""
WHOLE: Place = (EVERYONE, EVERYONE, ALL_SETTINGS)
HEADLINE = ("overall", "level change", "horizon", "stopping", "slope change")
"""Kinds of effect that may stand in a headline, the first there is."""


@dataclass(frozen=True)
class Index:
    """Everything a page looks up. ``changes`` and ``measures`` are in the order given."""

    released: Released
    changes: tuple[Change, ...]
    measures: dict[str, Measure]

    @staticmethod
    def of(released: Released, changes: Iterable[Change], measures: Iterable[Measure]) -> Index:
        """Look up released findings. A change or measure that findings name and nobody described gets its own name."""
        found = require_released(released).findings
        described = {m.measure: m for m in measures}
        named = [*(r.measure for r in found.evaluability), *(r.measure for r in found.effects)]
        for name in named:
            if name not in described:
                described[name] = Measure(name, name, "outcome", "mean", "neither", 0.0)
        known = {c.change: c for c in changes}
        for name in (*(r.change for r in found.evaluability), *(r.change for r in found.cells)):
            known.setdefault(name, Change(name, name, name))
        return Index(released, tuple(known.values()), described)

    @cached_property
    def primary(self) -> dict[str, str]:
        """Each study's primary measure; the first it was asked about where the protocol does not say."""
        first: dict[str, str] = {}
        for row in self.released.findings.evaluability:
            first.setdefault(row.study, row.measure)
        return first | {s: m for s, m in primary_measures(self.released.findings).items() if m}

    @cached_property
    def studies(self) -> dict[str, list[str]]:
        """The studies of each change, in order of appearance."""
        out: dict[str, list[str]] = defaultdict(list)
        found = self.released.findings
        for row in (*found.evaluability, *found.effects):
            if row.study not in out[row.change]:
                out[row.change].append(row.study)
        return out

    @cached_property
    def _effects(self) -> dict[tuple[Any, ...], list[Effect]]:
        return _by(self.released.findings.effects, "study", "measure", "dimension", "level", "setting")

    @cached_property
    def _evaluability(self) -> dict[tuple[Any, ...], list[Evaluability]]:
        return _by(self.released.findings.evaluability, "study", "measure", "dimension", "level", "setting")

    @cached_property
    def _certainty(self) -> dict[tuple[Any, ...], list[Certainty]]:
        return _by(self.released.findings.certainty, "study", "measure", "dimension", "level", "setting")

    @cached_property
    def _cells(self) -> dict[tuple[Any, ...], list[Cell]]:
        return _by(self.released.findings.cells, "change")

    def effects(self, study: str, measure: str, place: Place = WHOLE) -> list[Effect]:
        """Every effect of one cell."""
        return self._effects.get((study, measure, *place), [])

    def places(self, study: str, measure: str) -> list[Place]:
        """Every population and setting a study asked about a measure, in the order it asked."""
        asked = [*self.released.rows("evaluability", study, measure), *self.released.rows("effects", study, measure)]
        return list(dict.fromkeys((r.dimension, r.level, r.setting) for r in asked))

    def headline(self, study: str, measure: str, place: Place = WHOLE) -> Effect | None:
        """The one effect that stands for a cell."""
        rows = self.effects(study, measure, place)
        return next((row for kind in HEADLINE for row in rows if row.kind == kind), None)

    def evaluability(self, study: str, measure: str, place: Place = WHOLE) -> Evaluability | None:
        """Whether one cell can be answered."""
        return next(iter(self._evaluability.get((study, measure, *place), [])), None)

    def certainty(self, study: str, measure: str, place: Place = WHOLE) -> Certainty | None:
        """How sure one cell's effect is."""
        return next(iter(self._certainty.get((study, measure, *place), [])), None)

    def checks(self, study: str, measure: str) -> list[CheckResult]:
        """Every check of a measure, for all its cells."""
        return list(self.released.rows("checks", study, measure))

    def equity_gaps(self, study: str, measure: str) -> list[Gap]:
        """The gaps that the study set out to watch: those of its equity dimension, or all where it names none."""
        rows = self.gaps(study, measure)
        return [g for g in rows if g.dimension == self._equity.get(study)] or rows

    @cached_property
    def _equity(self) -> dict[str, str]:
        return planned(self.released.findings, "equity_dimension")

    def gaps(self, study: str, measure: str) -> list[Gap]:
        """Every form of the gap in a measure over all settings."""
        return [g for g in self.released.rows("gaps", study, measure) if g.setting == ALL_SETTINGS]

    def for_whom(self, study: str, measure: str) -> list[ForWhom]:
        """The joint tests of difference, over all settings and between settings."""
        return [r for r in self.released.rows("for_whom", study, measure) if r.setting == ALL_SETTINGS]

    def voices(self, change: str) -> list[Voice]:
        """What roles and groups prefer, of one change."""
        return [row for row in self.released.findings.voices if row.change == change]

    def cells(self, change: str) -> list[Cell]:
        """Every recommendation about a change's practices."""
        return self._cells.get((change,), [])

    def exclusions(self, study: str) -> list[Exclusion]:
        """What a study left out."""
        return [r for r in self.released.findings.exclusions if r.study == study]

    def protocols(self, study: str) -> list[Protocol]:
        """Every version of a study's protocol, the first first."""
        return sorted((p for p in self.released.findings.protocols if p.study == study), key=lambda p: p.version)

    def measures_of(self, study: str) -> list[Measure]:
        """The study's measures, its primary first."""
        names = dict.fromkeys(
            [self.primary.get(study, ""), *(r.measure for r in self.released.findings.evaluability if r.study == study)]
        )
        return [self.measures[name] for name in names if name in self.measures]


def _by(rows: Sequence[Any], *names: str) -> dict[tuple[Any, ...], list[Any]]:
    out: dict[tuple[Any, ...], list[Any]] = defaultdict(list)
    for row in rows:
        out[tuple(getattr(row, name) for name in names)].append(row)
    return out
