"""The rule for each kind of finding: what of a row may leave.

People are counted only in denominators and in levels worked out from them. Sites, adopters, comparison sites and
periods are counts of organisations and of time, and stay exact. Effects, intervals, tests and covariances are
statistics of a model, which the rule permits above its threshold.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final

from holdfast.records import (
    Cell,
    Certainty,
    CheckResult,
    Covariance,
    Effect,
    Evaluability,
    Exclusion,
    ForWhom,
    Gap,
    Path,
    Protocol,
)
from holdfast.records.voices import Voice
from holdfast.share.disclosure.people import effects, gap, paths
from holdfast.share.disclosure.released import NOT_SHOWN
from holdfast.share.disclosure.rounding import count
from holdfast.share.disclosure.rule import Changed, Rule, all_guarded, emptied, guarded
from holdfast.share.disclosure.voices import voices

_EXACT: Final = (
    "site sites site-period site-periods site-month site-months period periods month months week weeks quarter year "
    "population populations assumption note cohort donor organisation trust practice setting measure"
)
ORGANISATIONS: Final = frozenset(_EXACT.split())
"""What an exclusion may count exactly: organisations, stretches of time, and remarks."""


def check(row: CheckResult, rule: Rule) -> Changed:
    """Numbers and sentence of a check of too few people are withheld."""
    if not rule.hiding.is_few(row):
        return dataclasses.replace(row, meaning=guarded(row.meaning, rule)), frozenset()
    return emptied(row, ["value", "threshold"], status="not shown", meaning=NOT_SHOWN)


def certainty(row: Certainty, rule: Rule) -> Changed:
    """Reasons hold numbers, so they go with the effect."""
    if not rule.hiding.is_few(row):
        return dataclasses.replace(row, reasons=all_guarded(row.reasons, rule)), frozenset()
    return emptied(row, [], certainty="not shown", reasons=(NOT_SHOWN,))


def evaluability(row: Evaluability, rule: Rule) -> Changed:
    """Sites and periods stay; the detectable effect is a statistic and goes with the effect."""
    sentences: dict[str, Any] = {
        name: all_guarded(getattr(row, name), rule) for name in ("reasons", "remedies", "refused")
    }
    row = dataclasses.replace(row, **sentences, pattern=guarded(row.pattern, rule))
    if row.detectable is not None and rule.hiding.is_few(row):
        return emptied(row, ["detectable"])
    return row, frozenset()


def exclusion(row: Exclusion, rule: Rule) -> Changed:
    """Exact for organisations and time; by the rule for anything else."""
    row = dataclasses.replace(row, reason=guarded(row.reason, rule), consequence=guarded(row.consequence, rule))
    if row.what.strip().lower() in ORGANISATIONS:
        return row, frozenset()
    shown = count(row.count, rule.profile)
    if shown is None:
        return emptied(row, [], count=0, fields=["count"])
    return dataclasses.replace(row, count=int(shown)), frozenset()


def for_whom(row: ForWhom, rule: Rule) -> Changed:
    """A joint statistic; its sentence passes the guard."""
    return dataclasses.replace(row, meaning=guarded(row.meaning, rule)), frozenset()


def cell(row: Cell, rule: Rule) -> Changed:
    """Hidden when the primary effect is about too few people; its numbers when any measure of the cell is."""
    few = rule.hiding.few_measures(row.study, row.dimension, row.level, row.setting)
    told = ("reasons", "missing", "dissent", "flips", "would_settle")
    sentences: dict[str, Any] = {name: all_guarded(getattr(row, name), rule) for name in told}
    row = dataclasses.replace(row, **sentences, rule=guarded(row.rule, rule))
    numbers = ["benefit", "harm", "futile", "gap_widens", "estimate", "low", "high"]
    if not few and any(getattr(row, name) is not None for name in numbers) and rule.hiding.is_unheard_of(row):
        few = frozenset({""})
    if not few:
        return row, frozenset()
    silent: dict[str, Any] = {"reasons": (NOT_SHOWN,), "flips": (), "missing": (), "would_settle": ()}
    silent |= {"harmful_measure": ""}
    if "" in few or rule.primary.get(row.study, "") in few | {""}:
        silent |= {"verdict": "not shown", "rule": NOT_SHOWN, "certainty": ""}
    return emptied(row, numbers, **silent)


def protocol(row: Protocol, _rule: Rule) -> Changed:
    """A plan holds no counts."""
    return row, frozenset()


def covariances(rows: Collection[Covariance], rule: Rule) -> tuple[Covariance, ...]:
    """Covariances of effects that are shown; the others are dropped."""
    few = {(study, "|".join((measure, dimension, level)), setting) for study, measure, dimension, level, setting in
           rule.hiding.few}  # fmt: skip

    def shown(row: Covariance) -> bool:
        names = ["|".join(name.split("|")[:3]) for name in (row.row, row.column)]
        return not any((row.study, name, row.setting) in few for name in names)

    return tuple(row for row in rows if shown(row))


def each(by_row: Callable[[Any, Rule], Changed]) -> Callable[[Sequence[Any], Rule], list[Changed]]:
    """A rule for one row, for a table."""
    return lambda rows, rule: [by_row(row, rule) for row in rows]


RULES: Final[Mapping[type, Callable[[Sequence[Any], Rule], list[Changed]]]] = {
    Effect: effects,
    Path: paths,
    Gap: each(gap),
    CheckResult: each(check),
    Certainty: each(certainty),
    Evaluability: each(evaluability),
    Exclusion: each(exclusion),
    ForWhom: each(for_whom),
    Voice: voices,
    Cell: each(cell),
    Protocol: each(protocol),
}
