"""A vocabulary and its terms, and what must hold between them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Codes = Sequence[tuple[str | None, str | None]]
"""Code and parent of each term in order; None where there is none, or none that is text."""


@dataclass(frozen=True)
class Fault:
    """Terms that cannot stand together: where (from 0) and in which field to put it right; how many more there are."""

    at: int
    field: str
    rule: str
    fix: str
    more: int = 0


def disagreements(codes: Codes) -> list[Fault]:
    """Every code given twice, and every parent that is no term or leads back to itself."""
    return [*_repeated(codes), *_parents(codes)]


def _repeated(codes: Codes) -> Iterator[Fault]:
    places: dict[str, list[int]] = {}
    for at, (code, _) in enumerate(codes):
        if code is not None:
            places.setdefault(code, []).append(at)
    for code, held in places.items():
        if len(held) > 1:
            rule = f"the code {code!r} is given to {len(held)} terms"
            yield Fault(held[1], "code", rule, "Give each its own.", len(held) - 2)


def _parents(codes: Codes) -> Iterator[Fault]:
    above = {code: parent for code, parent in codes if code is not None}
    for at, (code, parent) in enumerate(codes):
        if parent is not None and parent not in above:
            rule = f"term {code!r} stands under {parent!r}, which is not a term"
            yield Fault(at, "parent", rule, near(parent, above))
        elif code is not None and _circles(code, above):
            yield Fault(at, "parent", f"term {code!r} stands under itself", "Take one parent away.")


def _circles(code: str, above: Mapping[str, str | None]) -> bool:
    seen, at = {code}, above.get(code)
    while at is not None and at not in seen:
        seen.add(at)
        at = above.get(at)
    return at == code


def near(name: str, allowed: Iterable[str]) -> str:
    """The allowed name most like this one as a question, or those allowed."""
    options = list(allowed)
    found = difflib.get_close_matches(name, options, n=1)
    return f"Did you mean {found[0]!r}?" if found else f"Allowed: {', '.join(options[:12])}."


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
        faults = disagreements([(term.code, term.parent) for term in self.terms])
        if faults:
            raise ValueError("; ".join(f"{fault.rule}. {fault.fix}" for fault in faults))
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
        raise ValueError(f"{self.name} has no term {code!r}. {near(code, self.codes)}")

    def under(self, parent: str | None) -> tuple[Term, ...]:
        """The terms that stand directly under a code, or the top ones."""
        return tuple(term for term in self.filled if term.parent == parent)
