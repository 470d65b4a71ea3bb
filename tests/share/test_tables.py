"""Downloads: safe text, honest blanks, files that open everywhere."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import builders
import openpyxl
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.share import Released, release, write_tables, write_workbook
from holdfast.share.tables import csv_bytes, safe, sheets

WHEN = builders.dt.datetime(2024, 5, 3, tzinfo=builders.dt.UTC)
BEGINS = tuple("=+-@＝＋－＠|%")


def small() -> Released:
    plots = (builders.PLOTS[0], builders.PLOTS[10])
    return release(builders.findings(plots, measures=builders.MEASURES[:2]), measures=builders.MEASURES)


@given(st.text(max_size=40))
def test_no_text_begins_a_formula(text: str) -> None:
    assert not safe(text).startswith(BEGINS)
    assert not safe(text).startswith(("\t", "\r", "\n"))


def test_no_cell_of_any_csv_begins_a_formula_unless_it_is_a_number() -> None:
    found, _, measures = builders.hostile(1)
    released = release(found, measures=measures)
    for sheet in sheets(released):
        for row in csv.reader(io.StringIO(csv_bytes(sheet, released).decode("utf-8-sig"))):
            for value in row:
                if value.startswith(BEGINS):
                    float(value)


def test_csv_tells_hidden_from_unknown(tmp_path: Path) -> None:
    released = small()
    write_tables(tmp_path, released, WHEN)
    content = (tmp_path / "effects.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf"), "spreadsheets need the mark to read UTF-8"
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    mixed = [r for r in rows if r["level"] == "Mixed" and r["study"] == "interp-study"]
    assert {r["estimate"] for r in mixed} == {"*"}
    assert all("estimate" in r["not_shown"] for r in mixed)
    known = [r for r in rows if r["level"] == "White"]
    assert {r["band_low"] for r in known} == {""}
    assert {r["not_shown"] for r in known} == {""}


def test_parquet_keeps_types_and_the_line(tmp_path: Path) -> None:
    released = small()
    write_tables(tmp_path, released, WHEN)
    table = pq.read_table(tmp_path / "effects.parquet")
    assert str(table.schema.field("estimate").type) == "double"
    assert table.schema.metadata[b"disclosure"].decode() == released.line
    rows = [r for r in table.to_pylist() if r["level"] == "Mixed" and r["study"] == "interp-study"]
    assert all(r["estimate"] is None and "estimate" in r["not_shown"] for r in rows)


def test_the_package_describes_every_file(tmp_path: Path) -> None:
    released = small()
    written = write_tables(tmp_path, released, WHEN)
    package = json.loads((tmp_path / "datapackage.json").read_text(encoding="utf-8"))
    assert package["disclosure"] == released.line
    assert {r["path"] for r in package["resources"]} == {p.name for p in written} - {"datapackage.json"}
    for resource in package["resources"]:
        fields = [f["name"] for f in resource["schema"]["fields"]]
        assert all(f["description"] for f in resource["schema"]["fields"])
        if resource["format"] == "csv":
            head = (tmp_path / resource["path"]).read_text(encoding="utf-8-sig").splitlines()[0]
            assert head.split(",") == fields


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> openpyxl.Workbook:
    path = tmp_path_factory.mktemp("book") / "learned.xlsx"
    write_workbook(path, small(), "Westshire", WHEN)
    return openpyxl.load_workbook(path)


def test_the_workbook_begins_with_cover_contents_and_notes(book: openpyxl.Workbook) -> None:
    assert book.sheetnames[:3] == ["Cover", "Contents", "Notes"]
    cover = [row[0] for row in book["Cover"].iter_rows(values_only=True)]
    assert cover[0] == "Westshire"
    assert "Disclosure control" in cover[2]
    listed = [row[0] for row in book["Contents"].iter_rows(min_row=2, values_only=True)]
    assert listed == book.sheetnames[3:]
    assert all(cell.hyperlink for cell in book["Contents"]["A"][1:])


def test_one_table_a_sheet_from_the_first_cell_with_nothing_merged(book: openpyxl.Workbook) -> None:
    for name in book.sheetnames[3:]:
        sheet = book[name]
        assert not sheet.merged_cells.ranges
        assert sheet.freeze_panes == "A2"
        assert len(sheet.tables) == 1
        head = [cell.value for cell in sheet[1]]
        assert all(head)
        assert len(set(head)) == len(head)
        assert all(cell.font.bold for cell in sheet[1])
        assert all(any(v is not None for v in row) for row in sheet.iter_rows(values_only=True))


def test_the_workbook_is_for_reading(book: openpyxl.Workbook) -> None:
    assert "covariances" not in book.sheetnames
    kinds = {row[6] for row in book["effects"].iter_rows(min_row=2, values_only=True)}
    assert kinds == {"overall", "horizon"}
    notes = " ".join(str(row[0]) for row in book["Notes"].iter_rows(values_only=True))
    assert "Left to the CSV and Parquet files" in notes


def test_no_cell_of_the_workbook_is_a_formula(tmp_path: Path) -> None:
    found, _, measures = builders.hostile(1)
    path = write_workbook(tmp_path / "x.xlsx", release(found, measures=measures), "=cmd|' /C calc'!A0", WHEN)
    cells = [c for sheet in openpyxl.load_workbook(path) for row in sheet.iter_rows() for c in row]
    assert not [c for c in cells if c.data_type == "f"]
    suspect = [c for c in cells if isinstance(c.value, str) and c.value.startswith(BEGINS)]
    assert suspect
    assert all(c.quotePrefix for c in suspect)
