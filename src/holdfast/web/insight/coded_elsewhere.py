"""Themes that somebody coded elsewhere, as columns hold them: marks under a theme's name, or the names of themes."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from holdfast.web.insight import frameworks, jobs, learning
from holdfast.web.insight.models import Coding, Comment, Delivery
from holdfast.web.people import audit
from holdfast.web.register.models import Vocabulary

TARGET: Final = "theme:"
"""A column's target is this and the list's code."""
YES: Final = frozenset({"1", "1.0", "yes", "y", "true", "x", "✓"})
NO: Final = frozenset({"", "0", "0.0", "no", "n", "false", "-", "–"})
NONE: Final = frozenset({"none", "none of these"})


@dataclass(frozen=True)
class Listed:
    """A list of themes, and what each is called: its code and its label, in small letters."""

    vocabulary: Vocabulary
    codes: frozenset[str]
    named: Mapping[str, str]


@dataclass(frozen=True)
class Given:
    """What a row says of its comment. It is ``complete`` where it speaks of every theme of the list."""

    themes: tuple[str, ...]
    refused: tuple[str, ...]
    complete: bool


def lists() -> dict[str, Listed]:
    """Every list by its code."""
    return {one.code: _listed(one) for one in frameworks.lists()}


def _listed(vocabulary: Vocabulary) -> Listed:
    terms = frameworks.terms_of(vocabulary)
    times = Counter(called for term in terms for called in {_key(term.code), _key(term.label)})
    named = {called: term.code for term in terms for called in (_key(term.code), _key(term.label))}
    codes = frozenset(term.code for term in terms)
    return Listed(vocabulary, codes, {called: code for called, code in named.items() if times[called] == 1})


def _key(name: str) -> str:
    return " ".join(name.split()).casefold()


def mark(cell: str) -> bool | None:
    """Whether a mark says that the theme is there; None where it is no mark."""
    said = _key(cell)
    return True if said in YES else False if said in NO else None


def is_theme(held: Listed, column: str) -> bool:
    """Whether a column is called as a theme of the list is."""
    return _key(column) in held.named


def of_row(held: Listed, columns: Sequence[str], cells: Mapping[str, str], missed: Counter[str]) -> Given | None:
    """What a row's cells say; None where they are all empty, as nobody can tell that from a row that nobody coded."""
    if not any(cells.get(column, "").strip() for column in columns):
        missed["uncoded"] += 1
        return None
    about, spoken, sure, any_theme = set[str](), set[str](), True, False
    for column in columns:
        cell, code = cells.get(column, ""), held.named.get(_key(column))
        if code is None:
            any_theme, found, known = True, *_names(held, cell)
            missed["theme"] += not known
        else:
            said = mark(cell)
            found, known = ({code} if said else set()), said is not None
            spoken |= {code} if known else set()
            missed["mark"] += not known
        about, sure = about | found, sure and known
    # What is not a column was not asked, and what cannot be read may be any theme.
    complete = sure and (any_theme or spoken == held.codes)
    refused = set() if complete else spoken - about
    return Given(tuple(sorted(about)), tuple(sorted(refused)), complete) if complete or about or refused else None


def _names(held: Listed, cell: str) -> tuple[set[str], bool]:
    """The themes that a cell names, and whether it names nothing else. Several stand apart by ; or | or a new line."""
    parts = [cell] if _key(cell) in held.named else re.split(r"[;|\n]", cell)
    said = {_key(part) for part in parts} - {""} - NONE
    return {held.named[one] for one in said if one in held.named}, said <= set(held.named)


def keep(job: Delivery, held: Listed, given: Mapping[str, Given]) -> int:
    """Add what a coder said of comments, by digest; what they said so already is not added again.

    Called in the transaction that keeps the comments.
    """
    comments = dict(Comment.objects.filter(digest__in=list(given)).values_list("digest", "pk"))
    earlier = Coding.objects.filter(
        vocabulary=held.vocabulary, comment__in=list(comments.values()), by=None, coder=job.coder
    )
    before: dict[int, list[Given]] = {}
    for one in earlier.order_by("id"):
        said = Given(tuple(one.themes), tuple(one.refused), one.complete)
        before.setdefault(one.comment_id, []).append(said)
    made = [
        Coding(deed=_deed(job, held, digest, len(before.get(comments[digest], ()))), comment_id=comments[digest],
               vocabulary=held.vocabulary, themes=list(said.themes), refused=list(said.refused),
               complete=said.complete, coder=job.coder)
        for digest, said in given.items()
        if digest in comments and before.get(comments[digest], [None])[-1] != said
    ]  # fmt: skip
    Coding.objects.bulk_create(made, ignore_conflicts=True)
    if made:
        told = f"brought in {len(made)} codings by {job.coder}: {held.vocabulary.name}"
        audit.record(jobs.SERVER, "insight.code", "delivery", job.pk, told[:300], codings=len(made))
    return len(made)


def _deed(job: Delivery, held: Listed, digest: str, earlier: int) -> str:
    """The same for the same word of the same coder, however often it is sent at one time."""
    said = f"{digest}\x1f{held.vocabulary.pk}\x1f{job.coder}\x1f{earlier}"
    return hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()


def targets(mapping: Mapping[str, str]) -> dict[str, list[str]]:
    """The columns of each list's themes on one sheet."""
    found: dict[str, list[str]] = {}
    for column, target in mapping.items():
        if target.startswith(TARGET):
            found.setdefault(target.removeprefix(TARGET), []).append(column)
    return found


def learn(vocabularies: Iterable[Vocabulary]) -> None:
    """Have the machine learn from what came in."""
    for one in vocabularies:
        learning.ask(one)
