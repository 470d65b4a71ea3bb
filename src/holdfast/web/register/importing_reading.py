"""A file or pasted text as headings and rows of text, whatever it was written with."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from holdfast.understand.redact.nhs_numbers import find_nhs_numbers

MOST_BYTES: Final = 20 * 1024 * 1024
MOST_UNPACKED: Final = 300 * 1024 * 1024
MOST_ROWS: Final = 20_000
MOST_COLUMNS: Final = 100
EXCEL: Final = (".xlsx", ".xls", ".xlsm", ".xlsb", ".ods")
NUL_MARK: Final = "\u2400"
"""Stands where a NUL character was, which no database keeps."""
GONE: Final = "[NHS number taken out]"
"""Stands where an NHS number was; the number itself is not kept."""


class UnreadableError(Exception):
    """The file as a whole cannot be read; the message is for whoever sent it."""


@dataclass(frozen=True)
class Sheet:
    """Headings, and rows with the line each stood on, counting from 1."""

    columns: list[str]
    rows: list[tuple[int, list[str]]]


def read_file(name: str, content: bytes) -> Sheet:
    """A CSV, tab-separated or Excel file."""
    if len(content) > MOST_BYTES:
        raise UnreadableError(
            f"The file is larger than {MOST_BYTES // 1024 // 1024} MB. Split it, and bring in each part."
        )
    if not content.strip():
        raise UnreadableError("The file is empty. Choose another.")
    if name.lower().endswith(EXCEL) or content[:4] in {b"PK\x03\x04", b"\xd0\xcf\x11\xe0"}:
        return _sheet(_excel(content), headed=True)
    return _sheet(_lines(_decoded(content)), headed=True)


def read_pasted(text: str) -> Sheet:
    """Pasted cells (separated by tabs), pasted CSV, or one change a line."""
    if not text.strip():
        raise UnreadableError("Nothing was pasted. Paste the changes, one to a line, or cells from a spreadsheet.")
    lines = [line for line in text.splitlines() if line.strip()]
    if "\t" in lines[0]:
        return _sheet(enumerate(csv.reader(io.StringIO(text), delimiter="\t"), start=1), headed=True)
    if _is_csv(lines):
        return _sheet(_lines(text), headed=True)
    rows = ((number, [line]) for number, line in enumerate(text.splitlines(), start=1))
    return _sheet(rows, headed=False)


def digest_of(cells: Iterable[str]) -> str:
    """The same for two rows that say the same, whatever their spacing, capitals or order of columns."""
    said = sorted(" ".join(cell.split()).casefold() for cell in cells if cell.strip())
    return hashlib.sha256("\x1f".join(said).encode("utf-8", "replace")).hexdigest()


def _sheet(found: Iterable[tuple[int, list[str]]], *, headed: bool) -> Sheet:
    rows = [(number, [kept(cell) for cell in cells]) for number, cells in _limited(found)]
    if not rows:
        raise UnreadableError(
            "No rows were found. The first row should hold headings, and each row after it one change."
        )
    columns: list[str] = []
    if headed:
        columns = [cell.strip()[:200] for cell in rows[0][1]]
        rows = rows[1:]
        if not rows:
            raise UnreadableError("Only headings were found. Each row after the first should hold one change.")
    width = max([len(columns), *(len(cells) for _number, cells in rows)])
    columns += [""] * (width - len(columns))
    named = [name or f"Column {place}" for place, name in enumerate(columns, start=1)]
    return Sheet(named if headed else ["What changed"], [(n, cells + [""] * (width - len(cells))) for n, cells in rows])


def _limited(found: Iterable[tuple[int, list[str]]]) -> Iterator[tuple[int, list[str]]]:
    count = 0
    for number, cells in found:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) > MOST_COLUMNS:
            raise UnreadableError(f"Row {number} has more than {MOST_COLUMNS} columns. Keep the columns that matter.")
        count += 1
        if count > MOST_ROWS + 1:
            raise UnreadableError(f"There are more than {MOST_ROWS:,} rows. Split the file, and bring in each part.")
        yield number, cells


def kept(cell: str) -> str:
    """A cell as it may be kept: without NUL characters and without NHS numbers, each of which leaves a mark."""
    text = cell.replace("\x00", NUL_MARK)
    for start, end in reversed(find_nhs_numbers(text)):
        text = f"{text[:start]}{GONE}{text[end:]}"
    return text


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    csv.field_size_limit(MOST_BYTES)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text))
    try:
        for cells in reader:
            yield reader.line_num, cells
    except csv.Error as problem:
        raise UnreadableError(f"Line {reader.line_num} is not CSV: {problem}. Save it again as CSV or Excel.") from None


def _separator(text: str) -> str:
    first = text.split("\n", 1)[0]
    return max(",;\t|", key=first.count) if any(mark in first for mark in ",;\t|") else ","


def _is_csv(lines: list[str]) -> bool:
    """Whether every line has as many cells as the first, more than one, and the first reads like headings."""
    from holdfast.web.register.importing_fields import guess

    rows = list(csv.reader(lines[:50]))
    width = len(rows[0])
    return width > 1 and all(len(row) == width for row in rows) and len(lines) > 1 and any(guess(rows[0], []))


def _decoded(content: bytes) -> str:
    from holdfast.workspace.encoding import UnreadableText, find_encoding, head_of

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sent"
        path.write_bytes(content)
        try:
            return head_of(path, find_encoding(path), MOST_BYTES * 4)
        except (UnreadableText, OSError, EOFError, UnicodeDecodeError):
            raise UnreadableError(
                "The file is neither text nor Excel. Save it as CSV or Excel, then choose it."
            ) from None


def _excel(content: bytes) -> Iterator[tuple[int, list[str]]]:
    from python_calamine import CalamineError, CalamineWorkbook

    if content[:2] == b"PK":
        _not_a_bomb(content)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheets = (book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names)
        rows = next((sheet for sheet in sheets if sheet), [])
    except (CalamineError, ValueError, OSError) as problem:
        said = "The workbook may be damaged or have a password. Open it, save a copy without one, and choose that."
        raise UnreadableError(said) from problem
    for number, cells in enumerate(rows, start=1):
        yield number, [_text(cell) for cell in cells]


def _not_a_bomb(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            size = sum(item.file_size for item in packed.infolist())
    except (zipfile.BadZipFile, OSError):
        raise UnreadableError("The file is damaged. Open it in Excel, save a copy, and choose that.") from None
    if size > MOST_UNPACKED:
        raise UnreadableError("The workbook is too large once unpacked. Save the sheet that matters as CSV.")


def _text(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(sep=" ")
    return "" if cell is None else str(cell)
