"""Rows of either shape to a conversation; what cannot be understood is counted and the rest goes on."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np

from holdfast.involve.polis_files.conversation import MODERATED, Conversation
from holdfast.involve.taking import in_time
from holdfast.records import Problem
from holdfast.records.heard import Cast, Heard, Statement
from holdfast.records.moments import iso_seconds

HTML: Final = re.compile(r"<\s*/?\s*[a-zA-Z][^>]*>")
FORMULA: Final = re.compile(r"^[=+\-@\t\r]")
ALIKE: Final = 0.5
"""Correlation beyond which the votes lean as the statements' own counts do, or against them."""
LATEST: Final = dt.datetime(9999, 1, 1, tzinfo=dt.UTC).timestamp()
Row = Mapping[str, Any]


class Faults:
    """Problems counted by kind, so that a million bad rows are one line."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str, str, str | None], list[int]] = {}

    def add(self, where: str, rule: str, fix: str, column: str | None = None, row: int = 0) -> None:
        """One more of a kind, at ``row`` of the file (the header is row 1)."""
        self._found.setdefault((where, rule, fix, column), []).append(row)

    def problems(self) -> tuple[Problem, ...]:
        """Each kind once, with its first row and how many."""
        return tuple(
            Problem(where, rule, fix, column, rows[0] or None, len(rows))
            for (where, rule, fix, column), rows in self._found.items()
        )


def statements_of(rows: Iterable[Row], where: str, faults: Faults) -> tuple[list[Statement], list[str], list[float]]:
    """Statements, their authors and when they were made, from rows with ``id``, ``text``, ``author``, ``created``,
    ``moderated`` and ``meta``."""
    found: dict[str, Statement] = {}
    authors, created = [], []
    for n, row in enumerate(rows, 2):
        name = name_of(row.get("id"))
        if not name:
            faults.add(where, "a statement has no number", "Give it one.", "comment-id", n)
            continue
        if name in found:
            faults.add(where, "a statement's number is given twice; the first is kept", "Remove one.", "comment-id", n)
            continue
        text = str(row.get("text") or "")
        _watch(text, where, n, faults)
        moderated = _moderated(row, where, n, faults)
        reason = "moderated out in Polis" if moderated == "rejected" else ""
        found[name] = Statement(name, text=text, moderated=moderated, meta=bool(row.get("meta")), reason=reason)
        authors.append(name_of(row.get("author")))
        created.append(_when(row.get("created"), where, n, faults))
    return list(found.values()), authors, created


def _watch(text: str, where: str, n: int, faults: Faults) -> None:
    if not text.strip():
        faults.add(where, "a statement has no text; it is kept", "Look it up, or reject it.", "comment-body", n)
    if HTML.search(text):
        faults.add(where, "a text holds HTML; it is kept and always shown as plain text", "Nothing need be done.",
                   "comment-body", n)  # fmt: skip
    if FORMULA.match(text):
        faults.add(where, "a text looks like a spreadsheet formula; it is kept and written as text",
                   "Nothing need be done.", "comment-body", n)  # fmt: skip


def _moderated(row: Row, where: str, n: int, faults: Faults) -> str:
    value = _whole(row.get("moderated"))
    if value not in MODERATED:
        faults.add(where, "moderated is 1, 0 or −1; anything else is taken as waiting", "Correct it.", "moderated", n)
    return MODERATED.get(0 if value is None else value, "waiting")


def built(
    statements: tuple[list[Statement], list[str], list[float]],
    votes: Sequence[Row],
    where: str,
    faults: Faults,
    *,
    counted: Mapping[str, tuple[int, int]] | None = None,
    people: Sequence[str] = (),
    groups: Mapping[str, str] | None = None,
    about: Mapping[str, Any] | None = None,
    maths: Mapping[str, Any] | None = None,
) -> Conversation:
    """A conversation from statements and rows with ``who``, ``what``, ``vote`` and ``at``, in order of time.

    ``counted`` is how many agreed and disagreed by the statements' own counts: old exports and the database write
    agreeing as −1, and the counts say which.
    """
    said, authors, created = statements
    places = {s.statement: i for i, s in enumerate(said)}
    spoke: dict[str, int] = {name: i for i, name in enumerate(dict.fromkeys(people))}
    kept: list[tuple[int, int, int, float]] = []
    for n, row in enumerate(votes, 2):
        who, what, vote = name_of(row.get("who")), name_of(row.get("what")), _whole(row.get("vote"))
        if not who:
            faults.add(where, "a vote names nobody and is left out", "Give the voter's number.", "voter-id", n)
        elif what not in places:
            faults.add(where, "a vote on a statement that is not listed is left out", "Add the statement.",
                       "comment-id", n)  # fmt: skip
        elif vote not in (1, 0, -1):
            faults.add(where, "a vote is 1, 0 or −1; anything else is left out", "Correct it.", "vote", n)
        else:
            kept.append((spoke.setdefault(who, len(spoke)), places[what], vote, _when(row.get("at"), where, n, faults)))
    if kept and _reversed(kept, [(counted or {}).get(s.statement, (0, 0)) for s in said], where, faults):
        kept = [(who, what, -vote, at) for who, what, vote, at in kept]
    cast = _cast(kept, where, faults)
    names = tuple(spoke)
    return Conversation(
        Heard(names, ("",) * len(names), ("",) * len(names), statements=tuple(said), votes=cast),
        tuple((groups or {}).get(name, "") for name in names),
        tuple(authors),
        tuple(created),
        about or {},
        maths or {},
        faults.problems(),
    )


def _reversed(
    kept: Sequence[tuple[int, int, int, float]], counted: Sequence[tuple[int, int]], where: str, faults: Faults
) -> bool:
    """Whether agreeing is written −1: statements on which more agree by their own counts have more votes of −1.

    A part of the votes leans as all of them do, so one that was cut short is not taken for reversed.
    """
    what, vote = (np.array(part) for part in list(zip(*kept, strict=True))[1:3])
    leaning = np.bincount(what, weights=vote, minlength=len(counted))
    told = np.array([agree - disagree for agree, disagree in counted], float)
    length = float(np.sqrt((leaning @ leaning) * (told @ told)))
    alike = float(leaning @ told) / length if length else 1.0
    if alike <= -ALIKE:
        faults.add(where, "agreeing is written −1 here, as the statements' own counts show; it is read so",
                   "Nothing need be done.", "vote")  # fmt: skip
    elif alike < ALIKE:
        faults.add(where, "the votes and the statements' own counts of them do not fit; 1 is read as agreeing",
                   "Check that both files are of one export, and that 1 is agreeing.", "vote")  # fmt: skip
    return alike <= -ALIKE


def _cast(kept: Sequence[tuple[int, int, int, float]], where: str, faults: Faults) -> Cast:
    who, what, vote, at = (np.array(part) for part in zip(*kept, strict=True)) if kept else (np.empty(0),) * 4
    unknown = np.isnan(at.astype(float))
    if unknown.any() and not unknown.all():
        faults.add(where, "some votes have no time; they count as earlier than those that have one", "Add it.",
                   "timestamp")  # fmt: skip
    order = in_time(at)
    return Cast(
        who[order].astype(np.int32), what[order].astype(np.int32), vote[order].astype(np.int8), at[order].astype(float)
    )


def _when(value: Any, where: str, n: int, faults: Faults) -> float:
    at = seconds(value)
    if math.isnan(at) and value not in (None, ""):
        faults.add(where, "a time is not milliseconds since 1970; it is taken as not known", "Correct it.", "timestamp",
                   n)  # fmt: skip
    return at


def seconds(value: Any) -> float:
    """Seconds since 1970 from milliseconds, or from an ISO text; NaN where there is none, or no calendar has it."""
    if value is None or value == "":
        return float("nan")
    try:
        at = float(value) / 1000
    except OverflowError:
        return float("nan")
    except (TypeError, ValueError):
        at = iso_seconds(str(value))
    return at if 0 <= at < LATEST else float("nan")


def name_of(value: Any) -> str:
    """A number or a text as a name; 3, 3.0 and "3" are one."""
    if value is None:
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()


def _whole(value: Any) -> int | None:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return int(number) if number.is_integer() else None
