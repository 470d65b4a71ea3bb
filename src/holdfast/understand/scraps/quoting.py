"""Rows of a text table, and where a quotation mark that is never closed would have swallowed others."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from holdfast.understand.scraps.guards import CannotRead

MOST: Final = 50
"""Marks left open after which a file is given up: each makes what follows be read again."""
FIX: Final = "close the quotation mark there, or open the file in a spreadsheet and save it as CSV again"


def quoted_rows(lines: Sequence[str], delimiter: str, damaged: list[int]) -> Iterator[tuple[int, list[str]]]:
    """Each row's number and cells; the numbers of rows that cannot be told apart go to ``damaged``.

    Where a quotation mark opens and is not closed as it should be, its row is damaged and reading goes on with the next
    line. Of the lines that it had swallowed, only those with as many cells as there are headings are rows again.
    """
    start = row = width = doubtful = opened = 0
    while start < len(lines):
        for begin, end, values in _records(lines, start, delimiter):
            row += 1
            start = end
            if values is None:
                opened += 1
                _check(row, opened)
                damaged.append(row)
                start, doubtful = begin + 1, end
                break
            width = width or len(values)
            if begin < doubtful and values and len(values) != width:
                damaged.append(row)
            else:
                yield row, values


def _check(row: int, opened: int) -> None:
    if row == 1:
        raise CannotRead("a quotation mark in its headings is not closed", FIX)
    if opened > MOST:
        raise CannotRead(f"quotation marks in more than {MOST} of its rows are not closed", FIX)


def _records(lines: Sequence[str], start: int, delimiter: str) -> Iterator[tuple[int, int, list[str] | None]]:
    """The lines each row begins and ends with, and its cells; None, and the end, where its marks do not add up."""
    reader = csv.reader(islice(lines, start, None), delimiter=delimiter)
    begin = end = start
    while True:
        try:
            values = next(reader, None)
        except csv.Error:
            if start + reader.line_num - begin == 1:
                raise
            yield begin, start + reader.line_num, None
            return
        if values is None:
            return
        end = start + reader.line_num
        last = end == len(lines)
        broken = _broken(lines[begin:end], delimiter) if end - begin > 1 else last and _open(lines[begin], delimiter)
        yield begin, end, None if broken else values
        if broken:
            return
        begin = end


def _open(line: str, delimiter: str) -> bool:
    """A quotation mark is still open at the end of the line, so that another would be of the same row."""
    return len(list(csv.reader([line, "more"], delimiter=delimiter))) == 1


def _broken(lines: Sequence[str], delimiter: str) -> bool:
    """A row of several lines in which a mark is not closed, or is followed by more than the end of its cell."""
    try:
        list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error:
        return True
    return False
