"""Finds the month, the sheets, the header and the columns of an A&E workbook by what they say."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from holdfast.records import InputProblems, Problem
from holdfast.workspace.dates import MONTHS
from holdfast.workspace.suggest import quoted

Rows = list[list[Any]]
MISSING: Final = frozenset({"", "-", "–", "*", "..", "n/a"})
_CODE: Final = re.compile(r"[A-Z][A-Z0-9]{2,7}|[0-9][A-Z0-9]{2,7}")
_MONTH: Final = re.compile(
    rf"({'|'.join(sorted(MONTHS, key=len, reverse=True))})[\s\-']*(\d{{4}}|\d{{2}})\b", re.IGNORECASE
)
_DAY: Final = re.compile(
    rf"(\d{{1,2}})(?:st|nd|rd|th)?\s+({'|'.join(sorted(MONTHS, key=len, reverse=True))})\s+(\d{{4}})", re.IGNORECASE
)


@dataclass(frozen=True)
class Workbook:
    """A workbook's month, the day it was last revised or published, and its sheets' cells."""

    name: str
    period: dt.date
    dated: dt.date | None
    sheets: dict[str, Rows]


@dataclass(frozen=True)
class Sheet:
    """A sheet with the row of its header and the place of each of our columns."""

    name: str
    rows: Rows
    header: int
    columns: dict[str, int]
    code_at: int
    name_at: int
    region_at: int | None

    def body(self) -> Iterator[tuple[int, list[Any]]]:
        """The rows under the header, each with its row number."""
        for place in range(self.header + 1, len(self.rows)):
            yield place + 1, self.rows[place]

    def code(self, row: Sequence[Any]) -> str | None:
        """The provider's code, or None when the row is not about a provider."""
        code, name = words(row[self.code_at]), words(row[self.name_at])
        return code if _CODE.fullmatch(code) and name and not _is_total(code, name) else None

    def labels(self, row: Sequence[Any]) -> dict[str, str]:
        """The provider's name and region."""
        region = "" if self.region_at is None else words(row[self.region_at])
        return {"org_name": words(row[self.name_at]), "region": "" if region == "-" else region}

    def counts(self, row: Sequence[Any], number: int, book: str) -> dict[str, int | None]:
        """Our columns' figures of a row."""
        return {name: self._count(row[place], number, name, book) for name, place in self.columns.items()}

    def total(self, book: str) -> dict[str, int | None] | None:
        """The published total, when there is one."""
        for number, row in self.body():
            if _is_total(words(row[self.code_at]), words(row[self.name_at])):
                found = self.counts(row, number, book)
                if any(value is not None for value in found.values()):
                    return found
        return None

    def kind_of_other(self, row: Sequence[Any]) -> str:
        """Why a row that is not a provider's is left out."""
        if not any(words(cell) for cell in row):
            return "empty"
        total = _is_total(words(row[self.code_at]), words(row[self.name_at]))
        return "the published total, used to check the sum" if total else "footnote"

    def _count(self, cell: Any, number: int, column: str, book: str) -> int | None:
        if isinstance(cell, str) and words(cell).lower() in MISSING:
            return None
        try:
            value = float(cell.replace(",", "")) if isinstance(cell, str) else float(cell)
        except (TypeError, ValueError):
            raise _problem(book, self.name, "must be a count, and holds text", column, number) from None
        if abs(value - round(value)) > 1e-6 or value < 0:
            raise _problem(book, self.name, "must be a whole number of zero or more", column, number)
        return round(value)


@dataclass(frozen=True)
class Sheets:
    """The sheets that are read."""

    provider: Sheet
    booked: Sheet | None


def words(cell: Any) -> str:
    """A cell's text with every kind of space made one."""
    return re.sub(r"\s+", " ", str(cell).replace("\u00a0", " ")).strip() if cell is not None else ""


def open_workbook(path: Path) -> Workbook:
    """Read every sheet; the month comes from the first sheet that names it."""
    import python_calamine

    try:
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        sheets = {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}
    except Exception:
        raise InputProblems(
            [Problem(path.name, "this is not an Excel workbook, or it is damaged", "Download it again.")]
        ) from None
    period = next((found for rows in sheets.values() if (found := _month(_beside(rows, "period")))), None)
    if period is None:
        raise InputProblems(
            [
                Problem(
                    path.name,
                    "no sheet says which month it is about (a cell “Period:”)",
                    "Check that this is the monthly provider workbook.",
                )
            ]
        )
    dated = [_day(_beside(rows, label)) for rows in sheets.values() for label in ("revised", "published")]
    return Workbook(path.name, period, max((day for day in dated if day), default=None), sheets)


def find_sheets(book: Workbook) -> Sheets:
    """The sheet of all attendances by provider, and that of booked ones."""
    found = {name: sheet for name, rows in book.sheets.items() if (sheet := _as_sheet(name, rows)) is not None}
    booked = next((sheet for sheet in found.values() if "booked_total" in sheet.columns), None)
    whole = [sheet for sheet in found.values() if "att_total" in sheet.columns and "booked" not in sheet.name.lower()]
    named = [sheet for sheet in whole if "provider" in sheet.name.lower()]
    if not named and not whole:
        raise InputProblems(
            [Problem(book.name, "no sheet holds attendances by provider", f"Its sheets are {quoted(book.sheets)}.")]
        )
    return Sheets((named or whole)[0], booked)


def _as_sheet(name: str, rows: Rows) -> Sheet | None:
    """The sheet, when it has a header with a code and a name of providers and columns that we know."""
    if "footprint" in name.lower() or "mapping" in name.lower():
        return None
    for place, row in enumerate(rows[:60]):
        texts = [words(cell).lower() for cell in row]
        if "code" not in texts and "org code" not in texts:
            continue
        names = [i for i, text in enumerate(texts) if text in ("name", "org name", "provider", "provider name")]
        columns = _columns(_groups(rows, place), texts)
        if names and columns:
            code = texts.index("code") if "code" in texts else texts.index("org code")
            region = next(
                (i for i, text in enumerate(texts) if text in ("region", "area team", "area", "parent org")), None
            )
            return Sheet(name, rows, place, columns, code, names[0], region)
    return None


def _groups(rows: Rows, header: int) -> list[str]:
    """The words over each column: a heading stands over all columns up to the next."""
    groups, current = [], ""
    for cell in rows[header - 1] if header else []:
        current = words(cell).lower() or current
        groups.append(current)
    return groups


def _columns(groups: Sequence[str], texts: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for place, text in enumerate(texts):
        name = _meaning(groups[place] if place < len(groups) else "", text, texts[place:])
        if name is not None:
            found.setdefault(name, place)
    return found


def _meaning(group: str, text: str, onward: Sequence[str]) -> str | None:
    """Which of our columns a heading means, by its own words and those over it."""
    if not text or "percentage" in text or "performance" in group or "percentage" in group:
        return None
    if "decision to admit" in text or "decision to admit" in group or "dta" in text.split():
        if "12" in text:
            return "dta_gt12h"
        return "dta_gt4h" if "4" in text else None
    if "admission" in text and "emergency" in text:
        return _admissions(text)
    kind = _department(text)
    if kind is None:
        return None
    over = group or next((other for other in onward if "total" in other), "")
    if "booked" in over or "booked" in text:
        return None if _within(over, text) or _beyond(over, text) else f"booked_{kind}"
    if _within(over, text):
        return None
    return f"gt4_{kind}" if _beyond(over, text) else f"att_{kind}"


def _within(*texts: str) -> bool:
    return any("less than 4" in text or re.search(r"<\s*4", text) for text in texts)


def _beyond(*texts: str) -> bool:
    return any("greater than 4" in text or "over 4" in text or re.search(r">\s*4", text) for text in texts)


def _department(text: str) -> str | None:
    if "attendances" in text and "total" in text:
        return "total"
    found = re.search(r"\btype ([123])\b", text)
    return f"type{found[1]}" if found else None


def _admissions(text: str) -> str | None:
    if text.startswith("total") and "via" in text:
        return "adm_via_ae"
    if text.startswith("total"):
        return "adm_total"
    if text.startswith("other"):
        return "adm_other"
    found = re.search(r"\btype ([123])\b", text)
    return f"adm_type{found[1]}" if found else None


def _beside(rows: Rows, label: str) -> Any:
    """The cell to the right of one that says ``label:``."""
    for row in rows[:30]:
        for place, cell in enumerate(row):
            if words(cell).lower().rstrip(": ") == label:
                return next((other for other in row[place + 1 :] if other != ""), "")
    return ""


def _month(cell: Any) -> dt.date | None:
    if isinstance(cell, (dt.date, dt.datetime)):
        return dt.date(cell.year, cell.month, 1)
    found = _MONTH.search(words(cell))
    if found is None:
        return None
    year = int(found[2])
    return dt.date(year if year > 99 else 2000 + year, MONTHS[found[1].lower()], 1)


def _day(cell: Any) -> dt.date | None:
    if isinstance(cell, dt.datetime):
        return cell.date()
    if isinstance(cell, dt.date):
        return cell
    found = _DAY.search(words(cell))
    return dt.date(int(found[3]), MONTHS[found[2].lower()], int(found[1])) if found else None


def _is_total(code: str, name: str) -> bool:
    return name.lower() in ("england", "total", "grand total") or code.lower() in ("england", "total", "grand total")


def _problem(book: str, sheet: str, rule: str, column: str, row: int) -> InputProblems:
    return InputProblems([Problem(f"{book} [{sheet}]", rule, "Check the file: it is not as published.", column, row)])
