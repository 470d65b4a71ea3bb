"""Every measure × population × setting of a study, cut from the panel and judged before anything is estimated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from holdfast.evaluate.answerable import CANNOT_TELL, Rules, Verdict, judge
from holdfast.evaluate.run.cuts import Cut, cut
from holdfast.records import Adoption, Evaluability, Measure, Panel, Population, Study
from holdfast.records.vocabularies import ALL_SETTINGS


@dataclass(frozen=True)
class Judged:
    """One cut with its verdict."""

    cut: Cut
    measure: Measure
    verdict: Verdict


def judge_all(
    panel: Panel, adoption: Adoption, study: Study, measures: Mapping[str, Measure], rules: Rules
) -> Iterator[Judged]:
    """Judge every cell of the study that has any site."""
    start = first_adoption(adoption)
    for name in measures_of(study):
        measure = measures[name]
        for population in populations_of(panel, study, name):
            for setting in settings_of(panel, study):
                one = cut(panel, measure, population, setting, start, study.weights == "equal")
                if one.belongs.any():
                    yield Judged(one, measure, _verdict(one, adoption, study, measure, rules))


def _verdict(one: Cut, adoption: Adoption, study: Study, measure: Measure, rules: Rules) -> Verdict:
    outside = ~one.belongs[:, None]
    return judge(
        np.where(outside, False, adoption.on)[one.belongs],
        one.y[one.belongs],
        rules=rules,
        dose=None if adoption.dose is None else adoption.dose[one.belongs],
        weights=one.weight[one.belongs],
        smallest_important=measure.smallest_important,
        randomised=study.randomised,
        asked=study.design,
        anticipation=study.anticipation,
    )


def first_adoption(adoption: Adoption) -> int:
    """The first period in which any site adopts after not having adopted (T when none does)."""
    started = adoption.on[:, 1:] & ~adoption.on[:, :-1]
    when = np.flatnonzero(started.any(axis=0))
    return int(when[0]) + 1 if when.size else adoption.on.shape[1]


def measures_of(study: Study) -> tuple[str, ...]:
    """The primary measure first, then the others."""
    return tuple(dict.fromkeys((study.primary, *study.measures)))


def populations_of(panel: Panel, study: Study, measure: str) -> tuple[Population, ...]:
    """Everyone, and the levels of the study's dimensions (all of them when it names none)."""
    every = panel.populations(measure)
    return tuple(p for p in every if p == Population() or not study.populations or p.dimension in study.populations)


def settings_of(panel: Panel, study: Study) -> tuple[str | None, ...]:
    """All settings together (None), then each of the study's settings where there is more than one."""
    named = study.settings or tuple(sorted({str(s) for s in panel.setting if s}))
    if len(set(panel.setting.tolist())) < 2:
        return (None,)
    return (None, *named)


def evaluability_row(
    judged: Judged, study: Study, detectable: float | None, refusal: str | None = None
) -> Evaluability:
    """The verdict as a finding, with the effect that could be detected where a design was given.

    A ``refusal`` is what the estimator itself said when it met the data; it turns the verdict into cannot tell yet.
    """
    verdict, key = judged.verdict, judged.cut.key
    facts = verdict.facts
    return Evaluability(
        study=study.study,
        change=study.change,
        measure=key.measure,
        dimension=key.population.dimension,
        level=key.population.level,
        setting=key.setting or ALL_SETTINGS,
        design=CANNOT_TELL if refusal else verdict.design,
        claim=0 if refusal else verdict.claim,
        pattern=verdict.pattern,
        reasons=(refusal,) if refusal else verdict.reasons,
        remedies=verdict.remedies,
        sites=int(np.isfinite(judged.cut.y).any(axis=1).sum()),
        adopters=facts.adopters,
        comparison=facts.comparison,
        periods_before=facts.before,
        periods_after=facts.after,
        detectable=detectable,
        smallest_important=judged.measure.smallest_important,
        refused=verdict.refused,
    )
