"""Realistic fake findings, in every shape a report must bear: answered and not, each design, nulls, hostile text."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from holdfast.records import (
    Cell,
    Certainty,
    Change,
    CheckResult,
    Covariance,
    Effect,
    Evaluability,
    Exclusion,
    Findings,
    ForWhom,
    Gap,
    Measure,
    Path,
    Protocol,
    Study,
)
from holdfast.records.vocabularies import ALL_SETTINGS, CLAIM, EVERYONE

HOSTILE = (
    "<script>alert('x')</script>",
    "=cmd|' /C calc'!A0",
    "@SUM(1+1)",
    "-2+3",
    "\u202egnol dna desrever\u202c",
    "مواعيد الهاتف",
    "👩🏽‍⚕️ ward round ✨",
    "quotes \" and ' and & and %s {{ 7*7 }} ${x}",
    "a very long name " * 40,
    "null\x00byte and \x1b[31mescape",
    "line\nbreak\ttab\rreturn",
    "]]><!-- --><svg onload=alert(1)>",
)
POPULATIONS: dict[str, tuple[str, ...]] = {
    "deprivation": ("1 most deprived", "2", "3", "4", "5 least deprived"),
    "age": ("0–17", "18–64", "65–79", "80 and over"),
    "ethnicity": ("Asian", "Black", "Mixed", "White", "Other", "Not stated"),
}
SETTINGS = ("acute", "community", "primary care")
MEASURES = (
    Measure("over_4h", "Waits over four hours", "outcome", "proportion", "lower", 0.01, unit="attendances"),
    Measure("readmitted", "Back in hospital within 30 days", "balancing", "proportion", "lower", 0.01, unit="patients"),
    Measure("over_12h", "Waits over twelve hours", "balancing", "rate", "lower", 0.002, 1000, "attendances"),
    Measure("volume", "Attendances", "process", "count", "neither", 0.05, unit="attendances"),
    Measure("experience", "Experience score", "experience", "mean", "higher", 1.0, unit="points"),
    Measure(
        "face_to_face", "Seen face to face", "outcome", "proportion", "higher", 0.02, 1000, "patients", "displaced"
    ),
)


@dataclass(frozen=True)
class Plot:
    """What is true of one change. ``effect`` is on the primary measure, for everyone."""

    name: str
    title: str
    design: str
    effect: float = 0.0
    widens: float = 0.0
    harm: float = 0.0
    displaced: str = ""
    small: bool = False


PLOTS = (
    Plot("slots", "Booked arrival slots at A&E", "staggered difference-in-differences", -0.024),
    Plot("video", "Video clinics for follow-up", "staggered difference-in-differences", -0.021, widens=0.03,
         displaced="Face-to-face follow-up clinics"),
    Plot("virtual", "Virtual wards", "randomised staggered roll-out", -0.035),
    Plot("texts", "Text reminders", "staggered difference-in-differences", 0.0),
    Plot("triage", "Online triage form", "staggered difference-in-differences", 0.027, harm=0.02,
         displaced="Walk-in front desk"),
    Plot("phone", "Phone first in general practice", "dose-response", -0.012, displaced="Face-to-face appointments"),
    Plot("lockers", "Medicine lockers", "interrupted time series", -0.018),
    Plot("hubs", "Community diagnostic hubs", "cannot tell yet"),
    Plot("weekend", "Seven-day therapy", "switching on and off", -0.015),
    Plot("pilot", "One-site frailty pilot", "synthetic difference-in-differences", -0.03),
    Plot("interp", "Interpreters on demand", "staggered difference-in-differences", -0.02, small=True),
    Plot("navig", "Care navigators", "staggered difference-in-differences", -0.019, harm=0.02),
)  # fmt: skip


def changes(plots: tuple[Plot, ...] = PLOTS) -> tuple[Change, ...]:
    """The changes table."""
    return tuple(
        Change(
            p.name,
            p.title,
            p.title,
            (p.displaced,) if p.displaced else (),
            f"{p.title}, begun during 2021 to shorten waits.",
            cost=250_000.0 if i % 2 else None,
        )
        for i, p in enumerate(plots)
    )


def findings(plots: tuple[Plot, ...] = PLOTS, seed: int = 7, measures: tuple[Measure, ...] = MEASURES) -> Findings:
    """Findings of one study for each plot."""
    total = Findings()
    for i, plot in enumerate(plots):
        total = total + _study(plot, measures, np.random.default_rng(seed + i))
    return total


def cells_of(plot: Plot) -> Iterator[tuple[str, str, str]]:
    """Dimension, level and setting of every cell."""
    settings = (ALL_SETTINGS, *SETTINGS)
    populations = [(EVERYONE, EVERYONE)] + [(d, level) for d, levels in POPULATIONS.items() for level in levels]
    for dimension, level in populations:
        for setting in settings:
            yield dimension, level, setting


def _study(plot: Plot, measures: tuple[Measure, ...], rng: np.random.Generator) -> Findings:
    parts: dict[str, list[object]] = {field.name: [] for field in dataclasses.fields(Findings)}
    parts["protocols"] = list(_protocols(plot, measures))
    for measure in measures:
        if measure.practice == "displaced" and not plot.displaced:
            continue
        for dimension, level, setting in cells_of(plot):
            if setting != ALL_SETTINGS and (measure is not measures[0] and dimension != EVERYONE):
                continue
            about = {
                "study": f"{plot.name}-study",
                "change": plot.name,
                "measure": measure.measure,
                "dimension": dimension,
                "level": level,
                "setting": setting,
            }
            _cell(plot, measure, about, rng, parts)
    if plot.design != "cannot tell yet":
        parts["gaps"] = list(_gaps(plot, measures[0], rng))
        parts["for_whom"] = list(_for_whom(plot, measures[0]))
    parts["exclusions"] = list(_exclusions(plot))
    parts["cells"] = list(_decisions(plot, rng))
    return Findings(**{name: tuple(rows) for name, rows in parts.items()})


def _protocols(plot: Plot, measures: tuple[Measure, ...]) -> Iterator[Protocol]:
    for version in (1, 2) if plot.name == "video" else (1,):
        study = Study(study=f"{plot.name}-study", change=plot.name, primary=measures[0].measure)
        body = {"study": study.model_dump(mode="json"), "measures": {}, "rules": {"version": version}}
        yield Protocol(
            study=f"{plot.name}-study",
            version=version,
            sha256=hashlib.sha256(f"{plot.name}{version}".encode()).hexdigest(),
            fixed_at=dt.datetime(2024, 3, version, 9, 30, tzinfo=dt.UTC),
            text=json.dumps(body),
        )


def _cell(
    plot: Plot, measure: Measure, about: dict[str, str], rng: np.random.Generator, parts: dict[str, list[object]]
) -> None:
    few_sites = about["setting"] == "community" and about["dimension"] == "ethnicity"
    silent = plot.design == "cannot tell yet" or few_sites
    parts["evaluability"].append(_evaluability(plot, measure, about, silent))
    if silent:
        return
    people = _people(plot, about)
    base = {"proportion": 0.22, "rate": 0.012, "mean": 61.0, "count": 1.0}[measure.kind]
    effect = _true_effect(plot, measure, about)
    se = measure.smallest_important * (0.35 + 4.0 / math.sqrt(max(people, 1.0) / 40.0)) * 0.6
    parts["effects"] += list(_effects(plot, measure, about, effect, se, base, people, rng))
    parts["checks"] += list(_checks(plot, about, rng))
    parts["certainty"].append(
        Certainty(
            **about,
            certainty=("moderate", "low", "high", "very low")[len(plot.name) % 4],
            reasons=(f"Starts at moderate: {plot.design}.", "Down one step: the pre-trend test has little power."),
        )
    )
    if about["dimension"] in (EVERYONE, "ethnicity") and about["setting"] == ALL_SETTINGS:
        parts["paths"] += list(_paths(about, base, effect, rng))
    if about["dimension"] == EVERYONE and about["setting"] == ALL_SETTINGS:
        parts["covariances"].append(
            Covariance(
                study=about["study"],
                setting=about["setting"],
                row=f"{measure.measure}|everyone|everyone|overall|",
                column=f"{measure.measure}|everyone|everyone|overall|",
                covariance=se**2,
            )
        )


def _people(plot: Plot, about: dict[str, str]) -> float:
    size = 41_236.0 if about["dimension"] == EVERYONE else 41_236.0 / len(POPULATIONS[about["dimension"]])
    size *= 1.0 if about["setting"] == ALL_SETTINGS else 0.31
    if plot.small and about["level"] in ("Mixed", "Other"):
        return 4.2 if about["level"] == "Mixed" else 83.0
    return size


def _true_effect(plot: Plot, measure: Measure, about: dict[str, str]) -> float:
    if measure.family == "balancing":
        return plot.harm * (1.0 if measure.kind == "proportion" else 0.2)
    if measure.measure != "over_4h":
        return {"count": 0.01, "mean": 1.4, "proportion": -0.03}.get(measure.kind, 0.0)
    tilt = 0.0
    if about["dimension"] == "deprivation":
        place = POPULATIONS["deprivation"].index(about["level"])
        tilt = plot.widens * (0.5 - place / 4.0)
    return plot.effect + tilt


def _evaluability(plot: Plot, measure: Measure, about: dict[str, str], silent: bool) -> Evaluability:
    design = "cannot tell yet" if silent else plot.design
    return Evaluability(
        **about,
        design=design,
        claim=CLAIM[design],
        pattern="24 of 60 sites adopted in 9 different periods, 36 never did",
        reasons=("only 2 sites can serve as comparison (at least 5 are needed)",) if silent else ("enough sites",),
        remedies=("wait until June 2025", "find sites that have not adopted") if silent else (),
        sites=60,
        adopters=24,
        comparison=2 if silent else 36,
        periods_before=14,
        periods_after=22,
        detectable=None if silent else measure.smallest_important * 0.8,
        smallest_important=measure.smallest_important,
        refused=("synthetic difference-in-differences: 24 adopters are enough for cohort averages",),
    )


def _effects(
    plot: Plot,
    measure: Measure,
    about: dict[str, str],
    effect: float,
    se: float,
    base: float,
    people: float,
    rng: np.random.Generator,
) -> Iterator[Effect]:
    rows: list[tuple[str, str, float, float]] = [("overall", "", effect, se)]
    rows += [
        ("horizon", at, effect * part, se * 1.2) for at, part in (("early", 0.6), ("later", 1.0), ("lasting", 1.1))
    ]
    if plot.design == "interrupted time series":
        rows += [("level change", "", effect * 0.7, se), ("slope change", "", effect * 0.02, se * 0.05)]
    elif about["dimension"] == EVERYONE and about["setting"] == ALL_SETTINGS:
        rows += [("event time", str(e), effect if e >= 0 else 0.0, se * 1.6) for e in range(-12, 19) if e != -1]
        rows += [("cohort", f"2021-{m:02d}-01", effect, se * 2) for m in range(2, 10)]
    for kind, at, true, error in rows:
        est = true + float(rng.normal(0, error * 0.5))
        low, high = est - 1.96 * error, est + 1.96 * error
        band = kind == "event time"
        yield Effect(
            **about, kind=kind, at=at, design=plot.design, estimate=est, se=error, low=low, high=high,
            band_low=est - 2.9 * error if band else None, band_high=est + 2.9 * error if band else None,
            p=0.02, q=0.06, anytime_low=low - error, anytime_high=high + error,
            pooled=0.7 * est + 0.3 * effect, pooled_se=error * 0.8, inference="analytic, Welch's t", df=41.0,
            counterfactual=base, relative=est / base, relative_low=low / base, relative_high=high / base,
            frequency="", sites=60, adopters=24 if kind != "cohort" else 3, denominator=people,
            smallest_important=measure.smallest_important, ecological=about["dimension"] == "deprivation",
        )  # fmt: skip


def _checks(plot: Plot, about: dict[str, str], rng: np.random.Generator) -> Iterator[CheckResult]:
    made = (
        ("parallel pre-trends", 0.41, 0.05, "pass", "Before adoption the two groups moved alike (p = 0.41)."),
        ("power of the pre-trend test", 0.012, 0.01, "concern", "A drift of 0.8 of the smallest important difference "
         "could have gone unseen."),
        ("placebo date", 0.63, 0.05, "pass", "A pretended date a year early shows nothing."),
        ("sensitivity to violations", 0.9, 1.0, "concern", "The finding stands until trends after adoption differ 0.9 "
         "times as much as they did before."),
        ("overlap with other changes", 0.21, 0.25, "pass", "One in five adopters also adopted something else."),
        ("missingness", None, None, "not applicable", "Nothing is missing."),
        ("who is counted", 0.03, 0.02, "fail" if plot.harm else "pass", "The number of people counted moved by 3 %."),
    )  # fmt: skip
    for name, value, threshold, status, meaning in made:
        yield CheckResult(**about, check=name, value=value, threshold=threshold, status=status, meaning=meaning)


def _paths(about: dict[str, str], base: float, effect: float, rng: np.random.Generator) -> Iterator[Path]:
    months = [dt.date(2020 + (3 + t) // 12, (3 + t) % 12 + 1, 1) for t in range(36)]
    for t, month in enumerate(months):
        season = 0.06 * base * math.sin(2 * math.pi * t / 12) + 0.1 * base * math.exp(-((t - 10) ** 2) / 8)
        for group, level in (
            ("comparison", base * 0.94 + season),
            ("counterfactual", base + season),
            ("adopters", base + season + (effect if t >= 14 else 0.0)),
        ):
            if group == "counterfactual" and t < 14:
                continue
            value = level + float(rng.normal(0, base * 0.006))
            yield Path(**about, group=group, axis="period", at=month.isoformat(), value=value)


def _gaps(plot: Plot, measure: Measure, rng: np.random.Generator) -> Iterator[Gap]:
    for kind, before in (("difference", 0.061), ("slope index", 0.074), ("relative index", 1.31), ("ratio", 1.28)):
        scale = 1.0 if before < 1 else 4.5
        move = plot.widens * scale + float(rng.normal(0, 0.001 * scale))
        yield Gap(
            study=f"{plot.name}-study", change=plot.name, measure=measure.measure, dimension="deprivation",
            setting=ALL_SETTINGS, kind=kind, before=before, after=before + move, estimate=move, se=0.006 * scale,
            low=move - 0.012 * scale, high=move + 0.012 * scale, p=0.04 if plot.widens else 0.7,
            p_widens=0.97 if plot.widens else 0.46, most="1 most deprived", least="5 least deprived",
            missing=("not known",) if plot.small else (), version="IMD 2019", ecological=True,
        )  # fmt: skip


def _for_whom(plot: Plot, measure: Measure) -> Iterator[ForWhom]:
    for dimension, levels in POPULATIONS.items():
        differs = bool(plot.widens) and dimension == "deprivation"
        yield ForWhom(
            study=f"{plot.name}-study", change=plot.name, measure=measure.measure, dimension=dimension,
            setting=ALL_SETTINGS, levels=len(levels), statistic=14.2 if differs else 3.1,
            p=0.006 if differs else 0.54, between_sd=0.011 if differs else 0.001,
            answer="differs" if differs else "not enough to say",
            meaning=f"The effect differs by {dimension}." if differs
            else f"There is not enough to say whether the effect differs by {dimension}.",
        )  # fmt: skip


def _exclusions(plot: Plot) -> Iterator[Exclusion]:
    study = f"{plot.name}-study"
    yield Exclusion(
        study=study,
        measure="over_4h",
        what="site",
        who="RA2, RC9, RD3",
        count=3,
        reason="adopting sites without enough data before and after",
        consequence="the answer does not speak for them",
    )
    yield Exclusion(study=study, measure="", what="period", who="", count=2, reason="April and May 2020 left out")
    yield Exclusion(
        study=study, measure="", what="assumption", who="", count=1, reason="sites not in the adoption table: never"
    )


def _decisions(plot: Plot, rng: np.random.Generator) -> Iterator[Cell]:
    for dimension, level, setting in cells_of(plot):
        for role in ("introduced", "displaced") if plot.displaced else ("introduced",):
            yield _decision(plot, dimension, level, setting, role, rng)


def _decision(plot: Plot, dimension: str, level: str, setting: str, role: str, rng: np.random.Generator) -> Cell:
    silent = plot.design == "cannot tell yet" or (setting == "community" and dimension == "ethnicity")
    good, worse = plot.effect < -0.01, plot.effect > 0.01
    verdict = "keep learning"
    if not silent and role == "introduced":
        verdict = "adapt" if good and (plot.widens or plot.harm) else "retain" if good else verdict
        verdict = "stop" if worse else verdict
    if not silent and role == "displaced":
        verdict = "reinstate" if worse or (plot.widens and level == "1 most deprived") else "keep learning"
    return Cell(
        change=plot.name,
        practice=plot.displaced if role == "displaced" else plot.title,
        role=role,
        dimension=dimension,
        level=level,
        setting=setting,
        policy="default",
        verdict=verdict,
        rule=f"{verdict}: the rule's own words.",
        reasons=_reasons(silent),
        benefit=None if silent else 0.93 if good else 0.02,
        harm=None if silent else 0.91 if plot.harm else 0.04,
        harmful_measure="readmitted" if plot.harm else "",
        futile=None if silent else 0.1,
        gap_widens=None if silent else 0.97 if plot.widens else 0.46,
        certainty="" if silent else "moderate",
        missing=("No voices gathered yet, so who agrees and who disagrees is not known.",),
        dissent=(),
        flips=("If the effect on waits over four hours were −0.4 percentage points: keep learning.",) * (not silent),
        would_settle=("6 more months would give a verdict with a chance of 0.85.",) * (verdict == "keep learning"),
        study=f"{plot.name}-study",
        estimate=None if silent else plot.effect,
        low=None if silent else plot.effect - 0.01,
        high=None if silent else plot.effect + 0.01,
    )  # fmt: skip


def _reasons(silent: bool) -> tuple[str, ...]:
    if silent:
        return ("Only 2 sites can serve as comparison (at least 5 are needed).",)
    return (
        "Benefit 0.93: the chance that waits over four hours falls by at least 1 percentage point.",
        "Harm 0.04: the chance that readmissions rise by at least 1 percentage point.",
    )


def hostile(number: int = 4) -> tuple[Findings, tuple[Change, ...], tuple[Measure, ...]]:
    """Findings whose every text that a user can write is hostile."""
    plots = tuple(
        Plot(f"h{i}", text, PLOTS[i % len(PLOTS)].design, -0.02, 0.02, 0.01, displaced=text)
        for i, text in enumerate(HOSTILE)
    )
    found = findings(plots[:number])
    renamed = {level: HOSTILE[i % len(HOSTILE)] + str(i) for i, level in enumerate(sum(POPULATIONS.values(), ()))}
    measures = tuple(
        dataclasses.replace(m, label=HOSTILE[i], unit=HOSTILE[-1 - i]) for i, m in enumerate(MEASURES)
    )  # fmt: skip

    def put(row: object) -> object:
        new = {f: HOSTILE[(i * 3) % len(HOSTILE)] for i, f in enumerate(("reason", "meaning", "inference", "pattern"))
               if hasattr(row, f)}  # fmt: skip
        for f in ("level", "most", "least"):
            if hasattr(row, f):
                new[f] = renamed.get(getattr(row, f), getattr(row, f))
        for f in ("reasons", "remedies", "missing", "flips", "would_settle", "dissent"):
            if hasattr(row, f):
                new[f] = HOSTILE  # type: ignore[assignment]
        return dataclasses.replace(row, **new)  # type: ignore[type-var]

    names = [f.name for f in dataclasses.fields(Findings)]
    spoilt = Findings(**{n: tuple(put(r) if n != "protocols" else r for r in getattr(found, n)) for n in names})
    titled = tuple(dataclasses.replace(c, description=HOSTILE[0] * 3) for c in changes(plots[:number]))
    return spoilt, titled, measures


def with_people(found: Findings, people: dict[tuple[str, str], float]) -> Findings:
    """The findings with other numbers of people behind (dimension, level)."""
    return dataclasses.replace(
        found,
        effects=tuple(
            dataclasses.replace(e, denominator=people.get((e.dimension, e.level), e.denominator)) for e in found.effects
        ),
    )
