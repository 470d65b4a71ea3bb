"""Single fields of an export: names, whole numbers, flags and times, in each form that Polis and spreadsheets write."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping
from typing import Any, Final

from holdfast.involve.polis_files.faults import Faults
from holdfast.workspace.coerce import FALSE, TRUE
from holdfast.workspace.dates import MONTHS
from holdfast.workspace.moments import ALLOWED, moment

HOURS: Final = {
    "UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3, "WIB": 7, "AEST": 10, "AEDT": 11,
    "NZST": 12, "NZDT": 13, "EST": -5, "EDT": -4, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
}  # fmt: skip
"""Hours before UTC of the zones' short names that mean one zone; CST, IST and BST mean several."""
PRINTED: Final = re.compile(
    r"(?:[A-Za-z]{3} )?(?P<month>[A-Za-z]{3}) (?P<day>\d{1,2}) (?:(?P<year>\d{4}) )?(?P<clock>\d{2}:\d{2}:\d{2})"
    r"(?: (?:(?:GMT|UTC)?(?P<offset>[+-]\d{4})|(?P<zone>[A-Z]{1,5})))?(?: (?P<late>\d{4}))?(?: \(.*\))?"
)
NUMBER: Final = re.compile("[0-9]{1,15}")
GROUP: Final = re.compile(r"(\d+)\.0+")


def name_of(value: Any) -> str:
    """A number or a text as a name; 3, 3.0 and "3" are one."""
    if value is None:
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()


def group_of(text: str) -> str:
    """A group's number, also where a spreadsheet or a data frame made it 1.0."""
    found = GROUP.fullmatch(text.strip())
    return found[1] if found else text.strip()


def whole(value: Any) -> int | None:
    """A whole number, however it is written."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return int(number) if number.is_integer() else None


def flag(value: Any) -> bool | None:
    """True or false; nothing is false, and None is neither."""
    if isinstance(value, bool) or value is None or value == "":
        return bool(value)
    text = str(value).strip().lower()
    return True if text in TRUE else False if text in FALSE else None


def when(row: Mapping[str, Any], names: tuple[str, ...], where: str, n: int, faults: Faults) -> float:
    """Seconds since 1970 from the first field that can be read; a fault where there are only others."""
    given = [row[name] for name in names if row.get(name) not in (None, "")]
    for value in given:
        at = moment(value)
        at = printed(str(value)) if math.isnan(at) else at
        if not math.isnan(at):
            return at
    if given:
        faults.add(where, "a time cannot be read; it is taken as not known", f"Write {ALLOWED}.", "timestamp", n)
    return math.nan


def printed(text: str) -> float:
    """Seconds since 1970 from a date as Polis prints it, such as Mon Jul 17 2017 09:10:15 GMT+0000; NaN for others."""
    found = PRINTED.fullmatch(text.strip())
    month = MONTHS.get(found["month"].lower()) if found else None
    year = (found["year"] or found["late"]) if found else None
    hours = HOURS.get(found["zone"] or "UTC") if found else None
    if found is None or month is None or year is None or hours is None:
        return math.nan
    offset = found["offset"] or "+0000"
    behind = dt.timedelta(hours=hours) + int(f"{offset[0]}1") * dt.timedelta(
        hours=int(offset[1:3]), minutes=int(offset[3:])
    )
    try:
        clock = dt.datetime.fromisoformat(f"{year}-{month:02d}-{int(found['day']):02d}T{found['clock']}+00:00")
        return moment((clock - behind).timestamp())
    except (ValueError, OverflowError):
        return math.nan
