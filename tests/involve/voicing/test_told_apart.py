"""What a role says of a place leaves only where nobody's answer can be had by taking one voice from another."""

from __future__ import annotations

import csv
import datetime as dt
import functools
import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from holdfast.decide import decide
from holdfast.involve.placing import beside_whole, least, may_be_told
from holdfast.involve.voicing import voices_of
from holdfast.learning import believed, learn
from holdfast.records import Cell, Findings
from holdfast.records.voices import Voice
from holdfast.share import Meta, Released, release, report, write_tables, write_workbook
from holdfast.share.disclosure.voices import UNTOLD
from holdfast.workspace import Workspace

MONTHS = [f"{2022 + m // 12}-{m % 12 + 1:02d}" for m in range(24)]
SITES = [f"clinic {i}" for i in range(16)]
ADOPTED = {site: MONTHS[(9, 11)[i % 2]] for i, site in enumerate(SITES[:9])}
PLACE = ("age", "75+", "all settings")
NOW = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)


def observations() -> list[dict[str, Any]]:
    rng = np.random.default_rng(1)
    return [
        {"measure": "missed", "site": site, "period": month, "denominator": 2000, "dimension": dimension,
         "level": level, "numerator": int(rng.binomial(2000, 0.15 - 0.05 * (month >= ADOPTED.get(site, "9"))))}
        for site in SITES for month in MONTHS
        for dimension, level in ((None, None), ("age", "75+"), ("age", "under 75"))
    ]  # fmt: skip


SEEN = observations()


def conversation(people: int, *differ: int, more: tuple[tuple[str, int, int], ...] = ()) -> Workspace:
    """Patients who would all retain it, of whom ``differ`` (places) would stop it for those over 75.

    ``more`` are further roles: how many spoke in general, and how many of those differ at the place.
    """
    roles = ["patients"] * people
    who = [f"p{i}" for i in range(people)]
    odd = [who[i] for i in differ]
    for role, count, otherwise in more:
        names = [f"{role}{i}" for i in range(count)]
        who, roles, odd = [*who, *names], [*roles, *[role] * count], [*odd, *names[:otherwise]]
    said = [{"participant": name, "change": "c", "preference": "retain"} for name in who]
    said += [{"participant": name, "change": "c", "preference": "stop", "dimension": "age", "level": "75+"}
             for name in odd]  # fmt: skip
    return Workspace.from_tables(
        changes=[{"change": "c", "title": "Call back", "displaced": "Holding the line"}],
        measures=[{"measure": "missed", "family": "outcome", "kind": "proportion", "better": "lower",
                   "smallest_important": 0.01}],
        observations=SEEN,
        adoptions=[{"change": "c", "site": site, "adopted_on": month} for site, month in ADOPTED.items()],
        participants=[{"participant": name, "role": role, "channel": ("online", "paper")[i % 2],
                       "age": ("75+", "under 75")[i % 2]} for i, (name, role) in enumerate(zip(who, roles,
                                                                                             strict=True))],
        preferences=said,
    )  # fmt: skip


@functools.cache
def _learned() -> Findings:
    """What the numbers say, once for all conversations; the time at which a protocol is fixed differs between runs."""
    found = learn(conversation(1)).findings
    return replace(found, protocols=tuple(replace(p, fixed_at=NOW) for p in found.protocols))


def findings(work: Workspace) -> Findings:
    """As ``learn`` puts them together."""
    said, found = believed(work), _learned()
    cells = decide(found, work.changes, work.measures, work.policies[0], said.voices, beliefs=said.beliefs)
    return replace(found, cells=cells, voices=said.voices)


def released(work: Workspace, rule: str = "nhs_secondary_care", **given: Any) -> Released:
    return release(findings(work), rule, measures=work.measures.values(), **given)


def page_of(out: Released, work: Workspace) -> str:
    about = Meta(workspace="w", made_at=NOW, command="c", version="1", inputs="", policy=work.policies[0],
                 period="month", downloads=(), notes=())  # fmt: skip
    return report(out, work.changes.values(), work.measures.values(), about)


def everything(out: Released, work: Workspace, folder: Path) -> dict[str, Any]:
    """All that leaves: the page, every table as CSV, Parquet and JSON, the workbook's cells, and the object's own."""
    from openpyxl import load_workbook

    found: dict[str, Any] = {path.name: path.read_bytes() for path in write_tables(folder, out, NOW)}
    book = load_workbook(write_workbook(folder / "book.xlsx", out, "w", NOW))
    found |= {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}
    found |= {"page": page_of(out, work), "line": out.line, "notes": out.notes, "counts": dict(out.counts)}
    return found | {"withheld": set(out.withheld.items()), "voices": out.findings.voices, "cells": out.findings.cells}


def here(out: Released, role: str = "patients") -> Voice:
    (one,) = [v for v in out.findings.voices if (v.dimension, v.level, v.setting) == PLACE and v.role == role
              and v.practice == "Call back"]  # fmt: skip
    return one


def cell(cells: tuple[Cell, ...]) -> Cell:
    return next(c for c in cells if (c.dimension, c.level) == ("age", "75+") and c.role == "introduced")


@pytest.mark.parametrize("rule", ["nhs_secondary_care", "published_counts"])
@pytest.mark.parametrize(("people", "differ"), [(30, 1), (30, 9), (10, 9)])
def test_nothing_that_leaves_tells_whether_one_to_nine_differ_at_a_place(
    people: int, differ: int, rule: str, tmp_path: Path
) -> None:
    """Not the page, a table, the workbook, nor a verdict or its sentences: nine of ten would alter one."""
    reason = {"reason": "a test"} if rule == "published_counts" else {}
    quiet, odd = conversation(people), conversation(people, *range(differ))
    before = everything(released(quiet, rule, **reason), quiet, tmp_path / "a")
    after = everything(released(odd, rule, **reason), odd, tmp_path / "b")
    assert [name for name in before if before[name] != after[name]] == []
    assert "75+" in str(before["cells"]), "there is a recommendation for the place"
    assert believed(quiet).voices != believed(odd).voices, "the analyst sees what they said"


def test_ten_who_differ_are_shown_and_heard(tmp_path: Path) -> None:
    work = conversation(26, *range(16), more=(("clinicians", 20, 1), ("carers", 15, 0)))
    out = released(work)
    voice = here(out)
    assert voice.stop == pytest.approx(0.62) and voice.retain == pytest.approx(0.38)
    assert voice.apart == 10, "that it is enough, and not how many"
    assert "Patients are opposed" not in str(cell(out.findings.cells).reasons), "62 % of 26 is not surely most"
    assert any(line == "Patients most often prefer stop (62 %)." for line in cell(out.findings.cells).dissent)
    table = page_of(out, work).partition("What people would do, by role")[2]
    assert "<td>age: 75+</td><td>25</td><td>38% (" in table
    rows = csv.DictReader(io.StringIO((write_tables(tmp_path, out, NOW)[0].parent / "voices.csv")
                                      .read_text("utf-8-sig")))  # fmt: skip
    told = {(r["role"], r["level"]): r for r in rows if r["kind"] == "role" and r["practice"] == "Call back"}
    assert told["patients", "75+"]["stop"] == "0.62"
    assert told["clinicians", "75+"]["stop"] == told["clinicians", "75+"]["voices"] == "*"


def test_where_one_role_is_told_of_another_keeps_its_general_voice_and_that_is_said() -> None:
    work = conversation(26, *range(12), more=(("clinicians", 20, 1), ("carers", 15, 0)))
    out = released(work)
    for role in ("clinicians", "carers"):
        voice = here(out, role)
        assert (voice.support, voice.stop, voice.effective, voice.voices, voice.apart) == (None, None, None, 0, None)
        assert voice.made == UNTOLD
    table = page_of(out, work).partition("What people would do, by role")[2]
    for role in ("Clinicians", "Carers"):
        row = table.partition(f'<th scope="row">{role}</th><td>Call back</td><td>age: 75+</td>')[2].partition("</tr>")[
            0
        ]
        assert row.startswith("<td>as of everyone: too few answered for them, or nobody did</td>")
        assert "<td>100% (" in row.partition("</tr>")[0], "everyone's voice, in which the one is not"
    said = cell(out.findings.cells).missing
    assert any("to tell clinicians and carers apart: what they say more widely stands" in line for line in said)


def test_one_who_did_not_answer_for_a_place_that_all_others_did_is_covered_too() -> None:
    work = conversation(31, *range(30))
    assert not [v for v in released(work).findings.voices if v.level == "75+" and v.kind == "role"]
    assert here(released(conversation(30, *range(30)))).stop == 1.0


def test_nor_is_one_told_by_taking_a_group_from_its_role() -> None:
    """Twelve of those over 75, and one younger, would stop it for those over 75."""
    out = released(conversation(60, *range(0, 60, 2), 1))
    told = {v.role for v in out.findings.voices if (v.dimension, v.level, v.setting) == PLACE}
    assert told == {"patients (age: 75+)"}
    both = released(conversation(60, *range(0, 60, 2), *range(1, 21, 2)))
    assert {v.role for v in both.findings.voices if (v.dimension, v.level, v.setting) == PLACE} == {
        "patients", "patients (age: 75+)"
    }  # fmt: skip


def test_a_stricter_rule_asks_for_more_and_a_second_release_alters_nothing() -> None:
    out = released(conversation(30, *range(10)))
    assert here(out).stop == pytest.approx(0.33)
    again = release(out.findings, measures=())
    assert again.findings.voices == out.findings.voices
    strict = released(conversation(30, *range(10)), "strict10")
    assert not [v for v in strict.findings.voices if (v.dimension, v.level, v.setting) == PLACE]


def test_two_releases_one_answer_apart_at_a_place_are_the_same(tmp_path: Path) -> None:
    ledger = tmp_path / "releases.jsonl"
    first = released(conversation(30, *range(8)), ledger=ledger, inputs="one")
    write_tables(tmp_path / "first", first, NOW)
    second = released(conversation(30, *range(9)), ledger=ledger, inputs="two")
    assert first.findings.voices == second.findings.voices and first.findings.cells == second.findings.cells


def test_a_voice_of_a_place_whose_number_is_not_known_is_withheld() -> None:
    found = findings(conversation(30, *range(10)))
    bare = tuple(replace(v, apart=None) for v in found.voices)
    out = release(replace(found, voices=bare))
    assert {(v.dimension, v.level) for v in out.findings.voices} == {("everyone", "everyone")}


def test_the_least_number_by_which_a_voice_could_be_told() -> None:
    def some(own: int, others: int) -> np.ndarray[Any, Any]:
        return np.array([True] * own + [False] * others)

    assert least(some(12, 30), 10) == 12 and least(some(12, 0), 10) == 12 and least(some(30, 11), 10) == 11
    assert least(some(9, 30), 10) == least(some(30, 9), 10) == least(some(0, 30), 10) == 0
    inside = np.arange(42) < 11
    assert least(some(12, 30), 10, inside) == 0, "the twelfth is not one of the eleven, of whom it is told"
    assert least(some(12, 30), 10, np.arange(42) < 3) == 12, "of three it is not told"
    assert least(some(12, 30), 10, np.arange(42) < 20) == 12


def test_everyone_everywhere_may_always_be_told_of() -> None:
    found = believed(conversation(30, *range(3))).voices
    assert {may_be_told(v) for v in found if v.dimension == "everyone"} == {True}
    assert {may_be_told(v) for v in found if v.dimension != "everyone"} == {False}


@pytest.mark.parametrize(
    ("levels", "whole", "told"),
    [
        ((29, 1), 30, (False, False)),
        ((20, 10), 30, (True, True)),
        ((200, 12), 215, (False, True)),
        ((25, 25), 50, (True, True)),
        ((20, 6, 6), 32, (True, False, False)),
        ((9,), 9, (False,)),
        ((), 12, ()),
    ],
)
def test_groups_are_told_where_taking_them_from_their_role_leaves_nobody_or_enough(
    levels: tuple[int, ...], whole: int, told: tuple[bool, ...]
) -> None:
    found = beside_whole(levels, whole, 10)
    assert tuple(found) == told
    left = whole - sum(count for count, tell in zip(levels, found, strict=True) if tell)
    assert left == 0 or left >= min(10, whole)


def test_one_person_of_another_level_is_not_shown_by_a_group_beside_its_role() -> None:
    """Of 30 patients one has no internet and opposes: the 29 others do not stand beside the 30. Of ten, both do."""
    for without, kinds in ((1, {"role"}), (10, {"role", "people"})):
        work = conversation(30, *range(without))
        about = tuple("I do not use it" if i < without else "I use it" for i in range(30))
        heard = replace(work.heard, about={"internet": about}, channels=("online",) * 30)
        everywhere = [p for p in heard.preferences if p.dimension == "everyone"]
        found = voices_of(replace(heard, preferences=tuple(everywhere)), work.changes)
        assert {voice.kind for voice in found} == kinds
