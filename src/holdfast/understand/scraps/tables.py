"""Survey exports: which columns hold people's own words, and each answer as a passage."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from holdfast.understand.redact import redact
from holdfast.understand.scraps.guards import Allowance, CannotRead, check_zip
from holdfast.understand.scraps.records import Passage, Source, Unread
from holdfast.workspace.encoding import UnreadableText, find_encoding, head_of, is_zipped

Rows = Iterator[tuple[str | None, int, tuple[str, ...]]]
"""Sheet (None in a text file), row number and cells."""

SAMPLES: Final = 3
SAMPLED_ROWS: Final = 2000
WORDS: Final = 4
"""Mean words of a filled cell from which a column is taken for people's own words."""
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass(frozen=True)
class Column:
    """One column of a survey export, as a person should see it before choosing."""

    sheet: str | None
    name: str
    filled: int
    different: int
    words: float
    """Mean words of its filled cells."""
    samples: tuple[str, ...]
    """A few of its cells, redacted and cut short."""
    suggested: bool
    """It looks like people's own words."""


def preview(path: Path | str, allowance: Allowance | None = None) -> tuple[Column, ...]:
    """Every column of the table, from its first rows. CannotRead says why where it cannot be read."""
    from holdfast.understand.scraps.guards import Limits

    cells: dict[tuple[str | None, str], list[str]] = {}
    headers: dict[str | None, tuple[str, ...]] = {}
    for sheet, row, values in _rows(Path(path), allowance or Allowance(Limits(rows=SAMPLED_ROWS))):
        if sheet not in headers:
            headers[sheet] = _names(values)
            cells.update({(sheet, name): [] for name in headers[sheet]})
        elif row <= SAMPLED_ROWS:
            for name, value in zip(headers[sheet], values, strict=False):
                if value.strip():
                    cells[sheet, name].append(value)
    return tuple(_column(sheet, name, held) for (sheet, name), held in cells.items())


def read_table(
    path: Path, name: str, allowance: Allowance, columns: Sequence[str] | None = None
) -> Iterator[Passage | Unread]:
    """Each answer in the named columns (default: those that :func:`preview` suggests), kept whole."""
    chosen = set(columns) if columns is not None else {c.name for c in preview(path) if c.suggested}
    if not chosen:
        raise CannotRead("no column looks like people's own words", "choose the columns to read by name")
    headers: dict[str | None, tuple[str, ...]] = {}
    formulas = 0
    for sheet, row, values in _rows(path, allowance):
        if sheet not in headers:
            headers[sheet] = _names(values)
            continue
        if row > allowance.limits.rows:
            where = f"“{sheet}” in it" if sheet else "it"
            told = f"{where} has more than {allowance.limits.rows:,} rows, and reading stopped there"
            yield Unread(name, told, "split it to read the rest")
            continue
        if not allowance.spend(sum(len(value) for value in values)):
            yield Unread(name, f"it is very long, and reading stopped at row {row:,}", "split it to read the rest")
            break
        for column, value in zip(headers[sheet], values, strict=False):
            formula = value.startswith("=") and "(" in value
            formulas += formula
            if column in chosen and value.strip() and not formula:
                yield Passage(value, Source(name, 0, len(value), sheet=sheet, row=row, column=column), whole=True)
    if columns is not None and not chosen & {column for held in headers.values() for column in held}:
        held = ", ".join(f"“{column}”" for names in headers.values() for column in names)
        raise CannotRead("it has none of the columns asked for", f"choose among {held}")
    if formulas:
        yield Unread(name, f"{formulas:,} cells hold a formula instead of words", "paste them as values to read them")


def _column(sheet: str | None, name: str, held: list[str]) -> Column:
    words = sum(len(value.split()) for value in held) / max(len(held), 1)
    different = len(set(held))
    longest = sorted(set(held), key=len)[-SAMPLES:]
    samples = tuple(dict.fromkeys(redact(value[:300]).text[:120] for value in longest))
    own_words = words >= WORDS and different > 0.3 * len(held) and different > 1
    return Column(
        sheet, name, len(held), different, round(words, 1), samples, own_words or (len(held) == 1 and words > 8)
    )


def _names(values: Sequence[str]) -> tuple[str, ...]:
    """Headings; those empty or repeated are told apart by their place."""
    names: list[str] = []
    for at, value in enumerate(values, start=1):
        name = " ".join(value.split()) or f"column {at}"
        names.append(name if name not in names else f"{name} ({at})")
    return tuple(names)


def _rows(path: Path, allowance: Allowance) -> Rows:
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
        old = file.read(8) == _OLE
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
