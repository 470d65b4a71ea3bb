"""What the loop writes down: one frozen row type per result table, each field with its meaning.

Rows of different tables meet by ``study``, ``measure``, ``dimension``, ``level`` and ``setting``. Numbers are on the
measure's own scale: a share for proportions, events per one for rates, the mean itself for means, and for counts a
fraction of the usual level. ``None`` means not known or not applicable, never zero.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing
from dataclasses import dataclass

from holdfast.records.voices import Voice


def _of(meaning: str, default: object = dataclasses.MISSING) -> typing.Any:
    if default is dataclasses.MISSING:
        return dataclasses.field(metadata={"meaning": meaning})
    return dataclasses.field(default=default, metadata={"meaning": meaning})


@dataclass(frozen=True, kw_only=True)
class InCell:
    """What every finding is about."""

    study: str = _of("The study.")
    change: str = _of("The change.")
    measure: str = _of("The measure.")
    dimension: str = _of("The population's dimension, or everyone.")
    level: str = _of("The population's level, or everyone.")
    setting: str = _of("The setting, or all settings.")


@dataclass(frozen=True, kw_only=True)
class Evaluability(InCell):
    """Can it be answered, by which design, and how small an effect could be seen. Written before any effect."""

    design: str = _of("The design that may be used, or cannot tell yet.")
    claim: int = _of("Strongest claim on the Maryland scale, 0 when none.")
    pattern: str = _of("The adoption pattern in words.")
    reasons: tuple[str, ...] = _of("Why this design, or why none.")
    remedies: tuple[str, ...] = _of("What would make it answerable, or answerable better.")
    sites: int = _of("Sites in this population and setting with data.")
    adopters: int = _of("Sites that adopted inside the window, with data before and after.")
    comparison: int = _of("Sites that can serve as comparison.")
    periods_before: int = _of("Periods before the first adoption.")
    periods_after: int = _of("Periods from the first adoption to the end.")
    detectable: float | None = _of("Smallest effect detectable with 80 % power.")
    smallest_important: float | None = _of("Smallest effect that matters, on the measure's scale.")
    refused: tuple[str, ...] = _of("Designs considered and refused, each with its reason.", ())


@dataclass(frozen=True, kw_only=True)
class Effect(InCell):
    """One effect: a horizon, an event time, a cohort, the overall average…"""

    kind: str = _of("overall, horizon, event time, cohort, calendar, stopping, level change or slope change.")
    at: str = _of("Which one: early, later, lasting, an event time, a cohort's first period; empty for overall.")
    design: str = _of("The design that gave it.")
    estimate: float | None = _of("Effect on the measure's scale.")
    se: float | None = _of("Standard error.")
    low: float | None = _of("Lower end of the 95 % interval.")
    high: float | None = _of("Upper end of the 95 % interval.")
    band_low: float | None = _of("Lower end of the simultaneous 95 % band over this kind.", None)
    band_high: float | None = _of("Upper end of the simultaneous 95 % band over this kind.", None)
    p: float | None = _of("Two-sided p value of no effect.", None)
    q: float | None = _of("The same, controlled over the whole portfolio (Benjamini–Hochberg).", None)
    anytime_low: float | None = _of("Lower end of the interval that allows a look every period.", None)
    anytime_high: float | None = _of("Upper end of the interval that allows a look every period.", None)
    pooled: float | None = _of("Partially pooled estimate across the levels of its dimension.", None)
    pooled_se: float | None = _of("Standard error of the pooled estimate.", None)
    inference: str = _of("How the interval was made.", "")
    df: float | None = _of("Degrees of freedom, where the interval uses Student's t.", None)
    counterfactual: float | None = _of("Level had the change not been made.", None)
    relative: float | None = _of("Effect as a share of the counterfactual.", None)
    relative_low: float | None = _of("Lower end of the relative effect's interval.", None)
    relative_high: float | None = _of("Upper end of the relative effect's interval.", None)
    frequency: str = _of("The effect as a natural frequency, in words.", "")
    equal_weights: float | None = _of("The site-equal estimate, when it differs by more than one standard error.", None)
    sites: int = _of("Sites used.", 0)
    adopters: int = _of("Adopting sites used.", 0)
    denominator: float | None = _of("Mean denominator a period over the sites used.", None)
    smallest_important: float | None = _of("Smallest effect that matters.", None)
    ecological: bool = _of("True when the population is an attribute of the site, not of people.", False)


@dataclass(frozen=True, kw_only=True)
class Covariance:
    """Joint covariance of the effects that decisions use (overall and horizons), within a study and setting."""

    study: str = _of("The study.")
    setting: str = _of("The setting.")
    row: str = _of("measure|dimension|level|kind|at of the row.")
    column: str = _of("The same of the column.")
    covariance: float = _of("Covariance of the two estimates.")


@dataclass(frozen=True, kw_only=True)
class Gap:
    """Effect of the change on an inequality."""

    study: str = _of("The study.")
    change: str = _of("The change.")
    measure: str = _of("The measure.")
    dimension: str = _of("The ordered dimension.")
    setting: str = _of("The setting.")
    kind: str = _of("difference, slope index, relative index, or ratio.")
    before: float | None = _of("The gap had the change not been made.")
    after: float | None = _of("The gap with it.")
    estimate: float | None = _of("Effect on the gap.")
    se: float | None = _of("Standard error.")
    low: float | None = _of("Lower end of the 95 % interval.")
    high: float | None = _of("Upper end of the 95 % interval.")
    p: float | None = _of("Two-sided p value of no change in the gap.")
    p_widens: float | None = _of("Probability that the gap widens.")
    most: str = _of("The most disadvantaged level used.")
    least: str = _of("The least disadvantaged level used.")
    missing: tuple[str, ...] = _of("Levels with no answerable effect.", ())
    version: str = _of("Coding version of the dimension.", "")
    ecological: bool = _of("True when the dimension is an attribute of the site.", False)


@dataclass(frozen=True, kw_only=True)
class CheckResult(InCell):
    """One check of one effect."""

    check: str = _of("The check's name.")
    value: float | None = _of("Its number.")
    threshold: float | None = _of("The number at which it becomes a concern.")
    status: str = _of("pass, concern, fail or not applicable.")
    meaning: str = _of("What it says, in one sentence.")


@dataclass(frozen=True, kw_only=True)
class Certainty(InCell):
    """How sure, and why."""

    certainty: str = _of("high, moderate, low or very low.")
    reasons: tuple[str, ...] = _of("What it started from and each step down or up.")


@dataclass(frozen=True, kw_only=True)
class ForWhom:
    """Does the effect differ between the levels of a dimension, or between settings?"""

    study: str = _of("The study.")
    change: str = _of("The change.")
    measure: str = _of("The measure.")
    dimension: str = _of("The dimension compared (setting for settings).")
    setting: str = _of("The setting.")
    levels: int = _of("How many levels could be compared.")
    statistic: float | None = _of("Joint Wald statistic of no difference.")
    p: float | None = _of("Its p value.")
    between_sd: float | None = _of("Standard deviation of true effects between levels.")
    answer: str = _of("differs, no sign of difference, or not enough to say.")
    meaning: str = _of("The same in one sentence.")


@dataclass(frozen=True, kw_only=True)
class Exclusion:
    """What was left out, dropped or assumed, and why."""

    study: str = _of("The study.")
    measure: str = _of("The measure, empty when it concerns all.")
    what: str = _of("site, site-period, period, population, or assumption.")
    who: str = _of("The site or population, empty for many.")
    count: int = _of("How many.")
    reason: str = _of("Why.")
    consequence: str = _of("What that means for the answer.", "")


@dataclass(frozen=True, kw_only=True)
class Protocol:
    """The protocol as fixed before effects were computed."""

    study: str = _of("The study.")
    version: int = _of("1 for the first; each edit afterwards adds one.")
    sha256: str = _of("Fingerprint of the protocol's text.")
    fixed_at: dt.datetime = _of("When it was fixed (UTC).")
    text: str = _of("The protocol as JSON.")


@dataclass(frozen=True, kw_only=True)
class Path(InCell):
    """Average level over time, for the picture."""

    group: str = _of("adopters, comparison, or counterfactual.")
    axis: str = _of("period or event time.")
    at: str = _of("The period (ISO date) or the event time.")
    value: float | None = _of("Weighted mean level.")


@dataclass(frozen=True, kw_only=True)
class Reason:
    """One number that a rule used."""

    quantity: str = _of("Its name: benefit, harm, futile, gap widens…")
    value: float | None = _of("What it was.")
    threshold: float | None = _of("What it was held against.")
    met: bool | None = _of("Whether the threshold was met.")
    words: str = _of("The same in a sentence.")


@dataclass(frozen=True, kw_only=True)
class Cell:
    """The machine's recommendation for one practice × population × setting."""

    change: str = _of("The change.")
    practice: str = _of("The practice judged.")
    role: str = _of("introduced or displaced.")
    dimension: str = _of("The population's dimension, or everyone.")
    level: str = _of("The population's level, or everyone.")
    setting: str = _of("The setting, or all settings.")
    policy: str = _of("Name of the policy that judged.")
    verdict: str = _of("retain, adapt, reinstate, stop, or keep learning.")
    rule: str = _of("The rule that fired, in words.")
    reasons: tuple[str, ...] = _of("The numbers that fired it, in sentences.")
    benefit: float | None = _of("P(primary outcome improves by at least the smallest important difference).")
    harm: float | None = _of("Largest P(worse by at least it) over balancing, outcome and experience measures.")
    harmful_measure: str = _of("The measure behind harm.", "")
    futile: float | None = _of("P(the effect is smaller than that, either way).")
    gap_widens: float | None = _of("P(the gap widens).")
    certainty: str = _of("Certainty of the primary effect.", "")
    missing: tuple[str, ...] = _of("What is not known.", ())
    dissent: tuple[str, ...] = _of("Who disagrees; empty until voices are gathered, and saying so.", ())
    flips: tuple[str, ...] = _of("The nearest value of each input that would change the verdict.", ())
    would_settle: tuple[str, ...] = _of("What would settle it soonest.", ())
    study: str = _of("The study it rests on.", "")
    estimate: float | None = _of("Primary effect for the cell.", None)
    low: float | None = _of("Lower end of its 95 % interval.", None)
    high: float | None = _of("Upper end of its 95 % interval.", None)
    horizon: str = _of("The horizon judged: lasting, later, early or overall; empty when none.", "")


@dataclass(frozen=True)
class Findings:
    """Everything one learning run found. Each field is a table."""

    protocols: tuple[Protocol, ...] = ()
    evaluability: tuple[Evaluability, ...] = ()
    effects: tuple[Effect, ...] = ()
    covariances: tuple[Covariance, ...] = ()
    for_whom: tuple[ForWhom, ...] = ()
    gaps: tuple[Gap, ...] = ()
    checks: tuple[CheckResult, ...] = ()
    certainty: tuple[Certainty, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    paths: tuple[Path, ...] = ()
    voices: tuple[Voice, ...] = ()
    cells: tuple[Cell, ...] = ()

    def __add__(self, other: Findings) -> Findings:
        """Findings of two studies, side by side."""
        names = [field.name for field in dataclasses.fields(self)]
        return Findings(**{name: getattr(self, name) + getattr(other, name) for name in names})


ROW_TYPES: dict[str, type] = {
    "protocols": Protocol,
    "evaluability": Evaluability,
    "effects": Effect,
    "covariances": Covariance,
    "for_whom": ForWhom,
    "gaps": Gap,
    "checks": CheckResult,
    "certainty": Certainty,
    "exclusions": Exclusion,
    "paths": Path,
    "voices": Voice,
    "cells": Cell,
}
