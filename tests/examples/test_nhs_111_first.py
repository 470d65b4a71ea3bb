"""NHS 111 First, from the example's own configuration and the shared tables."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from holdfast.learning import Learned, learn
from holdfast.records import Effect
from holdfast.workspace import Workspace

EXAMPLE = "nhs-111-first"
PILOTS = ["RC9", "RDU", "RFR", "RGR", "RGT", "RHU", "RK9", "RNQ", "RQM", "RVW", "RX1", "RXF", "RYJ"]


@pytest.fixture(scope="module")
def learned(space: Workspace) -> Learned:
    return learn(space)


def overall(learned: Learned, measure: str) -> Effect:
    rows = learned.findings.effects
    return next(e for e in rows if (e.measure, e.dimension, e.kind) == (measure, "everyone", "overall"))


def by_hand(shared_data: Path, numerator: str, denominator: str, never: bool = False) -> float:
    """The average adopter-month's effect by plain differences, over trusts seen in every month."""
    table = pl.read_csv(
        shared_data / "nhs-111-first" / "ae_provider_monthly.csv.gz", infer_schema_length=20_000, try_parse_dates=True
    )
    seen = table.filter(pl.col("att_type1") > 0).group_by("org_code").len().filter(pl.col("len") == 86)["org_code"]
    table = table.filter(pl.col("org_code").is_in(seen.to_list()) & (pl.col("period").dt.year() < 2023))
    table = table.sort("org_code", "period")
    booked, top, bottom = (
        table[name].cast(pl.Float64).to_numpy().reshape(118, 45) for name in ("booked_type1", numerator, denominator)
    )
    on = np.nan_to_num(booked) > 20
    first = np.where(on.any(axis=1), on.argmax(axis=1), 99)
    y, weight = top / bottom, bottom[:, : first.min()].mean(axis=1)
    whole = np.isfinite(y).all(axis=1)
    y, weight, first = y[whole], weight[whole], first[whole]
    total = mass = 0.0
    for g in sorted(set(first[first < 99])):
        for t in range(g, 45):
            change = y[:, t] - y[:, g - 1]
            ours, theirs = first == g, (first == 99) if never else (first > t)
            effect = np.average(change[ours], weights=weight[ours]) - np.average(change[theirs], weights=weight[theirs])
            total, mass = total + effect * weight[ours].sum(), mass + weight[ours].sum()
    return float(total / mass)


def test_94_of_118_trusts_adopt_in_16_months(space: Workspace) -> None:
    study = space.studies[0]
    panel = space.panel(study)
    on = space.adoption(study, panel).on
    adopters = on.any(axis=1)
    assert (len(panel.sites), len(panel.periods), int(adopters.sum())) == (118, 45, 94)
    assert len(set(on[adopters].argmax(axis=1))) == 16


def test_the_staggered_design_answers_for_everyone(learned: Learned) -> None:
    rows = {e.measure: e for e in learned.findings.evaluability if e.dimension == "everyone"}
    assert {e.design for e in rows.values()} == {"staggered difference-in-differences"}
    assert rows["over_four_hours"].adopters == 84
    assert rows["over_twelve_hours"].adopters == 94


def test_the_pilot_trusts_are_named_and_leave_only_the_four_hour_answer(learned: Learned, space: Workspace) -> None:
    gone = [x for x in learned.findings.exclusions if x.what == "site"]
    named = {(x.measure, code) for x in gone for code in x.who.split(", ")}
    assert named == {("over_four_hours", code) for code in PILOTS}
    assert all(x.reason and x.consequence for x in gone)
    assert all(code in space.studies[0].rationale for code in PILOTS)


@pytest.mark.parametrize(
    ("measure", "top", "bottom"),
    [
        ("over_four_hours", "gt4_type1", "att_type1"),
        ("over_twelve_hours", "dta_gt12h", "att_type1"),
        ("admitted", "adm_via_ae", "att_total"),
    ],
)
def test_the_effect_is_the_one_worked_out_by_hand(
    learned: Learned, shared_data: Path, measure: str, top: str, bottom: str
) -> None:
    assert overall(learned, measure).estimate == pytest.approx(by_hand(shared_data, top, bottom), abs=1e-9)


def test_trusts_that_never_adopted_alone_give_nearly_the_same(learned: Learned, shared_data: Path) -> None:
    found = overall(learned, "over_four_hours")
    never = by_hand(shared_data, "gt4_type1", "att_type1", never=True)
    assert never == pytest.approx(0.00465, abs=5e-6)
    assert found.estimate is not None and found.se is not None
    assert abs(never - found.estimate) < 0.1 * found.se


def test_no_miracle_is_reported(learned: Learned) -> None:
    for measure in ("over_four_hours", "over_twelve_hours", "attendances", "admitted"):
        found = overall(learned, measure)
        assert found.low is not None and found.high is not None
        assert found.low < 0 < found.high
    cell = next(c for c in learned.findings.cells if c.dimension == "everyone" and c.role == "introduced")
    assert cell.verdict == "keep learning"


def test_regions_with_one_comparison_trust_cannot_tell(learned: Learned) -> None:
    """Both lack an honest error: they say so, show no effect, and join no comparison."""
    alone = {"NHS England North West", "NHS England South East"}
    verdicts = [v for v in learned.findings.evaluability if v.dimension == "region" and v.level in alone]
    assert verdicts and all(v.design == "cannot tell yet" and v.reasons for v in verdicts)
    assert not [e for e in learned.findings.effects if e.dimension == "region" and e.level in alone]
    rows = [w for w in learned.findings.for_whom if w.dimension == "region"]
    assert rows and all(w.levels == 5 for w in rows)
