"""A table's rows one after another, from text or a workbook."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from holdfast.understand.scraps.encodings import encoding_of
from holdfast.understand.scraps.formulas import filled, formulas_of
from holdfast.understand.scraps.guards import OLE, Allowance, CannotRead, check_zip
from holdfast.understand.scraps.quoting import quoted_rows

Rows = Iterator[tuple[str | None, int, tuple[str, ...]]]
"""Sheet (None in a text file), row number and cells."""


def rows_of(path: Path, allowance: Allowance, damaged: list[int] | None = None) -> Rows:
    """Rows with something in them, of each sheet up to the limit and one more, which tells that there is more.

    The numbers of rows that cannot be told apart, for a quotation mark that is not closed, go to ``damaged``. A cell
    with a formula and without a value is a ``Formula``.
    """
    text = path.suffix.lower() in (".csv", ".tsv", ".txt")
    source = _text_rows(path, allowance, [] if damaged is None else damaged) if text else _sheet_rows(path, allowance)
    for sheet, row, values in source:
        if any(value.strip() for value in values):
            yield sheet, row, values


def _text_rows(path: Path, allowance: Allowance, damaged: list[int]) -> Rows:
    encoding = encoding_of(path)
    try:
        with path.open(encoding=encoding, newline="") as file:
            lines = list(file)
        delimiter = max(",;\t|", key=(lines or [""])[0].count)
        for at, values in islice(quoted_rows(lines, delimiter, damaged), allowance.limits.rows + 1):
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
    most = allowance.limits.rows + 1
    try:
        book = CalamineWorkbook.from_path(str(path))
        formulas = {} if old else formulas_of(path, allowance)
        for sheet in book.sheet_names:
            here = formulas.get(sheet, {})
            at = 0
            for at, values in enumerate(islice(book.get_sheet_by_name(sheet).iter_rows(), most), start=1):
                told = tuple("" if value is None else str(value) for value in values)
                yield sheet, at, filled(told, here.get(at, {}))
            for row in sorted(row for row in here if at < row <= most):  # values end before the formulas do
                yield sheet, row, filled((), here[row])
    except Exception as trouble:  # calamine's errors have no common kind that it exports
        fix = "save it without the password, as .xlsx, and import it again"
        raise CannotRead("it is damaged, or protected by a password" if old else "it is damaged", fix) from trouble
