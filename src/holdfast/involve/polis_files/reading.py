"""Reading a Polis export: a folder of CSV, or of the server's JSON."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from holdfast.involve.polis_files.building import Faults, Row, built, name_of, statements_of
from holdfast.involve.polis_files.conversation import CSV_FILES, JSON_FILES, Conversation
from holdfast.records import InputProblems, Problem
from holdfast.workspace.writing.spreadsheets import unmarked

COMMENTS: Final = {"id": "comment-id", "text": "comment-body", "author": "author-id", "created": "timestamp",
                   "moderated": "moderated", "agrees": "agrees", "disagrees": "disagrees"}  # fmt: skip
VOTES: Final = {"who": "voter-id", "what": "comment-id", "vote": "vote", "at": "timestamp"}
COUNT: Final = re.compile("[0-9]{1,15}")
JSON_COMMENTS: Final = {
    "id": ("tid", "statement_id"),
    "text": ("txt",),
    "author": ("pid", "participant_id"),
    "created": ("created",),
    "moderated": ("mod", "moderated"),
    "agrees": ("agree_count",),
    "disagrees": ("disagree_count",),
    "meta": ("is_meta",),
}
JSON_VOTES: Final = {
    "who": ("pid", "participant_id"),
    "what": ("tid", "statement_id"),
    "vote": ("vote",),
    "at": ("modified", "created"),
}


def read_polis(folder: str | Path) -> Conversation:
    """The conversation in a folder, as CSV or JSON, whichever has the votes and the statements.

    Raises :class:`InputProblems` when those cannot be read at all; anything less is in the conversation's ``problems``.
    """
    where = Path(folder)
    if (where / "votes.csv").is_file():
        return _from_csv(where)
    if (where / "votes.json").is_file():
        return _from_json(where)
    fix = f"Give a folder with {', '.join(CSV_FILES)}, or {', '.join(JSON_FILES)}."
    raise InputProblems([Problem(where.name, "there is neither votes.csv nor votes.json here", fix)])


def _from_csv(where: Path) -> Conversation:
    faults = Faults()
    comments = _renamed(_table(where / "comments.csv", ("comment-id", "comment-body")), COMMENTS)
    votes = _renamed(_table(where / "votes.csv", ("comment-id", "voter-id", "vote")), VOTES)
    people: list[dict[str, str]] = []
    if (where / "participants-votes.csv").is_file():
        people = _table(where / "participants-votes.csv", ("participant",))
    said = statements_of(comments, "comments.csv", faults)
    return built(
        said,
        votes,
        "votes.csv",
        faults,
        counted=_counted(comments),
        people=[unmarked(row["participant"]) for row in people if row["participant"]],
        groups={unmarked(row["participant"]): row.get("group-id") or "" for row in people},
        about=_summary(where / "summary.csv"),
    )


def _table(path: Path, needed: Sequence[str]) -> list[dict[str, str]]:
    """Rows of a CSV file; short rows are filled with nothing."""
    if not path.is_file():
        raise InputProblems([Problem(path.name, "this file is missing", "Export it again, with every file.")])
    csv.field_size_limit(2**24)
    reader = csv.DictReader(io.StringIO(_text(path), newline=""), restval="")
    held = [name.strip() for name in reader.fieldnames or ()]
    lost = [name for name in needed if name not in held]
    if lost:
        had = ", ".join(held[:12]) or "nothing"
        raise InputProblems([Problem(path.name, f"the column “{name}” is missing", f"It has: {had}.", name, 1)
                             for name in lost])  # fmt: skip
    reader.fieldnames = held
    try:
        return list(reader)
    except csv.Error as problem:
        raise InputProblems(
            [Problem(path.name, f"this cannot be read as CSV: {problem}", "Export it again.")]
        ) from None


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
    rows = csv.reader(io.StringIO(_text(path), newline=""))
    return {row[0]: unmarked(row[1]) for row in rows if len(row) > 1}


def _counted(rows: Iterable[Row]) -> dict[str, tuple[int, int]]:
    """How many agreed and disagreed by each statement's own counts, where it has them."""
    found = {}
    for row in rows:
        agrees, disagrees = str(row.get("agrees", "")), str(row.get("disagrees", ""))
        if COUNT.fullmatch(agrees) and COUNT.fullmatch(disagrees):
            found[name_of(row.get("id"))] = int(agrees), int(disagrees)
    return found


def _from_json(where: Path) -> Conversation:
    faults = Faults()
    comments = _picked(_json(where / "comments.json", list), JSON_COMMENTS, "comments.json")
    votes = _picked(_json(where / "votes.json", list), JSON_VOTES, "votes.json")
    maths = _json(where / "math-pca2.json", dict) if (where / "math-pca2.json").is_file() else {}
    about = _json(where / "conversation.json", dict) if (where / "conversation.json").is_file() else {}
    said = statements_of(comments, "comments.json", faults)
    return built(
        said,
        votes,
        "votes.json",
        faults,
        counted=_counted(comments),
        groups=_groups(maths, faults),
        about=about,
        maths=maths,
    )


def _json(path: Path, kind: type) -> Any:
    if not path.is_file():
        raise InputProblems([Problem(path.name, "this file is missing", "Export it again, with every file.")])
    try:
        held = json.loads(path.read_text(encoding="utf-8-sig"))
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise InputProblems([Problem(path.name, "this is not JSON that can be read", "Export it again.")]) from None
    if not isinstance(held, kind):
        shape = "a list of rows" if kind is list else "one object"
        raise InputProblems([Problem(path.name, f"this should be {shape}", "Export it again.")])
    return held


def _picked(rows: Sequence[Any], names: Mapping[str, Sequence[str]], where: str) -> list[dict[str, Any]]:
    plain = [row for row in rows if isinstance(row, dict)]
    needed = [names["id"]] if "id" in names else [names["who"], names["what"], names["vote"]]
    seen = {key for row in plain for key in row}
    lost = [either for either in needed if plain and not seen & set(either)]
    if lost:
        raise InputProblems([Problem(where, f"no row has “{'” or “'.join(either)}”", "Export it again.")
                             for either in lost])  # fmt: skip
    return [{ours: next((row[t] for t in either if t in row), None) for ours, either in names.items()} for row in plain]


def _groups(maths: Mapping[str, Any], faults: Faults) -> dict[str, str]:
    try:
        return groups_of(maths)
    except (AttributeError, KeyError, TypeError):
        faults.add("math-pca2.json", "the opinion groups are not in the server's shape and are left out",
                   "Export it again, if you need them.")  # fmt: skip
        return {}


def groups_of(maths: Mapping[str, Any]) -> dict[str, str]:
    """Each person's opinion group in the server's own maths: groups hold base clusters, and those hold people."""
    base = maths.get("base-clusters", {})
    members = dict(zip(base.get("id", ()), base.get("members", ()), strict=False))
    return {
        str(person): str(group["id"])
        for group in maths.get("group-clusters", ())
        for cluster in group.get("members", ())
        for person in members.get(cluster, ())
    }
