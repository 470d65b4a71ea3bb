"""A table's rows one after another, from text or a workbook."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from holdfast.understand.scraps.guards import OLE, Allowance, CannotRead, check_zip
from holdfast.workspace.encoding import UnreadableText, find_encoding, head_of, is_zipped

Rows = Iterator[tuple[str | None, int, tuple[str, ...]]]
"""Sheet (None in a text file), row number and cells."""


def rows_of(path: Path, allowance: Allowance) -> Rows:
    """Rows with something in them, of each sheet up to the limit and one more, which tells that there is more."""
    source = (
        _text_rows(path, allowance) if path.suffix.lower() in (".csv", ".tsv", ".txt") else _sheet_rows(path, allowance)
    )
    for sheet, row, values in source:
        if any(value.strip() for value in values):
            yield sheet, row, values


def _text_rows(path: Path, allowance: Allowance) -> Rows:
    if is_zipped(path):
        raise CannotRead("it is compressed", "unzip it first")
    try:
        encoding = find_encoding(path)
        first = head_of(path, encoding).partition("\n")[0]
    except (UnreadableText, UnicodeDecodeError) as trouble:
        raise CannotRead("it is not text that can be read", "save it as CSV in UTF-8") from trouble
    try:
        with path.open(encoding=encoding, newline="") as file:
            rows = csv.reader(file, delimiter=max(",;\t|", key=first.count))
            for at, values in enumerate(islice(rows, allowance.limits.rows + 1), start=1):
                yield None, at, tuple(values)
    except csv.Error as trouble:
        raise CannotRead(
            "its rows cannot be told apart", "open it in a spreadsheet and save it as CSV again"
        ) from trouble


def _sheet_rows(path: Path, allowance: Allowance) -> Rows:
    from python_calamine import CalamineWorkbook

    with path.open("rb") as file:
        old = file.read(8) == OLE
    if not old:
        check_zip(path, allowance.limits)
    try:
        book = CalamineWorkbook.from_path(str(path))
        for sheet in book.sheet_names:
            rows = islice(book.get_sheet_by_name(sheet).iter_rows(), allowance.limits.rows + 1)
            for at, values in enumerate(rows, start=1):
                yield sheet, at, tuple("" if value is None else str(value) for value in values)
    except Exception as trouble:  # calamine's errors have no common kind that it exports
        fix = "save it without the password, as .xlsx, and import it again"
        raise CannotRead("it is damaged, or protected by a password" if old else "it is damaged", fix) from trouble
