"""Findings in, recommendations out: what each cell rests on, what it refuses, and what it says."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from deciding_world import EVERYONE, STAGGERED, Told, change, effect, findings, gap, measure, table, voice
from scipy.stats import norm

from holdfast.decide import decide
from holdfast.records import Cell, Covariance, Findings, Policy, Study, from_arrow, to_arrow
from holdfast.records.voices import Voice

WAIT = measure("wait", label="Share waiting over four hours")
BACK = measure("back", "balancing", label="readmissions")
FELT = measure("felt", "experience", "higher", label="good experience")
MISSED = measure("missed", "balancing", practice="displaced", label="missed clinic appointments")
ALL = table(WAIT, BACK, FELT, MISSED)


def only(found: Findings, policy: Policy | None = None, voices: tuple[Voice, ...] = (), **about: object) -> Cell:
    """The one introduced cell."""
    cells = decide(found, change(**about), ALL, policy or Policy(), voices)  # type: ignore[arg-type]
    (cell,) = [c for c in cells if c.role == "introduced"]
    return cell


def said(lines: tuple[str, ...], words: str) -> bool:
    return any(words in line for line in lines)


def test_the_numbers_are_the_posteriors() -> None:
    cell = only(findings([Told(WAIT, -0.03), Told(BACK, 0.004, se=0.002)], (gap(0.3),)))
    assert cell.benefit == pytest.approx(norm.cdf(2.0), abs=1e-9)
    assert cell.futile == pytest.approx(norm.cdf(4.0) - norm.cdf(2.0), abs=1e-9)
    assert cell.harm == pytest.approx(norm.cdf(-3.0), abs=1e-9)
    assert (cell.gap_widens, cell.harmful_measure, cell.verdict) == (0.3, "back", "retain")
    assert (cell.estimate, cell.low, cell.high) == pytest.approx((-0.03, -0.0496, -0.0104), abs=1e-4)
    assert said(cell.reasons, "Benefit 0.98")
    assert said(cell.reasons, "−3.0 percentage points")
    assert said(cell.reasons, "a fall in share waiting over four hours of at least 1.0 percentage points")


def test_the_interval_reported_is_the_posteriors_own() -> None:
    """A permutation interval twice as wide as its standard error suggests must count as twice as wide."""
    wide = effect(Told(WAIT, -0.03, se=0.01))
    found = findings([Told(WAIT, -0.03, se=0.01)])
    stretched = replace(found, effects=(replace(wide, low=-0.03 - 2 * 0.0196, high=-0.03 + 2 * 0.0196),))
    assert only(stretched).benefit == pytest.approx(norm.cdf(1.0), abs=1e-3)


def test_students_t_is_used_where_the_interval_used_it() -> None:
    from scipy.stats import t

    assert only(findings([Told(WAIT, -0.03, df=4.0)])).benefit == pytest.approx(t.cdf(2.0, 4), abs=1e-9)


@pytest.mark.parametrize("broken", [{"low": None}, {"low": None, "high": None}, {"estimate": None}])
def test_no_interval_no_verdict(broken: dict[str, object]) -> None:
    cell = only(findings([Told(WAIT, -0.05, more=broken)]))
    assert (cell.verdict, cell.benefit) == ("keep learning", None)


def test_cannot_tell_gives_its_reasons_and_remedies_even_if_an_effect_slipped_through() -> None:
    cell = only(findings([Told(WAIT, -0.05, design="cannot tell yet"), Told(BACK, -0.05)]))
    assert (cell.verdict, cell.benefit, cell.estimate) == ("keep learning", None, None)
    assert cell.reasons[1:] == ("Only one period before.",)
    assert cell.would_settle == ("Wait until March.",)


def test_harm_is_told_even_where_the_primary_cannot_be() -> None:
    cell = only(findings([Told(WAIT, None, design="cannot tell yet"), Told(BACK, 0.05)]))
    assert cell.verdict == "keep learning"
    assert said(cell.reasons, "Harm is likely all the same")


def test_the_preferred_horizon_else_a_shorter_one_and_never_a_mixture() -> None:
    later = [Told(WAIT, -0.03, at="later"), Told(WAIT, -0.01, at="early"), Told(WAIT, -0.02, kind="overall", at="")]
    short = [Told(BACK, 0.05, at="early")]
    cell = only(findings([*later, *short]))
    assert cell.horizon == "later"
    assert cell.estimate == pytest.approx(-0.03)
    assert said(cell.reasons, "since the lasting one that the policy prefers cannot be read yet")
    assert said(cell.reasons, "Other tests, not mixed in: early −1.0 percentage points.")
    assert said(cell.missing, "readmissions (no effect with an interval at the later horizon)")
    assert cell.harm == pytest.approx(norm.cdf(-4), abs=1e-6)  # the primary's own, not the early harm
    assert only(findings([*later, *short]), Policy(horizon="early")).horizon == "early"
    assert only(findings([*later, *short]), Policy(horizon="overall")).horizon == "overall"


def test_a_long_test_never_stands_in_for_a_short_one() -> None:
    cell = only(findings([Told(WAIT, -0.05, at="lasting")]), Policy(horizon="early"))
    assert (cell.verdict, cell.horizon) == ("keep learning", "")


def test_levels_use_the_pooled_estimate_widened_as_the_interval_is() -> None:
    old = ("age", "75+", "all settings")
    told = Told(WAIT, -0.05, where=old, more={"pooled": -0.02, "pooled_se": 0.005})
    cell = only(findings([told]))
    assert cell.estimate == pytest.approx(-0.02)
    assert cell.benefit == pytest.approx(norm.cdf(2.0), abs=1e-9)
    assert said(cell.reasons, "partially pooled")


def two_groups(here: float, there: float, covariances: tuple[Covariance, ...] = ()) -> Findings:
    groups = (("age", "75+", "all settings"), ("age", "18-64", "all settings"))
    return findings(
        [Told(WAIT, x, se=0.004, where=w) for x, w in zip((here, there), groups, strict=True)], (), covariances
    )


def test_works_elsewhere_and_credibly_not_here() -> None:
    here, there = decide(two_groups(-0.001, -0.03), change(), ALL, Policy())
    assert (here.level, here.verdict) == ("75+", "adapt")
    assert here.rule.startswith("adapt: not as it is here")
    assert said(here.reasons, "works for age 18-64")
    assert there.verdict == "retain"


def test_not_here_counts_the_correlation_between_the_groups() -> None:
    """Estimates that err together: the chance of working in one place only falls as they move as one."""
    from holdfast.decide.deciding import judge_all

    rows = ("wait|age|75+|horizon|lasting", "wait|age|18-64|horizon|lasting")
    shared = Covariance(study="s", setting="all settings", row=rows[0], column=rows[1], covariance=0.9 * 0.004**2)
    chances = [
        judge_all(two_groups(-0.008, -0.012, cov), change(), ALL, Policy()).state.q.not_here[0]
        for cov in ((), (shared,))
    ]
    assert chances[0] == pytest.approx(norm.cdf(0.5) ** 2, abs=1e-9)
    assert chances[1] < chances[0] - 0.05
    turned = replace(shared, row=rows[1], column=rows[0])
    again = judge_all(two_groups(-0.008, -0.012, (turned,)), change(), ALL, Policy()).state.q.not_here[0]
    assert again == pytest.approx(chances[1])


def test_the_place_compared_with_is_the_best_of_the_others() -> None:
    from holdfast.decide.deciding import judge_all

    levels = [("age", level, "all settings") for level in ("a", "b", "c")]
    told = [Told(WAIT, x, where=w) for x, w in zip((-0.01, -0.05, -0.03), levels, strict=True)]
    assert judge_all(findings(told), change(), ALL, Policy()).siblings.tolist() == [1, 2, 1]
    alone = [Told(WAIT, -0.05), Told(WAIT, -0.01, where=levels[0])]
    assert judge_all(findings(alone), change(), ALL, Policy()).siblings.tolist() == [-1, -1]


@pytest.mark.parametrize("weak", [{"certainty": "very low"}, {"design": "interrupted time series"}])
def test_a_place_that_is_not_sure_enough_itself_is_no_proof_that_it_works_elsewhere(weak: dict[str, str]) -> None:
    places = (("age", "75+", "all settings"), ("age", "18-64", "all settings"))
    told = [Told(WAIT, -0.001, 0.004, places[0]), replace(Told(WAIT, -0.03, 0.004, places[1]), **weak)]  # type: ignore[arg-type]
    here = decide(findings(told), change(), ALL, Policy(adapt_claim=3))[0]
    assert here.verdict == "keep learning"


def test_another_setting_may_be_the_place_where_it_works() -> None:
    told = [Told(WAIT, x, where=("everyone", "everyone", s)) for x, s in ((-0.05, "acute"), (0.005, "community"))]
    verdicts = {c.setting: c.verdict for c in decide(findings(told), change(), ALL, Policy())}
    assert verdicts == {"acute": "retain", "community": "adapt"}


def test_without_a_comparison_neither_retain_nor_stop() -> None:
    series = {"design": "interrupted time series", "kind": "overall", "at": ""}
    helped = only(findings([Told(WAIT, -0.05, **series)]))
    harmed = only(findings([Told(WAIT, 0.05, **series)]))
    for cell, face in ((helped, "retain"), (harmed, "stop")):
        assert cell.verdict == "keep learning"
        assert said(cell.reasons, "whatever else happened at the time is in the number (claim 2 of 5)")
        assert said(cell.reasons, f"On its face the number says {face}.")
        assert said(cell.would_settle, "Wait until March.")
    allowing = Policy(retain_claim=2, stop_claim=2)
    assert only(findings([Told(WAIT, -0.05, **series)]), allowing).verdict == "retain"


def test_harm_seen_only_without_a_comparison_does_not_stop() -> None:
    found = findings([Told(WAIT, 0.001), Told(BACK, 0.05, design="interrupted time series")])
    cell = only(found)
    assert cell.harm is not None
    assert cell.harm > 0.99
    assert cell.verdict == "keep learning"
    assert said(cell.missing, "may raise doubt but not stop anything: readmissions")


def test_a_stop_names_the_measure_that_is_sure_enough_to_stop_on() -> None:
    felt = Told(FELT, -0.03)
    unsure = Told(BACK, 0.06, certainty="very low")  # worse still, and not to be stopped on
    cell = only(findings([Told(WAIT, 0.001), felt, unsure]))
    assert (cell.verdict, cell.harmful_measure) == ("stop", "back")
    assert cell.reasons[0] == "It probably does harm: to good experience."


def test_an_adapt_names_each_gate_that_is_shut() -> None:
    found = findings([Told(WAIT, -0.05), Told(BACK, 0.012)], (gap(0.7),))
    cell = only(found, voices=(voice("carers", 0.7, 0.6),))
    assert cell.reasons[0] == (
        "It helps, but something stands against keeping it as it is: harm to readmissions is not ruled out, the gap in "
        "deprivation may widen and carers are opposed."
    )
    assert (
        only(findings([Told(WAIT, -0.05)], (gap(0.7),)))
        .reasons[0]
        .endswith("as it is: the gap in deprivation may widen.")
    )


def test_certainty_below_the_policys_gives_no_verdict() -> None:
    found = findings([Told(WAIT, -0.05, certainty="very low")])
    assert said(only(found).would_settle, "Have it assessed.")
    doubted = tuple(replace(row, reasons=("a check failed",)) for row in found.certainty)
    cell = only(replace(found, certainty=doubted))
    assert said(cell.would_settle, "What its certainty rests on: a check failed.")
    assert cell.rule.startswith("not sure enough")
    assert (
        only(findings([Told(WAIT, -0.05, certainty="very low")]), Policy(minimum_certainty="very low")).verdict
        == "retain"
    )


def test_a_gap_likely_to_widen_is_never_plain_good_news() -> None:
    cell = only(findings([Told(WAIT, -0.05)], (gap(0.7),)))
    assert cell.verdict == "adapt"
    assert said(cell.reasons, "Gap 0.70: the chance that the gap in deprivation between 1 most deprived")


def test_the_gap_of_the_preferred_kind_decides_and_the_settings_own_first() -> None:
    gaps = (gap(0.2), gap(0.9, kind="difference"), gap(0.8, setting="acute"))
    assert only(findings([Told(WAIT, -0.05)], gaps)).gap_widens == 0.2
    assert only(findings([Told(WAIT, -0.05)], gaps), Policy(gap_kind="difference")).gap_widens == 0.9
    acute = Told(WAIT, -0.05, where=("everyone", "everyone", "acute"))
    assert only(findings([acute], gaps)).gap_widens == 0.8
    assert only(findings([acute], gaps[:2])).gap_widens == 0.2


def test_the_protocols_equity_dimension_decides_between_gaps_else_the_most_worrying() -> None:
    gaps = (gap(0.2), replace(gap(0.9), dimension="ethnicity"))
    found = findings([Told(WAIT, -0.05)], gaps)
    assert only(found).gap_widens == 0.9
    study = Study(study="s", change="c", primary="wait", equity_dimension="deprivation")
    named = replace(found, protocols=(replace(found.protocols[0], text=study.canonical()),))
    assert only(named).gap_widens == 0.2
    nested = json.dumps({"study": json.loads(study.canonical()), "rules": {}})
    assert only(replace(found, protocols=(replace(found.protocols[0], text=nested),))).gap_widens == 0.2


def test_voices_by_role_oppose_dissent_and_are_said_when_borrowed() -> None:
    found = findings([Told(WAIT, -0.05, where=("age", "75+", "all settings"))])
    cell = only(found, voices=(voice("carers", 0.7, 0.6), voice("clinicians", 0.1, 0.02)))
    assert cell.verdict == "adapt"
    assert said(cell.reasons, "Carers are opposed: 70 % (95 % interval 60 % to 80 %)")
    assert cell.dissent == (
        "Carers (asked about everyone, everywhere) most often prefer stop (70 %).",
        "Clinicians (asked about everyone, everywhere) most often prefer retain (90 %).",
    )
    assert said(cell.missing, "to tell carers and clinicians apart: what they say more widely stands for it")
    nearer = voice("carers", 0.2, 0.1, dimension="age", level="75+", apart=10)
    assert only(found, voices=(voice("carers", 0.7, 0.6), nearer)).verdict == "retain"


@pytest.mark.parametrize("apart", [None, 0, 9])
def test_a_voice_of_a_place_that_fewer_than_ten_tell_apart_neither_alters_a_verdict_nor_is_in_its_words(
    apart: int | None,
) -> None:
    found = findings([Told(WAIT, -0.05, where=("age", "75+", "all settings"))])
    nearer = voice("carers", 0.2, 0.1, dimension="age", level="75+", apart=apart)
    whole = voice("carers", 0.7, 0.6)
    assert only(found, voices=(whole, nearer)) == only(found, voices=(whole,))
    alone = only(found, voices=(nearer,))
    assert said(alone.missing, "Too few spoke to be told by role: carers.") and alone.dissent == ()


def test_no_voices_is_said_and_is_not_agreement() -> None:
    cell = only(findings([Told(WAIT, -0.05)]))
    assert cell.dissent == ()
    assert said(cell.missing, "No voices gathered when it was judged")


def test_what_is_missing_is_flagged_not_blocking_unless_the_policy_insists() -> None:
    found = findings([Told(WAIT, -0.05)])
    cell = only(found)
    for words in ("No balancing measure", "No experience measure", "gap cannot be measured", "cost is not recorded"):
        assert said(cell.missing, words)
    assert cell.verdict == "retain"
    strict = only(found, Policy(must_have=("balancing", "gap")))
    assert strict.rule.startswith("something required is not known")


def test_duties_keep_a_retain_from_being_final() -> None:
    found = findings([Told(WAIT, -0.05)])
    assert said(only(found).missing, "Duties not recorded as met: involvement, scrutiny and equality")

    def with_duties(*duties: str) -> Cell:
        return decide(found, change(), ALL, Policy(), duties={"c": duties})[0]

    assert said(with_duties("scrutiny").missing, "Duties still open: scrutiny.")
    assert not said(with_duties().missing, "Duties")


def test_futile_stops_only_at_a_price() -> None:
    found = findings([Told(WAIT, 0.0, se=0.003)])
    assert only(found).rule.startswith("futile, at no known price")
    assert only(found, cost=5000.0).verdict == "stop"
    assert said(only(found, cost=5000.0).reasons, "£5,000 a year")
    assert only(found, cost=0.0).verdict == "keep learning"
    assert only(found, voices=(voice("patients", 0.8, 0.7),)).verdict == "stop"
    assert said(
        only(found).would_settle, "Recording the running cost would settle it: at any cost the verdict is stop."
    )


def displaced(found: Findings, **about: object) -> Cell:
    cells = decide(found, change(("old clinics",), **about), ALL, Policy())  # type: ignore[arg-type]
    (cell,) = [c for c in cells if c.role == "displaced"]
    return cell


def test_reinstate_when_its_suspension_did_harm_though_the_change_helps() -> None:
    found = findings([Told(WAIT, -0.05), Told(MISSED, 0.05)])
    cell = displaced(found)
    assert (cell.practice, cell.verdict, cell.harmful_measure) == ("old clinics", "reinstate", "missed")
    assert cell.harm == pytest.approx(norm.cdf(4), abs=1e-9)
    assert cell.benefit is None
    assert cell.estimate == pytest.approx(0.05)
    assert only(found).verdict == "adapt"


def test_reinstate_where_the_replacement_is_stopped_or_does_not_suit() -> None:
    assert displaced(findings([Told(WAIT, 0.05)])).rule.startswith("reinstate: its replacement is stopped")
    groups = decide(two_groups(-0.001, -0.03), change(("old",)), ALL, Policy())
    verdicts = {(c.role, c.level): c.verdict for c in groups}
    assert verdicts["displaced", "75+"] == "reinstate"
    assert verdicts["displaced", "18-64"] == "keep learning"


def test_harm_in_a_measure_of_something_else_is_no_ground_to_reinstate() -> None:
    found = findings([Told(WAIT, -0.05), Told(BACK, 0.05), Told(MISSED, -0.01)])
    assert only(found).verdict == "adapt"
    assert displaced(found).rule.startswith("no ground to reinstate")


def test_a_kept_replacement_leaves_no_ground_to_reinstate() -> None:
    cell = displaced(findings([Told(WAIT, -0.05)]))
    assert cell.rule.startswith("no ground to reinstate")
    assert said(cell.missing, "No measure speaks for the displaced practice")


def test_voices_against_the_replacement_count_beside_the_displaced_practice_too() -> None:
    found = findings([Told(WAIT, 0.0, se=0.003)])
    cells = decide(found, change(("old",)), ALL, Policy(), (voice("patients", 0.8, 0.7),))
    assert {c.role: c.verdict for c in cells} == {"introduced": "stop", "displaced": "reinstate"}


def test_the_strongest_study_speaks_for_a_cell() -> None:
    weak = Told(WAIT, 0.05, study="weak", design="interrupted time series")
    strong = Told(WAIT, -0.05, study="strong", design=STAGGERED)
    (cell,) = decide(findings([weak, strong]), change(), ALL, Policy())
    assert (cell.study, cell.verdict) == ("strong", "retain")


def test_one_cell_per_practice_population_and_setting() -> None:
    places = [EVERYONE, ("age", "75+", "all settings"), ("everyone", "everyone", "acute")]
    found = findings([Told(m, -0.05, where=w) for w in places for m in (WAIT, BACK, FELT)])
    cells = decide(found, change(("old", "older")), ALL, Policy())
    keys = [(c.practice, c.dimension, c.level, c.setting) for c in cells]
    assert len(keys) == len(set(keys)) == 9


def test_cells_survive_the_result_table() -> None:
    cells = decide(findings([Told(WAIT, -0.05), Told(BACK, 0.0)]), change(("old",)), ALL, Policy())
    assert from_arrow(to_arrow(cells, Cell), Cell) == cells


def test_nothing_found_gives_nothing() -> None:
    assert decide(Findings(), {}, {}, Policy()) == ()


def test_a_measure_missing_from_the_table_is_said() -> None:
    (cell,) = decide(findings([Told(WAIT, -0.05)]), change(), {}, Policy())
    assert cell.verdict == "keep learning"
    assert said(cell.reasons, "The measure wait is not in the measures table.")


def test_a_measure_with_no_better_direction_cannot_be_judged_by() -> None:
    neither = replace(WAIT, better="neither")
    (cell,) = decide(findings([Told(neither, -0.05)]), change(), table(neither), Policy())
    assert cell.verdict == "keep learning"
    assert said(cell.reasons, "Neither direction is better")
