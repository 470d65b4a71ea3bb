"""The boundary: what leaves, what does not, and that nobody can forget it."""

from __future__ import annotations

import copy
import dataclasses
import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import builders
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.records import Effect, Findings
from holdfast.records.vocabularies import EVERYONE
from holdfast.share import Meta, Released, charts, release, report, write_report, write_tables, write_workbook
from holdfast.share.disclosure import ledger, primary_measures, record
from holdfast.share.tables import csv_bytes, sheets, workbook_bytes

PLOT = dataclasses.replace(builders.PLOTS[0], small=True)
SMALL = builders.findings((PLOT,), measures=builders.MEASURES[:2])
WHEN = builders.dt.datetime(2024, 5, 3, tzinfo=builders.dt.UTC)


def let_out(found: Findings, profile: str = "nhs_secondary_care", **more: Any) -> Released:
    return release(found, profile, measures=builders.MEASURES, **more)


def text_of(released: Released) -> bytes:
    return b"\n".join(csv_bytes(sheet, released) for sheet in sheets(released))


# Nobody can forget it


def test_released_cannot_be_made_by_hand() -> None:
    fields = {f.name: None for f in dataclasses.fields(Released)}
    with pytest.raises(TypeError, match="release"):
        Released(**fields)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="release"):
        Released(**fields, door=object())  # type: ignore[arg-type]


def test_released_cannot_be_refilled(released: Released, found: Findings, tmp_path: Path) -> None:
    with pytest.raises((TypeError, ValueError)):
        dataclasses.replace(released, findings=found)
    with pytest.raises(TypeError):
        pickle.dumps(released)
    with pytest.raises(TypeError):
        copy.copy(released)
    fake = object.__new__(Released)
    object.__setattr__(fake, "findings", found)
    with pytest.raises(TypeError, match="disclosure control"):
        write_tables(tmp_path, fake)


WRITERS: dict[str, Callable[[Any, Path], Any]] = {
    "report": lambda f, _: report(f, (), (), Meta("x", WHEN)),
    "write_report": lambda f, p: write_report(p / "r.html", f, (), (), Meta("x", WHEN)),
    "write_tables": lambda f, p: write_tables(p, f),
    "write_workbook": lambda f, p: write_workbook(p / "w.xlsx", f, "x", WHEN),
    "workbook_bytes": lambda f, _: workbook_bytes(f, "x", WHEN),
    "for_whom_chart": lambda f, _: charts.for_whom_chart(f, "s", builders.MEASURES[0]),
    "event_time_chart": lambda f, _: charts.event_time_chart(f, "s", builders.MEASURES[0]),
    "levels_chart": lambda f, _: charts.levels_chart(f, "s", builders.MEASURES[0]),
    "gap_chart": lambda f, _: charts.gap_chart(f, "s", builders.MEASURES[0]),
    "adoption_chart": lambda f, _: charts.adoption_chart(f, "s", "m", "t"),
    "record": lambda f, _: record(f, "x", "y"),
}


@pytest.mark.parametrize("name", WRITERS)
def test_every_way_out_refuses_findings_that_were_not_released(name: str, found: Findings, tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="disclosure control"):
        WRITERS[name](found, tmp_path)
    assert not list(tmp_path.iterdir())


def test_every_chart_that_is_offered_is_tried_above() -> None:
    offered = {name for name in charts.__all__ if name.endswith("_chart")}
    assert offered <= set(WRITERS)


def test_a_table_without_a_rule_cannot_leave() -> None:
    grown = dataclasses.make_dataclass("Grown", [("wishes", tuple, ())], bases=(Findings,), frozen=True)
    with pytest.raises(TypeError, match="No disclosure rule for wishes"):
        let_out(grown())


# What leaves does not depend on what is hidden


@settings(max_examples=12, deadline=None)
@given(st.floats(0.1, 7.4), st.floats(0.1, 7.4))
def test_hidden_counts_leave_no_trace_in_any_table(one: float, other: float) -> None:
    outs = [text_of(let_out(builders.with_people(SMALL, {("ethnicity", "Mixed"): n}))) for n in (one, other)]
    assert outs[0] == outs[1]


def test_hidden_effects_leave_no_trace_either() -> None:
    def louder(effect: Effect) -> Effect:
        mine = effect.level == "Mixed"
        return dataclasses.replace(effect, estimate=-0.77, low=-0.78, high=-0.76, p=0.001) if mine else effect

    shouted = dataclasses.replace(SMALL, effects=tuple(louder(e) for e in SMALL.effects))
    assert text_of(let_out(SMALL)) == text_of(let_out(shouted))


@settings(max_examples=4, deadline=None)
@given(st.integers(1, 7))
def test_hidden_counts_leave_no_trace_in_the_report(people: int) -> None:
    pages = [
        report(let_out(builders.with_people(SMALL, {("ethnicity", "Mixed"): n})), builders.changes((PLOT,)),
               builders.MEASURES, Meta("x", WHEN))
        for n in (people, 2.5)
    ]  # fmt: skip
    assert pages[0] == pages[1]


@settings(max_examples=25, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from([(d, level) for d, levels in builders.POPULATIONS.items() for level in levels]),
        st.floats(0.1, 60),
        min_size=1,
    )
)
def test_no_count_of_people_from_one_to_seven_is_in_any_table(people: dict[tuple[str, str], float]) -> None:
    released = let_out(builders.with_people(SMALL, people))
    for effect in released.findings.effects:
        assert effect.denominator is None or effect.denominator == 0 or effect.denominator > 7
        assert effect.denominator is None or effect.denominator % 5 == 0
        if effect.denominator is not None and effect.counterfactual is not None:
            events = effect.counterfactual * effect.denominator
            assert round(events, 6) % 5 == pytest.approx(0, abs=1e-6)
            assert not 1 <= events <= 7
    truth = {(e.dimension, e.level): e.denominator for e in builders.with_people(SMALL, people).effects}
    for effect in released.findings.effects:
        if 0 < (truth[effect.dimension, effect.level] or 0.0) < 7.5:
            assert effect.estimate is effect.low is effect.p is effect.pooled is effect.counterfactual is None
            assert released.is_withheld(effect, "estimate")


def test_levels_over_time_are_of_rounded_counts() -> None:
    found = builders.with_people(SMALL, {(EVERYONE, EVERYONE): 240.0})
    for path in let_out(found).findings.paths:
        people = {"comparison": 145, "adopters": 95, "counterfactual": 95}[path.group]
        if path.value is not None and path.dimension == EVERYONE:
            assert path.value * people % 5 == pytest.approx(0, abs=1e-6) or path.value * people % 5 > 5 - 1e-6


# What is hidden with what


def test_few_people_hide_everything_but_that_the_cell_exists() -> None:
    released = let_out(SMALL)
    mine = [e for e in released.findings.effects if e.level == "Mixed"]
    assert mine
    for effect in mine:
        numbers = [v for v in dataclasses.asdict(effect).values() if isinstance(v, float)]
        assert numbers == [effect.smallest_important]
        assert effect.sites == 60, "sites are organisations"
    checks = [c for c in released.findings.checks if c.level == "Mixed"]
    assert {(c.value, c.threshold, c.status, c.meaning) for c in checks} == {
        (None, None, "not shown", "Not shown: too few people.")
    }
    certainty = [c for c in released.findings.certainty if c.level == "Mixed"]
    assert {c.certainty for c in certainty} == {"not shown"}
    cells = [c for c in released.findings.cells if c.level == "Mixed" and c.setting != "community"]
    assert {(c.verdict, c.estimate, c.benefit, c.reasons) for c in cells} == {
        ("not shown", None, None, ("Not shown: too few people.",))
    }


def test_another_count_of_the_same_dimension_is_hidden_as_cover() -> None:
    released = let_out(SMALL)
    shown = [e for e in released.findings.effects if e.dimension == "ethnicity" and e.kind == "overall"]
    for measure in ("over_4h", "readmitted"):
        rows = [e for e in shown if e.measure == measure and e.setting == "all settings"]
        gone = {e.level for e in rows if e.denominator is None}
        assert gone == {"Mixed", "Other"}, "the smallest shown count covers"
        cover = next(e for e in rows if e.level == "Other")
        assert cover.estimate is not None
        assert cover.counterfactual is None
        assert released.is_withheld(cover, "denominator")


def test_levels_over_time_go_with_few_people_and_with_their_cover() -> None:
    released = let_out(SMALL)
    values = {
        level: {p.value for p in released.findings.paths if p.level == level} for level in ("Mixed", "Other", "White")
    }
    assert values["Mixed"] == values["Other"] == {None}
    assert None not in values["White"]


def test_everyone_minus_the_rest_does_not_give_the_hidden_count() -> None:
    released = let_out(SMALL)
    rows = [e for e in released.findings.effects
            if (e.measure, e.kind, e.setting) == ("over_4h", "overall", "all settings")]  # fmt: skip
    everyone = next(e for e in rows if e.dimension == EVERYONE)
    hidden = [e for e in rows if e.dimension == "ethnicity" and e.denominator is None]
    assert everyone.denominator is not None
    assert len(hidden) >= 2


def test_a_gap_between_hidden_ends_is_hidden() -> None:
    found = builders.with_people(SMALL, {("deprivation", "1 most deprived"): 4.0})
    released = let_out(found)
    assert {g.estimate for g in released.findings.gaps} == {None}
    assert {g.before for g in released.findings.gaps} == {None}
    assert all(released.is_withheld(g, "p_widens") for g in released.findings.gaps)


def test_an_unknown_number_of_people_counts_as_too_few() -> None:
    blind = dataclasses.replace(SMALL, effects=tuple(dataclasses.replace(e, denominator=None) for e in SMALL.effects))
    released = let_out(blind)
    assert all(e.estimate is None for e in released.findings.effects)
    assert all(p.value is None for p in released.findings.paths)
    assert all(c.verdict == "not shown" for c in released.findings.cells if c.setting == "acute" and c.level == "2")


def test_levels_and_decisions_without_any_effect_beside_them_are_hidden() -> None:
    bare = dataclasses.replace(SMALL, effects=())
    released = let_out(bare)
    assert all(p.value is None for p in released.findings.paths)
    assert all(c.estimate is None and c.benefit is None for c in released.findings.cells)
    assert all(g.before is None for g in released.findings.gaps)
    assert all(e.detectable is None for e in released.findings.evaluability)


def test_covariances_of_hidden_effects_are_dropped() -> None:
    found = builders.with_people(SMALL, {(EVERYONE, EVERYONE): 5.0})
    assert let_out(SMALL).findings.covariances
    assert not let_out(found).findings.covariances


def test_sites_periods_and_notes_are_exact() -> None:
    released = let_out(SMALL)
    assert [e.count for e in released.findings.exclusions] == [e.count for e in SMALL.exclusions]
    assert {e.adopters for e in released.findings.evaluability} == {24}


def test_an_exclusion_that_counts_people_is_not_exact() -> None:
    rows = [dataclasses.replace(SMALL.exclusions[0], what="patients", count=n) for n in (4, 43)]
    released = let_out(dataclasses.replace(SMALL, exclusions=tuple(rows)))
    hidden, rounded = released.findings.exclusions
    assert released.is_withheld(hidden, "count")
    assert rounded.count == 45


def test_no_effect_leaves_for_a_question_that_cannot_be_answered() -> None:
    mute = tuple(dataclasses.replace(e, design="cannot tell yet") for e in SMALL.evaluability)
    released = let_out(dataclasses.replace(SMALL, evaluability=mute))
    assert not released.findings.effects
    assert not released.findings.paths
    assert "cannot be answered" in released.notes[0]


def test_published_counts_need_a_reason_and_then_stay_as_they_are() -> None:
    with pytest.raises(ValueError, match="needs a reason"):
        let_out(SMALL, "published_counts")
    released = let_out(SMALL, "published_counts", reason="Published by NHS England")
    assert "Published by NHS England" in released.line
    kept = [e.estimate for e in released.findings.effects]
    assert kept == [e.estimate for e in SMALL.effects]


def test_the_line_says_what_was_done_and_not_how_few() -> None:
    line = let_out(SMALL).line
    assert "1 to 7 are not shown" in line
    assert "nearest 5" in line
    assert "organisations" in line


@pytest.mark.parametrize("name", ["midpoint6", "strict10", "opensafely"])
def test_every_profile_hides_statistics_of_few_people(name: str) -> None:
    released = let_out(SMALL, name)
    assert all(e.estimate is None for e in released.findings.effects if e.level == "Mixed")
    shown = {e.denominator for e in released.findings.effects if e.denominator is not None and e.level != "Mixed"}
    assert shown
    assert name in released.line


def test_the_primary_measure_is_the_protocol_s() -> None:
    swapped = dataclasses.replace(SMALL.protocols[0], version=2, text='{"study": {"primary": "readmitted"}}')
    spoilt = dataclasses.replace(SMALL.protocols[0], study="other", text="not JSON")
    found = dataclasses.replace(SMALL, protocols=(*SMALL.protocols, swapped, spoilt))
    assert primary_measures(SMALL) == {"slots-study": "over_4h"}
    assert primary_measures(found) == {"slots-study": "readmitted"}


# The ledger


def test_each_file_is_entered_with_its_fingerprint_and_never_a_hidden_count(tmp_path: Path) -> None:
    place = tmp_path / "releases.jsonl"
    released = let_out(SMALL, ledger=place, inputs="abc")
    write_tables(tmp_path / "out", released, WHEN)
    entries = ledger.entries(place)
    assert len(entries) == len(list((tmp_path / "out").iterdir()))
    assert {e["inputs"] for e in entries} == {"abc"}
    first, *rest = entries
    assert all("counts" not in e for e in rest), "counts are written once a release"
    mixed = [v for k, v in first["counts"].items() if json.loads(k)[3] == "Mixed"]
    assert mixed
    assert set(mixed) == {None}
    assert all(v is None or v == 0 or v > 7 for v in first["counts"].values())


def test_a_line_cut_short_by_a_crash_is_mended(tmp_path: Path) -> None:
    place = tmp_path / "releases.jsonl"
    released = let_out(SMALL, ledger=place)
    record(released, "a", "1", WHEN)
    with place.open("a", encoding="utf-8") as file:
        file.write('{"at": "2024-0')
    assert len(ledger.entries(place)) == 1
    record(released, "b", "2", WHEN)
    assert [e["what"] for e in ledger.entries(place)] == ["a", "b"]


def test_a_spoilt_ledger_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    place = tmp_path / "releases.jsonl"
    place.write_text("not json\n{}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"line 1.*Restore"):
        let_out(SMALL, ledger=place)


def people_of(released: Released, level: str) -> set[float | None]:
    return {e.denominator for e in released.findings.effects if e.level == level and e.setting == "all settings"}


def test_the_same_rule_twice_tells_nothing_new(tmp_path: Path) -> None:
    place = tmp_path / "releases.jsonl"
    first = let_out(SMALL, ledger=place, inputs="one")
    record(first, "a", "1", WHEN)
    again = let_out(SMALL, ledger=place, inputs="one")
    assert not again.notes
    assert text_of(again) == text_of(first)


def test_a_second_rule_on_the_same_counts_is_held_to_the_first(tmp_path: Path) -> None:
    """18 is shown as 20 (18 to 22) by the one rule and as 15 (13 to 18) by the other: together, exactly 18."""
    place = tmp_path / "releases.jsonl"
    found = builders.with_people(SMALL, {("age", "0–17"): 18.0, ("ethnicity", "Mixed"): 90.0})
    record(let_out(found, "midpoint6", ledger=place, inputs="one"), "a", "1", WHEN)
    second = let_out(found, ledger=place, inputs="one")
    assert people_of(let_out(found), "0–17") == {20.0}
    assert people_of(second, "0–17") == {None}
    assert "would tell more" in second.notes[0]


def test_newcomers_between_two_releases_are_not_counted_out(tmp_path: Path) -> None:
    """An exact 82 a month ago and 85 (83 to 87) now: between one and five people came."""
    place = tmp_path / "releases.jsonl"
    before = builders.with_people(SMALL, {("age", "0–17"): 82.0})
    record(let_out(before, "published_counts", reason="a mistake", ledger=place, inputs="one"), "a", "1", WHEN)
    now = let_out(builders.with_people(SMALL, {("age", "0–17"): 84.0}), ledger=place, inputs="two")
    assert people_of(now, "0–17") == {None}
