"""The prescribing example: one dose, 72 outcomes, one run."""

from __future__ import annotations

import numpy as np
import pytest

from holdfast.evaluate.run import evaluate_study, with_portfolio_q
from holdfast.learning import question
from holdfast.records import Effect, Findings
from holdfast.workspace import Workspace

EXAMPLE = "prescribing"
STRIPS = "nhse_bgts"


@pytest.fixture(scope="module")
def findings(space: Workspace) -> Findings:
    """Everyone only: a population that is not there leaves the 72 outcomes by themselves."""
    whole = space.studies[0].model_copy(update={"populations": ("none",)})
    return with_portfolio_q(evaluate_study(question(space, whole)))


def overall(findings: Findings) -> dict[str, Effect]:
    return {effect.measure: effect for effect in findings.effects if effect.kind == "overall"}


def test_every_place_and_every_other_measure_is_there(space: Workspace) -> None:
    panel = space.panel(space.studies[0])
    assert panel.numerator.shape == (72, 106, 61)
    assert "cgm_sensors" not in {*space.studies[0].measures, space.studies[0].primary}


def test_the_dose_is_the_rise_in_sensors(space: Workspace) -> None:
    study = space.studies[0]
    adoption = space.adoption(study, space.panel(study))
    assert adoption.dose is not None
    assert not adoption.on[:, :16].any() and adoption.on[:, 16:].all()
    # 2.5 to 10.7 more sensors a month per 1,000 patients, computed once with pandas from the published table
    np.testing.assert_allclose(
        np.quantile(adoption.dose[:, -1], [0, 0.25, 0.75, 1]), [2.462944, 4.419514, 6.801811, 10.692248], atol=1e-5
    )


def test_only_the_dose_design_is_allowed(findings: Findings) -> None:
    assert {row.design for row in findings.evaluability} == {"dose-response"}
    assert all("staggered" in " ".join(row.refused) for row in findings.evaluability)


def test_multiplicity_is_real(findings: Findings) -> None:
    found = overall(findings)
    p, q = (np.array([getattr(e, name) for e in found.values()], dtype=float) for name in ("p", "q"))
    assert len(found) == 72
    assert (p < 0.05).sum() == 18
    assert (q < 0.05).sum() == 10 and (q < 0.05).sum() < (p < 0.05).sum()
    assert (q >= p).all()


def test_what_passes_is_doubted_by_the_checks(findings: Findings) -> None:
    passed = {m for m, e in overall(findings).items() if e.q is not None and e.q < 0.05}
    doubted = {c.measure for c in findings.checks if c.status == "fail"}
    sure = {c.measure for c in findings.certainty if c.certainty in ("moderate", "high")}
    assert passed <= doubted
    assert not passed & sure


def test_test_strips_did_not_move(findings: Findings) -> None:
    strips = overall(findings)[STRIPS]
    assert strips.low is not None and strips.high is not None
    assert strips.low < 0 < strips.high


def test_it_agrees_with_a_plain_regression_of_change_on_dose(space: Workspace, findings: Findings) -> None:
    """Mean after less mean before, on dose, weighted by list size: within 2 % where denominators hardly move."""
    study = space.studies[0]
    panel = space.panel(study)
    dose = np.asarray(space.adoption(study, panel).dose)[:, -1]
    step = float(np.subtract(*np.quantile(dose, [0.75, 0.25])))
    for name in ("cmpaperpt", "opioidome", "fungal", "lpliothyronine"):
        k = [measure for measure, _ in panel.outcomes].index(name)
        y = panel.numerator[k] / panel.denominator[k]
        change = y[:, 16:].mean(axis=1) - y[:, :16].mean(axis=1)
        slope = np.polyfit(dose, change, 1, w=np.sqrt(panel.denominator[k].mean(axis=1)))[0]
        assert overall(findings)[name].estimate == pytest.approx(slope * step, rel=0.02)
