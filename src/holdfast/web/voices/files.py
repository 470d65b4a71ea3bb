"""A CSV file of people as rows by the names of its columns; a file that is something else is refused with why."""

from __future__ import annotations

import csv
import io
from collections import Counter
from typing import Any, Final

from holdfast.workspace.writing.spreadsheets import unmarked

MORE: Final = ""
"""Where what stands beyond the named columns is held until its row is refused."""
MOST: Final = 5_000
LARGEST: Final = 20 * 1024 * 1024
OTHER_FILES: Final = {
    b"PK\x03\x04": "a Word or Excel document, or a zip", b"%PDF": "a PDF",
    b"\xd0\xcf\x11\xe0": "an older Word or Excel document",
}  # fmt: skip
"""How files begin that are sent in place of a CSV file."""
ALLOWED: Final = (
    "A CSV file is allowed: a first line with the names of its columns, then a row for each entry. "
    "From a spreadsheet, save it as “CSV UTF-8”, then send it again."
)


class UnreadableError(Exception):
    """The whole file cannot be read; each message says why and what to do."""


def rows_of(content: bytes) -> list[dict[str, str]]:
    """The rows of a CSV file by its first line. Raises UnreadableError."""
    if kind := next((kind for start, kind in OTHER_FILES.items() if content.startswith(start)), ""):
        raise UnreadableError(f"This is {kind}, not a CSV file. {ALLOWED}")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadableError("This file is not UTF-8 text. Save it as “CSV UTF-8”, then send it again.") from None
    try:
        reader = csv.DictReader(io.StringIO(text, newline=""), restval="")
        _refuse_twice([_name(one) for one in reader.fieldnames or ()])
        rows = [_row(row) for row in reader]
    except csv.Error as problem:
        raise UnreadableError(f"This file cannot be read as CSV: {problem}. Save it again as CSV.") from None
    if len(rows) > MOST:
        raise UnreadableError(f"This file has {len(rows):,} rows. Send at most {MOST:,} at a time.")
    if not rows:
        raise UnreadableError(f"This file has no rows under its first line. {ALLOWED}")
    return rows


def _name(heading: str) -> str:
    """A column's name: the first word of its heading. The rest says what it asks."""
    return (heading.lower().split() or [""])[0]


def _refuse_twice(names: list[str]) -> None:
    """Of two columns with one name only one could be read, and nobody would know which."""
    if twice := next((name for name, n in Counter(names).items() if name and n > 1), ""):
        raise UnreadableError(f"Two columns of this file are called {twice}. Take one out, or give it its own name.")


def _row(row: dict[str | None, Any]) -> dict[str, str]:
    """A row by its columns' names. Cells beyond the last column, even empty ones, are held under ``MORE``."""
    found = {_name(k): unmarked(str(v or "")) for k, v in row.items() if k is not None}
    return found | {MORE: "more cells"} if None in row else found
