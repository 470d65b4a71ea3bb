"""Vocabularies as data: frameworks with their version, source and licence, shipped or an organisation's own."""

from __future__ import annotations

import csv
import difflib
import functools
import io
import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from holdfast.records.problems import InputProblems, Problem

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


class Term(BaseModel):
    """One word of a framework. An empty term is a slot that its source has and Holdfast does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: str = Field(min_length=1, description="Its identifier inside the framework, which never alters.")
    label: str = Field(default="", description="What people read.")
    meaning: str = Field(default="", description="What it means, in our own words.")
    seeds: tuple[str, ...] = Field(default=(), description="Words and phrases that suggest it before anyone has coded.")
    parent: str | None = Field(default=None, description="The code it stands under.")
    group: str = Field(default="", description="A coarser grouping, where there is one.")
    version: str = Field(default="", description="The edition of a population's coding.")
    maximum: float | None = Field(default=None, ge=0, description="The most it can score, for an instrument.")
    context: bool = Field(default=False, description="Context beside the list proper.")
    ordered: bool = Field(default=False, description="Its levels have an order (a population's dimension).")
    empty: bool = Field(default=False, description="A slot left visibly empty because the source was not available.")
    note: str = Field(default="", description="What a careful reader should know of it.")

    @model_validator(mode="after")
    def _named_unless_empty(self) -> Term:
        if self.empty and (self.label or self.seeds):
            raise ValueError(f"term {self.code!r} is empty and yet has a label or seeds; remove `empty = true`")
        if not self.empty and not self.label.strip():
            raise ValueError(f"term {self.code!r} has no label; write one, or mark it `empty = true`")
        return self


class Framework(BaseModel):
    """A vocabulary with its version, source and licence."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_]*$", description="Its identifier: lower case, digits and underscores.")
    name: str = Field(min_length=1, description="What people call it.")
    version: str = Field(min_length=1, description="Its edition; codings name it.")
    kind: Literal["themes", "classification", "populations", "instrument"] = Field(
        default="themes", description="What it is for: coding words, describing, counting people, or rating."
    )
    source: str = Field(default="", description="Where it comes from.")
    licence: str = Field(default="", description="What may be done with it.")
    about: str = Field(default="", description="What a reader should know first.")
    multiple: bool = Field(default=False, description="More than one term may hold at once.")
    rated: bool = Field(default=False, description="People rate its terms.")
    open: bool = Field(default=False, description="The list is not exhaustive.")
    scale: tuple[str, ...] = Field(default=(), description="The words of its ratings, lowest first, where it has them.")
    terms: tuple[Term, ...] = Field(min_length=1, description="Its terms in order.")

    @model_validator(mode="after")
    def _terms_agree(self) -> Framework:
        faults = [*_repeated(self.terms), *_parents(self.terms)]
        if faults:
            raise ValueError("; ".join(faults))
        return self

    @property
    def filled(self) -> tuple[Term, ...]:
        """Its terms without the empty slots."""
        return tuple(term for term in self.terms if not term.empty)

    @property
    def slots(self) -> int:
        """How many of its terms nobody has filled."""
        return len(self.terms) - len(self.filled)

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes that may be given."""
        return tuple(term.code for term in self.filled)

    def term(self, code: str) -> Term:
        """The term with this code; ValueError naming the nearest when there is none."""
        for term in self.filled:
            if term.code == code:
                return term
        raise ValueError(f"{self.name} has no term {code!r}. {_near(code, self.codes)}")

    def under(self, parent: str | None) -> tuple[Term, ...]:
        """The terms that stand directly under a code, or the top ones."""
        return tuple(term for term in self.filled if term.parent == parent)


def _repeated(terms: Iterable[Term]) -> Iterator[str]:
    for code, count in Counter(term.code for term in terms).items():
        if count > 1:
            yield f"the code {code!r} is given to {count} terms; each needs its own"


def _parents(terms: tuple[Term, ...]) -> Iterator[str]:
    above = {term.code: term.parent for term in terms}
    for code, parent in above.items():
        if parent is not None and parent not in above:
            yield f"term {code!r} stands under {parent!r}, which is not a term. {_near(parent, above)}"
        elif _circles(code, above):
            yield f"term {code!r} stands under itself; take one parent away"


def _circles(code: str, above: Mapping[str, str | None]) -> bool:
    seen, at = {code}, above.get(code)
    while at is not None and at not in seen:
        seen.add(at)
        at = above.get(at)
    return at == code


def _near(name: str, allowed: Iterable[str]) -> str:
    options = list(allowed)
    found = difflib.get_close_matches(name, options, n=1)
    return f"Did you mean {found[0]!r}?" if found else f"Allowed: {', '.join(options[:12])}."


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
        raise ValueError(f"There is no framework {wanted!r}. {_near(wanted, known)}")
    return known[wanted]


def read_framework(path: str | Path) -> Framework:
    """An organisation's own framework, from TOML (as those shipped) or CSV with a row a term.

    A CSV needs ``code`` and ``label`` and may have the other fields of a term; seeds are separated by semicolons.
    The framework is then named after the file. Raises ``InputProblems`` with everything that is wrong at once.
    """
    path = Path(path)
    told = _told(path)
    try:
        return Framework.model_validate(told)
    except ValidationError as error:
        raise InputProblems(_problems(error, path.name, told)) from None


def _told(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text("utf-8-sig")
    except FileNotFoundError:
        raise _wrong(path, "this file is missing", "Check the name and the folder.") from None
    except (OSError, UnicodeDecodeError):
        raise _wrong(path, "this is not UTF-8 text", "Save it as TOML or CSV, in UTF-8.") from None
    if path.suffix.lower() == ".csv":
        return _from_csv(path, text)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        rule = f"this is not TOML: {str(error).lower()}"
        raise _wrong(path, rule, "Texts need quotation marks; or keep it as CSV with code and label.") from None


def _wrong(path: Path, rule: str, fix: str) -> InputProblems:
    return InputProblems([Problem(path.name, rule, fix)])


def _from_csv(path: Path, text: str) -> dict[str, Any]:
    rows = [
        {str(key).strip().lower(): value.strip() for key, value in row.items() if key is not None and value}
        for row in csv.DictReader(io.StringIO(text))
    ]
    terms: list[dict[str, Any]] = [{key: value for key, value in row.items() if value} for row in rows]
    for term in terms:
        if "seeds" in term:
            term["seeds"] = [seed.strip() for seed in term["seeds"].split(SEPARATOR) if seed.strip()]
    own = re.sub(r"[^a-z0-9]+", "_", path.stem.lower()).strip("_") or "own"
    return {"id": own, "name": path.stem, "version": "own", "multiple": True, "terms": [t for t in terms if t]}


def _problems(error: ValidationError, where: str, told: Mapping[str, Any]) -> Iterator[Problem]:
    for fault in error.errors(include_url=False, include_context=False, include_input=False):
        place = fault["loc"]
        if fault["type"] == "too_short" and told.get("terms"):
            continue  # there are terms, each already explained
        last = str(place[-1]) if place else None
        row = place[1] + 2 if where.lower().endswith(".csv") and len(place) > 1 and isinstance(place[1], int) else None
        model = Term if len(place) > 1 and place[0] == "terms" else Framework
        rule = SPOKEN.get(fault["type"]) or str(fault["msg"]).removeprefix("Value error, ")
        fix = _near(last or "", model.model_fields) if fault["type"] == "extra_forbidden" else "Correct it."
        if fault["type"] == "missing":
            fix = f"Add `{last}`."
        column = ".".join(str(part + 1) if isinstance(part, int) else part for part in place) or None
        yield Problem(where, rule[:1].lower() + rule[1:], fix, column=column, row=row)
