"""Official files as published, and files like them that somebody else laid out."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest

from holdfast.records import InputProblems
from holdfast.workspace.importers import AE_MONTHLY, GP_APPOINTMENTS, IMPORTERS, run_import

TYPES = ("Type 1 Departments - Major A&E", "Type 2 Departments - Single Specialty", "Type 3 Departments - Other")
ATT, OVER = "A&E attendances", "A&E attendances > 4 hours from arrival to admission, transfer or discharge"
DTA = "Number of patients spending >{} hours from decision to admit to admission"
PROVIDERS: list[list[Any]] = [
    ["RAA", "North", "Alpha Trust", 100, 10, "-", 110, 20, 1, "-", 21, 30, 40, 5, 1],
    ["RBB", "South ", "Beta\u00a0Trust", 200, 0, 50, 250, "-", "-", "-", "-", 60, 70, "*", 2],
]


def workbook(
    path: Path, *, month: Any = "June 2016", spare: int = 0, providers: list[list[Any]] | None = None, **more: str
) -> Path:
    """A workbook in the manner of the older years: no “less than 4 hours” block, one more column before, a footnote."""
    book = openpyxl.Workbook()
    book.active.title = "Notes"
    sheet = book.create_sheet("Provider Level Data")
    shift: list[Any] = [None] * (1 + spare)
    for label, cell in {"Title:": "A&E", "Period:": month, "Published:": "14th July 2016", **more}.items():
        sheet.append([*shift, label, cell])
    sheet.append([*shift, None, None, None, ATT, None, None, None, OVER, None, None, None, "Emergency Admissions"])
    heads = [*TYPES, "Total attendances", *TYPES, "Total Attendances > 4 hours"]
    heads += ["Total Emergency Admissions via A&E", "Total Emergency Admissions", DTA.format(4), DTA.format(12)]
    sheet.append([*shift, "Code", "Region", "Name", *heads])
    rows = providers or PROVIDERS
    total = [sum(v for row in rows if isinstance(v := row[place], int)) for place in range(3, 15)]
    sheet.append([*shift, "-", "-", "England", *total])
    sheet.append([])
    for row in rows:
        sheet.append([*shift, *row])
    sheet.append([*shift, "1. A footnote"])
    book.save(path)
    return path


@pytest.mark.parametrize("spare", [0, 3])
def test_columns_are_found_by_their_words(tmp_path: Path, spare: int) -> None:
    imported = AE_MONTHLY.read([workbook(tmp_path / "a.xlsx", spare=spare)])
    alpha, beta = imported.table.to_pylist()
    assert alpha["period"] == dt.date(2016, 6, 1)
    assert (alpha["att_type1"], alpha["att_total"], alpha["gt4_type1"], alpha["gt4_total"]) == (100, 110, 20, 21)
    assert (alpha["adm_via_ae"], alpha["adm_total"], alpha["dta_gt4h"], alpha["dta_gt12h"]) == (30, 40, 5, 1)
    assert (alpha["att_type3"], beta["gt4_type1"], beta["dta_gt4h"], beta["booked_total"]) == (None, None, None, None)
    assert (beta["org_name"], beta["region"]) == ("Beta Trust", "South")
    assert imported.report.dropped["footnote"] == 1
    assert not any("sums to" in note for note in imported.report.notes)


@pytest.mark.parametrize("month", ["June 2016", "Jun-16", "June 16", dt.datetime(2016, 6, 1), "June 2016 (revised)"])
def test_the_month_is_read_however_it_is_written(tmp_path: Path, month: Any) -> None:
    table = AE_MONTHLY.read([workbook(tmp_path / "a.xlsx", month=month)]).table
    assert table["period"].unique().to_pylist() == [dt.date(2016, 6, 1)]


def test_a_sum_that_does_not_fit_the_published_total_is_said(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(path)
    sheet = book["Provider Level Data"]
    for row in sheet.iter_rows():
        for cell in row:
            if cell.value == "England":
                sheet.cell(cell.row, cell.column + 1).value = 999
    book.save(path)
    notes = AE_MONTHLY.read([path]).report.notes
    assert any("att_type1 sums to 300 and the published total is 999" in note for note in notes)


def test_of_two_files_about_a_month_the_later_is_used(tmp_path: Path) -> None:
    old = workbook(tmp_path / "old.xlsx")
    changed = [[*PROVIDERS[0][:3], 101, *PROVIDERS[0][4:]], PROVIDERS[1]]
    new = workbook(tmp_path / "new.xlsx", providers=changed, **{"Revised:": "9th May 2017"})
    for order in ([old, new], [new, old]):
        imported = AE_MONTHLY.read(order)
        assert imported.table["att_type1"].to_pylist() == [101, 200]
        assert any("new.xlsx is used and old.xlsx is not; 1 providers differ" in n for n in imported.report.notes)


@pytest.mark.parametrize(
    ("spoil", "rule"),
    [
        ({"providers": [[*PROVIDERS[0][:3], "many", *PROVIDERS[0][4:]]]}, "must be a count, and holds text"),
        ({"providers": [[*PROVIDERS[0][:3], 1.5, *PROVIDERS[0][4:]]]}, "must be a whole number"),
        ({"providers": [PROVIDERS[0], PROVIDERS[0]]}, "listed twice"),
        ({"month": "soon"}, "no sheet says which month"),
    ],
)
def test_what_is_not_as_published_is_named(tmp_path: Path, spoil: dict[str, Any], rule: str) -> None:
    good, bad = workbook(tmp_path / "good.xlsx"), workbook(tmp_path / "bad.xlsx", **spoil)
    with pytest.raises(InputProblems) as caught:
        AE_MONTHLY.read([good, bad])
    (only,) = caught.value.problems
    assert only.where.startswith("bad.xlsx")
    assert rule in only.rule


def test_other_files_are_refused_together(tmp_path: Path) -> None:
    (tmp_path / "a.xls").write_bytes(b"not a workbook")
    openpyxl.Workbook().save(tmp_path / "b.xlsx")
    with pytest.raises(InputProblems) as caught:
        run_import(AE_MONTHLY, [tmp_path / "a.xls", tmp_path / "b.xlsx"], tmp_path / "out")
    assert len(caught.value.problems) == 2
    assert not list((tmp_path / "out").glob("*.parquet"))
    with pytest.raises(InputProblems, match="missing"):
        run_import(AE_MONTHLY, [tmp_path / "gone.xls"], tmp_path / "out")


def test_an_import_can_be_repeated_and_added_to(tmp_path: Path) -> None:
    june, july = workbook(tmp_path / "june.xlsx"), workbook(tmp_path / "july.xlsx", month="July 2016")
    target = tmp_path / "out" / AE_MONTHLY.file
    run_import(AE_MONTHLY, [june], tmp_path / "out")
    once = target.read_bytes()
    run_import(AE_MONTHLY, [june], tmp_path / "out")
    assert target.read_bytes() == once
    report = run_import(AE_MONTHLY, [july], tmp_path / "out")
    assert any("2 rows of earlier imports are kept" in line for line in report.lines())
    both = pq.read_table(target)
    run_import(AE_MONTHLY, [july, june], tmp_path / "out")
    assert pq.read_table(target).equals(both)
    assert len(both) == 4


COMMON = "APPT_STATUS,HCP_TYPE,APPT_MODE,TIME_BETWEEN_BOOK_AND_APPT,COUNT_OF_APPOINTMENTS"
LAYOUTS = {
    "ccg": (
        "CCG_CODE,CCG_ONS_CODE,CCG_NAME,STP_ONS,STPNM,REGION_ONS_CODE,REGION_NAME,Appointment_Month",
        "15N,E38000230,NHS Devon CCG,E54000037,Devon  STP,E40000006,South West,MAR2019",
    ),
    "daily": (
        "SUB_ICB_LOCATION_CODE,SUB_ICB_LOCATION_ONS_CODE,SUB_ICB_LOCATION_NAME,ICB_ONS_CODE,REGION_ONS_CODE,Appointment_Date",
        "15N,E38000230,NHS Devon CCG,E54000037,E40000006,12MAR2019",
    ),
    "practice": (
        "APPOINTMENT_MONTH_START_DATE,GP_CODE,GP_NAME,SUPPLIER,SUB_ICB_LOCATION_CODE,SUB_ICB_LOCATION_NAME",
        "01MAR2019,15N,NHS Devon CCG,EMIS,Q00,Somewhere",
    ),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_each_layout_of_appointments_is_read(tmp_path: Path, layout: str) -> None:
    head, row = LAYOUTS[layout]
    lines = [
        f"{head},{COMMON}",
        f"{row},Attended,GP,Telephone,15  to 21 Days,7",
        f"{row},Attended,GP,Telephone,15  to 21 Days,3",
    ]
    (tmp_path / "a.csv").write_text("\n".join([*lines, f"{row},DNA,GP,Telephone,1 Day,*"]) + "\n")
    imported = GP_APPOINTMENTS.read([tmp_path / "a.csv"])
    (only,) = imported.table.to_pylist()
    assert (only["site_code"], only["site_name"], only["period"]) == ("15N", "NHS Devon CCG", dt.date(2019, 3, 1))
    assert (only["booking_lag"], only["appointments"]) == ("15 to 21 Days", 10)
    assert imported.report.dropped == {"the count is suppressed": 1}


def test_appointments_of_the_same_month_count_once(tmp_path: Path) -> None:
    head, row = LAYOUTS["ccg"]
    (tmp_path / "a.csv").write_text(f"{head},{COMMON}\n{row},Attended,GP,Telephone,1 Day,7\n")
    (tmp_path / "b.csv").write_text(f"{head},{COMMON}\n{row},Attended,GP,Telephone,1 Day,8\n")
    imported = GP_APPOINTMENTS.read([tmp_path / "a.csv", tmp_path / "b.csv"])
    assert imported.table["appointments"].to_pylist() == [8]
    assert sum(imported.report.dropped.values()) == 1


def test_a_file_that_is_not_of_appointments_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("CCG_COD,month\n15N,MAR2019\n")
    with pytest.raises(InputProblems) as caught:
        GP_APPOINTMENTS.read([tmp_path / "a.csv"])
    assert {p.column for p in caught.value.problems} == {"site_code", "period", "appointments"}
    assert "Did you mean “CCG_COD”?" in str(caught.value)


def test_every_importer_is_listed() -> None:
    assert set(IMPORTERS) == {"ae-monthly", "gp-appointments"}


def test_the_official_workbooks_give_the_published_figures(shared_data: Path) -> None:
    files = sorted((shared_data / "nhs-111-first" / "official").glob("*.xls"))
    imported = AE_MONTHLY.read(files)
    assert len(files) == 5
    assert imported.report.kept == len(imported.table) == 1044
    assert not any("sums to" in note for note in imported.report.notes)
    tidy = pa_csv.read_csv(shared_data / "nhs-111-first" / "ae_provider_monthly.csv.gz")
    tidy = tidy.filter(pc.is_in(tidy["period"], value_set=pc.unique(imported.table["period"])))
    order = [("org_code", "ascending"), ("period", "ascending")]
    names = [name for name in tidy.column_names if name in imported.table.column_names]
    assert names == tidy.column_names
    assert (
        imported.table.select(names)
        .sort_by(order)
        .equals(tidy.sort_by(order).cast(imported.table.select(names).schema))
    )


def test_the_official_appointments_add_up(shared_data: Path) -> None:
    folder = shared_data / "gp-remote-consulting"
    imported = GP_APPOINTMENTS.read([folder / "raw_regional_csv_devon.csv"])
    tidy = pq.read_table(folder / "gp_appointments_ccg_monthly.parquet")
    devon = tidy.filter(pc.equal(tidy["ccg_code"], "15N"))
    assert pc.sum(imported.table["appointments"]).as_py() == pc.sum(devon["appointments"]).as_py() == 19_067_738
    by = ["period", "appt_status", "hcp_type", "appt_mode"]
    ours = imported.table.group_by(by).aggregate([("appointments", "sum")]).sort_by([(n, "ascending") for n in by])
    theirs = devon.rename_columns({"month": "period"}).group_by(by).aggregate([("appointments", "sum")])
    theirs = theirs.sort_by([(n, "ascending") for n in by])
    assert ours["appointments_sum"].to_pylist() == theirs["appointments_sum"].to_pylist()
