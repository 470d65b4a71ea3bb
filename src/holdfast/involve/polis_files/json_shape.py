"""The JSON shape: what the Polis server itself gives, and the maths that it published."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from holdfast.involve.polis_files.building import built, statements_of
from holdfast.involve.polis_files.conversation import PEOPLE, Conversation
from holdfast.involve.polis_files.faults import Faults
from holdfast.involve.polis_files.fields import name_of
from holdfast.involve.polis_files.leaning import Counts, maths_counts, more_agree
from holdfast.records import InputProblems, Problem

MATHS: Final = "math-pca2.json"
COMMENTS: Final = {
    "id": ("tid", "statement_id"),
    "text": ("txt",),
    "author": ("pid", "participant_id"),
    "created": ("created",),
    "printed": ("datetime",),
    "moderated": ("mod", "moderated"),
    "agrees": ("agree_count",),
    "disagrees": ("disagree_count",),
    "meta": ("is_meta",),
}
VOTES: Final = {
    "who": ("pid", "participant_id"),
    "what": ("tid", "statement_id"),
    "vote": ("vote",),
    "at": ("modified", "created"),
    "printed": ("datetime",),
}


def from_json(where: Path) -> Conversation:
    """The conversation in ``votes.json`` and the files beside it; only votes and statements are needed."""
    faults = Faults()
    comments = _picked(_json(where / "comments.json", list), COMMENTS, "comments.json", faults)
    votes = _picked(_json(where / "votes.json", list), VOTES, "votes.json", faults)
    maths, groups = maths_of(where, faults)
    people = _people(where / PEOPLE, faults)
    said = statements_of(comments, "comments.json", faults)
    return built(
        said,
        votes,
        "votes.json",
        faults,
        counts=(Counts("the statements' own counts", more_agree(comments)), maths_counts(maths)),
        people=people,
        arrived=bool(people),
        groups=groups,
        about=_optional(where / "conversation.json", dict, faults),
        maths=maths,
    )


def maths_of(where: Path, faults: Faults) -> tuple[dict[str, Any], dict[str, str]]:
    """The server's own maths where there are any, and each person's opinion group by them."""
    if not (where / MATHS).is_file():
        return {}, {}
    maths: dict[str, Any] | None = faults.unless(lambda: _json(where / MATHS, dict), None)
    if maths is None:
        return {}, {}
    try:
        groups = groups_of(maths)
    except (AttributeError, KeyError, TypeError):
        faults.add(MATHS, "the opinion groups are not in the server's shape and are left out",
                   "Export it again, if you need them.")  # fmt: skip
        return maths, {}
    if not groups:
        faults.add(MATHS, "no opinion groups are given here", "Export it again, if it had any.")
    return maths, groups


def groups_of(maths: Mapping[str, Any]) -> dict[str, str]:
    """Each person's opinion group in the server's own maths: groups hold base clusters, and those hold people."""
    base = maths.get("base-clusters", {})
    members = dict(zip(base.get("id", ()), base.get("members", ()), strict=False))
    return {
        name_of(person): name_of(group["id"])
        for group in maths.get("group-clusters", ())
        for cluster in group.get("members", ())
        for person in members.get(cluster, ())
    }


def _people(path: Path, faults: Faults) -> list[str]:
    """Everybody in order of arrival, where Holdfast wrote the files: Polis gives only those who voted."""
    rows = _optional(path, list, faults)
    return [name_of(row.get("pid")) for row in rows if isinstance(row, dict) and name_of(row.get("pid"))]


def _optional(path: Path, kind: type, faults: Faults) -> Any:
    return faults.unless(lambda: _json(path, kind), kind()) if path.is_file() else kind()


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


def _picked(
    rows: Sequence[Any], names: Mapping[str, Sequence[str]], where: str, faults: Faults
) -> list[dict[str, Any]]:
    for n, row in enumerate(rows, 1):
        if not isinstance(row, dict):
            faults.add(where, "a row is not an object and is left out", "Export it again.", row=n)
    plain = [row for row in rows if isinstance(row, dict)]
    needed = [names["id"]] if "id" in names else [names["who"], names["what"], names["vote"]]
    seen = {key for row in plain for key in row}
    lost = [either for either in needed if plain and not seen & set(either)]
    if lost:
        raise InputProblems([Problem(where, f"no row has “{'” or “'.join(either)}”", "Export it again.")
                             for either in lost])  # fmt: skip
    return [
        {ours: next((row[t] for t in either if row.get(t) is not None), None) for ours, either in names.items()}
        for row in plain
    ]
