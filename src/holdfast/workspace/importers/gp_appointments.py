"""NHS Digital (later NHS England) “Appointments in General Practice”: the regional CSV files, as published.

Three layouts are known: by CCG and month (to 2022), by sub-ICB location and month or day, and by practice and month.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pyarrow as pa

from holdfast.workspace.coerce import as_number
from holdfast.workspace.dates import read_dates
from holdfast.workspace.engine import ROW, Arrow, Engine, Expr
from holdfast.workspace.files import Piece, read_piece
from holdfast.workspace.importers.importing import Imported, Importer, ImportReport
from holdfast.workspace.report import Report
from holdfast.workspace.settings import TableSource
from holdfast.workspace.sources import floor, with_dates
from holdfast.workspace.suggest import did_you_mean

THEIRS: Final[dict[str, tuple[str, ...]]] = {
    "site_code": ("gp_code", "ccg_code", "sub_icb_location_code"),
    "site_name": ("gp_name", "ccg_name", "sub_icb_location_name"),
    "area_name": ("stpnm", "stp_name", "icb_name", "sub_icb_location_name"),
    "region": ("region_name", "regional_local_office_name"),
    "period": ("appointment_month", "appointment_date", "appointment_month_start_date"),
    "appt_status": ("appt_status",),
    "hcp_type": ("hcp_type",),
    "appt_mode": ("appt_mode",),
    "booking_lag": ("time_between_book_and_appt",),
    "appointments": ("count_of_appointments",),
}
"""Our columns and what the layouts call them; the first that a file has is used."""
NEEDED: Final = ("site_code", "period", "appointments")
TEXTS: Final = ("site_code", "site_name", "area_name", "region", "appt_status", "hcp_type", "appt_mode", "booking_lag")
SCHEMA: Final = pa.schema(
    [
        ("site_code", pa.string()),
        ("site_name", pa.string()),
        ("area_name", pa.string()),
        ("region", pa.string()),
        ("period", pa.date32()),
        ("appt_status", pa.string()),
        ("hcp_type", pa.string()),
        ("appt_mode", pa.string()),
        ("booking_lag", pa.string()),
        ("appointments", pa.int64()),
    ]
)


def read_gp_appointments(paths: Sequence[Path]) -> Imported:
    """Appointments by site, month, status, staff, mode and booking lag; days are added up to months.

    Files that repeat the same site and month (the same file twice, or two releases) count once: the last is used.
    """
    report = ImportReport(GP_APPOINTMENTS.name)
    found = Report()
    engine = Engine()
    tables: dict[tuple[str, object], int] = {}
    months: list[Arrow] = []
    for number, path in enumerate(paths):
        table = _one(engine, path, report, found)
        if table is None:
            continue
        report.files.append(path.name)
        for site, period in set(zip(table["site_code"].to_pylist(), table["period"].to_pylist(), strict=True)):
            tables[site, period] = number
        months.append(table.append_column("file", pa.array([number] * len(table), pa.int64())))
    found.raise_if_any()
    whole = pa.concat_tables(months)
    kept = _latest(whole, tables)
    report.drop("a later file is about the same site and month", len(whole) - len(kept))
    report.kept = len(kept)
    order = ("site_code", "period", "appt_status", "hcp_type", "appt_mode", "booking_lag")
    return Imported(kept.sort_by([(name, "ascending") for name in order]), report)


def _latest(whole: Arrow, last: dict[tuple[str, object], int]) -> Arrow:
    keys = zip(whole["site_code"].to_pylist(), whole["period"].to_pylist(), whole["file"].to_pylist(), strict=True)
    mask = pa.array([last[site, period] == file for site, period, file in keys])
    return whole.filter(mask).drop_columns(["file"]).cast(SCHEMA)


def _one(engine: Engine, path: Path, report: ImportReport, found: Report) -> Arrow | None:
    piece = read_piece(engine, path, path.name, TableSource(), found)
    if piece is None:
        return None
    places = _places(piece, found)
    if places is None:
        return None
    raw = piece.table.select(ROW, **{name: piece.table[theirs] for name, theirs in places.items()})
    return _tidy(engine, path.name, raw, report, found)


def _places(piece: Piece, found: Report) -> dict[str, str] | None:
    """Which of the file's columns is which of ours."""
    theirs = {name.lower(): name for name in piece.names}
    places = {ours: next((theirs[name] for name in names if name in theirs), "") for ours, names in THEIRS.items()}
    for name in NEEDED:
        if not places[name]:
            found.problem(
                piece.where,
                f"there is none of the columns {', '.join(THEIRS[name]).upper()}",
                did_you_mean(THEIRS[name][0], piece.names),
                column=name,
            )
    return {ours: name for ours, name in places.items() if name} if all(places[name] for name in NEEDED) else None


def _tidy(engine: Engine, where: str, raw: Expr, report: ImportReport, found: Report) -> Arrow | None:
    days = raw.select(day=raw.period.strip()).distinct()
    read = read_dates([day for day in engine.collect(days)["day"].to_pylist() if day], "month")
    for reason in dict.fromkeys(read.bad.values()):
        found.problem(where, f"must be a date: {reason}", "Check the file: it is not as published.", column="period")
    number = as_number(raw.appointments, "text", ["*"])
    wrong = engine.row(
        raw.aggregate(n=raw.count(), wrong=(number.unreadable | number.infinite).sum(), hidden=number.suppressed.sum())
    )
    if wrong["wrong"]:
        found.problem(
            where,
            "must be a count, and holds text",
            "Check the file: it is not as published.",
            column="COUNT_OF_APPOINTMENTS",
            count=int(wrong["wrong"]),
        )
    if read.bad or wrong["wrong"]:
        return None
    report.read += int(wrong["n"])
    report.drop("the count is suppressed", int(wrong["hidden"]))
    texts = {name: raw[name].strip().re_replace(r"\s+", " ") for name in TEXTS if name in raw.columns}
    rows = raw.select(**texts, period=raw.period.strip(), appointments=number.value)
    rows = with_dates(rows, "period", read)
    rows = rows.mutate(period=floor(rows.period, "month"))
    rows = rows.filter(rows.appointments.notnull() & rows.site_code.notnull() & rows.period.notnull())
    table = engine.collect(rows.group_by([*texts, "period"]).aggregate(appointments=rows.appointments.sum()))
    lost = {name: pa.nulls(len(table), pa.string()) for name in TEXTS if name not in table.column_names}
    for name, column in lost.items():
        table = table.append_column(name, column)
    return table.select(SCHEMA.names).cast(SCHEMA)


GP_APPOINTMENTS: Final = Importer(
    name="gp-appointments",
    meaning="NHS Digital, Appointments in General Practice: regional CSV files, by month or by day.",
    read=read_gp_appointments,
    file="gp_appointments.parquet",
    key=("site_code", "period"),
    order=("site_code", "period", "appt_status", "hcp_type", "appt_mode", "booking_lag"),
)
