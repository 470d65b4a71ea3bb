"""Tables with a quotation mark left open, and workbooks with formulas that hold no value."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.understand.scraps import CannotRead, preview, read_scraps
from holdfast.understand.scraps.quoting import MOST, quoted_rows

HUDDLES = [f"{i},We introduced huddles instead of meetings" for i in range(3, 200)]


def _read(tmp_path: Path, *lines: str, ending: str = "\n") -> tuple[list[int | None], list[str], list[str]]:
    path = tmp_path / "c.csv"
    path.write_bytes(ending.join(["id,What changed?", *lines, ""]).encode())
    found = read_scraps(path, columns={"c.csv": ["What changed?"]}, at_least=0)
    return [s.source.row for s in found.scraps], [s.text for s in found.scraps], [u.reason for u in found.unread]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_a_mark_left_open_costs_its_own_row_and_is_listed(tmp_path: Path, ending: str) -> None:
    rows, texts, (why,) = _read(tmp_path, '1,"We moved clinics to video', "2,We stopped it", *HUDDLES, ending=ending)
    assert rows == list(range(3, 201))
    assert texts[0] == "We stopped it"
    assert "1 rows were not read (row 2)" in why


def test_a_mark_closed_by_the_next_rows_is_noticed_too(tmp_path: Path) -> None:
    rows, texts, (why,) = _read(tmp_path, '1,"We moved', '2,"We stopped it"', '3,"We began, at last"')
    assert (rows, texts) == ([3, 4], ["We stopped it", "We began, at last"])
    assert "row 2" in why


def test_lines_of_the_open_answer_are_not_taken_for_rows(tmp_path: Path) -> None:
    rows, _, (why,) = _read(tmp_path, '1,"We moved', "and, then, again", "more", "2,We stopped it")
    assert rows == [5]
    assert "3 rows were not read (row 2, 3, 4)" in why


def test_a_file_cut_off_inside_its_last_answer_says_so(tmp_path: Path) -> None:
    rows, _, (why,) = _read(tmp_path, "1,We stopped it", '2,"We mov')
    assert rows == [2] and "row 3" in why


def test_answers_of_several_lines_are_read_whole(tmp_path: Path) -> None:
    rows, texts, unread = _read(tmp_path, '1,"We ""moved"", all', "", 'of it"', "2,We stopped it")
    assert (rows, unread) == ([2, 3], [])
    assert texts[0] == 'We "moved", all of it'


def test_an_open_mark_in_the_headings_or_in_very_many_rows_is_given_up(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text('id,"What changed?\n' + "\n".join(HUDDLES), encoding="utf-8")
    with pytest.raises(CannotRead, match="headings"):
        preview(path)
    path.write_text("id,c\n" + "".join(f'{i},"Moved\n' for i in range(MOST + 2)), encoding="utf-8")
    with pytest.raises(CannotRead, match=f"more than {MOST}"):
        preview(path)


@given(st.lists(st.lists(st.text(alphabet='ab",;\n\r ', max_size=6), min_size=2, max_size=3), min_size=1, max_size=8))
def test_tables_written_by_the_rules_are_read_as_they_were_written(table: list[list[str]]) -> None:
    written = io.StringIO(newline="")
    csv.writer(written, quoting=csv.QUOTE_ALL).writerows(table)
    damaged: list[int] = []
    lines = list(io.StringIO(written.getvalue(), newline=""))
    assert [values for _, values in quoted_rows(lines, ",", damaged)] == table
    assert damaged == []


def _workbook(path: Path, *rows: list[object]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


@pytest.mark.parametrize("columns", [None, {"f.xlsx": ["What changed?"]}])
def test_formulas_without_a_value_are_listed(tmp_path: Path, columns: dict[str, list[str]] | None) -> None:
    rows = [[i, '="We moved clinics to video instead of face to face"'] for i in range(5)]
    path = _workbook(tmp_path / "f.xlsx", ["id", "What changed?"], *rows)
    found = read_scraps(path, columns=columns)
    assert not found.scraps
    assert "5 cells hold a formula instead of words" in [why.reason for why in found.unread]


def test_one_formula_among_answers_is_listed_and_the_answers_read(tmp_path: Path) -> None:
    path = _workbook(
        tmp_path / "g.xlsx", ["id", "What changed?"], [1, "We moved our clinics to video"], [2, '=A1&"moved"'],
        [3, "We stopped the paper diary and introduced an app"],
    )  # fmt: skip
    found = read_scraps(path, columns={"g.xlsx": ["What changed?"]}, at_least=0)
    assert [scrap.source.row for scrap in found.scraps] == [2, 4]
    assert [why.reason for why in found.unread] == ["1 cells hold a formula instead of words"]


def test_formulas_in_a_column_that_is_not_asked_for_are_no_matter(tmp_path: Path) -> None:
    path = _workbook(tmp_path / "h.xlsx", ["sum", "What changed?"], ["=1+1", "We moved our clinics to video"])
    found = read_scraps(path, columns={"h.xlsx": ["What changed?"]}, at_least=0)
    assert len(found.scraps) == 1 and not found.unread


def test_a_preview_of_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(CannotRead, match="could not be opened"):
        preview(tmp_path / "gone.csv")
    with pytest.raises(CannotRead):
        preview(tmp_path / "gone.xlsx")


def test_a_workbook_with_an_odd_style_is_read_all_the_same(tmp_path: Path) -> None:
    path = _workbook(tmp_path / "s.xlsx", ["sum", "What changed?"], ["=1+1", "We moved our clinics to video"])
    damaged = tmp_path / "d.xlsx"
    with zipfile.ZipFile(path) as held, zipfile.ZipFile(damaged, "w") as out:
        for name in held.namelist():
            styles = b'<family val="2"', b'<family val="99"'
            out.writestr(name, held.read(name).replace(*styles))
    with pytest.raises(ValueError, match="stylesheet"):
        openpyxl.load_workbook(damaged)
    found = read_scraps(damaged, columns={"d.xlsx": ["What changed?"]}, at_least=0)
    assert len(found.scraps) == 1 and not found.unread
