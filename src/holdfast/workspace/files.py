"""From a path in the configuration to expressions over the file's own columns."""

from __future__ import annotations

import csv
import datetime as dt
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from holdfast.workspace import encoding as encodings
from holdfast.workspace.engine import ROW, Engine, Expr, memory
from holdfast.workspace.report import Report
from holdfast.workspace.settings import TableSource
from holdfast.workspace.suggest import did_you_mean, quoted

TEXT_ENDINGS = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz")
EXCEL_ENDINGS = (".xlsx", ".xls", ".xlsm", ".xlsb", ".ods")
PARQUET_ENDINGS = (".parquet", ".pq")


@dataclass(frozen=True)
class Piece:
    """One file (or sheet, or frame) of a table: its own columns and the row number."""

    where: str
    table: Expr

    @property
    def names(self) -> tuple[str, ...]:
        """The file's own column names."""
        return tuple(name for name in self.table.columns if name != ROW)


def find_files(folder: Path, source: TableSource, report: Report, where: str) -> list[Path]:
    """The files that a path or pattern means."""
    if source.path is None:
        report.problem(where, "no path is given", 'Add `path = "file.csv"`.', column="path")
        return []
    pattern = source.path
    if any(sign in pattern for sign in "*?["):
        base, parts = (
            (Path(Path(pattern).anchor), Path(pattern).parts[1:])
            if Path(pattern).is_absolute()
            else (
                folder,
                Path(pattern).parts,
            )
        )
        while parts and not any(sign in parts[0] for sign in "*?["):
            base, parts = base / parts[0], parts[1:]
        found = sorted(path for path in base.glob("/".join(parts)) if path.is_file())
        if not found:
            report.problem(pattern, "no file has such a name", _there_is(base, pattern), column="path")
        return found
    path = folder / pattern
    if not path.is_file():
        report.problem(pattern, "this file is missing", _there_is(path.parent, path.name), column="path")
        return []
    return [path]


def read_piece(engine: Engine, path: Path, where: str, source: TableSource, report: Report) -> Piece | None:
    """One file, or None with the reason in the report."""
    ending = path.name.lower()
    if path.stat().st_size == 0:
        report.problem(where, "this file is empty", "Replace it with one that has a header and rows.")
        return None
    if ending.endswith(PARQUET_ENDINGS):
        return _parquet(engine, path, where, report)
    if ending.endswith(EXCEL_ENDINGS):
        return _excel(engine, path, where, source, report)
    if ending.endswith(TEXT_ENDINGS):
        return _text(engine, path, where, source, report)
    report.problem(
        where,
        "this kind of file is not read",
        "Give CSV or TSV (also gzipped), Parquet, .xlsx or .xls.",
        column="path",
    )
    return None


def _there_is(folder: Path, name: str) -> str:
    if not folder.is_dir():
        return "Its folder does not exist either; paths are relative to the workspace."
    here = sorted(item.name for item in folder.iterdir() if not item.name.startswith("."))
    return f"{did_you_mean(name, here)} Paths are relative to the workspace."


def _parquet(engine: Engine, path: Path, where: str, report: Report) -> Piece | None:
    with path.open("rb") as file:
        mark = file.read(4)
    if mark != b"PAR1":
        report.problem(where, "this is not a Parquet file", "Write it again, or correct its ending.")
        return None
    try:
        return Piece(where, engine.parquet(path))
    except Exception:
        report.problem(where, "this Parquet file cannot be read: it is damaged or unfinished", "Write it again.")
        return None


def _text(engine: Engine, path: Path, where: str, source: TableSource, report: Report) -> Piece | None:
    encoding = _encoding(path, where, source, report)
    if encoding is None:
        return None
    try:
        head = encodings.head_of(path, encoding)
    except (UnicodeDecodeError, EOFError, OSError):
        report.problem(where, f"this is not text in {encoding}", "Say `encoding = …`, or save it as UTF-8.")
        return None
    lines = head.lstrip("\ufeff").splitlines(keepends=True)[source.skip_rows :]
    if not "".join(lines).strip():
        report.problem(where, "this file is empty", "Replace it with one that has a header and rows.")
        return None
    delimiter = source.delimiter or _delimiter(lines[0], path)
    header = next(csv.reader(io.StringIO("".join(lines)), delimiter=delimiter))
    names = _header(header, where, report)
    if names is None:
        return None
    direct = encoding in ("utf-8", "utf-8-sig") and encodings.is_zipped(path) == path.name.lower().endswith(".gz")
    plain = path if direct else _as_utf8(engine, path, encoding)
    skip = source.skip_rows + _lines_of(lines, delimiter)
    try:
        return Piece(where, engine.csv(plain, names, delimiter, skip))
    except Exception:
        _say_ragged(engine, plain, where, names, delimiter, skip, report)
        return None


def _lines_of(lines: list[str], delimiter: str) -> int:
    """How many lines the header takes (a quoted name may run over several)."""
    reader = csv.reader(iter(lines), delimiter=delimiter)
    next(reader)
    return reader.line_num


def _as_utf8(engine: Engine, path: Path, encoding: str) -> Path:
    stem = f"{abs(hash(path))}-{path.name.removesuffix('.gz')}"
    return encodings.to_utf8(path, encoding, engine.scratch() / stem)


def _encoding(path: Path, where: str, source: TableSource, report: Report) -> str | None:
    if source.encoding is not None:
        return source.encoding
    try:
        found = encodings.find_encoding(path)
    except encodings.UnreadableText:
        report.problem(where, "this is not text that can be read", "Save it as CSV in UTF-8.")
        return None
    except (OSError, EOFError):
        report.problem(where, "this gzipped file is damaged or unfinished", "Write it again.")
        return None
    if found != "utf-8" and found != "utf-8-sig":
        shown = {"cp1252": "Windows-1252", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16", "utf-16": "UTF-16"}
        report.note(f"{where}: read as {shown.get(found, found)}, which is what it looks like.")
    return found


def _delimiter(line: str, path: Path) -> str:
    if ".tsv" in path.name.lower():
        return "\t"
    counts = {sign: line.count(sign) for sign in (",", "\t", ";", "|")}
    best = max(counts, key=lambda sign: counts[sign])
    return best if counts[best] else ","


def _header(header: list[str], where: str, report: Report) -> list[str] | None:
    """Column names without stray spaces; unnamed columns are numbered, repeated ones refused."""
    names = [name.strip().lstrip("\ufeff") or f"unnamed {place}" for place, name in enumerate(header, 1)]
    repeated = sorted({name for name in names if names.count(name) > 1})
    folded = [name.lower() for name in names]
    if repeated:
        report.problem(where, f"several columns are called {quoted(repeated)}", "Give each its own name.", row=1)
        return None
    # the engine does not tell capital letters apart, so neither may a header
    clash = sorted({name for name in names if folded.count(name.lower()) > 1})
    if clash:
        report.problem(where, f"columns {quoted(clash)} differ in capitals only", "Rename one of them.", row=1)
        return None
    return names


def _say_ragged(
    engine: Engine, path: Path, where: str, names: list[str], delimiter: str, skip: int, report: Report
) -> None:
    try:
        faults = engine.ragged(path, names, delimiter, skip)
    except Exception:
        faults = []
    if not faults:
        report.problem(where, "this text file cannot be read as a table", "Save it again as CSV.")
    for kind in sorted({kind for _, kind in faults}):
        rows = [line for line, found in faults if found == kind]
        what = {
            "too many columns": f"this line has more than the header's {len(names)} columns",
            "missing columns": f"this line has fewer than the header's {len(names)} columns",
            "unquoted value": "a quotation mark is not closed on this line",
        }.get(kind, f"this line cannot be read ({kind})")
        report.problem(
            where,
            what,
            "Correct the line; text that holds the delimiter needs quotation marks.",
            row=rows[0],
            count=len(rows),
        )


def _excel(engine: Engine, path: Path, where: str, source: TableSource, report: Report) -> Piece | None:
    import python_calamine

    try:
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        names = book.sheet_names
        sheet = source.sheet if source.sheet is not None else names[0]
        if sheet not in names:
            report.problem(where, f"there is no sheet “{sheet}”", did_you_mean(sheet, names), column="sheet")
            return None
        rows = book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    except Exception:
        report.problem(
            where,
            "this Excel file cannot be opened: damaged, locked by a password, or another format",
            "Open it in Excel and save it again as .xlsx or .csv.",
        )
        return None
    where = f"{where} [{sheet}]"
    body = rows[source.skip_rows :]
    if not body or not any(cell != "" for row in body for cell in row):
        report.problem(where, "this sheet is empty", "Choose another with `sheet = …`.")
        return None
    header = _header([str(cell) for cell in body[0]], where, report)
    return None if header is None else Piece(where, memory(_cells(header, body[1:], source.skip_rows + 2)))


def _cells(names: list[str], rows: list[list[Any]], first: int) -> Any:
    """Excel cells as text, empty rows left out, each with its row number."""
    numbered = [(number, row) for number, row in enumerate(rows, first) if any(cell != "" for cell in row)]
    columns = {
        name: pa.array([_cell(row[place]) for _, row in numbered], pa.string()) for place, name in enumerate(names)
    }
    keep = {name: column for name, column in columns.items() if not _unnamed_and_empty(name, column)}
    return pa.table({**keep, ROW: pa.array([number for number, _ in numbered], pa.int64())})


def _unnamed_and_empty(name: str, column: Any) -> bool:
    return name.startswith("unnamed ") and column.null_count == len(column)


def _cell(value: Any) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time(0) else value.isoformat(sep=" ")
    return str(value)
