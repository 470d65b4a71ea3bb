"""The numbers of a look as they may leave: small ones withheld, the others rounded, and the rule said in every row."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any, Final

from holdfast.records.shares import jeffreys
from holdfast.share.disclosure import DEFAULT, profile
from holdfast.share.disclosure.rounding import protected, rounded, share
from holdfast.share.tables.text import safe

COLUMNS: Final = (
    *("theme", "group", "period", "comments", "out_of", "share", "low", "high", "withheld", "direction", "disclosure"),
)


def line() -> str:
    """The rule in force, and what was done besides."""
    rule = profile(DEFAULT)
    words = rule.in_words().replace(f"({rule.marker})", "(left empty)")  # a number's column holds no mark
    said = f"Disclosure control ({rule.title}, profile {rule.name}): {words}."
    if rule.statistics_above:
        said += f" No share is shown for {rule.statistics_above} people or fewer."
    return f"{said} Further numbers are withheld where they would give one away. A comment counts as a person."


def table(told: Mapping[str, Any], names: Mapping[str, str]) -> bytes:
    """Everybody, then groups, then periods, as CSV that a spreadsheet reads."""
    out = io.StringIO(newline="")
    rows = csv.writer(out, lineterminator="\r\n")
    rows.writerow(COLUMNS)
    said = safe(line())
    for theme, group, period, row, direction in _rows(told):
        withheld = "yes" if row["hidden"] else "no"
        cells = [safe(names.get(theme, theme)), safe(group), period, *_numbers(row), withheld, direction]
        rows.writerow([*cells, said])
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8")


def _rows(told: Mapping[str, Any]) -> Iterable[tuple[str, str, str, Mapping[str, Any], str]]:
    for row in told["rows"]:
        yield row["theme"], "everybody", "", row, row["verdict"]
    for row in told["groups"]:
        yield row["theme"], row["group"][0], "", row, ""
    for code, points in told["series"].items():
        for name, row in zip(told["periods"], points, strict=True):
            if not row.get("none"):
                yield code, "everybody", name, row, ""


def _numbers(row: Mapping[str, Any]) -> list[str]:
    """Count, size, share and its interval by the rule: the share and interval come from the rounded numbers."""
    rule = profile(DEFAULT)
    size = None if row["out_of"] is None else _figure(protected(row["out_of"], rule))
    if row["hidden"] or row["count"] is None or not size:
        return ["", size or "", "", "", ""]
    count, out_of = float(protected(row["count"], rule)), float(rounded(row["out_of"], rule))
    level = float(share(row["count"] / row["out_of"], row["out_of"], rule))
    if level != level:  # too few for a statistic
        return [_figure(count), size, "", "", ""]
    low, high = jeffreys(count, out_of)
    return [_figure(count), size, f"{level:.4f}", f"{low:.4f}", f"{high:.4f}"]


def _figure(value: Any) -> str:
    return "" if value != value else f"{float(value):.0f}"
