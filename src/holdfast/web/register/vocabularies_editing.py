"""Curators' edits to the vocabularies: each in the audit log with what was before, and none over somebody else's."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, TypeVar

from django.db import transaction
from django.db.models import Max

from holdfast.records.frameworks import Framework, read_framework
from holdfast.records.problems import InputProblems, Problem
from holdfast.web.people import audit
from holdfast.web.register.models import Term, Vocabulary
from holdfast.web.register.vocabularies import load, stamp
from holdfast.web.words import refuse_unsafe

VERB: Final = "register.curate"
MOST_TERMS: Final = 5_000
MOST_BYTES: Final = 1024 * 1024
Row = TypeVar("Row", Vocabulary, Term)


class EditedError(Exception):
    """Somebody saved the row after it was read. ``current`` is how it stands now."""

    def __init__(self, current: Vocabulary | Term) -> None:
        super().__init__(f"{current} has been saved by somebody else since you opened it.")
        self.current = current


@transaction.atomic
def save(row: Row, actor: Any, fields: Mapping[str, Any], *, read_as: str) -> Row:
    """Save a vocabulary's or a term's fields. Raises EditedError when it no longer stands as it was read."""
    held: Row = type(row).objects.select_for_update().get(pk=row.pk)
    if stamp(held) != read_as:
        raise EditedError(held)
    before = {name: _plain(getattr(held, name)) for name in fields}
    for name, value in fields.items():
        setattr(held, name, value)
    after = {name: _plain(getattr(held, name)) for name in fields}
    altered = {name: [before[name], after[name]] for name in fields if before[name] != after[name]}
    if altered:
        held.save()
        said = f"{held}: {', '.join(sorted(altered))} edited"
        audit.record(actor, VERB, _kind(held), _subject(held), said, altered=altered)
    return held


@transaction.atomic
def add_vocabulary(actor: Any, code: str, fields: Mapping[str, Any]) -> Vocabulary:
    """A list of the organisation's own."""
    made, new = Vocabulary.objects.get_or_create(code=code, defaults=dict(fields))
    if new:
        audit.record(actor, VERB, "vocabulary", code, f"{made.name}: added")
    return made


@transaction.atomic
def add_term(vocabulary: Vocabulary, actor: Any, code: str, fields: Mapping[str, Any]) -> Term:
    """One more term, at the end. A code that is taken gives the term that has it, as it stands."""
    place = (vocabulary.terms.aggregate(last=Max("place"))["last"] or 0) + 1
    made, new = Term.objects.get_or_create(vocabulary=vocabulary, code=code, defaults={"place": place, **fields})
    if new:
        audit.record(actor, VERB, "term", _subject(made), f"{vocabulary.name}: “{made.label}” added")
    return made


@transaction.atomic
def retire(term: Term, actor: Any, retired: bool) -> Term:
    """Offer a term no longer, or again. Records that hold it keep it."""
    held = Term.objects.select_for_update().select_related("vocabulary").get(pk=term.pk)
    if held.retired != retired:
        held.retired = retired
        held.save(update_fields=["retired"])
        said = "retired" if retired else "offered again"
        audit.record(actor, VERB, "term", _subject(held), f"{held.vocabulary.name}: “{held.label}” {said}")
    return held


def read_upload(name: str, content: bytes) -> Framework:
    """A list from a TOML or CSV file. Raises InputProblems with everything that is wrong."""
    suffix = Path(name).suffix.lower()
    if suffix not in {".toml", ".csv"}:
        raise InputProblems([Problem(_short(name), "this is neither TOML nor CSV", "Save it as .toml or .csv.")])
    if len(content) > MOST_BYTES:
        raise InputProblems([Problem(_short(name), "this file is larger than 1 MB", "Upload one list at a time.")])
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"{_stem(name)}{suffix}"
        path.write_bytes(content)
        framework = read_framework(path)
    if problems := [*_unsafe(framework, _short(name)), *_taken(framework, _short(name))]:
        raise InputProblems(problems)
    return framework


@transaction.atomic
def bring_in(framework: Framework, actor: Any) -> tuple[Vocabulary, int]:
    """Add the list, or the terms of it that a list with its code lacks. What is there already is left as it is."""
    count = load([framework], actor=actor)
    return Vocabulary.objects.get(code=framework.id), count


def _unsafe(framework: Framework, where: str) -> list[Problem]:
    from django.core.exceptions import ValidationError

    found = []
    if len(framework.terms) > MOST_TERMS:
        found.append(Problem(where, f"a list holds at most {MOST_TERMS:,} terms", "Cut it into several lists."))
    texts = [("name", framework.name, 120), ("about", framework.about, 20_000), ("source", framework.source, 400)]
    texts += [("version", framework.version, 40), ("id", framework.id, 50)]
    for place, term in enumerate(framework.terms, 1):
        texts += [(f"terms.{place}.label", term.label, 200), (f"terms.{place}.meaning", term.meaning, 20_000)]
        texts += [(f"terms.{place}.code", term.code, 80), (f"terms.{place}.seeds", " ".join(term.seeds), 20_000)]
    for column, text, limit in texts:
        try:
            refuse_unsafe(text, limit, called="It")
        except ValidationError as refused:
            found.append(Problem(where, str(refused.messages[0]), "Correct it.", column=column))
    return found


def _taken(framework: Framework, where: str) -> list[Problem]:
    """A file's list may add to one that is here; it must then call itself the same."""
    held = Vocabulary.objects.filter(code=framework.id).first()
    if held is None or held.name == framework.name or framework.version == "own":
        return []
    rule = f"a list with the id “{framework.id}” is here already, and it is called “{held.name}”"
    return [Problem(where, rule, "Give your list another id, or the same name to add its terms.", column="id")]


def _stem(name: str) -> str:
    return "".join(ch if ch.isalnum() or ch in "-_ " else "_" for ch in Path(name).stem)[:50] or "own"


def _short(name: str) -> str:
    return Path(name).name[:80]


def _kind(row: Vocabulary | Term) -> str:
    return "vocabulary" if isinstance(row, Vocabulary) else "term"


def _subject(row: Vocabulary | Term) -> str:
    return row.code if isinstance(row, Vocabulary) else f"{row.vocabulary.code}:{row.code}"


def _plain(value: Any) -> Any:
    return value if isinstance(value, (str, int, bool, list, type(None))) else str(value)
