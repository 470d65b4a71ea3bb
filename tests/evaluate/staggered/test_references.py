"""Held to outside numbers: R `did` 2.5 on the minimum wage data and a simulated panel, and the castle doctrine panel.

Tolerances: estimates 1e-6 absolute and standard errors 1e-4 relative are the project's bar; R's analytic errors agree
to about 1e-10, so the tests ask for 1e-8, which leaves room for R's logit stopping rule and nothing else.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from holdfast.evaluate.estimate.staggered import GroupTimeEffects, att_gt

pd = pytest.importorskip("pandas")

MPDTA: dict[str, Any] = {"outcome": "lemp", "site": "countyreal", "period": "year", "cohort": "first.treat"}
SCENARIOS: dict[str, tuple[str, dict[str, Any]]] = {
    "mpdta_nev_dr": ("mpdta.csv", MPDTA),
    "mpdta_nyt_dr": ("mpdta.csv", {**MPDTA, "comparison": "not_yet"}),
    "mpdta_nev_reg_cov": ("mpdta.csv", {**MPDTA, "covariates": ["lpop"], "method": "reg"}),
    "mpdta_nev_ipw": ("mpdta.csv", {**MPDTA, "method": "ipw"}),
    "sim_nev_dr": (
        "did-r/sim_data.csv",
        {"outcome": "Y", "site": "id", "period": "period", "cohort": "G", "covariates": ["X"]},
    ),
}
KINDS = {"simple": "simple", "event": "dynamic", "group": "group", "calendar": "calendar"}


@pytest.fixture(scope="module")
def reference(shared_data: Path) -> Path:
    return shared_data / "reference"


@pytest.fixture(scope="module")
def fits(reference: Path) -> dict[str, GroupTimeEffects]:
    return {name: att_gt(pd.read_csv(reference / file), **options) for name, (file, options) in SCENARIOS.items()}


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_group_time_effects_agree_with_r_did(reference: Path, fits: dict[str, GroupTimeEffects], scenario: str) -> None:
    known = pd.read_csv(reference / "did-r" / "ref_attgt.csv").query("scenario == @scenario")
    found = fits[scenario]
    np.testing.assert_array_equal(found.group, known["group"])
    np.testing.assert_array_equal(found.period, known["t"])
    np.testing.assert_allclose(found.att, known["att"], atol=1e-9)
    np.testing.assert_allclose(found.se, known["se"], rtol=1e-8)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_aggregates_agree_with_r_did(
    reference: Path, fits: dict[str, GroupTimeEffects], scenario: str, kind: Any
) -> None:
    known = pd.read_csv(reference / "did-r" / "ref_aggte.csv")
    known = known[(known["scenario"] == scenario) & (known["type"] == KINDS[kind])]
    found = fits[scenario].aggregate(kind, band=False)
    assert found.overall is not None
    assert found.overall.value == pytest.approx(known["overall_att"].iloc[0], abs=1e-9)
    assert found.overall.se == pytest.approx(known["overall_se"].iloc[0], rel=1e-8)
    if kind != "simple":
        np.testing.assert_array_equal(found.labels, known["egt"])
        np.testing.assert_allclose(found.estimate, known["att_egt"], atol=1e-9)
        np.testing.assert_allclose(found.se, known["se_egt"], rtol=1e-8)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_pretest_agrees_with_r_did(reference: Path, fits: dict[str, GroupTimeEffects], scenario: str) -> None:
    known = pd.read_csv(reference / "did-r" / "ref_pretest.csv").set_index("scenario").loc[scenario]
    found = fits[scenario].pretest()
    assert pytest.approx(known["W"], rel=1e-8) == found.W
    assert round(found.p_value, 5) == pytest.approx(known["Wpval"], abs=1e-9)


@pytest.mark.parametrize("fixed", ["none", "base_period", "first_period", "varying"])
def test_weights_that_change_over_time_agree_with_r_did(reference: Path, fixed: Any) -> None:
    known = pd.read_csv(reference / "did-r" / "ref_fixweights.csv").query("fix_weights == @fixed")
    frame = pd.read_csv(reference / "did-r" / "mpdta_tvw.csv")
    option = None if fixed == "none" else fixed
    found = att_gt(frame, **MPDTA, weights="wt", method="reg", fix_weights=option)
    np.testing.assert_allclose(found.att, known["att"], atol=1e-12)
    np.testing.assert_allclose(found.se, known["se"], rtol=1e-10)


def test_published_minimum_wage_numbers(fits: dict[str, GroupTimeEffects]) -> None:
    """Callaway & Sant'Anna (2021) and the did vignette, as printed."""
    fit = fits["mpdta_nev_dr"]
    simple, event = fit.aggregate("simple").overall, fit.aggregate("event", band=False)
    assert simple is not None
    assert (round(simple.value, 5), round(simple.se, 5)) == (-0.03995, 0.01203)
    np.testing.assert_allclose(
        event.estimate, [0.0305, -0.0006, -0.0245, -0.0199, -0.0510, -0.1373, -0.1008], atol=5e-5
    )
    np.testing.assert_allclose(event.se[3:], [0.0118, 0.0169, 0.0364, 0.0344], atol=5e-5)
    cell = (fit.group == 2006) & (fit.period == 2007)
    assert (round(float(fit.att[cell][0]), 6), round(float(fit.se[cell][0]), 6)) == (-0.041224, 0.020229)


def test_doubly_robust_on_population(reference: Path) -> None:
    fit = att_gt(pd.read_csv(reference / "mpdta.csv"), **MPDTA, covariates=["lpop"])
    simple, event = fit.aggregate("simple").overall, fit.aggregate("event", band=False)
    assert simple is not None
    assert (round(simple.value, 5), round(simple.se, 5)) == (-0.04175, 0.01150)
    np.testing.assert_allclose(event.estimate[3:], [-0.0211, -0.0530, -0.1404, -0.1069], atol=5e-5)


def test_castle_doctrine(reference: Path) -> None:
    """Two cohorts of one state each: the estimate stands, the small-sample error refuses, and the notes say which."""
    frame = pd.read_stata(reference / "castle.dta")
    frame["first"] = frame["sid"].map(frame[frame["post"] > 0].groupby("sid")["year"].min())
    fit = att_gt(frame, "l_homicide", "sid", "year", "first")
    simple, event = fit.aggregate("simple").overall, fit.aggregate("event", band=False)
    assert simple is not None
    assert simple.value == pytest.approx(0.01940, abs=5e-6)
    assert simple.se == pytest.approx(0.03839, abs=5e-6)
    last = event.labels.index(4.0)
    assert (round(event.estimate[last], 3), round(event.se[last], 3)) == (0.232, 0.042)
    assert np.isnan(event.small_sample_se[last])
    assert fit.n[2006.0] == fit.n[2010.0] == 1
    assert any("2006 (1)" in note and "2010 (1)" in note for note in fit.notes)
