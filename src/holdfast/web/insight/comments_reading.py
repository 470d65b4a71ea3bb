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
from holdfast.web.insight import coded_elsewhere, feelings, jobs, learning
from holdfast.web.insight.coded_elsewhere import TARGET, Listed
from holdfast.web.insight.columns import many, names, on_sheet
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
SCALES: Final = {
    "feeling": {"-2": 0, "-1": 1, "0": 2, "1": 3, "2": 4, "+1": 3, "+2": 4},
    "feeling rising": {str(n + 1): n for n in range(5)},
    "feeling falling": {str(n + 1): 4 - n for n in range(5)},
}
"""Numbers for the five feelings, by what a column is said to hold. The same number may mean the reverse."""


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
    used = {target for _sheet, _name, target in job.mapping} if job.coder else set()
    coded_elsewhere.learn(one.vocabulary for code, one in _lists(job).items() if TARGET + code in used)


def _lists(job: Delivery) -> dict[str, Listed]:
    """The lists by which somebody coded elsewhere, where the delivery holds such a coding."""
    return coded_elsewhere.lists() if job.coder else {}


def _one(job: Delivery, one: SentFile) -> None:
    unread: list[list[str]] = []
    missed: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    try:
        check_size(one.path, LIMITS)
        job.mapping = _of_their_scale(one, job.mapping, unread)
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


def _of_their_scale(one: SentFile, mapping: Any, unread: list[list[str]]) -> Any:
    """The mapping without feelings whose numbers go beyond their scale: 1 and 2 of such a column would be misread."""
    told = mapping.values() if isinstance(mapping, dict) else [target for _sheet, _name, target in mapping]
    if not set(told) & set(SCALES):
        return mapping
    beyond: set[str] = set()
    for cell in read_table(one.path, one.name, Allowance(LIMITS), names(mapping)):
        target = (
            "" if isinstance(cell, Unread) else on_sheet(mapping, cell.source.sheet).get(cell.source.column or "", "")
        )
        if target in SCALES and not isinstance(cell, Unread):
            said = _number(cell.text)
            beyond |= {target} if said.lstrip("+-").isdecimal() and said not in SCALES[target] else set()
    if beyond:
        why = "numbers of feelings go beyond the scale that was chosen, so that none of that column was read"
        unread.append([one.name, why, "send it again, and say which end of its scale is which"])
    if isinstance(mapping, dict):
        return {name: target for name, target in mapping.items() if target not in beyond}
    return [row for row in mapping if row[2] not in beyond]


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
    made = [(row, *told) for row in batch for told in _comments(job, one, row, seen, missed)]
    fresh = [(comment, about) for row, comment, about in made if row.place > one.row]
    coded = _coded(job, [(row, comment.digest) for row, comment, _about in made if row.place > one.row], missed)
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
        for listed, given in coded:
            coded_elsewhere.keep(job, listed, given)
        kept = dict(Comment.objects.filter(file=one, digest__in=digests).values_list("digest", "removed"))
        one.new, one.same = one.new + len(kept), one.same + len(fresh) - len(kept)
        one.removed = together([one.removed, *kept.values()])
        one.passages, one.row = one.passages + len(fresh), max(one.row, batch[-1].place)
        one.save()


def _coded(
    job: Delivery, rows: list[tuple[Row, str]], missed: Counter[str]
) -> list[tuple[Listed, dict[str, coded_elsewhere.Given]]]:
    """What somebody coded of each comment, by its digest, a list at a time."""
    known, found = _lists(job), dict[str, dict[str, coded_elsewhere.Given]]()
    for row, digest in rows if known else ():
        for code, columns in coded_elsewhere.targets(on_sheet(job.mapping, row.sheet)).items():
            given = coded_elsewhere.of_row(known[code], columns, row.cells, missed) if code in known else None
            if given is not None:
                found.setdefault(code, {})[digest] = given
    return [(known[code], given) for code, given in found.items()]


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
    known = {target: found[0][1] for target, found in held.items() if not many(target)}
    several = list(mapping.values()).count("text") > 1
    for column, text in words:
        digest = _digest(job, column, known, text, seen)
        if digest is None:
            missed["id"] += 1
            continue
        kept, removed = redacted(text, LONGEST)
        made = Comment(file=one, digest=digest, text=kept, removed=removed, row=row.number, **_known(known, missed))
        made.question = made.question or (redacted(column, 200)[0] if several else "")
        yield made, plain(known.get("change", ""), 80)


def _known(known: Mapping[str, str], missed: Counter[str]) -> dict[str, Any]:
    said_on = _day(known.get("when", ""))
    missed["when"] += bool(known.get("when")) and said_on is None
    scale = next((target for target in SCALES if target in known), "feeling")
    feeling = _feeling(known.get(scale, ""), scale)
    missed["feeling"] += bool(known.get(scale)) and not feeling
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


def _number(said: str) -> str:
    return " ".join(said.casefold().replace("−", "-").split()).removesuffix(".0")


def _feeling(said: str, scale: str = "feeling") -> str:
    said = _number(said)
    place = SCALES[scale].get(said)
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
        "feeling": (
            "feelings could not be read",
            "use the five words from very negative to very positive, or numbers of one scale",
        ),
        "uncoded": (
            "comments have nothing in the columns of themes, and count as not coded",
            "write “none” or 0 where somebody looked and found no theme",
        ),
        "theme": ("cells name something that is no theme of the list", "use a theme’s name, and ; between several"),
        "mark": ("marks under a theme could not be read", "use 1 or yes, and 0, no or nothing"),
        "change": ("comments name a change that is not in the register", "record the change, or put its number right"),
    }
    for key, count in missed.items():
        if count:
            yield said[key], count
