"""Findings made by hand, so that a test can say in one line what the evidence on a cell is."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, field, replace

from scipy.special import ndtri, stdtrit

from holdfast.records import (
    Certainty,
    Change,
    Covariance,
    Effect,
    Evaluability,
    Findings,
    Gap,
    Measure,
    Protocol,
    Study,
)
from holdfast.records.vocabularies import CLAIM
from holdfast.records.voices import Voice

EVERYONE = ("everyone", "everyone", "all settings")
STAGGERED = "staggered difference-in-differences"


def measure(
    name: str, family: str = "outcome", better: str = "lower", smallest: float = 0.01, **more: object
) -> Measure:
    given = {"label": name, "kind": "proportion", **more}
    return Measure(measure=name, family=family, better=better, smallest_important=smallest, **given)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Told:
    """What is found of one measure in one cell; ``estimate`` is on the measure's own sign."""

    measure: Measure
    estimate: float | None = None
    se: float = 0.01
    where: tuple[str, str, str] = EVERYONE
    design: str = STAGGERED
    certainty: str = "moderate"
    kind: str = "horizon"
    at: str = "lasting"
    df: float | None = None
    more: dict[str, object] = field(default_factory=dict)
    change: str = "c"
    study: str = "s"
    adopters: int = 20
    comparison: int = 40


def findings(
    told: list[Told],
    gaps: tuple[Gap, ...] = (),
    covariances: tuple[Covariance, ...] = (),
    primary: str | None = None,
) -> Findings:
    """Findings as a learning run would have written them; the first measure told is the primary one."""
    studies = {t.study: t for t in reversed(told)}
    return Findings(
        protocols=tuple(_protocol(t, primary or t.measure.measure) for t in studies.values()),
        evaluability=tuple({_place(t): _evaluability(t) for t in told}.values()),
        effects=tuple(effect(t) for t in told if t.estimate is not None),
        certainty=tuple({_place(t): Certainty(**_in(t), certainty=t.certainty, reasons=()) for t in told}.values()),
        gaps=gaps,
        covariances=covariances,
    )


def effect(t: Told) -> Effect:
    q = stdtrit(t.df, 0.975) if t.df and math.isfinite(t.df) else ndtri(0.975)
    assert t.estimate is not None
    row = Effect(
        **_in(t),
        kind=t.kind,
        at=t.at,
        design=t.design,
        estimate=t.estimate,
        se=t.se,
        low=t.estimate - q * t.se,
        high=t.estimate + q * t.se,
        df=t.df,
        adopters=t.adopters,
    )
    return replace(row, **t.more)  # type: ignore[arg-type]


def gap(
    p: float, measure: str = "wait", kind: str = "slope index", study: str = "s", setting: str = "all settings"
) -> Gap:
    return Gap(
        study=study,
        change="c",
        measure=measure,
        dimension="deprivation",
        setting=setting,
        kind=kind,
        before=0.05,
        after=0.06,
        estimate=0.01,
        se=0.01,
        low=-0.01,
        high=0.03,
        p=0.3,
        p_widens=p,
        most="1 most deprived",
        least="5 least deprived",
    )


def voice(role: str, opposition: float, low: float, practice: str = "new", **more: object) -> Voice:
    given: dict[str, object] = {
        "change": "c",
        "practice": practice,
        "dimension": "everyone",
        "level": "everyone",
        "setting": "all settings",
        "role": role,
        "voices": 100,
        "retain": 1 - opposition,
        "adapt": 0.0,
        "reinstate": 0.0,
        "stop": opposition,
        "opposition": opposition,
        "opposition_low": low,
        "opposition_high": min(1.0, 2 * opposition - low),
        "support": 1 - opposition,
        "support_low": max(0.0, 1 - 2 * opposition + low),
        "support_high": 1 - low,
    }
    return Voice(**{**given, **more})  # type: ignore[arg-type]


def change(displaced: tuple[str, ...] = (), cost: float | None = None, name: str = "c") -> dict[str, Change]:
    return {name: Change(name, "A new way", "new", displaced, cost=cost)}


def table(*measures: Measure) -> dict[str, Measure]:
    return {m.measure: m for m in measures}


def _in(t: Told) -> dict[str, str]:
    dimension, level, setting = t.where
    return {
        "study": t.study,
        "change": t.change,
        "measure": t.measure.measure,
        "dimension": dimension,
        "level": level,
        "setting": setting,
    }


def _place(t: Told) -> tuple[str, ...]:
    return t.study, t.measure.measure, *t.where


def _evaluability(t: Told) -> Evaluability:
    return Evaluability(
        **_in(t),
        design=t.design,
        claim=CLAIM[t.design],
        pattern="",
        reasons=("only one period before",) if CLAIM[t.design] == 0 else (),
        remedies=("wait until March",) if CLAIM[t.design] < 3 else (),
        sites=t.adopters + t.comparison,
        adopters=t.adopters,
        comparison=t.comparison,
        periods_before=12,
        periods_after=24,
        detectable=0.01,
        smallest_important=t.measure.smallest_important,
    )


def _protocol(t: Told, primary: str) -> Protocol:
    study = Study(study=t.study, change=t.change, primary=primary)
    return Protocol(
        study=t.study,
        version=1,
        sha256=study.sha256(),
        fixed_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
        text=study.canonical(),
    )
