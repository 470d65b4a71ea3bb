"""One study from panel to findings: judge, answer, check, compare populations, measure the gap."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from holdfast.evaluate.answerable import Rules
from holdfast.evaluate.answerable.detectable import detectable
from holdfast.evaluate.run.answer import Answer, covariance_between, degrees_of_freedom
from holdfast.evaluate.run.batch import Batch, batches
from holdfast.evaluate.run.by_dose import by_dose
from holdfast.evaluate.run.by_series import by_series
from holdfast.evaluate.run.by_staggered import by_staggered
from holdfast.evaluate.run.by_switching import by_switching
from holdfast.evaluate.run.by_synthetic import by_synthetic
from holdfast.evaluate.run.checking import Surroundings, certainty_row, check_rows, checks_of, no_surer_than_everyone
from holdfast.evaluate.run.cuts import Cut, Key
from holdfast.evaluate.run.groups import Group, groups
from holdfast.evaluate.run.judging import Judged, evaluability_row, judge_all
from holdfast.evaluate.run.rows import effect_rows, exclusion_rows, path_rows
from holdfast.evaluate.run.whom import for_whom_row, gap_rows, pooled_estimates, with_pooled
from holdfast.records import (
    Adoption,
    Covariance,
    Effect,
    Evaluability,
    Exclusion,
    Findings,
    Measure,
    Panel,
    Population,
    Study,
)
from holdfast.records.vocabularies import ALL_SETTINGS

Floats = NDArray[np.float64]
Progress = Callable[[str], None]

ADAPTERS: Mapping[str, Callable[[Batch], list[Answer]]] = {
    "staggered difference-in-differences": by_staggered,
    "randomised staggered roll-out": by_staggered,
    "synthetic difference-in-differences": by_synthetic,
    "switching on and off": by_switching,
    "dose-response": by_dose,
    "interrupted time series": by_series,
}


@dataclass(frozen=True)
class Question:
    """Everything one study needs; ``others`` holds other changes' adoption periods (n × m, NaN never);
    ``deep`` includes the slow sensitivity analysis."""

    study: Study
    panel: Panel
    adoption: Adoption
    measures: Mapping[str, Measure]
    period: str = "month"
    others: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    deep: bool = True


@dataclass(frozen=True)
class Answered:
    """One answer with what it came from."""

    answer: Answer
    cut: Cut
    measure: Measure
    batch: Batch


def evaluate_study(question: Question, rules: Rules | None = None, progress: Progress = lambda _: None) -> Findings:
    """Every cell of one study: an effect with its checks, or an honest *cannot tell yet*."""
    q = question
    rules = (rules or Rules()).for_period(q.period)
    judged = list(judge_all(q.panel, q.adoption, q.study, q.measures, rules))
    progress(f"{q.study.study}: {sum(j.verdict.answerable for j in judged)} of {len(judged)} cells can be answered")
    answered, failures = _answer_all(q, [j for j in judged if j.verdict.answerable])
    progress(f"{q.study.study}: checking")
    return _findings(q, judged, answered, failures)


def _answer_all(q: Question, judged: Sequence[Judged]) -> tuple[list[Answered], dict[Key, str]]:
    """Answers of every batch; what an estimator refuses after all becomes a reason, not a crash."""
    out: list[Answered] = []
    failures: dict[Key, str] = {}
    work = batches(
        q.study,
        [(j.cut, j.measure, j.verdict) for j in judged],
        q.adoption.on,
        q.adoption.dose,
        q.period,
        _covariates(q),
    )
    for batch in work:
        try:
            answers = ADAPTERS[batch.design](batch)
        except ValueError as refusal:
            failures |= {cut.key: str(refusal) for cut in batch.cuts}
            continue
        for answer, cut, measure in zip(answers, batch.cuts, batch.measures, strict=True):
            if np.isfinite(answer.estimate[0]) and (np.isfinite(answer.se[0]) or np.isfinite(answer.low[0])):
                out.append(Answered(answer, cut, measure, batch))
            else:
                failures[cut.key] = "the sites there are leave no honest error, so no effect is shown"
    return out, failures


def _covariates(q: Question) -> Floats | None:
    if not q.study.covariates:
        return None
    return np.column_stack([np.asarray(q.panel.attributes[name], dtype=np.float64) for name in q.study.covariates])


def _findings(
    q: Question, judged: Sequence[Judged], answered: Sequence[Answered], failures: Mapping[Key, str]
) -> Findings:
    by_key = {one.answer.key: one for one in answered}
    effects: list[Effect] = []
    exclusions = [*_site_exclusions(q, judged), *_panel_notes(q)]
    checks, certainties, paths = [], [], []
    dates = tuple(period.isoformat() for period in q.panel.periods)
    around = _around(q)
    counted = _counted(answered)
    for one in answered:
        ecological = one.answer.key.population.dimension in q.panel.site_dimensions
        beside = replace(around, denominator=counted.get(one.answer.key))
        made = checks_of(one.answer, one.batch, one.cut, beside, q.deep and _is_deep(one, q.study))
        checks += check_rows(one.answer, made, q.study)
        certainties.append(certainty_row(one.answer, made, one.measure, q.study, ecological))
        effects += effect_rows(one.answer, one.cut, one.measure, q.study, ecological, dates)
        exclusions += exclusion_rows(one.answer, q.study)
        paths += path_rows(one.answer, q.study, dates)
    together = groups([(one.answer, one.cut, one.measure) for one in answered], q.panel)
    pooled = {key: value for group in together for key, value in pooled_estimates(group).items()}
    return Findings(
        evaluability=tuple(_evaluability(j, q.study, by_key, failures) for j in judged),
        effects=with_pooled(effects, pooled),
        covariances=tuple(_covariances(q.study, answered)),
        for_whom=tuple(for_whom_row(group, q.study) for group in together),
        gaps=tuple(row for group in together if _ordered(group, q) for row in gap_rows(group, q.study, q.panel)),
        checks=tuple(checks),
        certainty=tuple(no_surer_than_everyone(certainties)),
        exclusions=tuple(exclusions),
        paths=tuple(paths),
    )


def _ordered(group: Group, q: Question) -> bool:
    """A gap needs an order from most to least disadvantaged: the protocol's dimension, or deprivation."""
    asked = q.study.equity_dimension
    return group.dimension == asked if asked else "deprivation" in group.dimension.lower()


def _is_deep(one: Answered, study: Study) -> bool:
    """The slow sensitivity analysis is for the study's main question and for what looks like a finding."""
    main = one.answer.key.population == Population() and one.answer.key.setting == ALL_SETTINGS
    return main and (one.measure.measure == study.primary or bool(one.answer.p[0] < 0.05))


def _around(q: Question) -> Surroundings:
    """What the checks may need beyond one answer: when these sites adopted other changes."""
    return Surroundings(others=q.others if q.others.size else np.zeros((len(q.panel.sites), 0)))


def _counted(answered: Sequence[Answered]) -> dict[Key, Answer]:
    """What the change did to the denominators, by the design of each ratio; a refusal leaves its check unmade."""
    out: dict[Key, Answer] = {}
    for batch in {id(one.batch): one.batch for one in answered}.values():
        if (outcomes := batch.counted) is not None:
            with contextlib.suppress(ValueError):
                out |= {answer.key: answer for answer in ADAPTERS[batch.design](outcomes)}
    return out


def _evaluability(j: Judged, study: Study, by_key: Mapping[Key, Answered], failures: Mapping[Key, str]) -> Evaluability:
    one = by_key.get(j.cut.key)
    if one is None:
        return evaluability_row(j, study, None, failures.get(j.cut.key))
    answer = one.answer
    placebos = answer.psi.shape[1] if answer.units.startswith("placebos") else None
    found = detectable(float(answer.se[0]), df=degrees_of_freedom(answer), placebos=placebos)
    return evaluability_row(j, study, found.effect if np.isfinite(found.effect) else None)


def _covariances(study: Study, answered: Sequence[Answered]) -> list[Covariance]:
    """Joint covariance, within a setting, of the overall and horizon effects that decisions use."""
    out: list[Covariance] = []
    for setting in dict.fromkeys(one.answer.key.setting for one in answered):
        rows = [
            (one.answer, i, f"{one.answer.key.name}|{kind}|{at}")
            for one in answered
            if one.answer.key.setting == setting and _decides(one, study)
            for i, (kind, at) in enumerate(one.answer.rows)
            if kind in ("overall", "horizon") and np.isfinite(one.answer.se[i])
        ]
        total = covariance_between([(answer, i) for answer, i, _ in rows])
        out += [
            Covariance(study=study.study, setting=setting, row=a, column=b, covariance=float(total[i, j]))
            for i, (_, _, a) in enumerate(rows)
            for j, (_, _, b) in enumerate(rows)
            if j <= i
        ]
    return out


def _decides(one: Answered, study: Study) -> bool:
    """Everyone's effects, and the main measure's by population: what a decision weighs together."""
    key = one.answer.key
    return key.population == Population() or (key.measure == study.primary and key.setting == ALL_SETTINGS)


def _panel_notes(q: Question) -> list[Exclusion]:
    notes = (*q.panel.notes, *q.adoption.notes)
    return [Exclusion(study=q.study.study, measure="", what="note", who="", count=1, reason=note) for note in notes]


def _site_exclusions(q: Question, judged: Sequence[Judged]) -> list[Exclusion]:
    """Adopting sites that could not be used, named, for everyone in all settings."""
    out = []
    for j in judged:
        if j.cut.key.population != Population() or j.cut.key.setting != ALL_SETTINGS:
            continue
        facts = j.verdict.facts
        inside = (facts.first > 0) & (facts.first < facts.periods)
        sites = np.flatnonzero(j.cut.belongs)
        for who, gone in (("adopting", inside & ~facts.usable), ("comparison", ~inside & ~facts.usable)):
            names = ", ".join(q.panel.sites[sites[i]] for i in np.flatnonzero(gone)[:30])
            if gone.any():
                out.append(
                    Exclusion(
                        study=q.study.study,
                        measure=j.measure.measure,
                        what="site",
                        who=names,
                        count=int(gone.sum()),
                        reason=f"{who} sites without enough data before and after, or with the change from the start",
                        consequence="the answer does not speak for them",
                    )
                )
    return out
