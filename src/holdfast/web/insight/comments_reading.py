"""Reading a delivery of comments: rows in batches, redacted before they are kept, and none of them twice."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import groupby, islice
from typing import Any, Final, NamedTuple

from django.db import transaction

from holdfast.understand.scraps import CannotRead, Limits, Passage, Unread
from holdfast.understand.scraps.guards import Allowance, check_size
from holdfast.understand.scraps.tables import read_table
from holdfast.web.insight import feelings, jobs, learning
from holdfast.web.insight.columns import names, on_sheet
from holdfast.web.insight.models import Comment, Delivery, SentFile
from holdfast.web.insight.models_jobs import WAITING
from holdfast.web.insight.plain import plain, redacted, together
from holdfast.web.insight.sending import drop_files
from holdfast.web.register.fields import day_in
from holdfast.web.register.models import Change

LONGEST: Final = 10_000
"""Characters of a comment that are kept."""
LIMITS: Final = Limits(characters=100_000_000, seconds=600.0)
BATCH: Final = 500
SCALE: Final = {"-2": 0, "-1": 1, "0": 2, "1": 3, "2": 4, "+1": 3, "+2": 4}


class Row(NamedTuple):
    """A row with something in the columns chosen; ``place`` counts through the file, as rows begin anew on a sheet."""

    place: int
    sheet: str | None
    number: int
    cells: dict[str, str]


def carry_out(job: Delivery) -> None:
    """Every file that still waits, from the row after the last that was kept; then the machine looks at them."""
    for one in job.files.filter(state=WAITING).select_related("delivery"):
        _one(job, one)
    drop_files(job)
    if Comment.objects.filter(file__delivery=job).exists():
        learning.after_comments()


def _one(job: Delivery, one: SentFile) -> None:
    unread: list[list[str]] = []
    missed: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    try:
        check_size(one.path, LIMITS)
        rows = _rows(one, job.mapping, unread)
        while batch := list(islice(rows, BATCH)):
            jobs.tell(job, f"reading {one.name}", batch[0].place, 0)
            _keep(job, one, batch, seen, missed)
    except CannotRead as why:
        unread.append([one.name, why.reason, why.fix])
    except FileNotFoundError:
        raise
    except (RecursionError, ValueError, OSError):
        unread.append([one.name, "it is built in a way that cannot be read", "save it as CSV and send it again"])
    unread += [[one.name, f"{count:,} {what}", fix] for (what, fix), count in _in_words(missed)]
    with transaction.atomic():
        jobs.still_mine(job)
        one.unread, one.state = unread, SentFile.READ if one.new or one.same else SentFile.UNREAD
        if one.state == SentFile.UNREAD and not unread:
            one.unread = [[one.name, "no row holds words in the columns chosen", "choose other columns"]]
        one.save()


def _rows(one: SentFile, mapping: Any, unread: list[list[str]]) -> Iterator[Row]:
    """Each row's cells by column, of the columns that hold something on its sheet."""

    def passages() -> Iterator[Passage]:
        for found in read_table(one.path, one.name, Allowance(LIMITS), names(mapping)):
            if isinstance(found, Unread):
                unread.append([found.file, found.reason, found.fix])
            elif found.source.column in on_sheet(mapping, found.source.sheet):
                yield found

    rows = groupby(passages(), key=lambda p: (p.source.sheet, p.source.row))
    for place, ((sheet, number), here) in enumerate(rows, start=1):
        yield Row(place, sheet, number or 0, {cell.source.column or "": cell.text for cell in here})


def _keep(job: Delivery, one: SentFile, batch: list[Row], seen: Counter[str], missed: Counter[str]) -> None:
    made = [(row.place, *told) for row in batch for told in _comments(job, one, row, seen, missed)]
    fresh = [(comment, about) for place, comment, about in made if place > one.row]
    with transaction.atomic():
        jobs.still_mine(job)
        changes = dict(Change.objects.filter(identifier__in={a for _c, a in fresh}).values_list("identifier", "pk"))
        digests = [comment.digest for comment, _about in fresh]
        there = set(Comment.objects.filter(digest__in=digests).values_list("digest", flat=True))
        new = [(comment, about) for comment, about in fresh if comment.digest not in there]
        for comment, about in new:
            comment.change_id = changes.get(about)
            missed["change"] += bool(about) and comment.change_id is None
        Comment.objects.bulk_create([comment for comment, _about in new], ignore_conflicts=True)
        kept = dict(Comment.objects.filter(file=one, digest__in=digests).values_list("digest", "removed"))
        one.new, one.same = one.new + len(kept), one.same + len(fresh) - len(kept)
        one.removed = together([one.removed, *kept.values()])
        one.passages, one.row = one.passages + len(fresh), max(one.row, batch[-1].place)
        one.save()


def _comments(
    job: Delivery, one: SentFile, row: Row, seen: Counter[str], missed: Counter[str]
) -> Iterator[tuple[Comment, str]]:
    """A comment for each column of words that this row fills, with the number of the change it names."""
    mapping = on_sheet(job.mapping, row.sheet)
    held: dict[str, list[tuple[str, str]]] = {}
    for column, target in mapping.items():
        if row.cells.get(column, "").strip():
            held.setdefault(target, []).append((column, row.cells[column]))
    words = held.get("text", [])
    missed["words"] += not words
    known = {target: found[0][1] for target, found in held.items() if target != "text"}
    many = list(mapping.values()).count("text") > 1
    for column, text in words:
        digest = _digest(job, column, known, text, seen)
        if digest is None:
            missed["id"] += 1
            continue
        kept, removed = redacted(text, LONGEST)
        made = Comment(file=one, digest=digest, text=kept, removed=removed, row=row.number, **_known(known, missed))
        made.question = made.question or (redacted(column, 200)[0] if many else "")
        yield made, plain(known.get("change", ""), 80)


def _known(known: Mapping[str, str], missed: Counter[str]) -> dict[str, Any]:
    said_on = _day(known.get("when", ""))
    missed["when"] += bool(known.get("when")) and said_on is None
    feeling = _feeling(known.get("feeling", ""))
    missed["feeling"] += bool(known.get("feeling")) and not feeling
    people = {target.removeprefix("who:"): value for target, value in known.items() if target.startswith("who:")}
    return {
        "question": redacted(known.get("question", ""), 200)[0],
        "setting": redacted(known.get("setting", ""), 120)[0],
        "population": {dimension: redacted(value, 120)[0] for dimension, value in people.items()},
        "said_on": said_on,
        "feeling": feeling,
    }


def _day(said: str) -> dt.date | None:
    found: dt.date | None
    try:
        found = dt.date.fromisoformat(said.strip()[:10])
    except ValueError:
        found = day_in(said)
    return found if found is not None and 1948 <= found.year <= dt.date.today().year + 1 else None


def _feeling(said: str) -> str:
    said = " ".join(said.casefold().replace("−", "-").split())
    place = SCALE.get(said.removesuffix(".0"))
    return feelings.FEELINGS[place] if place is not None else said if said in feelings.FEELINGS else ""


def _digest(job: Delivery, column: str, known: Mapping[str, str], text: str, seen: Counter[str]) -> str | None:
    """The same for an answer sent again under the same name; identical rows of one file are told by their count.

    None where the row has the number of an earlier one: nobody could tell it from that one sent again.
    """
    said = ["id", known["id"], column] if known.get("id") else [column, text, *(f"{k}={v}" for k, v in known.items())]
    base = "\x1f".join([job.name.casefold(), *(" ".join(part.split()).casefold() for part in said)])
    seen[base] += 1
    if known.get("id") and seen[base] > 1:
        return None
    return hashlib.sha256(f"{base}\x1e{seen[base]}".encode("utf-8", "replace")).hexdigest()


def _in_words(missed: Counter[str]) -> Iterator[tuple[tuple[str, str], int]]:
    said = {
        "words": ("rows hold no words", "nothing: they were passed over"),
        "id": (
            "comments have the same number as an earlier row, and were not kept",
            "give each row a number of its own on every sheet, or leave that column out, and send it again",
        ),
        "when": ("dates could not be read, and are not known", "write them as 23/3/2021 or 2021-03-23"),
        "feeling": ("feelings could not be read", "use the five words from very negative to very positive, or −2 to 2"),
        "change": ("comments name a change that is not in the register", "record the change, or put its number right"),
    }
    for key, count in missed.items():
        if count:
            yield said[key], count
