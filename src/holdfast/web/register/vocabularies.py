"""The controlled lists: shipped frameworks become rows once, and afterwards belong to the curators."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from django.db import DEFAULT_DB_ALIAS, connection, transaction

from holdfast.records.frameworks import Framework, load_frameworks
from holdfast.records.frameworks import Term as Word
from holdfast.web.people import audit
from holdfast.web.people.models import AuditEvent
from holdfast.web.register.models import Term, Vocabulary

ASKED_FILE: Final = Path(__file__).with_name("vocabularies_asked.toml")
FACETS: Final = "change_facets"
"""The framework whose top terms are lists of their own."""
SERVER: Final = "the server"


@cache
def asked() -> Mapping[str, dict[str, Any]]:
    """How the capture pages ask for a vocabulary, by its code: question, place from 1, and whether many may hold."""
    told = tomllib.loads(ASKED_FILE.read_text(encoding="utf-8"))["asked"]
    return {row.get("facet") or row["framework"]: {**row, "asked": place} for place, row in enumerate(told, 1)}


def shipped() -> list[Framework]:
    """Every list that comes with Holdfast: the library's frameworks, and the few that only the register needs."""
    own = tomllib.loads(ASKED_FILE.read_text(encoding="utf-8"))["own"]
    return [*load_frameworks().values(), *(Framework.model_validate(row) for row in own)]


def ensure_vocabularies() -> int:
    """Fill in whatever the register lacks of the shipped lists; returns how many terms were added."""
    return load(shipped())


def load(frameworks: Iterable[Framework], *, actor: Any = SERVER) -> int:
    """Lists and terms that are missing are added; what is there already, as a curator left it, is never touched."""
    added = 0
    with transaction.atomic():
        held = {found.code: found for found in Vocabulary.objects.all()}
        codes: dict[int, set[str]] = {}
        for vocabulary, code in Term.objects.values_list("vocabulary_id", "code"):
            codes.setdefault(vocabulary, set()).add(code)
        for code, fields, words in (row for framework in frameworks for row in _lists(framework)):
            vocabulary = held.get(code) or Vocabulary.objects.create(code=code, **fields)
            held[code] = vocabulary
            if new := _fill(vocabulary, words, codes.get(vocabulary.pk, set())):
                added += new
                said = f"{vocabulary.name}: {new} terms added from {fields['version'] or 'a file'}"
                audit.record(actor, "register.curate", "vocabulary", code, said, terms=new)
    return added


def _lists(framework: Framework) -> Iterable[tuple[str, dict[str, Any], tuple[Word, ...]]]:
    if framework.id != FACETS:
        yield framework.id, _fields(framework, framework.id, framework.name, framework.about), framework.filled
        return
    for facet in framework.under(None):
        yield facet.code, _fields(framework, facet.code, facet.label, facet.meaning), framework.under(facet.code)


def _fields(framework: Framework, code: str, name: str, meaning: str) -> dict[str, Any]:
    ask = asked().get(code, {})
    source = ". ".join(part.rstrip(".") for part in (framework.source, framework.licence) if part)
    return {
        "name": name[:120],
        "question": ask.get("question", ""),
        "meaning": meaning,
        "version": framework.version[:40],
        "source": f"{source}."[:400] if source else "",
        "many": ask.get("many", framework.multiple),
        "asked": ask.get("asked", 0),
    }


def _fill(vocabulary: Vocabulary, words: tuple[Word, ...], held: set[str]) -> int:
    """Add the terms that are missing, those that others stand under first."""
    inside = {word.code for word in words}
    places = {word.code: place for place, word in enumerate(words, 1)}
    waiting = [word for word in words if word.code not in held]
    known = {t.code: t for t in Term.objects.filter(vocabulary=vocabulary)} if waiting else {}
    count = len(waiting)
    while waiting:
        ready = [word for word in waiting if word.parent not in inside or word.parent in known]
        made = [_term(vocabulary, word, places[word.code], known.get(word.parent or "")) for word in ready]
        Term.objects.bulk_create(made)
        known |= {term.code: term for term in made}
        waiting = [word for word in waiting if word.code not in known]
    return count


def _term(vocabulary: Vocabulary, word: Word, place: int, parent: Term | None) -> Term:
    meaning = " ".join(part for part in (word.meaning, word.note) if part)
    return Term(
        vocabulary=vocabulary,
        code=word.code[:80],
        label=(word.label[:1].upper() + word.label[1:])[:200],
        meaning=meaning,
        seeds=list(word.seeds),
        parent=parent,
        place=place,
    )


def stamp(held: Vocabulary | Term) -> str:
    """A short fingerprint of a row as it stands; a form carries it to show what it was read as."""
    fields = {field.attname: getattr(held, field.attname) for field in held._meta.concrete_fields}
    return hashlib.sha256(json.dumps(fields, sort_keys=True, default=str).encode()).hexdigest()[:16]


def tables_ready() -> bool:
    """Whether the database holds every column of the lists: it does not while migrations are part way."""
    with connection.cursor() as cursor:
        names = set(connection.introspection.table_names(cursor))
        for model in (Vocabulary, Term, AuditEvent):
            table = model._meta.db_table
            if table not in names:
                return False
            held = {column.name for column in connection.introspection.get_table_description(cursor, table)}
            if not {field.column for field in model._meta.concrete_fields} <= held:
                return False
    return True


def fill_after_migrating(sender: Any, using: str, **_more: Any) -> None:
    """Called when migrations have run, so that a new register and a test's database have their lists."""
    if using == DEFAULT_DB_ALIAS and tables_ready():
        ensure_vocabularies()
