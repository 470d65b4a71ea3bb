"""Findings arranged for looking up: by study, measure, population and setting."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from holdfast.records import Certainty, CheckResult, Effect, Evaluability, Findings, Gap


class Where(NamedTuple):
    """What a finding is about, apart from its change."""

    study: str
    measure: str
    dimension: str
    level: str
    setting: str


class Horizon(NamedTuple):
    """One effect of several: its kind and which one."""

    kind: str
    at: str

    @property
    def name(self) -> str:
        """lasting, later, early, overall, or the kind itself."""
        return self.at or self.kind


@dataclass
class Index:
    """Findings by what they are about. A study's primary measure and equity dimension come from its protocol."""

    effects: dict[Where, dict[Horizon, Effect]] = field(default_factory=lambda: defaultdict(dict))
    evaluability: dict[Where, Evaluability] = field(default_factory=dict)
    certainty: dict[Where, Certainty] = field(default_factory=dict)
    failed: dict[Where, list[CheckResult]] = field(default_factory=lambda: defaultdict(list))
    gaps: dict[tuple[str, str, str], list[Gap]] = field(default_factory=lambda: defaultdict(list))
    covariance: dict[tuple[str, str], dict[tuple[str, str], float]] = field(default_factory=lambda: defaultdict(dict))
    protocols: dict[str, dict[str, Any]] = field(default_factory=dict)
    watched: dict[str, dict[str, None]] = field(default_factory=lambda: defaultdict(dict))

    @staticmethod
    def of(findings: Findings) -> Index:
        """Arrange ``findings``; where a study has several protocols the latest version is used."""
        index = Index()
        for effect in findings.effects:
            index.effects[where(effect)][Horizon(effect.kind, effect.at)] = effect
        index.evaluability = {where(row): row for row in findings.evaluability}
        for at in index.evaluability:
            index.watched[at.study][at.measure] = None
        index.certainty = {where(row): row for row in findings.certainty}
        for check in findings.checks:
            if check.status == "fail":
                index.failed[where(check)].append(check)
        for gap in findings.gaps:
            index.gaps[gap.study, gap.measure, gap.setting].append(gap)
        for pair in findings.covariances:
            index.covariance[pair.study, pair.setting][pair.row, pair.column] = pair.covariance
        for protocol in sorted(findings.protocols, key=lambda row: row.version):
            text = json.loads(protocol.text)
            index.protocols[protocol.study] = text["study"] if isinstance(text.get("study"), dict) else text
        return index

    def measures_of(self, study: str) -> tuple[str, ...]:
        """Every measure of a study, in the order met."""
        return tuple(self.watched.get(study, ()))

    def correlation(self, one: Effect, other: Effect) -> float:
        """Correlation of two estimates: from the joint covariance within a setting, and 0 between settings."""
        if (one.study, one.setting) != (other.study, other.setting) or not one.se or not other.se:
            return 0.0
        pairs = self.covariance.get((one.study, one.setting), {})
        row, column = _name(one), _name(other)
        shared = pairs.get((row, column), pairs.get((column, row), 0.0))
        return max(-1.0, min(1.0, shared / (one.se * other.se)))


def where(row: Any) -> Where:
    """What a row is about."""
    return Where(row.study, row.measure, row.dimension, row.level, row.setting)


def _name(effect: Effect) -> str:
    return "|".join((effect.measure, effect.dimension, effect.level, effect.kind, effect.at))
