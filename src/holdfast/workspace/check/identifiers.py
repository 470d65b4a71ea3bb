"""Anything with the shape of an NHS number is refused, and never shown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import pyarrow.compute as pc

from holdfast.workspace.engine import ROW, Engine, Expr, types
from holdfast.workspace.report import Report
from holdfast.workspace.settings import Config
from holdfast.workspace.sources import Source

_GAP: Final = r"[\s\x{00a0}.\-–]{0,2}"
_SHAPE: Final = rf"[0-9]{{3}}{_GAP}[0-9]{{3}}{_GAP}[0-9]{{4}}"
_PYTHON: Final = re.compile(r"(?<![0-9.])" + _SHAPE.replace(r"\x{00a0}", "\u00a0") + r"(?![0-9])")
DIGITS: Final = 10
MOST_TEXTS: Final = 100_000
FEW_ROWS: Final = 20_000
RULE: Final = "a text has the shape of an NHS number (ten digits that pass its check)"
FIX: Final = "Remove the column, or every patient identifier in it: a workspace holds none. The value is not shown."


def is_nhs_number(digits: str) -> bool:
    """Ten digits of which the last is the check digit of the others, modulo 11."""
    if len(digits) != DIGITS or not digits.isdigit() or int(digits) == 0:
        return False
    remainder = sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=False)) % 11
    return (11 - remainder) % 11 == int(digits[9])


def holds_nhs_number(text: str) -> bool:
    """True when any part of the text has the shape of an NHS number."""
    return any(is_nhs_number(re.sub(r"[^0-9]", "", found)) for found in _PYTHON.findall(text))


def refuse_in_config(config: Config, report: Report) -> None:
    """The configuration's own texts."""
    if any(holds_nhs_number(text) for text in _texts(config.model_dump())):
        report.problem("holdfast.toml", RULE, "Remove it. The value is not shown.")


def refuse(engine: Engine, source: Source, report: Report) -> None:
    """Every text column of every file of the table, used or not."""
    for number, piece in enumerate(source.pieces):
        kinds = types(piece.table)
        names = [name for name in piece.names if _is_searched(source, number, name, kinds)]
        for name in _suspects(engine, piece.table, names, kinds):
            _refuse_column(engine, source, number, piece.table, name, kinds[name], report)
        if any(holds_nhs_number(name) for name in piece.names):
            report.problem(piece.where, RULE, FIX, row=1)


def _is_searched(source: Source, number: int, name: str, kinds: Mapping[str, str]) -> bool:
    whole = kinds[name] == "number" and source.pieces[number].table[name].type().is_integer()
    return name not in source.numeric(number) and (kinds[name] == "text" or whole)


def _suspects(engine: Engine, table: Expr, names: Sequence[str], kinds: Mapping[str, str]) -> list[str]:
    """Columns in which some text has the shape. A small table is looked through here, in one go."""
    texts = {name: table[name] if kinds[name] == "text" else table[name].cast("string") for name in names}
    if not names:
        return []
    head = engine.collect(table.select(**texts).limit(FEW_ROWS + 1))
    if len(head) <= FEW_ROWS:
        return [name for name in names if _any_holds(pc.unique(head[name]).to_pylist())]
    return [name for name in names if _any_shaped(engine, table.select(value=texts[name]))]


def _any_holds(texts: Iterable[str | None]) -> bool:
    return any(holds_nhs_number(text) for text in texts if text is not None and len(text) >= DIGITS)


def _refuse_column(
    engine: Engine, source: Source, number: int, table: Expr, name: str, kind: str, report: Report
) -> None:
    text = table[name] if kind == "text" else table[name].cast("string")
    found = engine.collect(_shaped(table.select(value=text, row=table[ROW])).order_by("row"))
    pairs = zip(found["value"].to_pylist(), found["row"].to_pylist(), strict=True)
    rows = [row for value, row in pairs if holds_nhs_number(value)]
    if not rows or _is_chance(engine, table, text, len(rows)):
        return
    report.problem(source.files[number], RULE, FIX, column=name, row=rows[0], count=len(rows))


def _any_shaped(engine: Engine, table: Expr) -> bool:
    """Few different texts are looked at here, each once; very many are left to the engine."""
    texts = engine.collect(table.distinct().limit(MOST_TEXTS + 1))["value"].to_pylist()
    if len(texts) <= MOST_TEXTS:
        return _any_holds(texts)
    shaped = _shaped(table)
    return bool(engine.row(shaped.aggregate(n=shaped.count()))["n"])


def _shaped(table: Expr) -> Expr:
    return table.filter((table.value.length() >= DIGITS) & table.value.re_search(_SHAPE))


def _is_chance(engine: Engine, table: Expr, text: Expr, hits: int) -> bool:
    """In a column of nothing but numbers, one ten-digit number in eleven passes the check by chance."""
    counts = engine.row(
        table.aggregate(
            filled=text.notnull().sum(),
            numbers=(text.re_search(r"^[+-]?[0-9]+(\.[0-9]+)?$") & text.notnull()).sum(),
        )
    )
    return bool(counts["numbers"] == counts["filled"] and hits < counts["filled"] / 2)


def _texts(item: Any) -> Iterator[str]:
    if isinstance(item, str):
        yield item
    elif isinstance(item, dict):
        yield from _texts(list(item.values()) + list(item))
    elif isinstance(item, Iterable):
        for part in item:
            yield from _texts(part)
