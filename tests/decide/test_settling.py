"""What would settle a cell: held to closed forms, to brute-force simulation, and to its own promises."""

from __future__ import annotations

import numpy as np
import pytest
from deciding_world import Told, change, findings, gap, measure, table
from scipy.stats import norm

from holdfast.decide import decide
from holdfast.decide.deciding import judge_all
from holdfast.decide.foresight import Learning, verdict_chances
from holdfast.decide.rules import RULES
from holdfast.decide.settle import Exposure, foresee, months_ratio, sites_ratio
from holdfast.records import Measure, Policy

WAIT: Measure = measure("wait")
BACK: Measure = measure("back", "balancing")


def judged(told: list[Told], policy: Policy | None = None, **about: object):  # type: ignore[no-untyped-def]
    measures = table(*{t.measure.measure: t.measure for t in told}.values())
    return judge_all(findings(told), change(**about), measures, policy or Policy())  # type: ignore[arg-type]


def n(*values: float) -> np.ndarray:
    return np.array(values)


@pytest.mark.parametrize("ratio", [0.9, 0.5, 0.1])
def test_the_chance_of_a_verdict_agrees_with_its_closed_form(ratio: float) -> None:
    """One measure, no cost: retain where the future centre passes δ + 0.84 s', stop where it passes −δ − 0.84 s'.

    Evenly spread draws put the share within half of one in two hundred of the exact chance.
    """
    j = judged([Told(WAIT, -0.012, se=0.012)])
    chances = verdict_chances(j.state, Learning.alike(n(ratio)))
    then, move = 0.012 * ratio, 0.012 * np.sqrt(1 - ratio**2)
    bar = 0.01 + norm.ppf(0.8) * then
    assert chances["retain"][0] == pytest.approx(norm.sf((bar - 0.012) / move), abs=0.0051)
    assert chances["stop"][0] == pytest.approx(norm.cdf((-bar - 0.012) / move), abs=0.0051)


def test_learning_nothing_changes_nothing() -> None:
    j = judged([Told(WAIT, -0.012, se=0.012), Told(BACK, 0.0)])
    assert verdict_chances(j.state, Learning.alike(n(1.0)))["keep learning"][0] == 1.0


def test_two_measures_and_the_gap_agree_with_brute_force() -> None:
    """Draw a truth from the posterior, new data about it, decide again by the library itself; 1,000 worlds."""
    rng = np.random.default_rng(8)
    measures, ratio = table(WAIT, BACK), 0.5
    told = [Told(WAIT, -0.015, 0.01), Told(BACK, 0.003, 0.008)]
    state = judge_all(findings(told, (gap(0.4),)), change(), measures, Policy()).state
    expected = verdict_chances(state, Learning.alike(n(ratio)))
    worlds = 1000
    futures = []
    for k in range(worlds):
        moved = [t.estimate + t.se * np.sqrt(1 - ratio**2) * rng.standard_normal() for t in told]  # type: ignore[operator]
        z = (norm.ppf(0.4) + np.sqrt(1 - ratio**2) * rng.standard_normal()) / ratio
        futures += [
            Told(t.measure, m, t.se * ratio, study=f"s{k}", change=f"c{k}") for t, m in zip(told, moved, strict=True)
        ]
        futures[-1].more["p"] = float(norm.cdf(z))
    gaps = tuple(_renamed(gap(t.more.pop("p")), k) for k, t in enumerate(futures[1::2]))  # type: ignore[arg-type]
    changes = {f"c{k}": change()["c"] for k in range(worlds)}
    again = judge_all(findings(futures, gaps, primary="wait"), changes, measures, Policy())
    got = np.array([RULES[r].verdict for r in again.rules])
    for verdict in ("retain", "adapt", "stop", "keep learning"):
        assert expected[verdict][0] == pytest.approx((got == verdict).mean(), abs=0.05)


def _renamed(row, k: int):  # type: ignore[no-untyped-def]
    from dataclasses import replace

    return replace(row, study=f"s{k}", change=f"c{k}")


def test_months_share_their_error_as_measured() -> None:
    """Twelve months whose average has the variance that a correlation of 0.3 gives."""
    month, shared, m = 0.02, 0.3, 12
    se = month * np.sqrt((1 + (m - 1) * shared) / m)
    monthly = [Told(WAIT, -0.012, se=month, kind="event time", at=str(12 + k)) for k in range(m)]
    early = [Told(WAIT, 0.0, se=9.0, kind="event time", at="3")]
    j = judged([Told(WAIT, -0.012, se=float(se)), *monthly, *early])
    outlook = foresee(j.state, j.cases, j.index)[0]
    assert outlook.exposure == Exposure(12, pytest.approx(0.3, abs=1e-9), True)


def test_more_months_help_only_with_what_is_not_shared() -> None:
    assert months_ratio(Exposure(12, 0.0, True), 12) == pytest.approx(np.sqrt(0.5))
    assert months_ratio(Exposure(12, 1.0, True), 12) == pytest.approx(1.0)
    assert months_ratio(Exposure(12, 0.5, True), 10_000) == pytest.approx(np.sqrt(0.5 / (6.5 / 12)), abs=1e-3)


def test_more_sites_help_until_the_comparison_is_the_weaker_side() -> None:
    (case,) = judged([Told(WAIT, -0.012, adopters=10, comparison=10)]).cases
    assert sites_ratio(case, 10) == pytest.approx(np.sqrt((1 / 20 + 1 / 10) / (2 / 10)))
    assert sites_ratio(case, 10**9) == pytest.approx(np.sqrt(0.5))


def test_the_first_amount_that_gives_the_wanted_chance_is_told() -> None:
    told = [
        Told(WAIT, -0.016, 0.01),
        *(Told(WAIT, -0.016, 0.01 * 12**0.5, kind="event time", at=str(12 + k)) for k in range(12)),
    ]
    j = judged(told)
    outlook = foresee(j.state, j.cases, j.index)[0]
    chances = dict(outlook.months)
    assert list(chances) == [1, 2, 3, 6, 9, 12, 18, 24, 36]
    assert sorted(chances.values()) == list(chances.values())
    enough = outlook.enough("months", 0.4)
    assert enough is not None
    assert chances[enough] >= 0.4 > max((c for k, c in chances.items() if k < enough), default=0.0)
    (cell,) = decide(findings(told), change(), table(WAIT), Policy(settle=0.4))
    assert any(line.startswith(f"{enough} more month") and "most likely retain" in line for line in cell.would_settle)


def test_the_single_input_most_worth_knowing() -> None:
    """Benefit is plain and only doubt about the balancing measure stands in the way: insist on doubt being gone."""
    told = [Told(WAIT, -0.009, 0.0004), Told(BACK, 0.002, 0.02)]
    j = judged(told)
    outlook = foresee(j.state, j.cases, j.index)[0]
    assert outlook.single["harm"] > outlook.single["effect"]
    (cell,) = decide(findings(told), change(), table(WAIT, BACK), Policy())
    assert any("most worth knowing is the other measures" in line for line in cell.would_settle)


def test_expected_loss_falls_with_a_year_more() -> None:
    j = judged([Told(WAIT, -0.004, 0.01)])
    outlook = foresee(j.state, j.cases, j.index)[0]
    z = 0.4
    assert outlook.loss_now == pytest.approx(0.01 * (norm.pdf(z) - z * norm.sf(z)), abs=1e-9)
    assert 0 < outlook.loss_year < outlook.loss_now


def test_a_cell_with_a_verdict_needs_no_settling() -> None:
    (cell,) = decide(findings([Told(WAIT, -0.05)]), change(), table(WAIT), Policy())
    assert cell.verdict == "retain"
    assert cell.would_settle == ()


def test_waiting_does_not_help_where_no_comparison_is_the_trouble() -> None:
    told = [Told(WAIT, -0.05, design="interrupted time series")]
    (cell,) = decide(findings(told), change(), table(WAIT), Policy())
    assert "Neither more months nor more adopting sites would give a verdict by themselves." in cell.would_settle
    assert "Wait until March." in cell.would_settle


def test_when_the_preferred_horizon_can_first_be_read() -> None:
    from dataclasses import replace

    found = findings([Told(WAIT, -0.012, 0.012, at="early")])
    found = replace(found, evaluability=tuple(replace(e, periods_after=5) for e in found.evaluability))
    (cell,) = decide(found, change(), table(WAIT), Policy())
    assert "The lasting effect can first be read in 8 months." in cell.would_settle
