"""The panel: long, wide and row-level tables give the same grid; what is missing stays missing."""

from __future__ import annotations

import datetime as dt
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from holdfast.records import InputProblems, Population, Study
from holdfast.workspace import Workspace

CHANGES = [{"change": "c", "title": "A change"}]
MISSED = {"measure": "missed", "family": "outcome", "kind": "proportion", "better": "lower", "smallest_important": 0.01}
SHARE = {"measure": "missed", "numerator": "n", "numerator_where": {"status": "DNA"}, "denominator": "n"}
AGES = ("0-17", "18-64", "65+")


def appointments(seed: int = 0) -> list[dict[str, Any]]:
    """Row-level counts by site, day, age and status."""
    rng = np.random.default_rng(seed)
    return [
        {"site": site, "day": dt.date(2024, month, day), "age": age, "status": status, "n": int(rng.integers(0, 9))}
        for site, month, day, age, status in product("AB", (1, 2, 3), (1, 15), AGES, ("Attended", "DNA"))
    ]


def row_level(rows: list[dict[str, Any]], **more: Any) -> Workspace:
    source = {"columns": {"period": "day"}, "populations": {"age": "age"}, "measures": [SHARE], **more}
    return Workspace.from_tables(
        changes=CHANGES, measures=[MISSED], observations=rows, config={"tables": {"observations": source}}
    )


def by_hand(rows: list[dict[str, Any]], site: str, month: int, age: str | None = None) -> tuple[float, float]:
    mine = [r for r in rows if r["site"] == site and r["day"].month == month and age in (None, r["age"])]
    return float(sum(r["n"] for r in mine if r["status"] == "DNA")), float(sum(r["n"] for r in mine))


def test_row_level_counts_are_added_up_by_month_and_population() -> None:
    rows = appointments()
    space = row_level(rows)
    panel = space.panel(space.studies[0])
    assert panel.periods == (dt.date(2024, 1, 1), dt.date(2024, 2, 1), dt.date(2024, 3, 1))
    assert panel.levels == {"age": AGES}
    for age in (None, *AGES):
        top, bottom, _ = panel.cut("missed", Population() if age is None else Population("age", age))
        for (i, site), month in product(enumerate("AB"), (1, 2, 3)):
            assert (top[i, month - 1], bottom[i, month - 1]) == by_hand(rows, site, month, age)


def test_long_wide_and_row_level_tables_agree() -> None:
    rows = appointments(1)
    first = row_level(rows)
    long, wide = [], []
    for site, month, age in product("AB", (1, 2, 3), AGES):
        top, bottom = by_hand(rows, site, month, age)
        about = {"site": site, "period": f"2024-{month:02d}"}
        long.append(
            {**about, "measure": "missed", "dimension": "age", "level": age, "numerator": top, "denominator": bottom}
        )
        wide.append({**about, "age": age, "dna": top, "attended": bottom - top})
    second = Workspace.from_tables(changes=CHANGES, measures=[MISSED], observations=long)
    made = {"measure": "missed", "numerator": "dna", "denominator": ["dna", "attended"]}
    third = Workspace.from_tables(
        changes=CHANGES,
        measures=[MISSED],
        observations=wide,
        config={"tables": {"observations": {"measures": [made], "populations": {"age": "age"}}}},
    )
    panels = [space.panel(space.studies[0]) for space in (first, second, third)]
    for panel in panels[1:]:
        assert panel.outcomes == panels[0].outcomes
        np.testing.assert_array_equal(panel.numerator, panels[0].numerator)
        np.testing.assert_array_equal(panel.denominator, panels[0].denominator)
    assert any("everyone is the sum over age" in note for note in panels[1].notes)


def test_pandas_polars_and_arrow_give_the_same(tables: dict[str, Any]) -> None:
    panels = []
    for make in (pd.DataFrame, pl.DataFrame, pa.Table.from_pylist):
        frames = {name: make(rows) for name, rows in tables.items()}
        space = Workspace.from_tables(**frames)
        panels.append(space.panel(space.studies[0]))
    for panel in panels[1:]:
        np.testing.assert_array_equal(panel.numerator, panels[0].numerator)
        np.testing.assert_array_equal(panel.denominator, panels[0].denominator)
        assert panel.sites == panels[0].sites


def test_categories_periods_and_nullable_numbers_of_frames_are_read(tables: dict[str, Any]) -> None:
    plain = Workspace.from_tables(**tables)
    frame = pd.DataFrame(tables["observations"])
    frame["period"] = pd.PeriodIndex(frame["period"], freq="M")
    frame["site"] = frame["site"].astype("category")
    frame["numerator"] = frame["numerator"].astype("Int64")
    polars = pl.DataFrame(tables["observations"]).with_columns(
        pl.col("site").cast(pl.Categorical), pl.col("denominator").fill_null(float("nan"))
    )
    expected = plain.panel(plain.studies[0])
    for observations in (frame, polars):
        space = Workspace.from_tables(**{**tables, "observations": observations})
        panel = space.panel(space.studies[0])
        assert panel.periods == expected.periods
        np.testing.assert_array_equal(panel.numerator, expected.numerator)
        np.testing.assert_array_equal(panel.denominator, expected.denominator)


def test_a_mixed_column_of_a_frame_is_judged_row_by_row(tables: dict[str, Any]) -> None:
    frame = pd.DataFrame(tables["observations"]).astype({"numerator": object})
    frame.loc[3, "numerator"] = "eight"
    with pytest.raises(InputProblems) as caught:
        Workspace.from_tables(**{**tables, "observations": frame})
    (only,) = caught.value.problems
    assert (only.row, only.column) == (5, "numerator")


@settings(max_examples=6, deadline=None)
@given(st.data())
def test_what_is_not_reported_is_missing_and_the_rest_is_untouched(data: st.DataObject) -> None:
    cells = list(product("ABC", range(1, 5)))
    kept = data.draw(st.lists(st.sampled_from(cells), min_size=2, unique=True))
    rows = [
        {"measure": "missed", "site": s, "period": dt.date(2024, m, 1), "numerator": m, "denominator": 10 + ord(s)}
        for s, m in kept
    ]
    space = Workspace.from_tables(changes=CHANGES, measures=[MISSED], observations=rows, checked=False)
    panel = space.panel(space.studies[0])
    assert set(panel.sites) == {site for site, _ in kept}
    for (i, site), (t, period) in product(enumerate(panel.sites), enumerate(panel.periods)):
        value = panel.numerator[0, i, t]
        assert value == period.month if (site, period.month) in kept else np.isnan(value)


def test_a_suppressed_part_makes_the_sum_missing_unless_partial_sums_are_asked_for() -> None:
    rows = [{**row, "n": "*" if place == 0 else str(row["n"])} for place, row in enumerate(appointments())]
    whole = row_level(rows)
    strict = whole.panel(whole.studies[0])
    assert np.isnan(strict.numerator[0, 0, 0])
    assert np.isnan(strict.cut("missed", Population("age", "0-17"))[0][0, 0])
    assert not np.isnan(strict.cut("missed", Population("age", "65+"))[0][0, 0])
    partial = row_level(rows, incomplete="partial")
    assert not np.isnan(partial.panel(partial.studies[0]).numerator[0, 0, 0])


def test_a_missing_part_of_a_long_table_makes_everyone_missing() -> None:
    rows = [
        {"measure": "missed", "site": "A", "period": f"2024-{m:02d}", "dimension": "age", "level": age,
         "numerator": None if (m, age) == (1, "65+") else 1.0, "denominator": 10.0}
        for m, age in product((1, 2), AGES)
    ]  # fmt: skip
    space = Workspace.from_tables(changes=CHANGES, measures=[MISSED], observations=rows)
    panel = space.panel(space.studies[0])
    assert np.isnan(panel.numerator[0, 0, 0])
    assert panel.numerator[0, 0, 1] == 3.0


def test_rows_for_everyone_are_used_where_there_are_any() -> None:
    rows = [
        {
            "measure": "missed",
            "site": "A",
            "period": "2024-01",
            "dimension": d,
            "level": k,
            "numerator": n,
            "denominator": 10,
        }
        for d, k, n in ((None, None, 7), ("age", "65+", 2), ("age", "0-17", 3))
    ]
    space = Workspace.from_tables(changes=CHANGES, measures=[MISSED], observations=rows)
    panel = space.panel(space.studies[0])
    assert panel.numerator[:, 0, 0].tolist() == [7, 3, 2]


def test_zero_denominators_hold_no_ratio_and_are_counted(tables: dict[str, Any]) -> None:
    tables["observations"][0].update(numerator=0, denominator=0)
    space = Workspace.from_tables(**tables)
    panel = space.panel(space.studies[0])
    assert np.isnan(panel.numerator[0, 0, 0])
    assert any("1 site-periods have a denominator of zero" in note for note in panel.notes)


def test_counts_and_given_means_have_a_denominator_of_one(tables: dict[str, Any]) -> None:
    space = Workspace.from_tables(**tables)
    panel = space.panel(space.studies[0])
    assert (panel.cut("calls", Population())[1] == 1).all()
    mean = {**MISSED, "kind": "mean"}
    rows = [{"measure": "missed", "site": "A", "period": f"2024-0{m}", "numerator": -0.5 * m} for m in (1, 2)]
    space = Workspace.from_tables(changes=CHANGES, measures=[mean], observations=rows)
    panel = space.panel(space.studies[0])
    assert panel.numerator[0].tolist() == [[-0.5, -1.0]]
    assert panel.denominator[0].tolist() == [[1.0, 1.0]]


def test_rows_can_be_counted() -> None:
    rows = [{"site": "A", "period": f"2024-01-{d:02d}", "seen": d % 3 == 0} for d in range(1, 13)]
    made = {"measure": "missed", "numerator": "count()", "numerator_where": {"seen": True}, "denominator": "count()"}
    space = Workspace.from_tables(
        changes=CHANGES,
        measures=[MISSED],
        observations=rows,
        config={"tables": {"observations": {"measures": [made]}}},
    )
    panel = space.panel(space.studies[0])
    assert (panel.numerator[0, 0, 0], panel.denominator[0, 0, 0]) == (4, 12)


def test_a_study_narrows_its_panel(tables: dict[str, Any]) -> None:
    space = Workspace.from_tables(**tables)
    study = Study(
        study="s",
        change="c",
        primary="calls",
        measures=("calls",),
        settings=("clinic",),
        start=dt.date(2024, 2, 10),
        end=dt.date(2024, 5, 1),
        exclude_sites=("B",),
        exclude_periods=(dt.date(2024, 3, 15),),
        exclude_reason="a flood",
    )
    panel = space.panel(study)
    assert panel.sites == ("A",)
    assert [p.month for p in panel.periods] == [2, 3, 4, 5]
    assert panel.outcomes == (("calls", Population()),)
    assert np.isnan(panel.numerator[0, 0]).tolist() == [False, True, False, False]
    assert any("1 sites are excluded by the protocol: a flood" in note for note in panel.notes)
    assert any("1 periods are excluded by the protocol: a flood" in note for note in panel.notes)


def test_populations_can_be_attributes_of_the_site(tables: dict[str, Any]) -> None:
    tables["sites"] = [
        {"site": s, "score": v, "place": p} for s, v, p in (("A", 9, "x"), ("B", 5, "y"), ("C", None, "x"))
    ]
    space = Workspace.from_tables(
        **tables,
        populations={
            "deprivation": {"site_attribute": "score", "quantiles": 2, "version": "IMD 2019"},
            "place": {"site_attribute": "place", "levels": ["y", "x"]},
        },
    )
    panel = space.panel(space.studies[0])
    assert panel.site_dimensions == ("deprivation", "place")
    assert panel.levels["deprivation"] == ("1 (highest)", "2 (lowest)")
    assert panel.levels["place"] == ("y", "x")
    assert panel.versions == {"deprivation": "IMD 2019"}
    assert panel.attributes["deprivation"].tolist() == ["1 (highest)", "2 (lowest)", ""]
    assert panel.cut("missed", Population("place", "x"))[2].tolist() == [True, False, True]
    assert panel.attributes["score"][:2].tolist() == [9.0, 5.0]
    narrowed = space.panel(Study(study="s", change="c", primary="missed", populations=("place",)))
    assert narrowed.site_dimensions == ("place",)


def test_cuts_and_lowest_first() -> None:
    from holdfast.workspace.dimensions import site_levels
    from holdfast.workspace.registers import Site
    from holdfast.workspace.settings import PopulationSettings

    sites = [Site(str(v), "", "", {"share": v}) for v in (5, 10, 15, 20, 25)]
    told = PopulationSettings(site_attribute="share", cuts=[10, 20], first="lowest", levels=["few", "some", "many"])
    levels, belongs = site_levels(sites, told)
    assert levels == ("few", "some", "many")
    assert list(belongs.values()) == ["few", "some", "some", "many", "many"]


def test_sites_without_any_observation_in_the_study_are_left_out(tables: dict[str, Any]) -> None:
    for row in tables["observations"]:
        if row["site"] == "B":
            row["numerator"] = None
    space = Workspace.from_tables(**tables)
    panel = space.panel(space.studies[0])
    assert panel.sites == ("A", "C")
    assert any("1 sites have no usable observation" in note for note in panel.notes)


@pytest.mark.parametrize(
    ("unit", "days", "periods"),
    [
        ("quarter", ("2024-02-10", "2024-11-30"), ("2024-01-01", "2024-04-01", "2024-07-01", "2024-10-01")),
        ("year", ("2022-02-10", "2024-11-30"), ("2022-01-01", "2023-01-01", "2024-01-01")),
        ("week", ("2024-01-03", "2024-01-16"), ("2024-01-01", "2024-01-08", "2024-01-15")),
    ],
)
def test_periods_may_be_weeks_quarters_and_years(unit: str, days: tuple[str, ...], periods: tuple[str, ...]) -> None:
    rows = [{"measure": "missed", "site": "A", "period": day, "numerator": 1, "denominator": 2} for day in days]
    space = Workspace.from_tables(
        changes=CHANGES, measures=[MISSED], observations=rows, config={"workspace": {"period": unit}}
    )
    assert tuple(p.isoformat() for p in space.panel(space.studies[0]).periods) == periods


def test_several_sources_make_one_panel(tables: dict[str, Any]) -> None:
    rows = tables["observations"]
    parts = [[r for r in rows if r["measure"] == name] for name in ("missed", "calls")]
    one, two = Workspace.from_tables(**tables), Workspace.from_tables(**{**tables, "observations": parts})
    first, second = one.panel(one.studies[0]), two.panel(two.studies[0])
    np.testing.assert_array_equal(first.numerator, second.numerator)


def test_everyone_is_added_up_once_when_two_sources_hold_different_dimensions() -> None:
    def source(dimension: str, levels: tuple[str, ...]) -> list[dict[str, Any]]:
        return [
            {"measure": "missed", "site": "A", "period": "2024-01", "dimension": dimension, "level": level}
            | {"numerator": 1.0, "denominator": 10.0}
            for level in levels
        ]

    by_age, by_sex = source("age", AGES), source("sex", ("f", "m"))
    space = Workspace.from_tables(changes=CHANGES, measures=[MISSED], observations=[by_age, by_sex])
    panel = space.panel(space.studies[0])
    assert panel.numerator[:, 0, 0].tolist() == [3, 1, 1, 1, 1, 1]
    stated = [{"measure": "missed", "site": "A", "period": "2024-01", "numerator": 4.0, "denominator": 40.0}]
    space = Workspace.from_tables(changes=CHANGES, measures=[MISSED], observations=[by_age, stated])
    assert space.panel(space.studies[0]).numerator[0, 0, 0] == 4


def test_the_same_cell_from_two_sources_is_refused(tables: dict[str, Any]) -> None:
    rows = tables["observations"]
    with pytest.raises(InputProblems) as caught:
        Workspace.from_tables(**{**tables, "observations": [rows, rows[:2]]})
    assert any("two sources" in p.rule for p in caught.value.problems)
