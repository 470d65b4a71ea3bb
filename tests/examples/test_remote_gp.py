"""Remote consulting in general practice, from the example's own configuration and the shared tables."""

from __future__ import annotations

import numpy as np
import pytest

from holdfast.learning import Learned, learn
from holdfast.records import Population
from holdfast.workspace import Workspace

EXAMPLE = "remote-gp"
DIMENSIONS = {"deprivation", "age", "rurality"}


@pytest.fixture(scope="module")
def learned(space: Workspace) -> Learned:
    return learn(space)


def test_all_49_places_change_together_by_different_amounts(space: Workspace) -> None:
    study = space.studies[0]
    panel = space.panel(study)
    adoption = space.adoption(study, panel)
    assert panel.sites and len(panel.sites) == 49
    assert set(adoption.on.argmax(axis=1)) == {12}
    assert adoption.dose is not None
    dose = adoption.dose[:, -1]
    older = panel.attributes["pct65plus_2018"].astype(float)
    assert dose.min() > 0
    assert np.corrcoef(dose, older)[0, 1] == pytest.approx(-0.56, abs=0.05)


def test_the_dose_design_is_offered_with_its_assumption_and_the_staggered_one_refused(learned: Learned) -> None:
    rows = learned.findings.evaluability
    assert {row.design for row in rows} == {"dose-response"}
    for row in rows:
        assert "cannot show" in " ".join(row.reasons)
        assert any(r.startswith("staggered difference-in-differences: every site changed") for r in row.refused)
    noted = " ".join(x.reason for x in learned.findings.exclusions if x.what == "assumption")
    assert "Strong parallel trends" in noted and "no site without the change" in noted


def test_every_population_is_judged_for_both_practices(learned: Learned) -> None:
    cells = learned.findings.cells
    for role in ("introduced", "displaced"):
        assert {c.dimension for c in cells if c.role == role} == DIMENSIONS | {"everyone"}
        assert sum(c.role == role for c in cells) == 10
    displaced = {m.measure for m in learned.workspace.measures.values() if m.practice == "displaced"}
    assert all(c.harmful_measure in displaced for c in cells if c.role == "displaced" and c.harm is not None)


def test_every_population_is_shown_for_the_same_step_in_dose(learned: Learned, space: Workspace) -> None:
    study = space.studies[0]
    panel = space.panel(study)
    adoption = space.adoption(study, panel)
    assert adoption.dose is not None
    low, high = np.quantile(adoption.dose[:, -1], [0.25, 0.75])
    words = {e.inference for e in learned.findings.effects}
    assert words and all(f"({high:.3g} against {low:.3g})" in one for one in words)


def test_the_estimate_is_the_slope_of_change_on_dose(learned: Learned, space: Workspace) -> None:
    """By hand: each place's mean after less its mean before, on its dose, weighted by appointments before."""
    study = space.studies[0]
    panel = space.panel(study)
    adoption = space.adoption(study, panel)
    assert adoption.dose is not None
    dose = adoption.dose[:, -1]
    top, bottom, _ = panel.cut("same_day", Population())
    y, weight = top / bottom, bottom[:, :12].mean(axis=1)
    change = y[:, 13:].mean(axis=1) - y[:, :12].mean(axis=1)
    slope = np.polyfit(dose, change, 1, w=np.sqrt(weight))[0]
    low, high = np.quantile(dose, [0.25, 0.75])
    found = next(
        e for e in learned.findings.effects if (e.measure, e.dimension, e.kind) == ("same_day", "everyone", "overall")
    )
    assert found.estimate == pytest.approx(slope * (high - low), rel=1e-6)
