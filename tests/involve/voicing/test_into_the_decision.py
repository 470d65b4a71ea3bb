"""From tables to the recommendation: what was heard is read, summed up by role, and changes what is advised."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from holdfast.learning import believed, learn
from holdfast.records import Cell, InputProblems
from holdfast.records.involving import INVOLVING, PREFER_NOT
from holdfast.share import Meta, release, report
from holdfast.workspace import Workspace

MONTHS = [f"{2022 + m // 12}-{m % 12 + 1:02d}" for m in range(24)]
SITES = [f"clinic {i}" for i in range(16)]
ADOPTED = {site: MONTHS[(9, 11)[i % 2]] for i, site in enumerate(SITES[:9])}


def observations() -> list[dict[str, Any]]:
    rng = np.random.default_rng(1)
    return [
        {"measure": "missed", "site": site, "period": month, "denominator": 2000,
         "numerator": int(rng.binomial(2000, 0.15 - 0.05 * (month >= ADOPTED.get(site, "9"))))}
        for site in SITES for month in MONTHS
    ]  # fmt: skip


def people(*groups: tuple[str, int, str]) -> dict[str, list[dict[str, Any]]]:
    """(role, how many, what they would do)."""
    roles = [(role, wish) for role, count, wish in groups for _ in range(count)]
    return {
        "participants": [{"participant": f"p{i}", "role": role, "channel": ("online", "paper")[i % 2]}
                         for i, (role, _) in enumerate(roles)],
        "preferences": [{"participant": f"p{i}", "change": "c", "preference": wish}
                        for i, (_, wish) in enumerate(roles)],
    }  # fmt: skip


def space(**tables: Any) -> Workspace:
    return Workspace.from_tables(
        changes=[{"change": "c", "title": "Call back", "displaced": "Holding the line"}],
        measures=[{"measure": "missed", "family": "outcome", "kind": "proportion", "better": "lower",
                   "smallest_important": 0.01}],
        observations=observations(),
        adoptions=[{"change": "c", "site": site, "adopted_on": month} for site, month in ADOPTED.items()],
        **tables,
    )  # fmt: skip


def cell(work: Workspace) -> Cell:
    found = learn(work).findings
    return next(c for c in found.cells if c.role == "introduced" and c.dimension == "everyone")


def test_the_dissent_that_changed_a_verdict_is_named() -> None:
    quiet = cell(space(**people(("patients", 40, "retain"), ("clinicians", 30, "retain"))))
    loud = cell(space(**people(("patients", 40, "retain"), ("carers", 30, "stop"))))
    assert quiet.verdict == "retain" and loud.verdict == "adapt"
    assert "Dissent changed this verdict: were carers not opposed it would be retain." in loud.reasons
    assert not any("Dissent changed" in reason for reason in quiet.reasons)
    assert any(said.startswith("Carers most often prefer stop") for said in loud.dissent)
    assert any("Nobody was heard as: clinicians, leaders and innovators" in said for said in loud.missing)


def test_too_few_neither_oppose_nor_count_as_heard() -> None:
    found = cell(space(**people(("patients", 40, "retain"), ("carers", 9, "stop"))))
    assert found.verdict == "retain"
    assert "Too few spoke to be told by role: carers." in found.missing


def test_an_assumption_not_shared_is_said_beside_the_recommendation() -> None:
    tables = people(("patients", 40, "retain"), ("clinicians", 30, "retain"))
    tables["assumptions"] = [{"assumption": "a1", "change": "c", "text": "A call is enough"},
                             {"assumption": "a2", "change": "c", "text": "There are phones"}]  # fmt: skip
    tables["statements"] = [{"statement": "s1", "change": "c", "text": "…", "assumption": "a1"}]
    tables["votes"] = [{"participant": f"p{i}", "statement": "s1", "vote": "agree" if i < 35 else "disagree"}
                       for i in range(70)]  # fmt: skip
    work = space(**tables)
    found = cell(work)
    assert any(said.startswith("Clinicians do not share an assumption it rests on, “A call is enough”") for said in
               found.dissent)  # fmt: skip
    assert any("“There are phones”" in said for said in found.missing)
    (risk,) = believed(work).risks
    assert (risk.role, risk.risk) == ("clinicians", "high")


def test_opinion_groups_found_in_the_votes_have_a_voice_and_are_flagged() -> None:
    """Two camps on twelve statements; the smaller would stop it."""
    tables = people(("patients", 60, "retain"), ("patients", 40, "stop"))
    tables["statements"] = [{"statement": f"s{s}", "change": "c"} for s in range(12)]
    rng = np.random.default_rng(5)
    tables["votes"] = [
        {"participant": f"p{i}", "statement": f"s{s}",
         "vote": "agree" if rng.random() < (0.9 if (i < 60) == (s % 2 == 0) else 0.1) else "disagree"}
        for i in range(100) for s in range(12)
    ]  # fmt: skip
    work = space(**tables)
    found = believed(work)
    groups = {v.role: v for v in found.voices if v.kind == "opinion group"}
    assert groups["opinion group A"].opposition == pytest.approx(0.0, abs=0.1)
    assert groups["opinion group B"].opposition == pytest.approx(1.0, abs=0.1)
    assert any("2 opinion groups were found in the votes" in text for text in found.warnings)
    (only, *_) = [c for c in learn(work).findings.cells if c.role == "introduced"]
    assert any(reason.startswith("Opinion group B are opposed") for reason in only.reasons)


def test_the_report_shows_roles_side_by_side_and_hides_the_few() -> None:
    work = space(**people(("patients", 40, "retain"), ("carers", 12, "stop"), ("leaders", 3, "stop")))
    learned = learn(work)
    out = release(learned.findings, measures=work.measures.values())
    about = Meta(workspace="w", made_at=dt.datetime(2024, 1, 1, tzinfo=dt.UTC), command="c", version="1", inputs="",
                 policy=work.policies[0], period="month", downloads=(), notes=())  # fmt: skip
    page = report(out, work.changes.values(), work.measures.values(), about)
    table = page.partition("What people would do, by role")[2]
    assert '<th scope="row">Patients</th><td>Call back</td><td>everyone</td><td>40</td>' in table
    assert '<th scope="row">Leaders</th><td>Call back</td><td>everyone</td><td>too few to tell</td>' in table
    assert [v.voices for v in out.findings.voices if v.role == "leaders"] == [0]
    assert [v.voices for v in out.findings.voices if v.role == "carers"] == [10]
    quiet = report(release(learn(space()).findings), work.changes.values(), work.measures.values(), about)
    assert "What people would do, by role" not in quiet


def noted(**tables: Any) -> str:
    return "\n".join(space(**tables).notes)


def test_what_does_not_fit_is_left_out_counted_and_said() -> None:
    tables = people(("patients", 12, "retain"), ("Clinician", 12, "stop"))
    tables["statements"] = [{"statement": "s1", "change": "c", "moderated": "rejected"},
                            {"statement": "s2", "change": "nowhere"}, {"statement": "s3", "assumption": "none"},
                            {"statement": "s4"}]  # fmt: skip
    tables["votes"] = [
        {"participant": "p1", "statement": "s4", "vote": "agree", "at": "2024-01-01T10:00:00"},
        {"participant": "p1", "statement": "s4", "vote": "disagree", "at": "2024-01-02T10:00:00"},
        {"participant": "nobody", "statement": "s4", "vote": "agree", "at": "2024-01-02T10:00:00"},
        {"participant": "p1", "statement": "s9", "vote": "agree", "at": "2024-01-02T10:00:00"},
    ]
    tables["preferences"] += [
        {"participant": "nobody", "change": "c", "preference": "stop"},
        {"participant": "p1", "change": "nowhere", "preference": "stop"},
        {"participant": "p1", "change": "c", "practice": "another", "preference": "stop"},
        {"participant": "p1", "change": "c", "dimension": "age", "preference": "stop"},
        {"participant": "p1", "change": "c", "preference": "stop"},
    ]
    said = noted(**tables)
    for told in (
        "statements: 1 rejected without a reason",
        "statements: 1 left out: about a change that is not listed",
        "statements: 1 left out: about an assumption that is not listed",
        "votes: 1 left out: by people not in the participants table",
        "votes: 1 left out: on statements not in the statements table",
        "votes: 1 repeating an earlier one by the same person on the same statement, 1 with another answer",
        "preferences: 1 left out: by people not in the participants table",
        "preferences: 1 left out: about a practice that its change neither introduced nor displaced",
        "preferences: 1 left out: a dimension without its level",
        "preferences: 1 left out: an earlier answer of the same person",
        "24 people took part: patients 12; clinicians 12. Nobody spoke as: “leaders”, “innovators”.",
    ):
        assert told in said, f"{told}\n---\n{said}"


def test_the_last_vote_in_time_counts_whatever_the_order_of_the_table() -> None:
    tables = people(("patients", 12, "retain"))
    tables["statements"] = [{"statement": "s"}]
    tables["votes"] = [{"participant": "p1", "statement": "s", "vote": "disagree", "at": "1700000000000"},
                       {"participant": "p1", "statement": "s", "vote": "agree", "at": "1600000000"}]  # fmt: skip
    cast = space(**tables).heard.votes
    assert cast.vote.tolist() == [1, -1] and cast.at.tolist() == [1.6e9, 1.7e9]


def test_prefer_not_to_say_is_not_the_same_as_not_asked() -> None:
    tables = people(("patients", 3, "retain"))
    for row, age in zip(tables["participants"], ("75+", "Prefer not to say", None), strict=True):
        row["age"] = age
    heard = space(**tables).heard
    assert heard.about["age"] == ("75+", PREFER_NOT, None)


def test_without_a_participants_table_people_have_no_role_and_that_is_said() -> None:
    tables = people(("patients", 12, "retain"))
    del tables["participants"]
    work = space(**tables)
    assert set(work.heard.roles) == {"role not given"} and "nobody's role is known" in "\n".join(work.notes)


@pytest.mark.parametrize(
    ("table", "row", "told"),
    [
        ("votes", {"participant": "p1", "statement": "s", "vote": "maybe"}, "“maybe” is not allowed here"),
        ("preferences", {"participant": "p1", "change": "c", "preference": "keep"}, "“keep” is not allowed here"),
        ("participants", {"participant": "p9", "channel": "pigeon"}, "“pigeon” is not allowed here"),
        ("makeup", {"dimension": "age", "level": "75+", "people": -1}, "must be 0 or more"),
        ("assumptions", {"assumption": "a", "change": "c"}, "text"),
        ("participants", {"participant": "9434765919"}, "NHS number"),
    ],
)
def test_what_a_table_may_not_hold_is_a_problem(table: str, row: dict[str, Any], told: str) -> None:
    with pytest.raises(InputProblems) as found:
        space(**{table: [row]})
    assert told in str(found.value)


def test_text_in_any_script_html_and_formulas_are_kept_as_they_are() -> None:
    texts = ["=1+1", "<b>bold</b>", "服務很好", "خدمة جيدة", "🙂"]
    tables = people(("patients", 3, "retain"))
    tables["statements"] = [{"statement": f"s{i}", "text": text} for i, text in enumerate(texts)]
    assert [s.text for s in space(**tables).heard.statements] == texts


def test_a_joint_make_up_and_one_for_a_role_are_read() -> None:
    makeup = [{"dimension": "age; sex", "level": "75+; female", "people": 5, "version": "2021"},
              {"dimension": "band", "level": "7", "people": 2, "role": "Clinician"}]  # fmt: skip
    one, two = space(**people(("patients", 3, "retain")), makeup=makeup).heard.makeup
    assert (one.dimensions, one.levels, one.version, one.role) == (("age", "sex"), ("75+", "female"), "2021", "")
    assert two.role == "clinicians"


def test_a_make_up_row_that_does_not_match_is_left_out_and_a_level_spelt_otherwise_is_said() -> None:
    tables = people(("patients", 3, "retain"))
    for row in tables["participants"]:
        row["age"] = "under 65"
    rows = (("age; channel", "under 65"), ("age", "Under 65"), ("age", "75+"))
    makeup = [{"dimension": dimension, "level": level, "people": 50} for dimension, level in rows]
    work = space(**tables, makeup=makeup)
    assert [m.levels for m in work.heard.makeup] == [("Under 65",), ("75+",)]
    said = " ".join(work.notes)
    assert "makeup: 1 left out: about a row with more dimensions than levels" in said
    assert "nobody's age is “Under 65”, and participants have “under 65”" in said and "75+" not in said


def test_a_preference_without_its_time_gives_way_to_one_that_has_it() -> None:
    tables = people(("patients", 3, "retain"))
    name = tables["participants"][0]["participant"]
    tables["preferences"] = [{"participant": name, "change": "c", "preference": wish, "at": at}
                             for wish, at in (("stop", "2026-01-31T10:00:00"), ("retain", None))]  # fmt: skip
    assert [p.preference for p in space(**tables).heard.preferences] == ["stop"]


def test_every_column_is_in_the_documents() -> None:
    page = (Path(__file__).resolve().parents[3] / "docs" / "workspace.md").read_text("utf-8")
    for table in INVOLVING.values():
        section = page.partition(f"### `{table.name}`")[2].partition("\n### ")[0]
        assert not [name for name in table.names if f"| `{name}` |" not in section], table.name
