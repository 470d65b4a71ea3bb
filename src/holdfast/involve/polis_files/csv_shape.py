"""The CSV shape: comments, votes, each person's row with their opinion group, and a summary."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from holdfast.involve.polis_files.building import Row, built, statements_of
from holdfast.involve.polis_files.conversation import PARTICIPANTS_FILES, Conversation
from holdfast.involve.polis_files.faults import Faults
from holdfast.involve.polis_files.fields import group_of, name_of
from holdfast.involve.polis_files.json_shape import MATHS, maths_of
from holdfast.involve.polis_files.leaning import Counts, maths_counts, more_agree
from holdfast.records import InputProblems, Problem
from holdfast.workspace.writing.spreadsheets import unmarked

COMMENTS: Final = {"id": "comment-id", "text": "comment-body", "author": "author-id", "created": "timestamp",
                   "printed": "datetime", "moderated": "moderated", "agrees": "agrees", "disagrees": "disagrees",
                   "meta": "is-meta"}  # fmt: skip
VOTES: Final = {"who": "voter-id", "what": "comment-id", "vote": "vote", "at": "timestamp", "printed": "datetime"}
PEOPLE: Final = {"id": "participant", "group": "group-id", "agrees": "n-agree", "disagrees": "n-disagree"}


def from_csv(where: Path) -> Conversation:
    """The conversation in ``votes.csv`` and the files beside it; only votes and statements are needed."""
    faults = Faults()
    comments = _renamed(_table(where / "comments.csv", ("comment-id", "comment-body")), COMMENTS)
    votes = _renamed(_table(where / "votes.csv", ("comment-id", "voter-id", "vote")), VOTES)
    people, groups = _people(where, votes, faults)
    maths, found = maths_of(where, faults)
    if (where / "votes.json").is_file():
        faults.add("votes.csv", "votes.json is here too; votes.csv and the files of its shape are read" + (
            f", and {MATHS} beside them" if maths else ""), "Keep each shape in a folder of its own.")  # fmt: skip
    about: dict[str, str] = faults.unless(lambda: _summary(where / "summary.csv"), {})
    said = statements_of(comments, "comments.csv", faults)
    return built(
        said,
        votes,
        "votes.csv",
        faults,
        counts=(
            Counts("the statements' own counts", more_agree(comments)),
            maths_counts(maths),
            Counts("each person's own counts", more_agree(people), by_person=True),
        ),
        people=[row["id"] for row in people if row["id"]],
        groups=groups or found,
        about=about,
        maths=maths,
    )


def _people(where: Path, votes: Iterable[Row], faults: Faults) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """The rows of the participants' file, whichever name it has, and each person's opinion group."""
    path = next((where / name for name in PARTICIPANTS_FILES if (where / name).is_file()), None)
    if path is None:
        return [], {}
    rows = _renamed(faults.unless(lambda: _table(path, ("participant",)), []), PEOPLE)
    groups = {row["id"]: group_of(row["group"]) for row in rows if group_of(row["group"])}
    if rows and not groups:
        faults.add(path.name, "no opinion groups are given here", "Export it again, if it had any.", "group-id")
    listed = {row["id"] for row in rows}
    for name in dict.fromkeys(name_of(row["who"]) for row in votes) if rows else ():
        if name and name not in listed:
            faults.add(path.name, "somebody who voted is not listed here; they are taken in, without a group",
                       "Check that both files are of one export.", "participant")  # fmt: skip
    return rows, groups


def _table(path: Path, needed: Sequence[str]) -> list[dict[str, str]]:
    """Rows of a CSV file; short rows are filled with nothing."""
    if not path.is_file():
        raise InputProblems([Problem(path.name, "this file is missing", "Export it again, with every file.")])
    csv.field_size_limit(2**24)
    reader = csv.DictReader(io.StringIO(_text(path), newline=""), restval="")
    try:
        held = [name.strip() for name in reader.fieldnames or ()]
        lost = [name for name in needed if name not in held]
        if not lost:
            reader.fieldnames = held
            return list(reader)
    except csv.Error as problem:
        raise _not_csv(path, problem) from None
    had = ", ".join(held[:12]) or "nothing"
    raise InputProblems([Problem(path.name, f"the column “{name}” is missing", f"It has: {had}.", name, 1)
                         for name in lost])  # fmt: skip


def _not_csv(path: Path, problem: csv.Error) -> InputProblems:
    return InputProblems([Problem(path.name, f"this cannot be read as CSV: {problem}", "Export it again.")])


def _text(path: Path) -> str:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:  # a line's end within a text is the text's
            return file.read()
    except UnicodeDecodeError:
        fix = "Save it as UTF-8; that keeps every script."
        raise InputProblems([Problem(path.name, "this is not UTF-8 text", fix)]) from None


def _renamed(rows: Iterable[Mapping[str, str]], names: Mapping[str, str]) -> list[dict[str, Any]]:
    return [{ours: unmarked(row.get(theirs, "")) for ours, theirs in names.items()} for row in rows]


def _summary(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    csv.field_size_limit(2**24)
    try:
        rows = list(csv.reader(io.StringIO(_text(path), newline="")))
    except csv.Error as problem:
        raise _not_csv(path, problem) from None
    found = {row[0]: unmarked(row[1]) for row in rows if len(row) > 1}
    if not found:
        raise InputProblems([Problem(path.name, "nothing is summed up here", "Export it again, if you need it.")])
    return found
