"""The practice-change example: 7,679 practices × 61 months, and a month of change that was read from the outcome."""

from __future__ import annotations

import numpy as np
import pytest

from holdfast.decide import decide
from holdfast.evaluate.run import evaluate_study
from holdfast.learning import question
from holdfast.records import Findings
from holdfast.workspace import Workspace

EXAMPLE = "practice-change"


@pytest.fixture(scope="module")
def findings(space: Workspace) -> Findings:
    """Everyone and the fifths of deprivation: the other dimensions would only take longer."""
    part = space.studies[0].model_copy(update={"populations": ("deprivation",)})
    return evaluate_study(question(space, part))


def effect(findings: Findings, kind: str, at: str = "", level: str = "everyone") -> float:
    found = [e for e in findings.effects if (e.kind, e.at, e.level) == (kind, at, level)]
    assert len(found) == 1 and found[0].estimate is not None
    return float(found[0].estimate)


def test_every_practice_and_month_is_there(space: Workspace) -> None:
    panel = space.panel(space.studies[0])
    assert panel.numerator.shape == (1, 7679, 61)
    assert int(np.isnan(panel.numerator).sum()) == 9909


def test_the_month_index_starts_at_one(space: Workspace) -> None:
    """The first month on is the first below the break; counted from 0 it would be one month late."""
    study = space.studies[0]
    panel = space.panel(study)
    on = space.adoption(study, panel).on
    assert int(on.any(axis=1).sum()) == 7679 - 1329 - 78
    assert int((on.argmax(axis=1)[on.any(axis=1)]).max()) == 60
    share = panel.numerator[0]
    first = on.argmax(axis=1)
    inside = np.flatnonzero(on.any(axis=1) & (first >= 3))
    around = [np.nanmean(share[inside, first[inside] + e]) for e in (-3, -1, 0)]
    assert around[1] > around[0] + 0.05 and around[2] < around[1] - 0.08


def test_the_high_month_before_the_break_is_not_the_base(findings: Findings) -> None:
    """The search begins a fall at a month that happened to be high; three months before there is nothing of it."""
    assert effect(findings, "event time", "-1") > 0.05
    assert all(abs(effect(findings, "event time", str(e))) < 0.005 for e in (-12, -9, -6, -4))


def test_the_depth_agrees_with_plain_averages(findings: Findings) -> None:
    """Cohort by cohort against those not yet changed, computed apart with numpy; 0.003 allows for missing months."""
    for at, apart in (("0", -0.0317), ("6", -0.1297), ("12", -0.1677), ("24", -0.2023), ("36", -0.2482)):
        assert effect(findings, "event time", at) == pytest.approx(apart, abs=0.003)


def test_the_checks_fail_and_say_so(findings: Findings) -> None:
    failed = {c.check for c in findings.checks if c.level == "everyone" and c.status == "fail"}
    assert {"parallel pre-trends", "anticipation"} <= failed
    everyone = [c for c in findings.certainty if c.level == "everyone"]
    assert [c.certainty for c in everyone] == ["very low"]


def test_no_verdict_is_given_on_dates_read_from_the_outcome(space: Workspace, findings: Findings) -> None:
    cells = decide(findings, space.changes, space.measures, space.policies[0])
    assert len(cells) == 12
    assert {cell.verdict for cell in cells} == {"keep learning"}
