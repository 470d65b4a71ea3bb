"""Rows of either shape to a conversation; what cannot be understood is counted and the rest goes on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np

from holdfast.involve.polis_files.conversation import MODERATED, Conversation
from holdfast.involve.polis_files.faults import Faults
from holdfast.involve.polis_files.fields import NUMBER, flag, name_of, when, whole
from holdfast.involve.polis_files.leaning import Counts, reversed_votes
from holdfast.involve.taking import in_time
from holdfast.records.heard import Cast, Heard, Statement

HTML: Final = re.compile(r"<\s*/?\s*[a-zA-Z][^>]*>")
FORMULA: Final = re.compile(r"^[=+\-@\t\r]")
Row = Mapping[str, Any]


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
        found[name] = Statement(name, text=text, moderated=moderated, meta=_meta(row, where, n, faults), reason=reason)
        authors.append(name_of(row.get("author")))
        created.append(when(row, ("created", "printed"), where, n, faults))
    if not found:
        faults.add(where, "there is no statement here", "Export it again, if there were any.")
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
    value = whole(row.get("moderated"))
    if value not in MODERATED:
        faults.add(where, "moderated is 1, 0 or −1; anything else is taken as waiting", "Correct it.", "moderated", n)
    return MODERATED.get(0 if value is None else value, "waiting")


def _meta(row: Row, where: str, n: int, faults: Faults) -> bool:
    value = flag(row.get("meta"))
    if value is None:
        faults.add(where, "is-meta is true or false; anything else is taken as false", "Correct it.", "is-meta", n)
    return bool(value)


def built(
    statements: tuple[list[Statement], list[str], list[float]],
    votes: Sequence[Row],
    where: str,
    faults: Faults,
    *,
    counts: Iterable[Counts] = (),
    people: Sequence[str] = (),
    arrived: bool = False,
    groups: Mapping[str, str] | None = None,
    about: Mapping[str, Any] | None = None,
    maths: Mapping[str, Any] | None = None,
) -> Conversation:
    """A conversation from statements and rows with ``who``, ``what``, ``vote`` and ``at``, in order of time.

    ``counts`` of agreeing and disagreeing say whether agreeing is written −1, as the database and old exports do.
    ``people`` are those listed, also without a vote; ``arrived`` where they are in order of arrival.
    """
    said, authors, created = statements
    names, cast = _votes(votes, said, where, faults, people, arrived)
    if reversed_votes(
        (cast.who.astype(np.int64), cast.what.astype(np.int64), cast.vote.astype(np.int64)),
        names, [s.statement for s in said], counts, where, faults,
    ):  # fmt: skip
        cast = Cast(cast.who, cast.what, -cast.vote, cast.at)
    return Conversation(
        Heard(names, ("",) * len(names), ("",) * len(names), statements=tuple(said), votes=cast),
        tuple((groups or {}).get(name, "") for name in names),
        tuple(authors),
        tuple(created),
        about or {},
        maths or {},
        faults.problems(),
    )


def _votes(
    rows: Sequence[Row], said: Sequence[Statement], where: str, faults: Faults, people: Sequence[str], arrived: bool
) -> tuple[tuple[str, ...], Cast]:
    places = {s.statement: i for i, s in enumerate(said)}
    kept: list[tuple[str, int, int, float]] = []
    for n, row in enumerate(rows, 2):
        who, what, vote = name_of(row.get("who")), name_of(row.get("what")), whole(row.get("vote"))
        if not who:
            faults.add(where, "a vote names nobody and is left out", "Give the voter's number.", "voter-id", n)
        elif what not in places:
            faults.add(where, "a vote on a statement that is not listed is left out", "Add the statement.",
                       "comment-id", n)  # fmt: skip
        elif vote not in (1, 0, -1):
            faults.add(where, "a vote is 1, 0 or −1; anything else is left out", "Correct it.", "vote", n)
        else:
            kept.append((who, places[what], vote, when(row, ("at", "printed"), where, n, faults)))
    if not rows:
        faults.add(where, "there is no vote here", "Export it again, if there were any.")
    at = np.array([row[3] for row in kept], float)
    if len(at) and np.isnan(at).any() and not np.isnan(at).all():
        faults.add(where, "some votes have no time; they count as earlier than those that have one", "Add it.",
                   "timestamp")  # fmt: skip
    kept = [kept[i] for i in in_time(at).tolist()]
    names = _in_order(people, [row[0] for row in kept], arrived)
    code = {name: i for i, name in enumerate(names)}
    return names, Cast(
        np.array([code[row[0]] for row in kept], np.int32),
        np.array([row[1] for row in kept], np.int32),
        np.array([row[2] for row in kept], np.int8),
        np.array([row[3] for row in kept], float),
    )


def _in_order(people: Sequence[str], voters: Sequence[str], arrived: bool) -> tuple[str, ...]:
    """People in order of arrival: Polis numbers them as they come, though it lists them in another order.

    Where they are not numbers: those listed as they are listed, then whoever voted first.
    """
    names = tuple(dict.fromkeys([*people, *voters]))
    if arrived or not all(NUMBER.fullmatch(name) for name in names):
        return names
    return tuple(sorted(names, key=int))
