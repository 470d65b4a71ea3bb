"""Formulas that a program wrote into a workbook without their values: to a reader of values they are empty cells."""

from __future__ import annotations

import re
import zipfile
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from holdfast.understand.scraps.guards import Allowance

_SHEETS: Final = re.compile(r"xl/worksheets/.*\.xml$", re.IGNORECASE)
_FORMULA: Final = re.compile(rb"<(?:\w+:)?f[\s/>]")
_CHUNK: Final = 2**20
Cells = Mapping[int, Mapping[int, str]]
"""Row → column → the formula, both from 1."""


class Formula(str):
    """A cell that holds a formula and no value; the text is the formula's."""

    __slots__ = ()


def formulas_of(path: Path, allowance: Allowance) -> dict[str, Cells]:
    """Every cell with a formula, by sheet, of a workbook in the form of Office since 2007; none for other files.

    Most workbooks of words hold none, and then the sheets are passed over without being taken apart. Where the
    allowance is spent the search stops, as reading will.
    """
    if not zipfile.is_zipfile(path) or not _any(path):
        return {}
    import openpyxl

    try:
        book = openpyxl.load_workbook(path, read_only=True)
    except Exception:  # it is stricter about styles and names than what reads the values, which must still be read
        return {}
    found: dict[str, Cells] = {}
    try:
        for sheet in book.worksheets:
            rows: dict[int, dict[int, str]] = defaultdict(dict)
            for row in sheet.iter_rows(max_row=allowance.limits.rows + 1):
                for cell in row:
                    if cell.data_type == "f":
                        rows[cell.row][cell.column] = str(cell.value)
                if not allowance.spend(0):
                    break
            found[sheet.title] = rows
    finally:
        book.close()
    return found


def _any(path: Path) -> bool:
    with zipfile.ZipFile(path) as held:
        return any(_holds(held, name) for name in held.namelist() if _SHEETS.search(name))


def _holds(held: zipfile.ZipFile, name: str) -> bool:
    before = b""
    with held.open(name) as part:
        while chunk := part.read(_CHUNK):
            if _FORMULA.search(before + chunk):
                return True
            before = chunk[-60:]
    return False


def filled(values: tuple[str, ...], formulas: Mapping[int, str]) -> tuple[str, ...]:
    """A row's cells, each empty one that holds a formula replaced by it."""
    if not formulas:
        return values
    wide = [*values, *[""] * (max(formulas) - len(values))]
    for column, formula in formulas.items():
        if not wide[column - 1]:
            wide[column - 1] = Formula(formula)
    return tuple(wide)
