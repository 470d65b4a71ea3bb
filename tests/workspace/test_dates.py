"""Dates as people write them."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holdfast.workspace.dates import between, floor, later, read_dates

DAY = dt.date(2019, 3, 31)
MONTH = dt.date(2019, 3, 1)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2019-03-31", DAY),
        ("2019/03/31", DAY),
        ("2019-03-31 10:15:00", DAY),
        ("2019-03", MONTH),
        ("20190331", DAY),
        ("201903", MONTH),
        ("31/03/2019", DAY),
        ("31.03.2019", DAY),
        ("31-03-2019", DAY),
        ("MAR2019", MONTH),
        ("Mar-19", MONTH),
        ("March 2019", MONTH),
        ("31MAR2019", DAY),
        ("31 March 2019", DAY),
        ("2019-Q1", dt.date(2019, 1, 1)),
        ("Q1 2019", dt.date(2019, 1, 1)),
        ("2019-W13", dt.date(2019, 3, 25)),
        ("43555", DAY),
        ("2019", dt.date(2019, 1, 1)),
    ],
)
def test_each_way_of_writing_a_date_is_read(text: str, day: dt.date) -> None:
    assert read_dates([text], "month").dates == {text: day}


@pytest.mark.parametrize("text", ["yesterday", "2019-13-01", "31/02/2019", "00/01/2019", "12345678901", "MARCH"])
def test_what_is_not_a_date_is_refused(text: str) -> None:
    read = read_dates([text], "month")
    assert not read.dates
    assert text in read.bad


def test_a_format_is_judged_over_all_values() -> None:
    assert read_dates(["01/02/2019", "13/02/2019"], "month").dates["01/02/2019"] == dt.date(2019, 2, 1)
    american = read_dates(["02/01/2019", "02/13/2019"], "month")
    assert not american.dates
    assert "%m/%d/%Y" in american.bad["02/01/2019"]
    assert read_dates(["02/13/2019"], "month", "%m/%d/%Y").dates["02/13/2019"] == dt.date(2019, 2, 13)


def test_first_days_of_american_months_are_not_taken_for_days_in_january() -> None:
    texts = [f"{month:02d}/01/2019" for month in range(1, 13)]
    read = read_dates(texts, "month")
    assert not read.dates
    assert "cannot be told apart" in read.bad["04/01/2019"]


def test_first_days_of_british_months_are_read_and_said() -> None:
    texts = [f"01/{month:02d}/2019" for month in range(1, 13)]
    assert read_dates(texts, "month").dates["01/04/2019"] == dt.date(2019, 4, 1)


def test_mixed_formats_are_refused_and_the_commoner_one_is_kept() -> None:
    read = read_dates(["2019-01-01", "2019-02-01", "01/03/2019"], "month")
    assert set(read.dates) == {"2019-01-01", "2019-02-01"}
    assert "31/03/2019" in read.bad["01/03/2019"]


def test_periods_can_be_counted_from_an_origin() -> None:
    read = read_dates(["0", "12", "1.5"], "month", None, dt.date(2013, 6, 1))
    assert read.dates == {"0": dt.date(2013, 6, 1), "12": dt.date(2014, 6, 1)}
    assert "1.5" in read.bad


@given(st.dates(dt.date(1990, 1, 1), dt.date(2050, 1, 1)), st.sampled_from(["week", "month", "quarter", "year"]))
def test_every_day_lies_in_its_period(day: dt.date, unit: str) -> None:
    start = floor(day, unit)  # type: ignore[arg-type]
    assert start <= day < later(day, 1, unit)  # type: ignore[arg-type]
    assert floor(start, unit) == start  # type: ignore[arg-type]


@given(st.dates(dt.date(1990, 1, 1), dt.date(2050, 1, 1)), st.integers(-40, 40))
def test_months_add(day: dt.date, months: int) -> None:
    assert later(later(day, months, "month"), -months, "month") == floor(day, "month")


def test_between_holds_both_ends() -> None:
    assert between(dt.date(2019, 11, 5), dt.date(2020, 2, 1), "month") == (
        dt.date(2019, 11, 1),
        dt.date(2019, 12, 1),
        dt.date(2020, 1, 1),
        dt.date(2020, 2, 1),
    )
