"""Vocabularies as data: frameworks with their version, source and licence, shipped or an organisation's own."""

from __future__ import annotations

import csv
import functools
import io
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from pydantic import ValidationError

from holdfast.records.frameworks_terms import Framework, Term, disagreements, near
from holdfast.records.problems import InputProblems, Problem

__all__ = ["Framework", "Term", "framework", "load_frameworks", "read_framework"]

FOLDER: Final = "frameworks_data"
SEPARATOR: Final = ";"
"""Between the seed terms of one cell, in a framework kept as CSV."""
SPOKEN: Final = {
    "extra_forbidden": "this key is not known",
    "missing": "this key is needed and is missing",
    "string_type": "this must be text in quotation marks",
    "bool_type": "this must be true or false",
    "tuple_type": "this must be a list in square brackets",
    "too_short": "at least 1 term is needed",
    "string_pattern_mismatch": "this must be lower-case letters, digits and underscores",
}


@functools.cache
def _shipped() -> Mapping[str, Framework]:
    folder = resources.files(__package__).joinpath(FOLDER)
    files = sorted((item for item in folder.iterdir() if item.name.endswith(".toml")), key=lambda item: item.name)
    found = (Framework.model_validate(tomllib.loads(item.read_text(encoding="utf-8"))) for item in files)
    return MappingProxyType({framework.id: framework for framework in found})


def load_frameworks() -> dict[str, Framework]:
    """Every framework shipped, by its id."""
    return dict(_shipped())


def framework(wanted: str) -> Framework:
    """The shipped framework with this id; ValueError naming the nearest when there is none."""
    known = _shipped()
    if wanted not in known:
        raise ValueError(f"There is no framework {wanted!r}. {near(wanted, known)}")
    return known[wanted]


def read_framework(path: str | Path) -> Framework:
    """An organisation's own framework, from TOML (as those shipped) or CSV with a row a term.

    A CSV needs ``code`` and ``label`` and may have the other fields of a term; seeds are separated by semicolons.
    The framework is then named after the file. Raises ``InputProblems`` with everything that is wrong at once.
    """
    path = Path(path)
    told = _told(path)
    problems = list(told.problems)
    try:
        read = Framework.model_validate(told.values)
    except ValidationError as error:
        problems += [*_problems(error, path.name, told), *_between(path.name, told)]
    if problems:
        raise InputProblems(sorted(problems, key=lambda problem: problem.row or 0))
    return read


@dataclass(frozen=True)
class _Told:
    """A file's values, the row of each term where it has rows, and what is wrong besides."""

    values: Mapping[str, Any]
    rows: Sequence[int] = ()
    problems: Sequence[Problem] = ()

    def place(self, at: int, *fields: str | int) -> tuple[str | None, int | None]:
        """The column and the row of a term's field, as a reader of the file would name them."""
        if self.rows:
            return str(fields[0]) if fields else None, self.rows[at]
        return _dotted(("terms", at, *fields)), None


def _told(path: Path) -> _Told:
    try:
        text = path.read_text("utf-8-sig")
    except FileNotFoundError:
        raise _wrong(path, "this file is missing", "Check the name and the folder.") from None
    except (OSError, UnicodeDecodeError):
        raise _wrong(path, "this is not UTF-8 text", "Save it as TOML or CSV, in UTF-8.") from None
    if path.suffix.lower() == ".csv":
        return _from_csv(path, text)
    try:
        return _Told(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        rule = f"this is not TOML: {str(error).lower()}"
        raise _wrong(path, rule, "Texts need quotation marks; or keep it as CSV with code and label.") from None


def _wrong(path: Path, rule: str, fix: str) -> InputProblems:
    return InputProblems([Problem(path.name, rule, fix)])


def _from_csv(path: Path, text: str) -> _Told:
    try:
        first, *rows = list(csv.reader(io.StringIO(text))) or [[]]
    except csv.Error:
        raise _wrong(path, "its rows cannot be told apart", "Save it as CSV from a spreadsheet again.") from None
    headings = [heading.strip().lower() for heading in first]
    told = {row: _term(headings, cells) for row, cells in enumerate(rows, start=2) if any(map(str.strip, cells))}
    fix = "Put quotation marks round a text that holds a comma."
    problems = [
        Problem(path.name, f"this row has {len(cells)} cells under {len(headings)} headings", fix, row=row)
        for row, cells in enumerate(rows, start=2)
        if any(map(str.strip, cells[len(headings) :]))
    ]
    own = re.sub(r"[^a-z0-9]+", "_", path.stem.lower()).strip("_") or "own"
    values = {"id": own, "name": path.stem, "version": "own", "multiple": True, "terms": list(told.values())}
    return _Told(values, tuple(told), problems)


def _term(headings: Sequence[str], cells: Sequence[str]) -> dict[str, Any]:
    filled = {heading: cell.strip() for heading, cell in zip(headings, cells, strict=False) if cell.strip()}
    if "seeds" not in filled:
        return dict(filled)
    return {**filled, "seeds": [seed.strip() for seed in filled["seeds"].split(SEPARATOR) if seed.strip()]}


def _problems(error: ValidationError, where: str, told: _Told) -> Iterator[Problem]:
    for fault in error.errors(include_url=False, include_context=False, include_input=False):
        place = fault["loc"]
        if not place or (fault["type"] == "too_short" and told.values.get("terms")):
            continue  # what terms are to each other comes from _between; terms that are there are each explained
        last = str(place[-1])
        in_term = len(place) > 1 and isinstance(place[1], int)
        rule = SPOKEN.get(fault["type"]) or str(fault["msg"]).removeprefix("Value error, ")
        fix = "Correct it."
        if fault["type"] == "extra_forbidden":
            fix = near(last, (Term if in_term else Framework).model_fields)
        if fault["type"] == "missing":
            fix = f"Add `{last}`."
        column, row = told.place(int(place[1]), *place[2:]) if in_term else (_dotted(place), None)
        yield Problem(where, rule[:1].lower() + rule[1:], fix, column=column, row=row)


def _between(where: str, told: _Told) -> Iterator[Problem]:
    """What is wrong between the terms, looked for in the file itself: other faults must not hide it."""
    terms = told.values.get("terms")
    terms = [term if isinstance(term, dict) else {} for term in terms] if isinstance(terms, list) else []
    codes = [(_text(term.get("code")), _text(term.get("parent"))) for term in terms]
    for fault in disagreements(codes):
        column, row = told.place(fault.at, fault.field)
        yield Problem(where, fault.rule, fault.fix, column=column, row=row, count=1 + fault.more)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _dotted(place: Sequence[str | int]) -> str:
    return ".".join(str(part + 1) if isinstance(part, int) else part for part in place)
