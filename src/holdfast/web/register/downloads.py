"""The changes asked for as files: CSV and JSON a piece at a time, and a workbook that anybody can read."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, BinaryIO, Final

from django.db.models import QuerySet

from holdfast.share.tables.text import FORMULA, safe
from holdfast.web.register.fields import LABELS, plain_number
from holdfast.web.register.models import DISPLACED, Change, Practice, Vocabulary
from holdfast.web.register.saving import FIELDS

BATCH: Final = 500
MOST_IN_A_WORKBOOK: Final = 25_000
"""Changes in one workbook; more take a reader's patience and the server's memory, and are left to CSV."""
_CELL: Final = 32_767
_NUMBERS: Final = ("planned_months", "actual_months", "cost")


def columns(lists: Iterable[Vocabulary]) -> list[tuple[str, str, str]]:
    """Every column: its name for programs, its heading, and what it means."""
    of_record = [(name, LABELS[name], "") for name in FIELDS]
    said = "Terms of the list “{}”, joined by semicolons."
    of_lists = [(f"list_{one.code}", one.name, said.format(one.name)) for one in lists]
    return [
        ("identifier", "Number", "The change's number, which never alters."),
        *of_record,
        ("displaced", LABELS["displaced"], "Joined by semicolons."),
        ("acceleration", "Times faster than planned", "Months planned over months taken; below 1 is slower."),
        *of_lists,
        ("recorded", "Recorded", "When it was recorded, in UTC."),
        ("saved", "Last saved", "When this version was saved, in UTC."),
        ("version", "Version", "How many times it has been saved."),
    ]


def records(found: QuerySet[Change], lists: Iterable[Vocabulary]) -> Iterator[dict[str, Any]]:
    """Each change as plain values by column, newest first, some hundreds read at a time."""
    lists = list(lists)
    labels = {term.pk: (f"list_{one.code}", term.label) for one in lists for term in one.terms.all()}
    rows = found.order_by("-pk")
    batch = list(rows[:BATCH])
    while batch:
        keys = [change.pk for change in batch]
        terms, displaced = _terms_of(keys), _displaced_of(keys)
        for change in batch:
            held: dict[str, list[str]] = {f"list_{one.code}": [] for one in lists}
            chosen = terms.get(change.pk, set())
            for name, label in (labels[key] for key in labels if key in chosen) if chosen else ():
                held[name].append(label)
            yield _record(change, displaced.get(change.pk, []), held)
        batch = list(rows.filter(pk__lt=keys[-1])[:BATCH])


def csv_lines(found: QuerySet[Change], lists: Iterable[Vocabulary]) -> Iterator[bytes]:
    """CSV in UTF-8 with its mark, so that spreadsheets read it rightly; text that begins a formula is made plain."""
    lists = list(lists)
    names = [name for name, _heading, _meaning in columns(lists)]
    yield b"\xef\xbb\xbf" + _line(names)
    for record in records(found, lists):
        yield _line([_cell(record[name]) for name in names])


def json_pieces(found: QuerySet[Change], lists: Iterable[Vocabulary], made_at: dt.datetime) -> Iterator[str]:
    """One JSON object: when it was made, and the changes with text exactly as it was written."""
    yield f'{{"made_at": {json.dumps(made_at.astimezone(dt.UTC).isoformat(timespec="seconds"))}, "changes": ['
    for number, record in enumerate(records(found, lists)):
        yield (",\n" if number else "\n") + json.dumps(record, ensure_ascii=False, default=_number)
    yield "\n]}\n"


def write_workbook(out: BinaryIO, found: QuerySet[Change], lists: Iterable[Vocabulary], about: list[str]) -> None:
    """An accessible workbook: a cover, what the columns mean, then one table with its headings in the first row."""
    import openpyxl
    from openpyxl.utils import get_column_letter

    lists = list(lists)
    named = columns(lists)
    book = openpyxl.Workbook(write_only=True)
    book.properties.title, book.properties.creator = "Changes", "Holdfast"
    _lines(book, "Cover", about)
    _sheet(book, "Columns", ["Column", "Meaning"], [[heading, meaning or heading] for _name, heading, meaning in named])
    changes = book.create_sheet("Changes")
    changes.freeze_panes = "B2"
    for place, (name, heading, _meaning) in enumerate(named, start=1):
        width = 60 if name == "description" else max(14, len(heading))
        changes.column_dimensions[get_column_letter(place)].width = width
    changes.append([_bold(changes, heading) for _name, heading, _meaning in named])
    for record in records(found, lists):
        changes.append([_excel(changes, record[name]) for name, _heading, _meaning in named])
    book.save(out)


def _terms_of(keys: list[int]) -> dict[int, set[int]]:
    """The terms of some changes, key by key: rows of two numbers, where objects would take most of the time."""
    found: dict[int, set[int]] = {}
    for change, term in Change.terms.through.objects.filter(change__in=keys).values_list("change_id", "term_id"):
        found.setdefault(change, set()).add(term)
    return found


def _displaced_of(keys: list[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    rows = Practice.objects.filter(change__in=keys, role=DISPLACED).order_by("id")
    for change, name in rows.values_list("change_id", "name"):
        found.setdefault(change, []).append(name)
    return found


def _record(change: Change, displaced: list[str], lists: dict[str, list[str]]) -> dict[str, Any]:
    times = change.acceleration
    return {
        "identifier": change.identifier,
        **{name: _value(name, getattr(change, name)) for name in FIELDS},
        "displaced": displaced,
        "acceleration": None if times is None else float(round(times, 2)),
        **lists,
        "recorded": change.created_at.astimezone(dt.UTC).isoformat(timespec="seconds"),
        "saved": change.updated_at.astimezone(dt.UTC).isoformat(timespec="seconds"),
        "version": change.version,
    }


def _value(name: str, value: Any) -> Any:
    if name in _NUMBERS:
        return None if value is None else _number(value)
    return value.isoformat() if isinstance(value, dt.date) else value


def _number(value: Any) -> Any:
    if isinstance(value, Decimal):
        text = plain_number(value)
        return float(text) if "." in text else int(text)
    raise TypeError(type(value).__name__)


def _cell(value: Any) -> Any:
    if isinstance(value, list):
        value = "; ".join(value)
    return safe(value) if isinstance(value, str) else value


def _line(cells: list[Any]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue().encode("utf-8", "replace")


def _excel(sheet: Any, value: Any) -> Any:
    """A number as a number; text as text, whatever it begins with, also after somebody edits the cell."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    if isinstance(value, list):
        value = "; ".join(value)
    if not isinstance(value, str):
        return value
    text = ILLEGAL_CHARACTERS_RE.sub("", value)[:_CELL]
    if not text.startswith(FORMULA):
        return text
    cell = WriteOnlyCell(sheet, text)
    cell.data_type, cell.quotePrefix = "s", True
    return cell


def _bold(sheet: Any, text: str) -> Any:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    cell = WriteOnlyCell(sheet, text)
    cell.font = Font(bold=True)
    return cell


def _lines(book: Any, name: str, lines: list[str]) -> None:
    sheet = book.create_sheet(name)
    sheet.column_dimensions["A"].width = 100
    for number, line in enumerate(lines):
        sheet.append([_bold(sheet, line) if number == 0 else _excel(sheet, line)])


def _sheet(book: Any, name: str, headings: list[str], rows: list[list[str]]) -> None:
    sheet = book.create_sheet(name)
    sheet.freeze_panes = "A2"
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 40, 90
    sheet.append([_bold(sheet, heading) for heading in headings])
    for row in rows:
        sheet.append([_excel(sheet, text) for text in row])
