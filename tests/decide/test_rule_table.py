"""Every rule and boundary, from the plain-text table that the guide also prints."""

from __future__ import annotations

import numpy as np
import pytest
from deciding_spec import GUIDE, Line, filled, judged, lines, one

from holdfast.decide.quantities import Thresholds
from holdfast.decide.rules import INTRODUCED, RULES, judge
from holdfast.records import Policy
from holdfast.records.vocabularies import VERDICTS


@pytest.mark.parametrize("line", lines(), ids=str)
def test_the_table(line: Line) -> None:
    assert judged(line) == (line.verdict, line.rule)


def test_every_rule_is_in_the_table_except_the_one_that_needs_a_policy_of_its_own() -> None:
    tabled = {line.rule for line in lines()}
    assert {rule.name for rule in RULES} - tabled == {"something required is not known"}


def test_every_verdict_is_one_of_the_vocabulary() -> None:
    assert {rule.verdict for rule in RULES} == set(VERDICTS)
    assert {rule.verdict for rule in RULES if rule.practice == "displaced"} == {"reinstate", "keep learning"}


def _verdict(policy: Policy, **given: object) -> str:
    return RULES[int(judge(one(**given), Thresholds.of(policy))[0])].name


def test_what_a_policy_insists_on_blocks_retain_only() -> None:
    insisting = Policy(must_have=("balancing",))
    assert _verdict(insisting, benefit=0.9, lacking=True) == "something required is not known"
    assert _verdict(insisting, benefit=0.9, lacking=False) == "retain"
    assert _verdict(insisting, benefit=0.1, harm=0.9, harm_sure=0.9, lacking=True) == "stop: harm"


def test_a_policy_may_let_harm_outrank_benefit() -> None:
    given = {"benefit": 0.9, "harm": 0.85, "harm_sure": 0.85}
    assert _verdict(Policy(), **given) == "adapt: mend it"
    assert _verdict(Policy(harm_stops_despite_benefit=True), **given) == "stop: harm"


def test_harm_on_a_measure_that_is_not_sure_enough_raises_doubt_but_does_not_stop() -> None:
    assert _verdict(Policy(), benefit=0.1, futile=0.1, harm=0.95, harm_sure=np.nan) == "undecided"
    assert _verdict(Policy(), benefit=0.9, harm=0.95, harm_sure=np.nan) == "adapt: mend it"


@pytest.mark.parametrize(
    ("verdict", "field", "claim", "given"),
    [
        ("retain", "retain_claim", 2, {"benefit": 0.9, "harm": 0.0}),
        ("stop", "stop_claim", 2, {"benefit": 0.0, "harm": 0.9, "harm_sure": 0.9}),
        ("stop", "stop_claim", 2, {"benefit": 0.0, "futile": 0.9, "cost": 1.0}),
        ("adapt", "adapt_claim", 2, {"benefit": 0.9, "harm": 0.5}),
        ("adapt", "adapt_claim", 2, {"benefit": 0.0, "not_here": 0.9}),
    ],
)
def test_each_verdict_asks_for_its_claim(verdict: str, field: str, claim: int, given: dict[str, float]) -> None:
    allowed, refused = Policy(**{field: claim}), Policy(**{field: claim + 1})  # type: ignore[arg-type]
    names = [_verdict(policy, claim=claim, **given) for policy in (allowed, refused)]
    assert names[0].startswith(verdict)
    assert names[1] == "no comparison"


def test_every_rule_says_what_it_asks_with_the_policys_numbers() -> None:
    numbers = Policy(retain_benefit=0.77).model_dump()
    for rule in RULES:
        assert "{" not in rule.asked(numbers)
    assert "0.77" in next(rule for rule in INTRODUCED if rule.name == "retain").asked(numbers)


def test_the_guide_holds_this_very_table() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    assert text.count(": generated -->") == 3
    assert text == filled(text), "run: python tests/decide/deciding_spec.py"
