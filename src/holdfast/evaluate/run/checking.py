"""The checks that fit each answer, and how certain it leaves us."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from holdfast.evaluate.check.certainty import certainty
from holdfast.evaluate.check.denominator import check_denominator
from holdfast.evaluate.check.leave_one_out import check_leave_one_out, check_single_site_cohorts, leave_one_out
from holdfast.evaluate.check.missingness import check_missingness, missingness
from holdfast.evaluate.check.overlap import check_overlap, overlap
from holdfast.evaluate.check.pretest_power import check_pretest_power, missable_trend
from holdfast.evaluate.check.result import Check
from holdfast.evaluate.check.sensitivity import (
    Breakdown,
    SingularCovarianceError,
    breakdown_mbar,
    check_breakdown,
    event_study,
)
from holdfast.evaluate.check.trends import (
    anticipation,
    check_anticipation,
    check_placebo_date,
    check_pre_trends,
    placebo_date,
    pre_trends,
)
from holdfast.evaluate.run.answer import Answer, degrees_of_freedom
from holdfast.evaluate.run.batch import Batch
from holdfast.evaluate.run.cuts import Cut
from holdfast.evaluate.run.rows import known
from holdfast.records import Certainty, CheckResult, Measure, Study
from holdfast.records.vocabularies import ALL_SETTINGS, CERTAINTIES, CLAIM, EVERYONE

Floats = NDArray[np.float64]
LEADS, LAGS = 12, 18
"""Event times around adoption that the checks look at: further out few cohorts remain."""


@dataclass(frozen=True)
class Surroundings:
    """What a check may need beyond the answer: other changes' adoption periods (n × m, NaN never) and the
    answer for the denominator of the same cell, where there is one."""

    others: Floats
    denominator: Answer | None = None


def checks_of(answer: Answer, batch: Batch, cut: Cut, around: Surroundings, deep: bool) -> tuple[Check, ...]:
    """Every check that applies; ``deep`` adds the slow sensitivity analysis."""
    made = [*_trend_checks(answer, deep), *_data_checks(answer, batch, cut, around)]
    if answer.units == "sites" and answer.se[0] > 0:
        made += _reliance_checks(answer, batch)
    return tuple(made)


def _trend_checks(answer: Answer, deep: bool) -> list[Check]:
    times, estimates, covariance, df = _event_study(answer)
    if not (times < -1).any():
        return []
    found = [
        check_pre_trends(pre_trends(times, estimates, covariance, df=df)),
        check_anticipation(anticipation(times, estimates, covariance, df=df)),
        check_placebo_date(placebo_date(times, estimates, covariance, df=df)),
    ]
    if deep:
        trend = missable_trend(times, covariance, df=df)
        found += [check_pretest_power(trend, float(answer.estimate[0])), check_breakdown(_breakdown(answer))]
    return found


def _event_study(answer: Answer) -> tuple[Floats, Floats, Floats, float]:
    """Event times within reach of adoption, estimates, joint covariance and its degrees of freedom."""
    at = [i for i, (kind, when) in enumerate(answer.rows) if kind == "event time" and -LEADS <= int(when) <= LAGS]
    times = np.array([int(answer.rows[i][1]) for i in at], dtype=float)
    covariance = answer.covariance()[np.ix_(at, at)]
    return times, answer.estimate[at], covariance, degrees_of_freedom(answer)


def _breakdown(answer: Answer) -> Breakdown | None:
    """Rambachan and Roth's breakdown value for the mean effect over the periods looked at."""
    times, estimates, covariance, _ = _event_study(answer)
    keep = (times != -1) & (np.diag(covariance) > 0)
    before, after = int((times[keep] < -1).sum()), int((times[keep] >= 0).sum())
    if not before or not after:
        return None
    try:
        study = event_study(estimates[keep], covariance[np.ix_(keep, keep)], before, after, np.full(after, 1 / after))
    except SingularCovarianceError:
        return None
    return breakdown_mbar(study)


def _data_checks(answer: Answer, batch: Batch, cut: Cut, around: Surroundings) -> list[Check]:
    adopted = np.where(batch.first < batch.on.shape[1], batch.first, np.nan).astype(float)
    found = [check_missingness(missingness(np.isfinite(cut.y[batch.sites]), adopted))]
    if around.others.shape[1]:
        found.append(check_overlap(overlap(adopted, around.others[batch.sites])))
    if around.denominator is not None and around.denominator.counterfactual[0] > 0:
        other = around.denominator
        base = float(other.counterfactual[0])
        relative, se = float(other.estimate[0]) / base, float(other.se[0]) / base
        if 1 + relative > 0:
            df = degrees_of_freedom(other)
            found.append(check_denominator(float(np.log1p(relative)), se / (1 + relative), df=df))
    return found


def _reliance_checks(answer: Answer, batch: Batch) -> list[Check]:
    """How much of the finding rests on one cohort or one site, by each one's share of the error and the weight."""
    periods = batch.on.shape[1]
    cohorts, sizes = np.unique(batch.first[batch.first < periods], return_counts=True)
    found = [check_single_site_cohorts(sizes)]
    overall, se = float(answer.estimate[0]), float(answer.se[0])
    psi = answer.psi[0][batch.sites]
    without = overall - psi * len(psi) / max(len(psi) - 1, 1)  # the infinitesimal jackknife, one site at a time
    found.append(check_leave_one_out(leave_one_out(overall, se, without), "site"))
    if len(cohorts) > 1:
        found += _without_each_cohort(answer, batch, overall, se)
    return found


def _without_each_cohort(answer: Answer, batch: Batch, overall: float, se: float) -> list[Check]:
    """The overall effect is the cohorts' mean by weight × periods after; each is taken out of it in turn."""
    periods = batch.on.shape[1]
    weight = batch.weight[[cut.key for cut in batch.cuts].index(answer.key)]
    held = [
        (weight[batch.first == int(g)].sum() * (periods - int(g)), answer.estimate[i])
        for g, _ in answer.cohorts
        if (i := answer.index("cohort", g)) is not None
    ]
    if len(held) < 2:
        return []
    mass, effect = np.array([m for m, _ in held]), np.array([e for _, e in held])
    mean = mass @ effect / mass.sum()
    moved = (mass @ effect - mass * effect) / (mass.sum() - mass) - mean
    return [check_leave_one_out(leave_one_out(overall, se, overall + moved), "cohort")]


def no_surer_than_everyone(found: Sequence[Certainty]) -> list[Certainty]:
    """Smaller groups have weaker checks, not stronger evidence: none is surer than everyone in all settings."""
    whole = {row.measure: row.certainty for row in found if row.dimension == EVERYONE and row.setting == ALL_SETTINGS}
    out = []
    for row in found:
        limit = whole.get(row.measure, row.certainty)
        if CERTAINTIES.index(row.certainty) < CERTAINTIES.index(limit):
            why = f"Held at {limit}: what was doubtful for everyone is not less so for a part of them."
            row = replace(row, certainty=limit, reasons=(*row.reasons, why))
        out.append(row)
    return out


def check_rows(answer: Answer, checks: tuple[Check, ...], study: Study) -> list[CheckResult]:
    """Checks as findings."""
    return [
        CheckResult(
            **_about(answer, study),
            check=check.name,
            value=known(check.value),
            threshold=known(check.threshold),
            status=check.status,
            meaning=check.meaning,
        )
        for check in checks
    ]


def certainty_row(
    answer: Answer, checks: tuple[Check, ...], measure: Measure, study: Study, ecological: bool
) -> Certainty:
    """How sure the answer leaves us, with every step from the design's starting level."""
    indirect = ("the population is an attribute of the site, not of the people",) if ecological else ()
    found = certainty(
        CLAIM[answer.design],
        checks,
        interval=(float(answer.low[0]), float(answer.high[0])),
        smallest_important=measure.smallest_important,
        indirectness=indirect,
    )
    start = f"Started at {found.start}: {answer.design}."
    return Certainty(**_about(answer, study), certainty=found.level, reasons=(start, *found.reasons))


def _about(answer: Answer, study: Study) -> dict[str, str]:
    population = answer.key.population
    return {
        "study": study.study,
        "change": study.change,
        "measure": answer.key.measure,
        "dimension": population.dimension,
        "level": population.level,
        "setting": answer.key.setting,
    }
