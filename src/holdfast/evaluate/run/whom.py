"""For whom: effects by population and setting compared and pooled, and the gap between most and least deprived."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy import stats

from holdfast.evaluate.forwhom.gap import GapChange, gap
from holdfast.evaluate.forwhom.heterogeneity import heterogeneity
from holdfast.evaluate.forwhom.pooling import pool
from holdfast.evaluate.run.groups import SETTINGS, Group
from holdfast.evaluate.run.rows import known
from holdfast.records import Effect, ForWhom, Gap, Panel, Study
from holdfast.records.vocabularies import EVERYONE

OVERALL = ("overall", "")
_ANSWERS = {"differ": "differs", "similar": "no sign of difference", "not enough to say": "not enough to say"}
_WORDS = {
    "differs": "The effect differs by {of}.",
    "no sign of difference": "Any difference in effect by {of} is too small to matter.",
    "not enough to say": "There is not enough to say whether the effect differs by {of}.",
}
Pooled = dict[tuple[str, str, str, str, str, str], tuple[float, float]]


def for_whom_row(group: Group, study: Study) -> ForWhom:
    """Does the overall effect differ between the levels?"""
    estimates, covariance = group.effects(OVERALL)
    test = heterogeneity(estimates, covariance, df=group.df, smallest_important=group.measure.smallest_important)
    pooled = pool(estimates, covariance, df=group.df)
    answer = _ANSWERS[test.verdict]
    return ForWhom(
        study=study.study,
        change=study.change,
        measure=group.measure.measure,
        dimension=group.dimension,
        setting=group.setting,
        levels=len(test.groups),
        statistic=known(test.statistic),
        p=known(test.p),
        between_sd=None if pooled is None else known(pooled.tau_mean),
        answer=answer,
        meaning=_WORDS[answer].format(of=group.dimension),
    )


def pooled_estimates(group: Group) -> Pooled:
    """Pooled estimate and standard error by (measure, dimension, level, setting, kind, at)."""
    out: Pooled = {}
    for row in group.rows:
        found = pool(*group.effects(row), df=group.df)
        if found is None:
            continue
        se = np.sqrt(np.diag(found.cov))
        for label, mean, error in zip(group.labels, found.mean, se, strict=True):
            where = (
                (EVERYONE, EVERYONE, label) if group.dimension == SETTINGS else (group.dimension, label, group.setting)
            )
            if math.isfinite(mean):
                out[group.measure.measure, *where, *row] = (float(mean), float(error))
    return out


def with_pooled(effects: Sequence[Effect], pooled: Pooled) -> tuple[Effect, ...]:
    """The effects with the pooled estimate beside the raw one where there is one."""

    def beside(effect: Effect) -> Effect:
        key = (effect.measure, effect.dimension, effect.level, effect.setting, effect.kind, effect.at)
        value = pooled.get(key)
        return effect if value is None else replace(effect, pooled=value[0], pooled_se=value[1])

    return tuple(beside(effect) for effect in effects)


def gap_rows(group: Group, study: Study, panel: Panel) -> list[Gap]:
    """The change's effect on the gap of an ordered dimension, in every form of it."""
    if group.measure.better == "neither" or group.dimension == SETTINGS:
        return []
    levels = panel.levels.get(group.dimension, ())
    if study.equity_most_deprived and levels and levels[-1] == study.equity_most_deprived:
        group = _reversed(group)
    shares = np.array([float(np.nansum(cut.weight * cut.belongs)) for cut in group.cuts])
    found = gap(
        *group.effects(OVERALL),
        group.counterfactuals(OVERALL),
        shares,
        better="lower" if group.measure.better == "lower" else "higher",
        labels=group.labels,
        df=group.df,
    )
    if found is None:
        return []
    missing = tuple(level for level in levels if level not in found.levels)
    ends = (found.levels[0], found.levels[-1])
    return [_gap_row(change, ends, missing, group, study, panel) for change in found.changes]


def _reversed(group: Group) -> Group:
    return replace(group, labels=group.labels[::-1], answers=group.answers[::-1], cuts=group.cuts[::-1])


def _gap_row(
    change: GapChange, ends: tuple[str, str], missing: tuple[str, ...], group: Group, study: Study, panel: Panel
) -> Gap:
    t = abs(change.change) / change.se if change.se > 0 else math.nan
    return Gap(
        study=study.study,
        change=study.change,
        measure=group.measure.measure,
        dimension=group.dimension,
        setting=group.setting,
        kind=change.name,
        before=known(change.counterfactual),
        after=known(change.after),
        estimate=known(change.change),
        se=known(change.se),
        low=known(change.lower),
        high=known(change.upper),
        p=known(float(2 * stats.t.sf(t, group.df))),
        p_widens=known(change.p_widens),
        most=ends[0],
        least=ends[1],
        missing=missing,
        version=panel.versions.get(group.dimension, ""),
        ecological=group.dimension in panel.site_dimensions,
    )
