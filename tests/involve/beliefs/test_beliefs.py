"""Beliefs against assumptions: who shares what a change rests on, and which is weakest."""

from __future__ import annotations

import numpy as np
import pytest

from holdfast.involve import beliefs_of, sustain_risks
from holdfast.records.heard import Assumption, Cast, Heard, Makeup, Statement
from holdfast.records.shares import jeffreys

ASSUMED = (Assumption("a1", "c", "A call is enough"), Assumption("a2", "c", "There are phones"))
ASKED = (
    Statement("s1", "c", kind="assumption", assumption="a1"),
    Statement("s2", "c", kind="assumption", assumption="a2"),
)


def heard(
    said: dict[tuple[str, int], tuple[int, int]], statements: tuple[Statement, ...] = ASKED, **more: object
) -> Heard:
    """(role, statement) → people who agree, people who disagree; each votes once."""
    roles, who, what, vote = [], [], [], []
    for (role, s), (yes, no) in said.items():
        for v in [1] * yes + [-1] * no:
            who.append(len(roles))
            roles.append(role)
            what.append(s)
            vote.append(v)
    cast = Cast(np.array(who, np.int32), np.array(what, np.int32), np.array(vote, np.int8), np.arange(len(who)) * 1.0)
    names = tuple(f"p{i}" for i in range(len(roles)))
    given = {"roles": tuple(roles), "channels": ("",) * len(roles), "assumptions": ASSUMED, **more}
    return Heard(names, statements=statements, votes=cast, **given)  # type: ignore[arg-type]


def test_alignment_is_by_role_with_jeffreys_intervals() -> None:
    found = {
        (b.assumption, b.role): b for b in beliefs_of(heard({("patients", 0): (30, 10), ("clinicians", 0): (5, 35)}))
    }
    patients, clinicians = found["a1", "patients"], found["a1", "clinicians"]
    assert (patients.state, clinicians.state) == ("shared", "not shared")
    assert patients.agree == pytest.approx(0.75) and clinicians.disagree == pytest.approx(0.875)
    low, high = jeffreys(30, 40)
    assert patients.low == pytest.approx(float(low), abs=0.01) and patients.high == pytest.approx(float(high), abs=0.01)
    assert found["a2", ""].state == "not asked"


def test_too_few_are_counted_and_not_told() -> None:
    (few, *_) = beliefs_of(heard({("leaders", 0): (4, 0)}))
    assert (few.state, few.voices, few.agree) == ("too few", 4, None)


def test_a_person_counts_once_over_several_statements_of_one_assumption() -> None:
    statements = (ASKED[0], Statement("s1b", "c", assumption="a1"))
    cast = Cast(np.repeat(np.arange(20, dtype=np.int32), 2), np.tile(np.array([0, 1], np.int32), 20),
                np.tile(np.array([1, -1], np.int8), 20), np.zeros(40))  # fmt: skip
    people = Heard(tuple(map(str, range(20))), ("patients",) * 20, ("",) * 20, statements=statements, votes=cast,
                   assumptions=ASSUMED[:1])  # fmt: skip
    (belief,) = beliefs_of(people)
    assert belief.voices == 20 and belief.agree == 0.5 and belief.state == "not settled"


def test_a_role_with_a_make_up_is_weighted_to_it() -> None:
    about = {"age": ("young",) * 30 + ("old",) * 10}
    makeup = (Makeup(("age",), ("young",), 1.0), Makeup(("age",), ("old",), 1.0))
    said = {("patients", 0): (30, 10)}
    assert beliefs_of(heard(said, about=about, makeup=makeup))[0].agree == pytest.approx(0.5)
    assert beliefs_of(heard({("clinicians", 0): (30, 10)}, about=about, makeup=makeup))[0].agree == pytest.approx(0.75)


def test_the_weakest_is_the_least_settled_and_then_the_least_shared() -> None:
    beliefs = beliefs_of(heard({("patients", 0): (38, 2), ("clinicians", 0): (5, 35), ("leaders", 1): (12, 10)}))
    (risk,) = sustain_risks(beliefs)
    assert (risk.assumption, risk.role, risk.risk) == ("a1", "clinicians", "high")
    assert "“A call is enough”" in risk.meaning and "clinicians" in risk.meaning
    (calm,) = sustain_risks(beliefs_of(heard({("patients", 0): (90, 10), ("patients", 1): (95, 5)})))
    assert calm.risk == "low"
    (unsure,) = sustain_risks(beliefs_of(heard({("patients", 0): (90, 10), ("leaders", 1): (12, 10)})))
    assert (unsure.risk, unsure.role) == ("unclear", "leaders")


def test_what_nobody_voted_on_is_not_known_and_never_low() -> None:
    (risk,) = sustain_risks(beliefs_of(heard({("patients", 0): (90, 10)})))
    assert risk.risk == "not known" and risk.unasked == ("There are phones",)
    (none,) = sustain_risks(beliefs_of(heard({("leaders", 0): (2, 1)})))
    assert none.risk == "not known" and none.assumption == "" and len(none.unasked) == 2


def test_votes_on_a_rejected_statement_do_not_count() -> None:
    out = (Statement("s1", "c", assumption="a1", moderated="rejected", reason="names a person"), ASKED[1])
    assert beliefs_of(heard({("patients", 0): (30, 10)}, out))[0].state == "not asked"
