"""What an uploaded file is, and why it may be refused: before any of it is kept or shown."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from django.conf import settings

from holdfast.workspace import encoding
from holdfast.workspace.check.identifiers import FIX, RULE, holds_nhs_number, refuse
from holdfast.workspace.engine import Engine, types
from holdfast.workspace.files import EXCEL_ENDINGS, PARQUET_ENDINGS, TEXT_ENDINGS, Piece, read_piece
from holdfast.workspace.loading import TABLES
from holdfast.workspace.mapping import ColumnMap
from holdfast.workspace.report import Report
from holdfast.workspace.settings import TableSource
from holdfast.workspace.sources import Source

MOST_ROWS: Final = 20_000_000
EXPANDS: Final = 5
"""A packed file may be this many times the upload limit once unpacked."""
MOST_SHEETS: Final = 40
TOML_BYTES: Final = 1_000_000
_CHUNK: Final = 2**20
_MARKS: Final = {b"PK\x03\x04": ".xlsx", b"PAR1": ".parquet", b"\xd0\xcf\x11\xe0": ".xls"}


class RefusedFile(Exception):  # noqa: N818 - it is an answer, not an error of ours
    """A file that is not kept. The message says what it is, what is allowed and what to do."""


@dataclass(frozen=True)
class Looked:
    """What a look at a file found: its sheets where it has some, and rows where they can be counted cheaply."""

    kind: str
    sheets: tuple[str, ...] = ()
    rows: int | None = None


def look(path: Path, name: str) -> Looked:
    """Look through a whole file that was just received. Raises RefusedFile."""
    ending = name.lower()
    if path.stat().st_size == 0:
        raise RefusedFile(f"{name} is empty. Choose a file that has a header and rows.")
    if ending.endswith(".toml"):
        return _toml(path, name)
    if ending.endswith(PARQUET_ENDINGS):
        return _parquet(path, name)
    if ending.endswith(EXCEL_ENDINGS):
        return _excel(path, name)
    if ending.endswith(TEXT_ENDINGS):
        return _text(path, name)
    raise RefusedFile(
        f"{name} is not a kind of file that is read. Choose CSV or TSV (also gzipped), Parquet, Excel (.xlsx, .xls), "
        "or a holdfast.toml."
    )


def _toml(path: Path, name: str) -> Looked:
    if path.stat().st_size > TOML_BYTES:
        raise RefusedFile(f"{name} is larger than a configuration can be (1 MB). Choose the right file.")
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise RefusedFile(f"{name} is not UTF-8 text. Save it as UTF-8.") from None
    if holds_nhs_number(text):
        raise RefusedFile(f"{name}: {RULE}. Remove it. The value is not shown.")
    return Looked("toml")


def _parquet(path: Path, name: str) -> Looked:
    import pyarrow.parquet as pq

    try:
        rows = pq.read_metadata(path).num_rows
    except Exception:
        raise RefusedFile(f"{name} is not a Parquet file, or is damaged or unfinished. Write it again.") from None
    _few_enough(rows, name)
    _no_patients(_read(path, name, TableSource()), name)
    return Looked("parquet", rows=rows)


def _excel(path: Path, name: str) -> Looked:
    import python_calamine

    if zipfile.is_zipfile(path):
        _unpacks(path, name)
    try:
        sheets = tuple(python_calamine.CalamineWorkbook.from_path(str(path)).sheet_names)
    except Exception:
        raise RefusedFile(
            f"{name} cannot be opened as Excel: it is damaged, locked by a password, or another kind of file. "
            "Open it in Excel and save it again as .xlsx or .csv."
        ) from None
    if len(sheets) > MOST_SHEETS:
        raise RefusedFile(
            f"{name} has {len(sheets)} sheets; {MOST_SHEETS} are read. Save the ones you need by themselves."
        )
    read = [_read(path, name, TableSource(sheet=sheet)) for sheet in sheets]
    for one in read:
        _no_patients(one, name)
    if not any(one[1] is not None for one in read):
        raise RefusedFile(f"{name} has no sheet that reads as a table. The first row should hold the columns’ names.")
    return Looked("excel", sheets)


def _text(path: Path, name: str) -> Looked:
    with path.open("rb") as file:
        head = file.read(4)
    if head in _MARKS:
        raise RefusedFile(f"{name} is not text: it looks like {_MARKS[head]}. Give it that ending and choose it again.")
    rows = _lines(path, name)
    try:
        found = encoding.find_encoding(path)
    except (encoding.UnreadableText, OSError, EOFError, zlib.error):
        raise RefusedFile(f"{name} is not text that can be read. Save it as CSV in UTF-8.") from None
    read = _read(path, name, TableSource())
    if read[1] is not None:
        _no_patients(read, name)
    elif _holds_patients(path, found):
        raise RefusedFile(f"{name}: {RULE}. {FIX}")
    return Looked("text", rows=rows)


def _lines(path: Path, name: str) -> int:
    """How many lines; refused when there are too many, or when little unpacks to very much."""
    limit, size, lines = settings.UPLOAD_LIMIT * EXPANDS, 0, 0
    try:
        with encoding.open_bytes(path) as file:
            while chunk := file.read(_CHUNK):
                size, lines = size + len(chunk), lines + chunk.count(b"\n")
                if size > limit:
                    raise RefusedFile(_too_large(name, limit))
                _few_enough(lines - 1, name)
    except (OSError, EOFError, zlib.error, gzip.BadGzipFile):
        raise RefusedFile(f"{name} is gzipped and damaged or unfinished. Write it again.") from None
    if size == 0:
        raise RefusedFile(f"{name} is empty. Choose a file that has a header and rows.")
    return lines


def _unpacks(path: Path, name: str) -> None:
    """Unpack every part of a workbook and throw it away, so that no part says less of itself than it holds."""
    limit, size = settings.UPLOAD_LIMIT * EXPANDS // 2, 0
    try:
        with zipfile.ZipFile(path) as book:
            for part in book.infolist():
                if size + part.file_size > limit:
                    raise RefusedFile(_too_large(name, limit))
                with book.open(part) as file:
                    size += _drained(file, limit - size, name, limit)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError):
        raise RefusedFile(
            f"{name} cannot be unpacked: it is damaged or locked by a password. Open it in Excel and save it again."
        ) from None


def _drained(file: IO[bytes], left: int, name: str, limit: int) -> int:
    size = 0
    while chunk := file.read(_CHUNK):
        size += len(chunk)
        if size > left:
            raise RefusedFile(_too_large(name, limit))
    return size


def _too_large(name: str, limit: int) -> str:
    return (
        f"{name} unpacks to more than {limit // 2**20:,} MB, which is more than is read here. "
        "Leave out columns and rows that are not needed, or save it as Parquet."
    )


def _few_enough(rows: int, name: str) -> None:
    if rows > MOST_ROWS:
        raise RefusedFile(
            f"{name} has more than {MOST_ROWS:,} rows, the most that is read here. Add rows up to one for each site, "
            "period and population, then choose it again."
        )


def _read(path: Path, name: str, settings_: TableSource) -> tuple[Engine, Piece | None, Report]:
    engine, report = Engine(), Report()
    return engine, read_piece(engine, path, name, settings_, report), report


def _no_patients(read: tuple[Engine, Piece | None, Report], name: str) -> None:
    """Every column of the file, looked through as the library looks through the columns it does not use."""
    engine, piece, report = read
    if piece is None:
        return
    kinds: Any = types(piece.table)
    table = TABLES["sites"]
    source = Source(table, TableSource(), name, (piece.where,), piece.table, kinds, (piece,), (ColumnMap({}),))
    refuse(engine, source, report)
    found = next((problem for problem in report.problems if problem.rule == RULE), None)
    if found is not None:
        raise RefusedFile(str(found))


def _holds_patients(path: Path, found: str) -> bool:
    """The same for text that is not yet a table, line by line."""
    with encoding.open_bytes(path) as raw:
        tail = b""
        while chunk := raw.read(_CHUNK):
            if holds_nhs_number((tail + chunk).decode(found, errors="replace")):
                return True
            tail = chunk[-64:]
    return False
