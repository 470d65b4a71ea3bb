"""Bad input gets a clear answer: file, row, column, rule and fix, all at once, and never a patient's value."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from holdfast.records import Problem
from holdfast.workspace import Workspace

Refused = Callable[..., list[Problem]]
Tables = dict[str, Any]


def by_column(problems: list[Problem]) -> dict[str | None, list[Problem]]:
    found: dict[str | None, list[Problem]] = {}
    for problem in problems:
        found.setdefault(problem.column, []).append(problem)
    return found


def test_a_sound_workspace_has_no_problem(tables: Tables) -> None:
    space = Workspace.from_tables(**tables)
    assert set(space.measures) == {"missed", "calls"}


def test_every_fault_of_the_observations_is_found_at_once(
    folder: Path, problems: Callable[[Path], list[Problem]]
) -> None:
    lines = (folder / "observations.csv").read_text().splitlines()
    lines[1] = lines[1].replace("2023-01", "01/02/2023")
    lines[2] = "EX001,2023-01,65 and over,twelve,1,0"
    lines[3] = "EX001,2023-02,under 65,10,11,0"
    lines[4] = "EX001,2023-02,65 and over,10,-1,0"
    lines[5] = "EX777,2023-03,under 65,10,1,0"
    lines[6] = "EX001,2023-03,65 and over,inf,1,0"
    lines[8] = lines[7]
    lines[9] = ",2023-05,under 65,10,1,0"
    lines[10] = "EX001,2023-05,65 and over,0,1,0"
    (folder / "observations.csv").write_text("\n".join(lines) + "\n")
    found = {(p.column, p.row): p for p in problems(folder)}
    assert {p.where for p in found.values()} == {"observations.csv"}
    assert "31/03/2019" in found["period", 2].rule
    assert "holds text" in found["booked", 3].rule
    assert "twelve" not in str(found["booked", 3])
    assert "cannot be above its denominator" in found["missed", 4].rule
    assert "cannot be negative" in found["missed", 5].rule
    assert "not in the sites table (EX777)" in found["site", None].rule
    assert "infinite" in found["booked", 7].rule
    assert "given twice" in found[None, 9].rule
    assert 'rows = "many"' in found[None, 9].fix
    assert "must be filled" in found["site", 10].rule
    assert any("is zero" in p.rule and p.row == 11 for p in found.values())


def test_faults_of_different_tables_are_found_at_once_and_none_is_blamed_on_another(
    tables: Tables, refused: Refused
) -> None:
    tables["measures"] = [{**tables["measures"][0], "family": "outcom"}, tables["measures"][1]]
    tables["adoptions"] = [{"change": "c", "site": "A", "adopted_on": "soon"}]
    tables["observations"] = [{**row, "numerator": -1.0} for row in tables["observations"]]
    found = {(p.where, p.column) for p in refused(**tables)}
    assert found == {
        ("measures frame", "family"),
        ("adoptions frame", "adopted_on"),
        ("observations frame", "numerator"),
    }


@pytest.mark.parametrize("table", ["observations", "sites", "adoptions", "measures", "changes"])
def test_a_header_with_nothing_under_it_is_said(
    folder: Path, problems: Callable[[Path], list[Problem]], replace: Callable[..., None], table: str
) -> None:
    path = folder / f"{table}.csv"
    if path.exists():
        path.write_text(path.read_text().splitlines()[0] + "\n")
    else:
        path.write_text("measure,family,kind,better,smallest_important\n" if table == "measures" else "change,title\n")
        text = (folder / "holdfast.toml").read_text()
        head, *blocks = text.split("\n[[")
        blocks = [block for block in blocks if not block.startswith(f"{table}]]")]
        (folder / "holdfast.toml").write_text(
            "\n[[".join([f'{head}\n[tables.{table}]\npath = "{table}.csv"\n', *blocks])
        )
    assert f"{table}.csv" in {p.where for p in problems(folder) if "no rows" in p.rule}
    del replace


def test_counts_of_a_problem_are_the_rows_that_have_it(tables: Tables, refused: Refused) -> None:
    tables["observations"] = [{**row, "numerator": -1.0} for row in tables["observations"]]
    (only,) = refused(**tables)
    assert (only.count, only.row, only.column) == (36, 2, "numerator")
    assert "and 35 more rows" in str(only)


def test_missing_columns_suggest_the_nearest(tables: Tables, refused: Refused) -> None:
    tables["observations"] = [
        {("mesure" if k == "measure" else k): v for k, v in row.items()} for row in tables["observations"]
    ]
    tables["sites"] = [{"sit": "A"}]
    found = by_column(refused(**tables))
    assert "Did you mean “mesure”?" in found["measure"][0].fix
    assert "Did you mean “sit”?" in found["site"][0].fix


def test_mapping_mistakes_are_named(tables: Tables, refused: Refused) -> None:
    settings = {
        "columns": {"sight": "site", "period": "months", "numerator": "denominator", "denominator": "denominator"}
    }
    found = by_column(refused(**tables, config={"tables": {"observations": settings}}))
    assert "Did you mean “site”?" in found["sight"][0].fix
    assert "no column “months”" in found["months"][0].rule
    assert "used twice" in found["denominator"][0].rule


def test_tables_that_are_needed_are_missed(refused: Refused, tables: Tables) -> None:
    assert {
        p.column for p in refused(changes=[], measures=tables["measures"], observations=tables["observations"])
    } >= {"change"}


def test_small_tables_are_held_to_their_definitions(tables: Tables, refused: Refused) -> None:
    tables["measures"] = [
        {**tables["measures"][0], "family": "outcom", "better": "up"},
        {**tables["measures"][1], "smallest_important": "small"},
        {**tables["measures"][1], "measure": "extra", "smallest_important": -1},
    ]
    tables["changes"] = [{"change": "c", "title": ""}, {"change": "c", "title": "Again"}]
    found = by_column(refused(**tables))
    assert "Did you mean “outcome”?" in found["family"][0].fix
    assert "“up” is not allowed" in found["better"][0].rule
    assert {p.rule for p in found["smallest_important"]} == {"must be a number, and holds text", "must be 0 or more"}
    assert "must be filled" in found["title"][0].rule
    assert "given twice" in found["change"][0].rule


def test_adoptions_must_make_sense(tables: Tables, refused: Refused) -> None:
    tables["adoptions"] = [
        {"change": "x", "site": "A", "adopted_on": "2024-03-01", "lapsed_on": None},
        {"change": "c", "site": "Z", "adopted_on": "2024-03-01", "lapsed_on": None},
        {"change": "c", "site": "A", "adopted_on": "2024-03-01", "lapsed_on": "2024-02-01"},
        {"change": "c", "site": "B", "adopted_on": "2023-03-01", "lapsed_on": None},
        {"change": "c", "site": "C", "adopted_on": "2024-02-01", "lapsed_on": "2024-05-01"},
        {"change": "c", "site": "C", "adopted_on": "2024-04-01", "lapsed_on": None},
    ]
    found = {(p.column, p.row): p.rule for p in refused(**tables)}
    assert "“x” is not in the changes table" in found["change", 2]
    assert "not in the sites table (Z)" in found["site", 3]
    assert "a lapse must come after" in found["lapsed_on", 4]
    assert "before the first observed period (2024-01-01)" in found["adopted_on", 5]
    assert "before the site's earlier one has ended" in found["adopted_on", 7]


def test_early_adopters_can_be_kept(tables: Tables) -> None:
    tables["adoptions"] = [{"change": "c", "site": "B", "adopted_on": "2023-03-01"}]
    space = Workspace.from_tables(**tables, config={"workspace": {"early_adopters": "keep"}})
    panel = space.panel(space.studies[0])
    assert space.adoption(space.studies[0], panel).on[panel.sites.index("B")].all()
    assert any("before the first period" in note for note in space.notes)


def test_unlisted_sites_can_be_left_out(tables: Tables, refused: Refused) -> None:
    tables["sites"] = tables["sites"][:2]
    (only,) = refused(**tables)
    assert "1 sites are not in the sites table (C)" in only.rule
    space = Workspace.from_tables(**tables, config={"workspace": {"unlisted_sites": "ignore"}})
    assert space.panel(space.studies[0]).sites == ("A", "B")


def test_a_declared_measure_must_be_observed(tables: Tables, refused: Refused) -> None:
    for row in tables["observations"]:
        row["measure"] = {"missed": "mised"}.get(row["measure"], row["measure"])
    (only,) = refused(**tables)
    assert "Did you mean “mised”?" in only.fix


def test_a_share_needs_a_denominator(tables: Tables, refused: Refused) -> None:
    for row in tables["observations"]:
        row["denominator"] = None
    (only,) = refused(**tables)
    assert only.column == "denominator"
    assert "has no denominator" in only.rule


def test_a_level_needs_its_dimension(tables: Tables, refused: Refused) -> None:
    tables["observations"] = [{**row, "dimension": None, "level": "Q1"} for row in tables["observations"]]
    assert any(p.column == "dimension" for p in refused(**tables))


@pytest.mark.parametrize("mark", ["*", "-", "c", "..", "<5", "[c]"])
def test_suppressed_numbers_are_missing_counted_and_never_zero(tables: Tables, mark: str) -> None:
    rows = tables["observations"]
    for row in rows:
        row["numerator"] = str(row["numerator"])
    rows[0]["numerator"] = mark
    space = Workspace.from_tables(**tables)
    assert any("1 suppressed entries are missing, not zero" in note for note in space.notes)
    panel = space.panel(space.studies[0])
    assert str(panel.numerator[0, 0, 0]) == "nan"
    assert panel.numerator[0, 0, 1] == 1.0


def test_gaps_are_said_and_are_missing(tables: Tables) -> None:
    tables["observations"] = [r for r in tables["observations"] if not (r["site"] == "B" and r["period"] == "2024-03")]
    space = Workspace.from_tables(**tables)
    assert any("1 site-months of 1 sites are missing" in note for note in space.notes)
    assert str(space.panel(space.studies[0]).numerator[0, 1, 2]) == "nan"


def test_a_last_month_that_looks_unfinished_is_said(tables: Tables) -> None:
    tables["observations"] = [r for r in tables["observations"] if r["period"] < "2024-06" or r["site"] == "A"]
    assert any("may be unfinished" in note for note in Workspace.from_tables(**tables).notes)


@pytest.mark.parametrize("how", ["column", "levels", "settings"])
def test_two_codings_of_one_dimension_are_refused(tables: Tables, refused: Refused, how: str) -> None:
    rows, settings = [], {}
    for row in tables["observations"]:
        for year in (2019, 2025):
            level = f"IMD {year} Q1" if how == "levels" else f"Q{year}"
            version = f"IMD {year}" if how == "column" or (how == "settings" and year == 2019) else None
            rows.append({**row, "dimension": "deprivation", "level": level, "version": version})
    if how == "settings":
        settings = {"populations": {"deprivation": {"version": "IMD 2025"}}}
    tables["observations"] = rows
    (only,) = refused(**tables, config=settings)
    assert only.rule == "deprivation mixes coding versions: “IMD 2019”, “IMD 2025”"


def test_a_value_that_a_filter_names_and_no_row_has_is_refused(refused: Refused, tables: Tables) -> None:
    rows = [
        {"site": "A", "period": f"2024-{m:02d}", "status": s, "n": 5} for m in range(1, 7) for s in ("Attended", "DNA")
    ]
    made = {"measure": "missed", "numerator": "n", "numerator_where": {"status": "DNa"}, "denominator": "n"}
    calls = {"measure": "calls", "numerator": "n"}
    config = {"tables": {"observations": {"measures": [made, calls]}}}
    tables["observations"] = rows
    problem = next(p for p in refused(**tables, config=config) if p.column == "status")
    assert "Did you mean “DNA”?" in problem.fix


def test_sums_of_rows_are_judged_too(refused: Refused, tables: Tables) -> None:
    rows = [
        {"site": "A", "period": f"2024-{m:02d}", "status": s, "n": 5} for m in range(1, 7) for s in ("Attended", "DNA")
    ]
    made = {"measure": "missed", "numerator": "n", "denominator": "n", "denominator_where": {"status": "DNA"}}
    tables["observations"] = rows
    tables["measures"] = tables["measures"][:1]
    (only,) = refused(**tables, config={"tables": {"observations": {"measures": [made]}}})
    assert "is for 6 sums" in only.rule


def test_unicode_and_formula_like_names_are_kept_as_text(tables: Tables) -> None:
    names = {"A": "=cmd|'/C calc'!A0", "B": "Ysbyty Gwynedd ✓", "C": "聖路加"}
    tables["observations"] = [{**row, "site": names[row["site"]]} for row in tables["observations"]]
    tables["sites"] = [{**row, "site": names[row["site"]]} for row in tables["sites"]]
    tables["adoptions"] = [{**row, "site": names[row["site"]]} for row in tables["adoptions"]]
    space = Workspace.from_tables(**tables)
    assert set(space.panel(space.studies[0]).sites) == set(names.values())
