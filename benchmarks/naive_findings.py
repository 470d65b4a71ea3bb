"""A naive reading of a whole study, as findings that believe every number they hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from holdfast.records import Adoption, Certainty, Effect, Evaluability, Findings, Gap, Measure, Panel, Population, Study
from holdfast.records.vocabularies import ALL_SETTINGS
from naive import outcome

Floats = NDArray[np.float64]
Reader = Callable[[Floats, NDArray[np.bool_], Floats], tuple[float, float]]
STAGGERED = "staggered difference-in-differences"


@dataclass(frozen=True)
class Asked:
    """One study of one world: all that any reader is given."""

    study: Study
    panel: Panel
    adoption: Adoption
    measures: Mapping[str, Measure]


Estimator = Callable[[Asked], Findings]


@dataclass(frozen=True)
class Reading:
    """What a naive reader makes of one measure in one population and setting."""

    measure: Measure
    population: Population
    setting: str
    sites: int
    estimate: float
    se: float

    @property
    def known(self) -> bool:
        """Whether there is a number at all."""
        return bool(np.isfinite(self.estimate) and self.se > 0)


def naively(reader: Reader) -> Estimator:
    """An estimator that applies one reading everywhere and believes it."""

    def estimate(a: Asked) -> Findings:
        read = [_read(a, reader, *cell) for cell in _cells(a)]
        return Findings(
            evaluability=tuple(_evaluability(a.study, r) for r in read),
            effects=tuple(_effect(a.study, r) for r in read if r.known),
            certainty=tuple(Certainty(**_in(a.study, r), certainty="moderate", reasons=()) for r in read),
            gaps=tuple(_gaps(a, read)),
        )

    return estimate


def _first(adoption: Adoption) -> int:
    started = np.flatnonzero((adoption.on[:, 1:] & ~adoption.on[:, :-1]).any(axis=0))
    return int(started[0]) + 1 if started.size else adoption.on.shape[1]


def _cells(a: Asked) -> Iterable[tuple[Measure, Population, str | None]]:
    for name in dict.fromkeys((a.study.primary, *a.study.measures)):
        for population in a.panel.populations(name):
            for setting in (None, *a.study.settings):
                yield a.measures[name], population, setting


def _read(a: Asked, reader: Reader, measure: Measure, population: Population, setting: str | None) -> Reading:
    numerator, denominator, belongs = a.panel.cut(measure.measure, population, setting)
    y, weight = outcome(numerator, denominator, measure.kind == "count", _first(a.adoption))
    inside = belongs[:, None]
    estimate, se = reader(np.where(inside, y, np.nan), a.adoption.on & inside, np.where(belongs, weight, 0.0))
    return Reading(measure, population, setting or ALL_SETTINGS, int(belongs.sum()), estimate, se)


def _in(study: Study, r: Reading) -> dict[str, Any]:
    return {
        "study": study.study,
        "change": study.change,
        "measure": r.measure.measure,
        "dimension": r.population.dimension,
        "level": r.population.level,
        "setting": r.setting,
    }


def _evaluability(study: Study, r: Reading) -> Evaluability:
    """A naive reader finds everything answerable that gives a number."""
    return Evaluability(
        **_in(study, r),
        design=STAGGERED if r.known else "cannot tell yet",
        claim=3 if r.known else 0,
        pattern="",
        reasons=(),
        remedies=(),
        sites=r.sites,
        adopters=0,
        comparison=0,
        periods_before=0,
        periods_after=0,
        detectable=None,
        smallest_important=r.measure.smallest_important,
    )


def _effect(study: Study, r: Reading) -> Effect:
    return Effect(
        **_in(study, r),
        kind="overall",
        at="",
        design=STAGGERED,
        estimate=r.estimate,
        se=r.se,
        low=r.estimate - 1.959964 * r.se,
        high=r.estimate + 1.959964 * r.se,
        smallest_important=r.measure.smallest_important,
    )


def _gaps(a: Asked, read: Iterable[Reading]) -> Iterable[Gap]:
    """Most against least deprived, the two errors taken as independent."""
    dimension = a.study.equity_dimension
    if dimension is None:
        return
    levels = a.panel.levels[dimension]
    ends: dict[str, dict[str, Reading]] = {}
    for r in read:
        if r.measure.measure == a.study.primary and r.population.dimension == dimension:
            ends.setdefault(r.setting, {})[r.population.level] = r
    for setting, found in ends.items():
        most, least = found[levels[0]], found[levels[-1]]
        gap, se = most.estimate - least.estimate, float(np.hypot(most.se, least.se))
        if most.known and least.known:
            widens = float(ndtr(-most.measure.sign * gap / se))
            yield _gap(a, setting, (levels[0], levels[-1]), gap, se, widens)


def _gap(a: Asked, setting: str, ends: tuple[str, str], gap: float, se: float, widens: float) -> Gap:
    return Gap(
        study=a.study.study,
        change=a.study.change,
        measure=a.study.primary,
        dimension=a.study.equity_dimension or "",
        setting=setting,
        kind="difference",
        before=None,
        after=None,
        estimate=gap,
        se=se,
        low=gap - 1.959964 * se,
        high=gap + 1.959964 * se,
        p=None,
        p_widens=widens,
        most=ends[0],
        least=ends[1],
    )
