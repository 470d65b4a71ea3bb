"""Voices from paper, a meeting or a phone line: a table of people, read row by row; what cannot be read is listed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
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
from holdfast.web.voices import batches, choosing, prints, resending, wishes
from holdfast.web.voices.asked import ROLES
from holdfast.web.voices.files import MORE, UnreadableError
from holdfast.web.voices.models import AboutQuestion, Batch, Participant, Preference, Statement, Vote
from holdfast.web.words import refuse_unsafe
from holdfast.workspace.hearing import PLURAL

VOTES: Final = {"agree": 1, "a": 1, "1": 1, "disagree": -1, "d": -1, "-1": -1, "pass": 0, "p": 0, "0": 0}
WISH, WORDS, VOTE = "prefer", "words", "s"
MORE_WORDS: Final = (
    "it has something beyond the last column that has a name. A comma in words splits them: put words with a comma in "
    "quotation marks, or save the file from a spreadsheet as CSV."
)
LIKE: Final = 0.8
"""How alike a word must be to a role for that to be what was meant."""


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


@dataclass(frozen=True)
class Entered:
    """What became of a file: the ``batch`` that it is, ``people`` entered, and rows ``left`` alone as here already.

    ``again``: this very batch was entered before. Without a batch everybody was here, in batches of other names.
    """

    batch: Batch | None
    people: int = 0
    left: int = 0
    again: bool = False


@transaction.atomic
def enter(
    change: Change,
    actor: Any,
    name: str,
    channel: str,
    found: Read,
    *,
    typed: bool = False,
    answer: resending.Answer | None = None,
) -> Entered:
    """Keep a batch; what is sent again is not entered twice.

    Raises HereAlreadyError where some rows seem to be here and ``answer`` does not say what they are, or was given to
    something that is no longer so.
    """
    told = json.dumps([name, channel, found.people], sort_keys=True, ensure_ascii=False)
    print_ = hashlib.sha256(told.encode()).hexdigest()
    Change.objects.select_for_update().get(pk=change.pk)
    held = batches.standing(change, print_)
    if held is not None:
        _refused_now(held, actor, found)
        return Entered(held, again=True)
    there = resending.look(change, name, channel, found.people, typed=typed)
    if there.batches and (answer is None or answer.state != there.state):
        raise resending.HereAlreadyError(there)
    others = answer is not None and answer.others
    people = found.people if others else there.others
    left = 0 if others else there.left
    if not people:
        return Entered(None, left=left)
    batch = Batch.objects.create(
        name=name, channel=channel, change=change, by=actor, sha256=print_, refused=found.refused
    )
    _say(batch, people)
    heard = plural(len(people), f"{channel} voice")
    said = f"entered {heard} on {change.identifier}; {plural(len(found.refused), 'row')} refused"
    alike = f", {there.left} like people here already" if others else f", {left} here already" if left else ""
    audit.record(actor, "voices.moderate", "batch", batch.pk, said + alike)
    return Entered(batch, len(people), left)


def _refused_now(held: Batch, actor: Any, found: Read) -> None:
    """Rows that cannot be read in a file whose other rows are here: as they are now, not as it was sent first."""
    if held.refused != found.refused:
        Batch.objects.filter(pk=held.pk).update(refused=found.refused)
        said = f"sent a batch on {held.change.identifier} again; {plural(len(found.refused), 'row')} refused"
        audit.record(actor, "voices.moderate", "batch", held.pk, said)


def _say(batch: Batch, read_: Sequence[dict[str, Any]]) -> None:
    """Everybody of a batch, and what they answered."""
    known = zip(read_, prints.of_people(read_), strict=True)
    people = Participant.objects.bulk_create(
        [
            Participant(change=batch.change, role=p["role"], about=p["about"], channel=batch.channel, batch=batch,
                        row_print=print_)
            for p, print_ in known
        ],
        batch_size=500,
    )  # fmt: skip
    pairs = list(zip(people, read_, strict=True))
    Vote.objects.bulk_create(
        [Vote(participant=who, statement_id=pk, vote=v) for who, p in pairs for pk, v in p["votes"].items()],
        batch_size=1_000,
    )
    Preference.objects.bulk_create(
        [
            Preference(participant=who, change=batch.change, practice=practice, preference=wish,
                       words=p["words"] if first == 0 else "")
            for who, p in pairs
            for first, (practice, wish) in enumerate(p["prefers"].items())
        ],
        batch_size=1_000,
    )  # fmt: skip
