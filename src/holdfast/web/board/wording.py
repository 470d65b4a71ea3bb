"""A run's cells in words, by the library: the effect, its interval, the gap, and why nothing can be told yet."""

from __future__ import annotations

import contextlib
import json
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from holdfast.records import Cell, Effect, Evaluability, Findings, Gap, Measure
from holdfast.records.vocabularies import ALL_SETTINGS
from holdfast.share.disclosure import planned, primary_measures
from holdfast.share.words import effect_in_full, gap_sentence, size

SILENT = "cannot tell yet"
HIDDEN = "not shown"
Key = tuple[str, str, str, str, str]


@dataclass(frozen=True)
class Told:
    """One cell in words; empty where there is nothing that may be said."""

    measure: str = ""
    effect: str = ""
    figure: str = ""
    gap: str = ""
    note: str = ""


class Wording:
    """Looks a cell up among the findings of its run."""

    def __init__(self, findings: Findings) -> None:
        self.measures = measures_of(findings)
        self.primary = primary_measures(findings)
        self.equity = planned(findings, "equity_dimension")
        self.evaluability: dict[Key, Evaluability] = {
            (r.study, r.measure, r.dimension, r.level, r.setting): r for r in findings.evaluability
        }
        self.gaps: dict[tuple[str, str, str], list[Gap]] = defaultdict(list)
        for gap in findings.gaps:
            self.gaps[gap.study, gap.measure, gap.setting].append(gap)

    def told(self, cell: Cell) -> Told:
        """The cell in words."""
        if cell.verdict == HIDDEN:
            return Told(note=HIDDEN)
        displaced = cell.role == "displaced"
        name = cell.harmful_measure if displaced else self.primary.get(cell.study, "")
        measure = self.measures.get((cell.study, name))
        silent = not displaced and self._is_silent(cell, name)
        note = SILENT if silent and cell.verdict == "keep learning" else ""
        gap = "" if displaced else self._gap(cell, name)
        if measure is None or cell.estimate is None or silent:
            return Told(measure=measure.label if measure else "", gap=gap, note=note)
        figure = effect_in_full(measure, cell.estimate, cell.low, cell.high)
        return Told(measure.label, size(measure, _effect(cell, name)), figure, gap, note)

    def _is_silent(self, cell: Cell, measure: str) -> bool:
        row = self.evaluability.get((cell.study, measure, cell.dimension, cell.level, cell.setting))
        return row is not None and row.design == SILENT

    def _gap(self, cell: Cell, measure: str) -> str:
        """The gap that the verdict was held against: in the cell's setting, else over all settings."""
        if cell.gap_widens is None:
            return ""
        rows = self.gaps.get((cell.study, measure, cell.setting)) or self.gaps.get((cell.study, measure, ALL_SETTINGS))
        watched = [g for g in rows or () if g.dimension == self.equity.get(cell.study)] or list(rows or ())
        return gap_sentence(watched)


def measures_of(findings: Findings) -> dict[tuple[str, str], Measure]:
    """Each study's measures, from the latest version of its protocol."""
    out: dict[tuple[str, str], Measure] = {}
    for row in sorted(findings.protocols, key=lambda p: p.version):
        with contextlib.suppress(json.JSONDecodeError, AttributeError, TypeError):
            for name, held in json.loads(row.text).get("measures", {}).items():
                out[row.study, name] = Measure(**held)
    return out


def _effect(cell: Cell, measure: str) -> Effect:
    """The cell's own estimate, which may be pooled, as the words want it."""
    numbers: dict[str, Any] = {"estimate": cell.estimate, "low": cell.low, "high": cell.high, "se": None}
    return Effect(
        study=cell.study, change=cell.change, measure=measure, dimension=cell.dimension, level=cell.level,
        setting=cell.setting, kind="horizon", at=cell.horizon, design="", **numbers,
    )  # fmt: skip
