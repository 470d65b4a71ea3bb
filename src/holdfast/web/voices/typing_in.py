"""Voices from paper, a meeting or a phone line: a table of people, read row by row; what cannot be read is listed."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections import Counter
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction

from holdfast.records.involving import PREFER_NOT, ROLE_NOT_GIVEN
from holdfast.web.jinja import plural
from holdfast.web.people import audit
from holdfast.web.register import merging
from holdfast.web.register.models import Change, Practice
from holdfast.web.voices import choosing, wishes
from holdfast.web.voices.asked import ROLES
from holdfast.web.voices.models import AboutQuestion, Batch, Participant, Preference, Statement, Vote
from holdfast.web.words import refuse_unsafe
from holdfast.workspace.hearing import PLURAL
from holdfast.workspace.writing.spreadsheets import unmarked

VOTES: Final = {"agree": 1, "a": 1, "1": 1, "disagree": -1, "d": -1, "-1": -1, "pass": 0, "p": 0, "0": 0}
WISH, WORDS, VOTE = "prefer", "words", "s"
MORE: Final = ""
"""Where what stands beyond the named columns is held until its row is refused."""
MORE_WORDS: Final = (
    "it has something beyond the last column that has a name. A comma in words splits them: put words with a comma in "
    "quotation marks, or save the file from a spreadsheet as CSV."
)
MOST: Final = 5_000
LIKE: Final = 0.8
"""How alike a word must be to a role for that to be what was meant."""
OTHER_FILES: Final = {
    b"PK\x03\x04": "a Word or Excel document, or a zip", b"%PDF": "a PDF",
    b"\xd0\xcf\x11\xe0": "an older Word or Excel document",
}  # fmt: skip
"""How files begin that are sent in place of a CSV file."""
ALLOWED: Final = (
    "A CSV file is allowed: a first line with the names of its columns, then a row for each entry. "
    "From a spreadsheet, save it as “CSV UTF-8”, then send it again."
)


class UnreadableError(Exception):
    """The whole file cannot be read; each message says why and what to do."""


@dataclass(frozen=True)
class Sheet:
    """Columns that a table of people may have: what the page's grid, the file to fill in and the reading share."""

    statements: dict[str, Statement]
    practices: dict[str, Practice]
    about: dict[str, AboutQuestion]

    @classmethod
    def of(cls, change: Change) -> Sheet:
        """The columns of a change's conversation."""
        return cls(
            {f"{VOTE}{one.pk}": one for one in choosing.accepted(merging.family(change))},
            {f"{WISH}{n}": one for n, one in enumerate(wishes.practices(change), 1)},
            {one.code: one for one in AboutQuestion.objects.filter(asked=True)},
        )

    def wishes(self, practice: Practice) -> dict[str, str]:
        """The answers that may be given for a practice, as somebody online is offered them."""
        return dict(wishes.preferences(practice, beside=len(self.practices) > 1))

    @property
    def names(self) -> list[str]:
        """Every column, in order."""
        return ["role", *self.about, *self.practices, WORDS, *self.statements]

    @property
    def headings(self) -> list[str]:
        """The same, each with what it asks: a heading is read by its first word."""
        asked = {code: one.label for code, one in self.about.items()}
        asked |= {code: f"What should happen: {one.name}" for code, one in self.practices.items()}
        asked |= {code: one.text for code, one in self.statements.items()} | {WORDS: "Their own words"}
        return [f"{name} {asked.get(name, '')}".strip() for name in self.names]


@dataclass
class Read:
    """People who could be read, and rows that could not, each with its line and why."""

    people: list[dict[str, Any]] = field(default_factory=list)
    refused: list[dict[str, Any]] = field(default_factory=list)


def rows_of(content: bytes) -> list[dict[str, str]]:
    """The rows of a CSV file by its first line. Raises UnreadableError."""
    if kind := next((kind for start, kind in OTHER_FILES.items() if content.startswith(start)), ""):
        raise UnreadableError(f"This is {kind}, not a CSV file. {ALLOWED}")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadableError("This file is not UTF-8 text. Save it as “CSV UTF-8”, then send it again.") from None
    try:
        reader = csv.DictReader(io.StringIO(text, newline=""), restval="")
        _refuse_twice([_name(one) for one in reader.fieldnames or ()])
        rows = [_row(row) for row in reader]
    except csv.Error as problem:
        raise UnreadableError(f"This file cannot be read as CSV: {problem}. Save it again as CSV.") from None
    if len(rows) > MOST:
        raise UnreadableError(f"This file has {len(rows):,} rows. Send at most {MOST:,} at a time.")
    if not rows:
        raise UnreadableError(f"This file has no rows under its first line. {ALLOWED}")
    return rows


def _name(heading: str) -> str:
    """A column's name: the first word of its heading. The rest says what it asks."""
    return (heading.lower().split() or [""])[0]


def _refuse_twice(names: list[str]) -> None:
    """Of two columns with one name only one could be read, and nobody would know which."""
    if twice := next((name for name, n in Counter(names).items() if name and n > 1), ""):
        raise UnreadableError(f"Two columns of this file are called {twice}. Take one out, or give it its own name.")


def _row(row: dict[str | None, Any]) -> dict[str, str]:
    """A row by its columns' names. Cells beyond the last column, even empty ones, are held under ``MORE``."""
    found = {_name(k): unmarked(str(v or "")) for k, v in row.items() if k is not None}
    return found | {MORE: "more cells"} if None in row else found


def read(sheet: Sheet, rows: list[dict[str, str]], *, first: int = 2) -> Read:
    """People from rows; a row in which something cannot be read is refused whole, with why."""
    unknown = {name for row in rows for name in row} - {*sheet.names, ""}
    if unknown:
        shown = ", ".join(sorted(unknown)[:5])
        raise UnreadableError(
            f"There is no column called {shown} here. The columns are: {', '.join(sheet.names)}. "
            "Take the empty file from this page and fill it in."
        )
    found = Read()
    for line, row in enumerate(rows, first):
        if not any(value.strip() for value in row.values()):
            continue
        try:
            if row.get(MORE, "").strip():
                raise ValidationError(MORE_WORDS[:1].upper() + MORE_WORDS[1:])
            found.people.append(_person(sheet, row))
        except ValidationError as problem:
            found.refused.append({"line": line, "why": " ".join(problem.messages)})
    return found


def _person(sheet: Sheet, row: dict[str, str]) -> dict[str, Any]:
    votes = {one.pk: _one_of(VOTES, row.get(name, ""), "agree, disagree or pass", one.text)
             for name, one in sheet.statements.items()}  # fmt: skip
    prefers = {practice.name: _wish(sheet, practice, row.get(name, "")) for name, practice in sheet.practices.items()}
    words = refuse_unsafe(row.get(WORDS, ""), 2_000, called="Their own words")
    person = {
        "role": _role(row.get("role", "")),
        "about": {code: level for code, q in sheet.about.items() if (level := _level(q, row.get(code, "")))},
        "votes": {pk: vote for pk, vote in votes.items() if vote is not None},
        "prefers": {name: wish for name, wish in prefers.items() if wish is not None},
        "words": words,
    }
    if not person["votes"] and not person["prefers"]:
        raise ValidationError("It holds no vote and no preference. Leave the row out, or fill one in.")
    if words and not person["prefers"]:
        raise ValidationError("Words are kept with a preference. Say what this person would do with a practice.")
    return person


def _role(text: str) -> str:
    role = refuse_unsafe(text, 60, called="The role", lines=False).lower()
    role = PLURAL.get(role, role)
    if role == ROLE_NOT_GIVEN:
        return ""
    known = [code for code, _words in ROLES]
    if role not in known:
        near = get_close_matches(role, known, 1, LIKE)
        meant = f" Did you mean {near[0]}?" if near else ""
        raise ValidationError(f"“{role[:40]}” is no role here.{meant} Give {', '.join(known)}, or leave it empty.")
    return role


def _wish(sheet: Sheet, practice: Practice, text: str) -> Any:
    offered = list(sheet.wishes(practice))
    return _one_of({code: code for code in offered}, text, ", ".join(offered), practice.name)


def _one_of(known: dict[str, Any], text: str, allowed: str, what: str) -> Any:
    word = text.strip().lower()
    if not word:
        return None
    if word not in known:
        raise ValidationError(f"“{word[:40]}” is no answer to “{what[:60]}”. Give {allowed}, or leave it empty.")
    return known[word]


def _level(question: AboutQuestion, text: str) -> str:
    word = text.strip().lower()
    known = {str(level).lower(): str(level) for level in (*question.levels, PREFER_NOT)}
    if word and word not in known:
        raise ValidationError(
            f"“{word[:40]}” is no answer to “{question.label}”. Give one of: {'; '.join(known.values())}."
        )
    return known.get(word, "")


@transaction.atomic
def enter(change: Change, actor: Any, name: str, channel: str, found: Read) -> tuple[Batch, bool]:
    """Keep a batch; sending the same again gives the one there is, and False."""
    told = json.dumps([name, channel, found.people], sort_keys=True, ensure_ascii=False)
    print_ = hashlib.sha256(told.encode()).hexdigest()
    Change.objects.select_for_update().get(pk=change.pk)
    held = Batch.objects.filter(change=change, sha256=print_).first()
    if held is not None:
        return held, False
    batch = Batch.objects.create(
        name=name, channel=channel, change=change, by=actor, sha256=print_, refused=found.refused
    )
    people = Participant.objects.bulk_create(
        [
            Participant(change=change, role=p["role"], about=p["about"], channel=channel, batch=batch)
            for p in found.people
        ],
        batch_size=500,
    )
    pairs = list(zip(people, found.people, strict=True))
    Vote.objects.bulk_create(
        [Vote(participant=who, statement_id=pk, vote=v) for who, p in pairs for pk, v in p["votes"].items()],
        batch_size=1_000,
    )
    Preference.objects.bulk_create(
        [
            Preference(participant=who, change=change, practice=practice, preference=wish,
                       words=p["words"] if first == 0 else "")
            for who, p in pairs
            for first, (practice, wish) in enumerate(p["prefers"].items())
        ],
        batch_size=1_000,
    )  # fmt: skip
    heard = plural(len(people), f"{channel} voice")
    said = f"entered {heard} on {change.identifier}; {plural(len(found.refused), 'row')} refused"
    audit.record(actor, "voices.moderate", "batch", batch.pk, said)
    return batch, True
