"""A change's conversation to and from the shapes that Polis exports."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import math
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from holdfast.involve.polis_files import Conversation, read_polis, write_polis_csv, write_polis_json
from holdfast.involve.polis_files.conversation import CSV_FILES, JSON_FILES
from holdfast.web.jinja import plural
from holdfast.web.people import audit
from holdfast.web.register import merging
from holdfast.web.register.models import Change
from holdfast.web.voices import batches, hearing
from holdfast.web.voices.models import Batch, Participant, Statement, Vote
from holdfast.web.words import refuse_unsafe

FILES: Final = {*CSV_FILES, *JSON_FILES}
LONGEST: Final = 300


@dataclass(frozen=True)
class Brought:
    """What came in, in a sentence, and what did not."""

    words: str
    problems: list[str] = field(default_factory=list)


def conversation(change: Change) -> Conversation:
    """The conversation as it stands. People are numbered; no link, source or answer about them is in it."""
    heard = hearing.hear(merging.family(change))
    rows = Statement.objects.in_bulk([int(s.statement) for s in heard.statements])
    numbers = {name: str(n) for n, name in enumerate(heard.participants)}
    authors = tuple(numbers.get(str(rows[int(s.statement)].proposed_by_id), "") for s in heard.statements)
    created = tuple(rows[int(s.statement)].made_at.timestamp() for s in heard.statements)
    plain = replace(heard, participants=tuple(numbers.values()), about={}, preferences=())
    about = {"topic": change.title, "conversation-description": change.description}
    return Conversation(plain, ("",) * len(numbers), authors, created, about)


def write(change: Change, actor: Any, kind: str) -> bytes:
    """The conversation as a zip of CSV or JSON files."""
    out = io.BytesIO()
    with tempfile.TemporaryDirectory() as name:
        folder = (write_polis_csv if kind == "csv" else write_polis_json)(name, conversation(change))
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
            for path in sorted(folder.iterdir()):
                packed.write(path, path.name)
    audit.record(actor, "voices.moderate", "conversation", change.identifier, f"exported the conversation as {kind}")
    return out.getvalue()


@transaction.atomic
def read(change: Change, actor: Any, folder: Path) -> Brought:
    """Bring in statements, people and votes. The same files twice are brought in once.

    Raises InputProblems when the files cannot be read at all.
    """
    talk = read_polis(folder)
    print_ = hashlib.sha256(b"".join(p.name.encode() + p.read_bytes() for p in sorted(folder.iterdir()))).hexdigest()
    Change.objects.select_for_update().get(pk=change.pk)
    if batches.standing(change, print_) is not None:
        return Brought("These very files were brought in before. Nothing was brought in twice.")
    problems = [f"{p.where}: {p.rule} ({p.count:,} times). {p.fix}" for p in talk.problems]
    batch = Batch.objects.create(name="A Polis export", channel="online", change=change, by=actor, sha256=print_)
    statements = _statements(batch, talk, problems)
    batch.refused = [{"line": 0, "why": words} for words in problems]
    batch.save(update_fields=["refused"])
    people = Participant.objects.bulk_create(
        [Participant(change=change, batch=batch) for _ in talk.heard.participants], batch_size=500
    )
    votes = _votes(talk, people, statements)
    Vote.objects.bulk_create(votes, batch_size=1_000)
    added = sum(one is not None for one in statements)
    heard, cast = plural(len(people), "person", "people"), plural(len(votes), "vote")
    said = f"{heard}, {plural(added, 'statement')} and {cast} were brought in."
    audit.record(actor, "voices.moderate", "batch", batch.pk, f"{change.identifier}: {said}")
    return Brought(said, problems)


def _statements(batch: Batch, talk: Conversation, problems: list[str]) -> list[Statement | None]:
    """A statement for each that was listed: the one that is there already where the words are the same.

    Never one that somebody proposed and nobody has read: they may still take it back, and votes would hold it.
    """
    there = Statement.objects.filter(change=batch.change, same_as=None)
    held = {one.text: one for one in there.exclude(moderated="waiting", proposed_by__isnull=False)}
    found: list[Statement | None] = []
    for one in talk.heard.statements:
        try:
            text = refuse_unsafe(one.text, LONGEST, called=f"Statement {one.statement}", lines=False)
        except ValidationError as problem:
            problems.append(" ".join(problem.messages) + " It was left out, with its votes.")
            found.append(None)
            continue
        if not text:
            problems.append(f"Statement {one.statement} has no text. It was left out, with its votes.")
            found.append(None)
            continue
        if text not in held:
            held[text] = Statement.objects.create(
                change=batch.change, batch=batch, text=text, moderated=one.moderated, reason=one.reason[:LONGEST],
                meta=one.meta,
            )  # fmt: skip
        found.append(held[text])
    return found


def _votes(talk: Conversation, people: Sequence[Participant], statements: Sequence[Statement | None]) -> list[Vote]:
    cast, now = talk.heard.votes, timezone.now()
    columns = (part.tolist() for part in (cast.who, cast.what, cast.vote, cast.at))
    return [
        Vote(participant=people[who], statement=statement, vote=vote,
             at=now if math.isnan(at) else dt.datetime.fromtimestamp(at, dt.UTC))
        for who, what, vote, at in zip(*columns, strict=True)
        if (statement := statements[what]) is not None
    ]  # fmt: skip
