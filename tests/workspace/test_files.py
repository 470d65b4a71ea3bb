"""Files as people have them: encodings, delimiters, Excel, damage."""

from __future__ import annotations

import codecs
import gzip
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from holdfast.records import Problem
from holdfast.workspace import engine as engines
from holdfast.workspace.engine import PIECE, ROW, Engine
from holdfast.workspace.files import Piece, find_files, read_piece
from holdfast.workspace.report import Report
from holdfast.workspace.settings import TableSource

TEXT = "site,name,count\nA,Château d’If – 50 £,1\nB,plain,2\n"
ROWS = [{"site": "A", "name": "Château d’If – 50 £", "count": "1"}, {"site": "B", "name": "plain", "count": "2"}]


def read(path: Path, **settings: object) -> tuple[list[dict[str, object]], Report]:
    report, engine = Report(), Engine()
    piece = read_piece(engine, path, path.name, TableSource.model_validate(settings), report)
    if piece is None:
        return [], report
    table = engine.collect(piece.table.order_by(ROW)).drop_columns([ROW])
    return table.to_pylist(), report


@pytest.mark.parametrize(
    ("encoding", "mark", "said"),
    [
        ("utf-8", b"", None),
        ("utf-8", codecs.BOM_UTF8, None),
        ("cp1252", b"", "Windows-1252"),
        ("utf-16-le", codecs.BOM_UTF16_LE, "UTF-16"),
        ("utf-16-be", codecs.BOM_UTF16_BE, "UTF-16"),
        ("utf-16-le", b"", "UTF-16"),
    ],
)
def test_each_encoding_is_found_and_read(tmp_path: Path, encoding: str, mark: bytes, said: str | None) -> None:
    path = tmp_path / "sites.csv"
    path.write_bytes(mark + TEXT.encode(encoding))
    rows, report = read(path)
    assert rows == ROWS
    assert (said is None and not report.notes) or (said or "") in report.notes[0]


def test_an_encoding_can_be_stated(tmp_path: Path) -> None:
    path = tmp_path / "sites.csv"
    path.write_bytes(TEXT.replace("’", "'").replace("–", "-").encode("iso-8859-1"))
    rows, _ = read(path, encoding="iso-8859-1")
    assert rows[0]["name"] == "Château d'If - 50 £"
    path.write_bytes(TEXT.encode("cp1252"))
    rows, report = read(path, encoding="utf-8")
    assert not rows
    assert "not text in utf-8" in report.problems[0].rule


@pytest.mark.parametrize("name", ["sites.csv.gz", "sites.csv"])
def test_gzip_is_known_by_content(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(gzip.compress(TEXT.encode()))
    assert read(path)[0] == ROWS


@pytest.mark.parametrize(("name", "sign"), [("a.csv", ";"), ("a.tsv", "\t"), ("a.csv", "|"), ("a.csv", "\t")])
def test_delimiters_are_found(tmp_path: Path, name: str, sign: str) -> None:
    path = tmp_path / name
    path.write_text(TEXT.replace(",", sign), "utf-8")
    assert read(path)[0] == ROWS


def test_line_ends_quotes_and_formulas_are_kept_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b'site,note\r\n"=cmd|\' /C calc\'!A0","two\nlines, and ""quotes"""\r\n+B,\r\n')
    rows, _ = read(path)
    assert rows == [
        {"site": "=cmd|' /C calc'!A0", "note": 'two\nlines, and "quotes"'},
        {"site": "+B", "note": None},
    ]


def test_rows_above_the_header_are_skipped(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('"A title, with a comma"\n\n' + TEXT, "utf-8")
    assert read(path, skip_rows=2)[0] == ROWS


def test_large_text_files_go_through_parquet_with_the_same_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(TEXT, "utf-8")
    engine = Engine()
    small = read_piece(engine, path, "a.csv", TableSource(), Report())
    monkeypatch.setattr(engines, "IN_MEMORY_BYTES", 0)
    large = read_piece(engine, path, "a.csv", TableSource(), Report())
    assert isinstance(small, Piece)
    assert isinstance(large, Piece)
    assert engine.collect(small.table).to_pylist() == engine.collect(large.table).to_pylist()
    assert engine.collect(large.table)[ROW].to_pylist() == [2, 3]


def test_every_row_of_a_large_file_keeps_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.csv"
    path.write_text("n\n" + "".join(f"{n}\n" for n in range(300_000)), "utf-8")
    monkeypatch.setattr(engines, "IN_MEMORY_BYTES", 0)
    engine = Engine()
    piece = read_piece(engine, path, "a.csv", TableSource(), Report())
    assert isinstance(piece, Piece)
    table = piece.table
    wrong = table.filter(table.n.cast("int64") + 2 != table[ROW])
    assert engine.row(wrong.aggregate(n=wrong.count()))["n"] == 0


def test_lines_that_do_not_fit_the_header_are_all_named_without_their_content(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("site,count\nA,1\nSECRET,1,2\nB\nC,3\nD\n", "utf-8")
    _, report = read(path)
    found = {(p.rule, p.row, p.count) for p in report.problems}
    assert found == {
        ("this line has more than the header's 2 columns", 3, 1),
        ("this line has fewer than the header's 2 columns", 4, 2),
    }
    assert "SECRET" not in str(report.problems)


@pytest.mark.parametrize("content", [b"", b"\n\n", codecs.BOM_UTF8])
def test_an_empty_file_says_so(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    assert "empty" in read(path)[1].problems[0].rule


@pytest.mark.parametrize(
    ("name", "content", "rule"),
    [
        ("a.csv", bytes(range(256)) * 20, "not text"),
        ("a.csv.gz", gzip.compress(TEXT.encode() * 50, mtime=0)[:-20], "damaged"),
        ("a.xlsx", b"PK\x03\x04 nothing", "cannot be opened"),
        ("a.parquet", b"not parquet at all", "not a Parquet file"),
        ("a.parquet", b"PAR1 begun and never finished", "damaged or unfinished"),
        ("a.docx", b"words", "not read"),
    ],
    ids=["bytes", "gzip", "excel", "parquet", "unfinished", "word"],
)
def test_damaged_files_are_named(tmp_path: Path, name: str, content: bytes, rule: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    rows, report = read(path)
    assert not rows
    assert rule in report.problems[0].rule


@pytest.mark.parametrize("header", ["a,b,a", "site,SITE"])
def test_repeated_column_names_are_refused(tmp_path: Path, header: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(header + "\n1,2,3\n"[: 2 * header.count(",") + 3] + "\n", "utf-8")
    assert read(path)[1].problems[0].row == 1


def test_excel_sheets_with_dates_numbers_and_blank_rows(tmp_path: Path) -> None:
    import datetime as dt

    book = openpyxl.Workbook()
    book.active.title = "Notes"
    sheet = book.create_sheet("Data")
    for row in (
        ["site", "when", "count", None],
        ["A", dt.datetime(2024, 3, 1), 5],
        [],
        ["B", dt.datetime(2024, 4, 1), 2.5],
    ):
        sheet.append(row)
    book.save(tmp_path / "a.xlsx")
    rows, _ = read(tmp_path / "a.xlsx", sheet="Data")
    assert rows == [
        {"site": "A", "when": "2024-03-01", "count": "5"},
        {"site": "B", "when": "2024-04-01", "count": "2.5"},
    ]
    assert "Did you mean “Data”?" in read(tmp_path / "a.xlsx", sheet="data")[1].problems[0].fix
    assert "empty" in read(tmp_path / "a.xlsx")[1].problems[0].rule


def test_row_numbers_of_excel_count_blank_rows(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["site"], ["A"], [], ["B"]):
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    engine = Engine()
    piece = read_piece(engine, tmp_path / "a.xlsx", "a.xlsx", TableSource(), Report())
    assert isinstance(piece, Piece)
    assert engine.collect(piece.table)[ROW].to_pylist() == [2, 4]


def test_a_missing_file_says_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "observations.csv").write_text(TEXT)
    report = Report()
    assert not find_files(tmp_path, TableSource(path="observation.csv"), report, "x")
    assert "Did you mean “observations.csv”?" in report.problems[0].fix
    assert not find_files(tmp_path, TableSource(path="*.parquet"), report, "x")
    assert report.problems[1].rule == "no file has such a name"


def test_many_files_make_one_table_and_keep_their_names(
    folder: Path, problems: Callable[[Path], list[Problem]], replace: Callable[..., None]
) -> None:
    header, *lines = (folder / "observations.csv").read_text().splitlines()
    half = len(lines) // 2
    (folder / "observations.csv").unlink()
    (folder / "part-1.csv").write_text("\n".join([header, *lines[:half]]))
    (folder / "part-2.csv").write_text("\n".join([header, *lines[half:], lines[-1].replace(",age", ",")]))
    replace(folder / "holdfast.toml", ('"observations.csv"', '"part-*.csv"'))
    (only,) = problems(folder)
    assert only.where == "part-2.csv"
    assert "given twice" in only.rule
    assert only.row == len(lines) - half + 2


def test_columns_of_several_files_are_brought_to_one_kind(tmp_path: Path) -> None:
    from holdfast.records import SITES
    from holdfast.workspace.sources import open_source

    pq.write_table(pa.table({"site": [1, 2], "size": [1.5, 2.0]}), tmp_path / "s1.parquet")
    pq.write_table(pa.table({"site": ["A"], "size": [3]}), tmp_path / "s2.parquet")
    report, engine = Report(), Engine()
    source = open_source(engine, tmp_path, SITES, TableSource(path="s*.parquet"), "month", report)
    assert source is not None
    rows = engine.collect(source.typed().order_by([PIECE, ROW])).to_pylist()
    assert [(row["site"], row["size"]) for row in rows] == [("1", 1.5), ("2", 2.0), ("A", 3.0)]
