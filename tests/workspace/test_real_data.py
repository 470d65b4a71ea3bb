"""The real open data, read as its owners published it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from holdfast.records import Population
from holdfast.workspace import Workspace


def write(folder: Path, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "holdfast.toml").write_text(text, "utf-8")
    return folder


def measure(name: str, kind: str, family: str = "outcome") -> str:
    return (
        f'[[measures]]\nmeasure = "{name}"\nfamily = "{family}"\nkind = "{kind}"\n'
        'better = "lower"\nsmallest_important = 0.01\n'
    )


def made(name: str, top: str, bottom: str | None = None, **where: str) -> str:
    lines = [f'[[tables.observations.measures]]\nmeasure = "{name}"\nnumerator = "{top}"']
    lines += [f'denominator = "{bottom}"'] if bottom else []
    return "\n".join([*lines, *(f"{key} = {value}" for key, value in where.items())]) + "\n"


def test_94_of_118_trusts_adopt_nhs_111_first_in_16_months(shared_data: Path, tmp_path: Path) -> None:
    data = shared_data / "nhs-111-first"
    text = f"""
[workspace]
unlisted_sites = "ignore"
[tables.sites]
path = "{data}/trusts.csv"
columns = {{site = "org_code"}}
filters = {{type1_any = true}}
[[tables.observations]]
path = "{data}/ae_provider_monthly.csv.gz"
columns = {{site = "org_code"}}
{made("over_four", "gt4_type1", "att_type1")}{made("attended", "att_type1")}{made("booked", "booked_type1")}
{measure("over_four", "proportion")}{measure("attended", "count")}{measure("booked", "count", "process")}
[[changes]]
change = "first"
title = "NHS 111 First"
[[adoption_rules]]
change = "first"
measure = "booked"
above = 20
"""
    space = Workspace.open(write(tmp_path / "w", text))
    study = space.studies[0]
    panel = space.panel(study)
    adoption = space.adoption(study, panel)
    attended = panel.cut("attended", Population())[0]
    whole = (attended > 0).all(axis=1)
    until = np.array([period <= dt.date(2022, 12, 1) for period in panel.periods])
    on = adoption.on[whole][:, until]
    adopters = on.any(axis=1)
    months = {panel.periods[t] for t in on[adopters].argmax(axis=1)}
    assert (len(panel.periods), int(whole.sum()), int(adopters.sum()), len(months)) == (86, 118, 94, 16)
    assert (min(months), max(months)) == (dt.date(2020, 8, 1), dt.date(2021, 12, 1))


def test_the_move_to_remote_was_smaller_where_people_are_older(shared_data: Path, tmp_path: Path) -> None:
    data = shared_data / "gp-remote-consulting"
    remote = {"numerator_where": '{appt_mode = ["Telephone", "Video/Online"]}'}
    text = f"""
[tables.sites]
path = "{data}/ccgs.csv"
columns = {{site = "ccg_code"}}
[[tables.observations]]
path = "{data}/gp_appointments_ccg_monthly.parquet"
columns = {{site = "ccg_code", period = "month"}}
populations = {{staff = "hcp_type"}}
{made("remote", "appointments", "appointments", **remote)}{made("volume", "appointments", where="{}")}
{measure("remote", "proportion")}{measure("volume", "count")}
[[changes]]
change = "remote"
title = "Remote consulting"
[[adoption_rules]]
change = "remote"
measure = "remote"
as_dose = true
adopted_on = 2020-03-01
dose_from = 2020-04-01
minus_before = true
"""
    space = Workspace.open(write(tmp_path / "w", text))
    study = space.studies[0]
    panel = space.panel(study)
    assert (len(panel.sites), len(panel.periods)) == (49, 30)
    volume = panel.cut("volume", Population())[0]
    table = pq.read_table(data / "gp_appointments_ccg_monthly.parquet")
    assert volume.sum() == sum(table["appointments"].to_pylist())
    adoption = space.adoption(study, panel)
    assert adoption.dose is not None
    older = panel.attributes["pct65plus_2018"].astype(float)
    assert np.corrcoef(adoption.dose[:, -1], older)[0, 1] == pytest.approx(-0.56, abs=0.03)


def test_73_prescribing_measures_in_one_panel(shared_data: Path, tmp_path: Path) -> None:
    path = shared_data / "prescribing" / "prescribing_sicbl_monthly.parquet"
    rows = pq.read_table(path)
    names = sorted(rows["measure"].unique().to_pylist())
    config = {"tables": {"observations": {"columns": {"site": "sicbl_code", "period": "month"}}}}
    measures: list[dict[str, Any]] = [
        {"measure": n, "family": "outcome", "kind": "rate", "better": "neither", "smallest_important": 1} for n in names
    ]
    space = Workspace.from_tables(
        changes=[{"change": "c", "title": "Sensors"}], measures=measures, observations=rows, config=config
    )
    panel = space.panel(space.studies[0])
    assert panel.numerator.shape == (73, 106, 61)
    held = {(r["measure"], r["sicbl_code"], r["month"]): r for r in rows.slice(0, 5000).to_pylist()}
    for (name, site, month), row in list(held.items())[::97]:
        if row["denominator"]:
            place = (panel.outcomes.index((name, Population())), panel.sites.index(site), panel.periods.index(month))
            assert (panel.numerator[place], panel.denominator[place]) == (row["numerator"], row["denominator"])
    del tmp_path


def test_7679_practices_with_a_ratio_and_no_numerator(shared_data: Path, tmp_path: Path) -> None:
    data = shared_data / "practice-change"
    text = f"""
[tables.adoptions]
path = "{data}/trimethoprim_change_month.csv"
columns = {{site = "practice", adopted_on = "first_break_month_index"}}
exclude = {{first_break_month_index = "inf"}}
constants = {{change = "t"}}
date_origin = 2013-06-01
[[tables.observations]]
path = "{data}/trimethoprim_ratio_monthly.parquet"
columns = {{site = "practice", period = "month", numerator = "ratio"}}
constants = {{measure = "ratio"}}
{measure("ratio", "mean")}
[[changes]]
change = "t"
title = "Trimethoprim"
"""
    space = Workspace.open(write(tmp_path / "w", text))
    study = space.studies[0]
    panel = space.panel(study)
    assert panel.numerator.shape == (1, 7679, 61)
    assert np.nanmax(panel.denominator) == np.nanmin(panel.denominator) == 1.0
    known = ~np.isnan(panel.numerator)
    assert int(known.sum()) == 468_419 - 9_909
    assert space.adoption(study, panel).on.any(axis=1).sum() > 6000
