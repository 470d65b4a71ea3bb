"""Two policies on the same evidence, and scoring verdicts against a known truth."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from deciding_world import Told, change, findings, gap, measure, table

from holdfast.decide import Difference, TrueCell, compare, decide, score
from holdfast.decide.score import regret
from holdfast.records import Policy

WAIT, BACK = measure("wait"), measure("back", "balancing")
FOUND = findings([Told(WAIT, -0.02, 0.01), Told(BACK, -0.01, 0.01)], (gap(0.45),))  # benefit 0.84, harm 0.02


def differ(*policies: Policy) -> tuple[Difference, ...]:
    return compare(FOUND, change(("old",)), table(WAIT, BACK), policies)


def test_the_setting_that_makes_the_difference_is_named_with_its_number() -> None:
    careful = Policy(name="careful", retain_benefit=0.9, stop_harm=0.9)
    (only,) = [d for d in differ(Policy(), careful) if d.role == "introduced"]
    assert (only.first_verdict, only.second_verdict) == ("retain", "keep learning")
    assert (only.first, only.second, only.second_rule) == ("default", "careful", "undecided")
    assert only.why == "retain_benefit is 0.8 under default and 0.9 under careful, and it is 0.84."


def test_either_of_two_settings_alone_and_neither_alone() -> None:
    either = Policy(name="b", retain_gap=0.4, retain_harm=0.01)
    (only,) = differ(Policy(), either)
    assert only.why.startswith("retain_harm is 0.1")
    assert "retain_gap is 0.5" in only.why
    both = differ(Policy(name="a", retain_gap=0.4, retain_harm=0.01), Policy(name="b"))
    assert both[0].why.startswith("Only together: ")


def test_settings_that_change_the_evidence_itself() -> None:
    sceptical = Policy(name="sceptical", prior_sd_multiple=0.5)
    (only,) = differ(Policy(), sceptical)
    assert only.why == "prior_sd_multiple is 0 under default and 0.5 under sceptical."


def test_every_pair_of_several_policies() -> None:
    names = {(d.first, d.second) for d in differ(Policy(), Policy(name="b", retain_gap=0.4), Policy(name="c"))}
    assert names == {("default", "b"), ("b", "c")}


def truth(right: tuple[str, ...], losses: dict[str, float], benefit: float = 2.0, practice: str = "new") -> TrueCell:
    return TrueCell("c", practice, "everyone", "everyone", "all settings", right, losses, benefit)


LOSSES = {"retain": 0.0, "adapt": 0.25, "stop": 1.75, "keep learning": 0.9}


def test_scoring_counts_right_undecided_and_wrong() -> None:
    (cell,) = decide(FOUND, change(), table(WAIT, BACK), Policy())
    assert cell.verdict == "retain"
    for verdict, share, idle, wrong in (("retain", 1, 0, 0), ("keep learning", 0, 1, 0), ("stop", 0, 0, 1)):
        given = score([replace(cell, verdict=verdict)], [truth(("retain",), LOSSES)])
        assert (given.right, given.undecided, given.wrong) == (share, idle, wrong)
        assert given.regret == LOSSES[verdict]
        assert given.decided == float(verdict != "keep learning")
        assert math.isnan(given.false_retain)


def test_false_retain_is_counted_among_cells_where_it_is_false() -> None:
    (cell,) = decide(FOUND, change(), table(WAIT, BACK), Policy())
    null = truth(("stop", "keep learning"), LOSSES, benefit=0.0)
    given = score([cell, replace(cell, verdict="stop")], [null])
    assert (given.cells, given.false_retain, given.null_retained, given.right) == (2, 0.5, 0.5, 0.5)
    assert score([cell], []).unmatched == 1


def test_a_loss_the_truth_does_not_give_is_an_error_that_says_so() -> None:
    with pytest.raises(ValueError, match=r"gives no loss for reinstate; it has retain, adapt"):
        regret("reinstate", truth(("retain",), LOSSES))
