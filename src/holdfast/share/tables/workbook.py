"""Released tables as an accessible Excel workbook.

After the Government Analysis Function's guidance on spreadsheets: a cover, a contents sheet, notes, then one table to
a sheet with its headings in the first row, no merged cells, no blank rows, headings frozen, and no meaning in colour.
"""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path
from typing import Any, Final

from holdfast.share.disclosure import Released, require_released
from holdfast.share.tables.text import FORMULA, NOT_SHOWN, Sheet, kept_back, plain, sheets
from holdfast.share.words import clean, day
from holdfast.share.writing import write_once

MOST_ROWS: Final = 100_000
"""More than a person reads, and less than Excel struggles with. Longer tables are left to the other formats."""
LEFT_OUT: Final = ("covariances", "paths")
"""Tables for programs, not for reading."""
KINDS: Final = ("overall", "horizon", "stopping", "level change", "slope change")
"""The kinds of effect that a reader wants; every event time and cohort is in the other formats."""
_WIDEST, _NARROWEST = 60, 12


def write_workbook(path: str | Path, released: Released, title: str, made_at: dt.datetime) -> Path:
    """The workbook, whole or not at all, entered in the ledger of the release."""
    released = require_released(released)
    return write_once(Path(path), workbook_bytes(released, title, made_at), released, now=made_at)


def workbook_bytes(released: Released, title: str, made_at: dt.datetime) -> bytes:
    """The workbook as bytes. What it leaves to the other formats is named in its notes."""
    import openpyxl

    found = tuple(_for_reading(s) for s in sheets(require_released(released)) if s.table.name not in LEFT_OUT)
    fitting = [s for s in found if len(s.rows) <= MOST_ROWS]
    book = openpyxl.Workbook()
    book.remove(book.active)
    book.properties.title, book.properties.creator = clean(title), "Holdfast"
    book.properties.created = book.properties.modified = made_at.astimezone(dt.UTC).replace(tzinfo=None)
    _lines(book, "Cover", _cover(released, title, made_at))
    _contents(book, fitting)
    _lines(book, "Notes", _notes(released, found))
    for sheet in fitting:
        _table(book, sheet, released)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _for_reading(sheet: Sheet) -> Sheet:
    if sheet.table.name != "effects":
        return sheet
    kind = sheet.table.names.index("kind")
    kept = [i for i, row in enumerate(sheet.rows) if row[kind] in KINDS]
    return Sheet(sheet.table, tuple(sheet.rows[i] for i in kept), tuple(sheet.withheld[i] for i in kept))


def _cover(released: Released, title: str, made_at: dt.datetime) -> list[str]:
    return [
        clean(title),
        f"What has been learned so far. A snapshot taken on {day(made_at.date())}; emerging, and it changes as more is "
        "learned.",
        released.line,
        "Each sheet after the notes holds one table. Its headings are in row 1 and its data begin in row 2.",
        f"An empty cell is not known or does not apply. {released.profile.marker} is not shown, to protect people.",
    ]


def _notes(released: Released, found: tuple[Sheet, ...]) -> list[str]:
    said = ["Notes", *released.notes]
    said.append(
        f"Left to the CSV and Parquet files: {', '.join(LEFT_OUT)}, and effects of any kind but {', '.join(KINDS)}."
    )
    for sheet in found:
        if len(sheet.rows) > MOST_ROWS:
            said.append(f"{sheet.table.name} has {len(sheet.rows):,} rows, more than a sheet holds: see its CSV file.")
        said += [f"{sheet.table.name}, {column.name}: {column.meaning}" for column in sheet.table.columns]
    return [*said, f"Every table, {NOT_SHOWN}: the fields of a row that are empty because they may not be shown."]


def _lines(book: Any, name: str, lines: list[str]) -> None:
    from openpyxl.styles import Alignment, Font

    sheet = book.create_sheet(name)
    sheet.column_dimensions["A"].width = 100
    for number, line in enumerate(lines, start=1):
        cell = _text(sheet.cell(number, 1), line)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        if number == 1:
            cell.font = Font(bold=True, size=16)


def _contents(book: Any, found: list[Sheet]) -> None:
    sheet = book.create_sheet("Contents")
    _header(sheet, ["Sheet", "What it holds", "Rows"])
    for number, one in enumerate(found, start=2):
        link = _text(sheet.cell(number, 1), one.table.name)
        link.hyperlink = f"#'{one.table.name}'!A1"
        link.style = "Hyperlink"
        _text(sheet.cell(number, 2), one.table.meaning)
        sheet.cell(number, 3, len(one.rows))
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 20, 90


def _table(book: Any, one: Sheet, released: Released) -> None:
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.table import Table, TableStyleInfo

    sheet = book.create_sheet(one.table.name)
    names = [*one.table.names, NOT_SHOWN]
    _header(sheet, names)
    for number, (row, gone) in enumerate(zip(one.rows, one.withheld, strict=True), start=2):
        for column, (name, value) in enumerate(zip(one.table.names, row, strict=True), start=1):
            hidden = name in gone and value in (None, "", 0, ())
            _put(sheet, number, column, released.profile.marker if hidden else value)
        _put(sheet, number, len(names), kept_back(one.table.names, gone))
    extent = f"A1:{get_column_letter(len(names))}{len(one.rows) + 1}"
    table = Table(displayName=f"table_{one.table.name}", ref=extent)
    table.tableStyleInfo = TableStyleInfo(name="TableStyleLight1", showRowStripes=False)
    sheet.add_table(table)
    for column, name in enumerate(names, start=1):
        width = max([len(name), *(len(str(plain(r[column - 1]))) for r in one.rows[:200] if column <= len(r))])
        sheet.column_dimensions[get_column_letter(column)].width = min(max(width + 2, _NARROWEST), _WIDEST)


def _header(sheet: Any, names: list[str]) -> None:
    from openpyxl.styles import Font

    for column, name in enumerate(names, start=1):
        _text(sheet.cell(1, column), name).font = Font(bold=True)
    sheet.freeze_panes = "A2"


def _put(sheet: Any, row: int, column: int, value: Any) -> None:
    value = plain(value)
    if value is None or value == "":
        return
    cell = sheet.cell(row, column)
    if isinstance(value, str):
        _text(cell, value)
    else:
        cell.value = value


def _text(cell: Any, text: str) -> Any:
    """Text stored as text, whatever it begins with, also after somebody edits the cell; no longer than a cell holds."""
    cell.value = text[:32_767]
    if text.startswith(FORMULA):
        cell.data_type, cell.quotePrefix = "s", True
    return cell
