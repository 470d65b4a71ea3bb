"""Anything with the shape of an NHS number is refused, and never shown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.records import Problem
from holdfast.workspace.check.identifiers import RULE, holds_nhs_number, is_nhs_number

NUMBER = "9434765919"
"""A well-known example of a valid number; nobody's."""


@pytest.mark.parametrize(
    "text",
    [
        NUMBER,
        "943 476 5919",
        "943-476-5919",
        "943 4765919",
        f"NHS no. {NUMBER}.",
        f"ref {NUMBER}; seen",
        f"x{NUMBER}y",
        "943\u00a0476\u00a05919",
    ],
)
def test_each_way_of_writing_one_is_found(text: str) -> None:
    assert holds_nhs_number(text)


@pytest.mark.parametrize(
    "text",
    [
        "9434765918",
        "12345",
        "01904123456",
        "2019-03-01 10:22",
        "19434765919",
        "94347659191",
        "0.9434765919",
        "EX001",
        "",
    ],
)
def test_what_is_not_one_is_let_through(text: str) -> None:
    assert not holds_nhs_number(text)


@given(st.text("0123456789", min_size=9, max_size=9))
def test_exactly_one_check_digit_fits_or_none(stem: str) -> None:
    fitting = [digit for digit in "0123456789" if is_nhs_number(stem + digit)]
    remainder = sum(int(d) * w for d, w in zip(stem, range(10, 1, -1), strict=True)) % 11
    assert len(fitting) == (0 if remainder == 1 or int(stem) == 0 else 1)


def test_a_number_anywhere_is_refused_and_not_shown(
    folder: Path, problems: Callable[[Path], list[Problem]], replace: Callable[..., None]
) -> None:
    lines = (folder / "observations.csv").read_text().splitlines()
    lines = [line + ("," if place else ",remark") for place, line in enumerate(lines)]
    lines[4] += f"seen as {NUMBER}"
    (folder / "observations.csv").write_text("\n".join(lines))
    replace(folder / "sites.csv", ("Example practice 3", "943 476 5919"))
    replace(folder / "holdfast.toml", ("Patients leave a number", f"Patient {NUMBER}"))
    found = problems(folder)
    assert {(p.where, p.column, p.row) for p in found} == {
        ("observations.csv", "remark", 5),
        ("sites.csv", "name", 4),
        ("holdfast.toml", None, None),
    }
    assert all(p.rule == RULE for p in found)
    assert "9434765919" not in str(found).replace(" ", "")


def test_columns_of_numbers_that_pass_by_chance_are_let_through(tables: dict[str, Any]) -> None:
    from holdfast.workspace import Workspace

    chance = [str(10**9 + 7 * n) for n in range(36)]
    assert any(is_nhs_number(text) for text in chance)
    tables["observations"] = [{**row, "stamp": text} for row, text in zip(tables["observations"], chance, strict=True)]
    Workspace.from_tables(**tables)


def test_a_column_of_whole_numbers_that_are_nhs_numbers_is_refused(
    tables: dict[str, Any], refused: Callable[..., list[Problem]]
) -> None:
    tables["observations"] = [{**row, "person": int(NUMBER)} for row in tables["observations"]]
    (only,) = refused(**tables)
    assert (only.column, only.count) == ("person", 36)
