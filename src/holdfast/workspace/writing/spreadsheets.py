"""CSV that a spreadsheet shows and never runs."""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

_STARTS = ("=", "+", "-", "@", "\t", "\r")
_MARKED = re.compile(r"'+[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
LIST_SEPARATOR = " | "


def safe_text(text: str) -> str:
    """A text that a spreadsheet would run as a formula, marked as text; plain numbers are left alone."""
    runs = text.startswith(_STARTS) and not _NUMBER.fullmatch(text)
    return f"'{text}" if runs or _MARKED.match(text) else text


def unmarked(text: str) -> str:
    """A text that :func:`safe_text` may have marked, as it was."""
    return text[1:] if _MARKED.match(text) else text


def cell(value: object) -> object:
    """One value as it is written: missing is empty, a list is joined, text is safe, a number is a number."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return safe_text(LIST_SEPARATOR.join(str(part) for part in value))
    if isinstance(value, dt.datetime):
        return value.isoformat()
    return safe_text(value) if isinstance(value, str) else value


def write_csv(path: Path, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a table as UTF-8 CSV with safe cells."""
    with path.open("w", encoding="utf-8", newline="") as file:
        plain = csv.writer(file, lineterminator="\n")
        quoted = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL)
        plain.writerow([safe_text(name) for name in names])
        for row in rows:
            made = [cell(value) for value in row]
            returns = any(isinstance(value, str) and "\r" in value for value in made)  # csv leaves these unquoted
            (quoted if returns else plain).writerow(made)
