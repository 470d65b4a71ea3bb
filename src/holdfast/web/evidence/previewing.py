"""The columns and first rows of an uploaded file, for a person who says what it holds."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from holdfast.share.words import clean
from holdfast.workspace import encoding
from holdfast.workspace.engine import Engine
from holdfast.workspace.files import EXCEL_ENDINGS, TEXT_ENDINGS, read_piece
from holdfast.workspace.report import Report
from holdfast.workspace.settings import TableSource

ROWS: Final = 8
WIDEST: Final = 60
HEAD: Final = 65_536
"""Characters that a look at a text file takes in."""
_READING: Final = ("sheet", "skip_rows", "encoding", "delimiter")


@dataclass(frozen=True)
class Preview:
    """Names as they stand in the file, the first rows as text, and what is wrong with it."""

    names: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def preview(path: Path, told: dict[str, Any]) -> Preview:
    """A look at a file as its source in the configuration says to read it."""
    held = path.stat()
    reading = tuple((key, told[key]) for key in _READING if told.get(key) not in (None, ""))
    return _preview(str(path), held.st_mtime_ns, held.st_size, reading)


@lru_cache(maxsize=128)
def _preview(path: str, _changed: int, _size: int, reading: tuple[tuple[str, Any], ...]) -> Preview:
    engine, report, whole = Engine(), Report(), Path(path)
    with tempfile.TemporaryDirectory(prefix="holdfast-") as scratch:
        head = _head(whole, Path(scratch))
        piece = read_piece(engine, head, whole.name, TableSource(**dict(reading)), report)
        problems = tuple(str(problem) for problem in report.problems)
        if piece is None:
            return Preview(problems=problems, notes=tuple(report.notes))
        rows = engine.collect(piece.table.select(*piece.names).limit(ROWS)).to_pylist()
    shown = tuple(tuple(_shown(row[name]) for name in piece.names) for row in rows)
    return Preview(tuple(piece.names), shown, problems, tuple(report.notes))


def _head(path: Path, scratch: Path) -> Path:
    """The first lines of a text file as a file of its own, so that a long one need not be read; others as they are."""
    if not path.name.lower().endswith(TEXT_ENDINGS):
        return path
    try:
        text = encoding.head_of(path, encoding.find_encoding(path))
    except (encoding.UnreadableText, OSError, EOFError, UnicodeDecodeError):
        return path
    lines = text.splitlines(keepends=True)
    whole = lines[:-1] if len(lines) > 1 and len(text) >= HEAD else lines
    short = scratch / f"head{'.tsv' if '.tsv' in path.name.lower() else '.csv'}"
    short.write_text("".join(whole), "utf-8", newline="")
    return short


def sheets(path: Path) -> tuple[str, ...]:
    """The sheets of a workbook; none for anything else."""
    if not path.name.lower().endswith(EXCEL_ENDINGS):
        return ()
    import python_calamine

    return tuple(python_calamine.CalamineWorkbook.from_path(str(path)).sheet_names)


def _shown(value: object) -> str:
    text = "" if value is None else clean(str(value))
    return text if len(text) <= WIDEST else text[: WIDEST - 1] + "…"
