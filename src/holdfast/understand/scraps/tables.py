"""Survey exports: which columns hold people's own words, and each answer as a passage."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from holdfast.understand.redact import redact
from holdfast.understand.scraps.formulas import Formula
from holdfast.understand.scraps.guards import Allowance, CannotRead, Limits, could_not_open
from holdfast.understand.scraps.quoting import FIX
from holdfast.understand.scraps.records import Passage, Source, Unread, stopped
from holdfast.understand.scraps.rows import Rows, rows_of

SAMPLES: Final = 3
SAMPLED_ROWS: Final = 2000
WORDS: Final = 4
"""Mean words of a filled cell from which a column is taken for people's own words."""


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
    try:
        return _previewed(rows_of(Path(path), allowance or Allowance(Limits(rows=SAMPLED_ROWS))))
    except OSError as trouble:
        raise could_not_open(trouble) from trouble


def _previewed(rows: Rows) -> tuple[Column, ...]:
    cells: dict[tuple[str | None, str], list[str]] = {}
    headers: dict[str | None, tuple[str, ...]] = {}
    for sheet, row, values in rows:
        if sheet not in headers:
            headers[sheet] = _names(values)
            cells.update({(sheet, name): [] for name in headers[sheet]})
        elif row <= SAMPLED_ROWS and len(values) <= len(headers[sheet]):
            for name, value in zip(headers[sheet], values, strict=False):
                if value.strip() and not isinstance(value, Formula):
                    cells[sheet, name].append(value)
    return tuple(_column(sheet, name, held) for (sheet, name), held in cells.items())


def read_table(
    path: Path, name: str, allowance: Allowance, columns: Sequence[str] | None = None
) -> Iterator[Passage | Unread]:
    """Each answer in the named columns (default: those that :func:`preview` suggests), kept whole.

    A row with more cells than there are headings is listed and not read: a comma that nobody put in quotation marks
    would cut its answers. So is one in which a quotation mark is not closed. A workbook's formula is read by the value
    kept with it; in .xlsx files one that a program wrote without a value is listed.
    """
    asked = None if columns is None else {" ".join(column.split()) for column in columns}
    chosen = {c.name for c in preview(path) if c.suggested} if asked is None else asked
    headers: dict[str | None, tuple[str, ...]] = {}
    missed = _Missed(name)
    for sheet, row, values in rows_of(path, allowance, missed.damaged):
        if sheet not in headers:
            headers[sheet] = _names(values)
        elif row > allowance.limits.rows:
            where = f"“{sheet}” in it" if sheet else "it"
            told = f"{where} has more than {allowance.limits.rows:,} rows, and reading stopped there"
            yield Unread(name, told, "split it to read the rest")
        elif not allowance.spend(sum(len(value) for value in values)):
            yield stopped(name, f"row {row:,}")
            break
        elif len(values) > len(headers[sheet]):
            missed.too_long.append(row)
        else:
            for column, value in zip(headers[sheet], values, strict=False):
                formula = isinstance(value, Formula) or (value.startswith("=") and "(" in value)
                missed.formulas += formula and (asked is None or column in asked)
                if column in chosen and value.strip() and not formula:
                    yield Passage(value, Source(name, 0, len(value), sheet=sheet, row=row, column=column), whole=True)
    yield from missed.told()
    if not chosen and not missed.too_long:
        raise CannotRead("no column looks like people's own words", "choose the columns to read by name")
    if asked:
        yield from _absent(name, asked, [column for names in headers.values() for column in names])


@dataclass
class _Missed:
    """What was passed over on the way."""

    file: str
    formulas: int = 0
    too_long: list[int] = field(default_factory=list)
    damaged: list[int] = field(default_factory=list)

    def told(self) -> Iterator[Unread]:
        if self.formulas:
            told = f"{self.formulas:,} cells hold a formula instead of words"
            yield Unread(self.file, told, "paste them as values to read them")
        if self.too_long:
            told = (
                f"{len(self.too_long):,} rows hold more cells than there are headings, and were not read "
                f"(row {_some(self.too_long)})"
            )
            fix = "put quotation marks round answers that hold a comma, or give every column a heading"
            yield Unread(self.file, told, fix)
        if self.damaged:
            told = "a quotation mark is not closed, and what it would have swallowed cannot be told apart for certain: "
            told += f"{len(self.damaged):,} rows were not read (row {_some(self.damaged)})"
            yield Unread(self.file, told, FIX)


def _some(rows: Sequence[int]) -> str:
    return ", ".join(f"{row:,}" for row in rows[:8]) + ("…" if len(rows) > 8 else "")


def _absent(name: str, asked: Set[str], held: Sequence[str]) -> Iterator[Unread]:
    """The columns asked for that no sheet has. CannotRead where that is all of them."""
    fix = f"choose among {', '.join(f'“{column}”' for column in dict.fromkeys(held)) or 'none: it is empty'}"
    absent = asked - set(held)
    if absent == asked:
        raise CannotRead("it has none of the columns asked for", fix)
    if absent:
        some = ", ".join(f"“{column}”" for column in sorted(absent))
        yield Unread(name, f"no column {some} was found in it", fix)


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
