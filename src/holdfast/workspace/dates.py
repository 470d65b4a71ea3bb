"""Dates as people write them. Works on the distinct texts of a column, so that a format is judged over all of them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from holdfast.workspace.settings import PeriodUnit

MONTHS = {
    name: number
    for number, names in enumerate(
        [
            "jan january",
            "feb february",
            "mar march",
            "apr april",
            "may",
            "jun june",
            "jul july",
            "aug august",
            "sep sept september",
            "oct october",
            "nov november",
            "dec december",
        ],
        1,
    )
    for name in names.split()
}
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_EXCEL_EPOCH = dt.date(1899, 12, 30)


@dataclass(frozen=True)
class ReadDates:
    """``dates`` for the texts that could be read; ``bad`` texts that could not, with the reason."""

    dates: Mapping[str, dt.date]
    bad: Mapping[str, str]
    notes: tuple[str, ...] = ()


def read_dates(
    texts: Iterable[str],
    period: PeriodUnit,
    date_format: str | None = None,
    date_origin: dt.date | None = None,
) -> ReadDates:
    """Read every text, in one format for all of them."""
    values = [text for text in dict.fromkeys(texts) if text]
    if date_format is not None:
        return _by(values, lambda text: dt.datetime.strptime(text, date_format).date(), f"it is not {date_format}")
    if date_origin is not None:
        return _by(values, lambda text: later(date_origin, _whole(text), period), "it is not a whole number of periods")
    families: dict[str, list[str]] = {}
    bad: dict[str, str] = {}
    for text in values:
        family = family_of(text)
        if family is None:
            bad[text] = "it is not a date that we know"
        else:
            families.setdefault(family, []).append(text)
    if len(families) > 1:
        return _mixed(families, bad)
    if not families:
        return ReadDates({}, bad)
    ((family, found),) = families.items()
    read = _READERS[family](found)
    return ReadDates(read.dates, {**bad, **read.bad}, read.notes)


def family_of(text: str) -> str | None:
    """Which way of writing dates a text belongs to."""
    return next((name for name, pattern in _FAMILIES.items() if pattern.fullmatch(text.strip())), None)


def floor(day: dt.date, period: PeriodUnit) -> dt.date:
    """First day of the period that holds ``day``; weeks begin on Monday."""
    if period == "week":
        return day - dt.timedelta(days=day.weekday())
    month = {"month": day.month, "quarter": 3 * ((day.month - 1) // 3) + 1, "year": 1}[period]
    return dt.date(day.year, month, 1)


def later(day: dt.date, periods: int, period: PeriodUnit) -> dt.date:
    """First day of the period ``periods`` after the one that holds ``day``."""
    start = floor(day, period)
    if period == "week":
        return start + dt.timedelta(weeks=periods)
    months = start.year * 12 + start.month - 1 + periods * {"month": 1, "quarter": 3, "year": 12}[period]
    return dt.date(months // 12, months % 12 + 1, 1)


def between(first: dt.date, last: dt.date, period: PeriodUnit) -> tuple[dt.date, ...]:
    """Every period from ``first`` to ``last``, both included."""
    days = [floor(first, period)]
    while days[-1] < floor(last, period):
        days.append(later(days[-1], 1, period))
    return tuple(days)


def _whole(text: str) -> int:
    number = float(text)
    if not number.is_integer():
        raise ValueError(text)
    return int(number)


def _by(values: list[str], read: Callable[[str], dt.date], reason: str) -> ReadDates:
    dates: dict[str, dt.date] = {}
    bad: dict[str, str] = {}
    for text in values:
        try:
            dates[text] = read(text.strip())
        except (ValueError, OverflowError):
            bad[text] = reason
    return ReadDates(dates, bad)


def _mixed(families: dict[str, list[str]], bad: dict[str, str]) -> ReadDates:
    """The commonest format is read; the others are refused, since which is right cannot be known."""
    main = max(families, key=lambda name: len(families[name]))
    read = _READERS[main](families[main])
    for name, texts in families.items():
        if name != main:
            bad.update(dict.fromkeys(texts, f"it is written {_SHOWN[name]}, and others {_SHOWN[main]}"))
    return ReadDates(read.dates, {**bad, **read.bad}, read.notes)


def _slashed(texts: list[str]) -> ReadDates:
    """Day first, as in Britain, unless the values say that it cannot be, or leave it open."""
    parts = [[int(part) for part in re.findall(r"\d+", text)[:2]] for text in texts]
    firsts = {first for first, _ in parts}
    seconds = {second for _, second in parts}
    if max(seconds) > 12 and max(firsts) <= 12:
        reason = 'it puts the month first; say `date_format = "%m/%d/%Y"` if that is meant'
        return ReadDates({}, dict.fromkeys(texts, reason))
    if seconds == {1} and len(firsts) > 1 and max(firsts) <= 12:
        reason = 'day and month cannot be told apart; say `date_format = "%d/%m/%Y"` or `"%m/%d/%Y"`'
        return ReadDates({}, dict.fromkeys(texts, reason))
    read = _by(texts, _day_first, "there is no such day")
    open_to_doubt = max(firsts) <= 12 and len(firsts) > 1
    notes = ("dates are read as day/month/year; say `date_format` if they are not",) if open_to_doubt else ()
    return ReadDates(read.dates, read.bad, notes)


def _day_first(text: str) -> dt.date:
    day, month, year = (int(part) for part in re.findall(r"\d+", text)[:3])
    return dt.date(year, month, day)


def _iso(text: str) -> dt.date:
    numbers = [int(part) for part in re.findall(r"\d+", text)[:3]]
    return dt.date(numbers[0], numbers[1], numbers[2] if len(numbers) > 2 else 1)


def _compact(text: str) -> dt.date:
    return dt.date(int(text[:4]), int(text[4:6]), int(text[6:8] or 1))


def _named(text: str) -> dt.date:
    found = re.fullmatch(rf"(?:(\d{{1,2}})[\s\-]*)?({_MONTH})[\s\-,']*(\d{{4}}|\d{{2}})", text.lower())
    if found is None:
        raise ValueError(text)
    year = int(found[3])
    return dt.date(year if year > 99 else 2000 + year, MONTHS[found[2]], int(found[1] or 1))


def _quarter(text: str) -> dt.date:
    year = re.search(r"\d{4}", text)
    quarter = re.search(r"[qQ]([1-4])", text)
    if year is None or quarter is None:
        raise ValueError(text)
    return dt.date(int(year[0]), 3 * int(quarter[1]) - 2, 1)


def _week(text: str) -> dt.date:
    year, week = re.findall(r"\d+", text)
    return dt.date.fromisocalendar(int(year), int(week), 1)


def _each(read: Callable[[str], dt.date]) -> Callable[[list[str]], ReadDates]:
    return lambda texts: _by(texts, read, "there is no such day")


_FAMILIES = {
    "iso": re.compile(r"\d{4}[-/]\d{1,2}([-/]\d{1,2}([T ]\d{2}:\d{2}.*)?)?"),
    "compact": re.compile(r"(19|20)\d{2}(0[1-9]|1[0-2])(\d{2})?"),
    "slashed": re.compile(r"\d{1,2}([/.\-])\d{1,2}\1\d{4}([T ]\d{2}:\d{2}.*)?"),
    "named": re.compile(rf"(\d{{1,2}}[\s\-]*)?({_MONTH})[\s\-,']*(\d{{4}}|\d{{2}})", re.IGNORECASE),
    "quarter": re.compile(r"\d{4}[\s\-]?Q[1-4]|Q[1-4][\s\-]?\d{4}", re.IGNORECASE),
    "week": re.compile(r"\d{4}-?W\d{2}", re.IGNORECASE),
    "excel": re.compile(r"[2-5]\d{4}(\.0+)?"),
    "year": re.compile(r"(19|20)\d{2}"),
}
_SHOWN = {
    "iso": "2019-03-31",
    "compact": "20190331",
    "slashed": "31/03/2019",
    "named": "March 2019",
    "quarter": "2019-Q1",
    "week": "2019-W13",
    "excel": "as an Excel day number",
    "year": "2019",
}
_READERS: dict[str, Callable[[list[str]], ReadDates]] = {
    "iso": _each(_iso),
    "compact": _each(_compact),
    "slashed": _slashed,
    "named": _each(_named),
    "quarter": _each(_quarter),
    "week": _each(_week),
    "excel": _each(lambda text: _EXCEL_EPOCH + dt.timedelta(days=int(float(text)))),
    "year": _each(lambda text: dt.date(int(text), 1, 1)),
}
