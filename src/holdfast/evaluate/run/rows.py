"""Answers as findings: each effect on its own scale, as a share of the counterfactual, and in words."""

from __future__ import annotations

import math

import numpy as np

from holdfast.evaluate.check.anytime import confidence_sequence
from holdfast.evaluate.forwhom.scales import natural_frequency, own_scale
from holdfast.evaluate.run.answer import Answer, degrees_of_freedom
from holdfast.evaluate.run.cuts import Cut
from holdfast.records import Effect, Exclusion, Measure, Path, Study

DECIDES = ("overall", "horizon", "stopping")


def known(value: float) -> float | None:
    """A number, or None where it is not one."""
    return float(value) if math.isfinite(value) else None


def effect_rows(
    answer: Answer, cut: Cut, measure: Measure, study: Study, ecological: bool, periods: tuple[str, ...]
) -> list[Effect]:
    """One finding for each row of an answer; ``periods`` are the panel's, as dates."""
    return [_effect(answer, i, cut, measure, study, ecological, periods) for i in range(len(answer.rows))]


def _effect(
    answer: Answer, i: int, cut: Cut, measure: Measure, study: Study, ecological: bool, periods: tuple[str, ...]
) -> Effect:
    kind, at = answer.rows[i]
    anytime = _anytime(answer, i) if kind == "overall" else (math.nan, math.nan)
    population = answer.key.population
    estimate, low, high = float(answer.estimate[i]), float(answer.low[i]), float(answer.high[i])
    base = float(answer.counterfactual[i])
    share = [v / base if base > 0 else math.nan for v in (estimate, low, high)]
    return Effect(
        study=study.study,
        change=study.change,
        measure=answer.key.measure,
        dimension=population.dimension,
        level=population.level,
        setting=answer.key.setting,
        kind=kind,
        at=periods[int(at)] if kind == "cohort" else at,
        design=answer.design,
        estimate=known(estimate),
        se=known(float(answer.se[i])),
        low=known(low),
        high=known(high),
        band_low=known(float(answer.band[i, 0])),
        band_high=known(float(answer.band[i, 1])),
        p=known(float(answer.p[i])),
        anytime_low=known(anytime[0]),
        anytime_high=known(anytime[1]),
        equal_weights=answer.equal_weights if kind == "overall" else None,
        inference=answer.inference,
        df=known(float(answer.df[i])),
        counterfactual=known(base),
        relative=known(share[0]),
        relative_low=known(share[1]),
        relative_high=known(share[2]),
        frequency=in_words(measure, estimate, low, high) if kind in DECIDES else "",
        sites=answer.sites,
        adopters=dict(answer.cohorts).get(at, 0) if kind == "cohort" else answer.adopters,
        denominator=_mean_denominator(cut),
        smallest_important=measure.smallest_important,
        ecological=ecological,
    )


def _anytime(answer: Answer, i: int) -> tuple[float, float]:
    """The interval that allows a look every period, shortest at today's information."""
    estimate, se = float(answer.estimate[i]), float(answer.se[i])
    if not (math.isfinite(estimate) and math.isfinite(se) and se > 0):
        return math.nan, math.nan
    found = confidence_sequence([estimate], [se], df=degrees_of_freedom(answer))
    return float(found.lower[0]), float(found.upper[0])


def in_words(measure: Measure, estimate: float, low: float, high: float) -> str:
    """The effect as a natural frequency, a percentage of the usual level, or on the measure's own scale."""
    if not (math.isfinite(estimate) and math.isfinite(low) and math.isfinite(high)):
        return "no interval can be given, so the size of the effect cannot be told from these data"
    if measure.kind in ("proportion", "rate"):
        return natural_frequency(estimate, low, high, measure.unit or "of those counted").sentence
    if measure.kind == "count":
        return own_scale(100 * estimate, 100 * low, 100 * high, "per cent")
    return own_scale(estimate, low, high, measure.unit or "on the measure's scale")


def _mean_denominator(cut: Cut) -> float | None:
    """Mean people (or events) a period behind the cell: the denominator, or the numerator of a count."""
    size = cut.denominator if np.isfinite(cut.denominator[cut.belongs]).any() else cut.numerator
    belonging = size[cut.belongs]
    seen = np.isfinite(belonging)
    periods = seen.any(axis=0).sum()
    return float(np.where(seen, belonging, 0.0).sum() / periods) if periods else None


def path_rows(answer: Answer, study: Study, periods: tuple[str, ...]) -> list[Path]:
    """Levels over time; period indices become the periods' dates."""
    population = answer.key.population
    return [
        Path(
            study=study.study,
            change=study.change,
            measure=answer.key.measure,
            dimension=population.dimension,
            level=population.level,
            setting=answer.key.setting,
            group=group,
            axis=axis,
            at=periods[int(at)] if axis == "period" else at,
            value=known(value),
        )
        for group, axis, at, value in answer.paths
    ]


def exclusion_rows(answer: Answer, study: Study) -> list[Exclusion]:
    """What an answer left out or assumed."""
    where = f"{answer.key.population}, {answer.key.setting}"
    left = [
        Exclusion(study=study.study, measure=answer.key.measure, what=what, who=who or where, count=n, reason=reason)
        for what, who, n, reason in answer.left_out
        if n
    ]
    noted = [
        Exclusion(study=study.study, measure=answer.key.measure, what="assumption", who=where, count=1, reason=note)
        for note in answer.notes
    ]
    return left + noted
