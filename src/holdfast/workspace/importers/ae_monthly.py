"""NHS England “A&E Attendances and Emergency Admissions”: the monthly provider workbooks, as published.

Layouts differ by year, so nothing is found by its position: the sheet by its heading, the month by its label, the
header by its words, each column by the words over it. ``att_*`` and ``gt4_*`` include booked arrivals, as published.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from holdfast.records import InputProblems, Problem
from holdfast.workspace.engine import Arrow
from holdfast.workspace.importers.ae_sheets import Sheet, Workbook, find_sheets, open_workbook
from holdfast.workspace.importers.importing import Imported, Importer, ImportReport

COUNTS: Final = (
    "att_type1",
    "att_total",
    "gt4_type1",
    "gt4_total",
    "adm_via_ae",
    "adm_total",
    "dta_gt4h",
    "dta_gt12h",
    "booked_type1",
    "booked_total",
    "att_type2",
    "att_type3",
    "gt4_type2",
    "gt4_type3",
    "adm_type1",
    "adm_type2",
    "adm_type3",
    "adm_other",
    "booked_type2",
    "booked_type3",
)
NEEDED: Final = ("att_type1", "att_total", "gt4_total")
SCHEMA: Final = pa.schema(
    [
        ("period", pa.date32()),
        ("org_code", pa.string()),
        ("org_name", pa.string()),
        ("region", pa.string()),
        *((name, pa.int64()) for name in COUNTS),
    ]
)


def read_ae_monthly(paths: Sequence[Path]) -> Imported:
    """One row for each provider and month; a missing figure (``-``) is missing, not zero.

    When two files are about the same month the one revised (or published) later is used. The published total is
    left out, after the providers' sum has been held against it.
    """
    report = ImportReport(AE_MONTHLY.name)
    problems: list[Problem] = []
    months: dict[dt.date, tuple[Workbook, list[dict[str, Any]]]] = {}
    for path in paths:
        try:
            book = open_workbook(path)
            rows = _rows(book, report)
        except InputProblems as found:
            problems += found.problems
            continue
        report.files.append(path.name)
        _keep_latest(months, book, rows, report)
    if problems:
        raise InputProblems(problems)
    rows = [row for month in sorted(months) for row in months[month][1]]
    rows.sort(key=lambda row: (row["org_code"], row["period"]))
    report.kept = len(rows)
    return Imported(_table(rows), report)


def _keep_latest(
    months: dict[dt.date, tuple[Workbook, list[dict[str, Any]]]],
    book: Workbook,
    rows: list[dict[str, Any]],
    report: ImportReport,
) -> None:
    earlier = months.get(book.period)
    if earlier is None:
        months[book.period] = (book, rows)
        return
    before, kept = earlier
    newer = (book.dated or dt.date.min) > (before.dated or dt.date.min)
    differ = sum(row not in kept for row in rows)
    used, left = (book, before) if newer else (before, book)
    if newer:
        months[book.period] = (book, rows)
    report.drop(f"another file is about the same month ({left.name})", len(kept if newer else rows))
    report.notes.append(
        f"{book.period:%B %Y}: {used.name} is used and {left.name} is not; {differ:,} providers differ."
    )


def _rows(book: Workbook, report: ImportReport) -> list[dict[str, Any]]:
    sheets = find_sheets(book)
    main = _providers(book, sheets.provider, report)
    booked = {} if sheets.booked is None else _providers(book, sheets.booked, report, counted=False)
    if sheets.booked is None:
        report.notes.append(f"{book.name}: no sheet of booked appointments; booked figures are missing.")
    found = []
    for code, row in main.items():
        extra = {name: value for name, value in booked.get(code, {}).items() if name.startswith("booked_")}
        found.append({"period": book.period, **row, **extra})
    stray = sorted(set(booked) - set(main))
    if stray:
        report.notes.append(f"{book.name}: {len(stray)} providers are on the booked sheet only and are left out.")
    return found


def _providers(
    book: Workbook, sheet: Sheet, report: ImportReport, *, counted: bool = True
) -> dict[str, dict[str, Any]]:
    """Every provider's row of a sheet, held against the published total."""
    lost = [name for name in NEEDED if counted and name not in sheet.columns]
    if lost:
        raise InputProblems(
            [
                Problem(
                    f"{book.name} [{sheet.name}]",
                    f"no column is found for {', '.join(lost)}",
                    "Check that this is the monthly provider workbook.",
                )
            ]
        )
    providers: dict[str, dict[str, Any]] = {}
    for number, row in sheet.body():
        code = sheet.code(row)
        report.read += counted and any(cell != "" for cell in row)
        if code is None:
            if counted:
                report.drop(sheet.kind_of_other(row))
            continue
        if code in providers:
            raise InputProblems(
                [
                    Problem(
                        f"{book.name} [{sheet.name}]",
                        "this provider is listed twice",
                        "Check the file: it is not as published.",
                        column="Code",
                        row=number,
                    )
                ]
            )
        providers[code] = {"org_code": code, **sheet.labels(row), **sheet.counts(row, number, book.name)}
    _hold_against_total(book, sheet, providers, report)
    return providers


def _hold_against_total(
    book: Workbook, sheet: Sheet, providers: dict[str, dict[str, Any]], report: ImportReport
) -> None:
    total = sheet.total(book.name)
    if total is None:
        report.notes.append(f"{book.name} [{sheet.name}]: no published total to check the sum against.")
        return
    for name, published in total.items():
        summed = sum(row[name] or 0 for row in providers.values())
        if published is not None and summed != published:
            report.notes.append(
                f"{book.name} [{sheet.name}]: {name} sums to {summed:,} and the published total is {published:,}."
            )


def _table(rows: list[dict[str, Any]]) -> Arrow:
    return pa.table(
        {field.name: pa.array([row.get(field.name) for row in rows], field.type) for field in SCHEMA}, schema=SCHEMA
    )


AE_MONTHLY: Final = Importer(
    name="ae-monthly",
    meaning="NHS England, A&E Attendances and Emergency Admissions: monthly provider workbooks (.xls, .xlsx).",
    read=read_ae_monthly,
    file="ae_provider_monthly.parquet",
    key=("period",),
    order=("org_code", "period"),
)
