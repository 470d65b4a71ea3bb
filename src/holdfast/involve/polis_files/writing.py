"""Writing a conversation in the shapes that Polis exports."""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from holdfast.involve.people import votes_of
from holdfast.involve.polis_files.conversation import MODERATED, PEOPLE, SUMMARY, Conversation
from holdfast.involve.votes import Votes
from holdfast.records.heard import Heard
from holdfast.workspace.moments import LATEST, MILLISECONDS
from holdfast.workspace.writing.spreadsheets import write_csv

NAMED: Final = re.compile("0|[1-9][0-9]{0,14}")
"""Names that are the same again when read back from a number."""
NUMBER: Final = {name: number for number, name in MODERATED.items()}


def conversation_of(heard: Heard, *, topic: str = "", description: str = "") -> Conversation:
    """What was heard, as a conversation that can be written."""
    size = len(heard.statements)
    about = {"topic": topic, "conversation-description": description}
    return Conversation(heard, ("",) * len(heard.participants), ("",) * size, (math.nan,) * size, about)


def write_polis_csv(folder: str | Path, talk: Conversation) -> Path:
    """Write comments, votes, participants-votes and summary as Polis exports them, 1 being agree.

    Texts that a spreadsheet would run are marked with an apostrophe, which :func:`read_polis` takes off.
    """
    where = Path(folder)
    where.mkdir(parents=True, exist_ok=True)
    heard, cast = talk.heard, talk.heard.votes
    last = votes_of(heard, rejected=True)
    counts = last.counts()
    names = ["timestamp", "datetime", "comment-id", "author-id", "agrees", "disagrees", "moderated", "comment-body",
             "is-meta"]  # fmt: skip
    write_csv(where / "comments.csv", names, (
        (_stamp(talk.created[i]), _date(talk.created[i]), s.statement, talk.authors[i], int(counts[i, 0]),
         int(counts[i, 1]), NUMBER[s.moderated], s.text, s.meta)
        for i, s in enumerate(heard.statements)
    ))  # fmt: skip
    write_csv(where / "votes.csv", ["timestamp", "datetime", "comment-id", "voter-id", "vote"], (
        (_stamp(at), _date(at), heard.statements[what].statement, heard.participants[who], vote)
        for who, what, vote, at in zip(*(part.tolist() for part in (cast.who, cast.what, cast.vote, cast.at)),
                                       strict=True)
    ))  # fmt: skip
    _participants(where, talk, last)
    write_csv(where / "summary.csv", ["topic", str(talk.about.get("topic", ""))], _summary(talk, last))
    return where


def _participants(where: Path, talk: Conversation, last: Votes) -> None:
    names = ["participant", "group-id", "n-comments", "n-votes", "n-agree", "n-disagree", *last.statements]
    pointers, by_person = last.pointers(), last.counts_by_person()
    wrote = {name: talk.authors.count(name) for name in set(talk.authors)}

    def row(p: int) -> list[Any]:
        line: list[Any] = [""] * len(last.statements)
        for at in range(pointers[p], pointers[p + 1]):
            line[last.what[at]] = int(last.vote[at])
        group = talk.groups[p] if talk.groups else ""
        agree, disagree, _ = by_person[p].tolist()
        name = last.participants[p]
        return [name, group, wrote.get(name, 0), int(by_person[p].sum()), agree, disagree, *line]

    write_csv(where / "participants-votes.csv", names, (row(p) for p in range(len(last.participants))))


def _summary(talk: Conversation, last: Votes) -> list[tuple[str, Any]]:
    known: dict[str, Any] = {
        "views": talk.about.get("views", len(talk.heard.participants)),
        "voters": int((last.counts_by_person().sum(axis=1) > 0).sum()),
        "commenters": len({a for a in talk.authors if a}),
        "comments": len(talk.heard.statements),
        "groups": len({g for g in talk.groups if g}),
    }
    known["voters-in-conv"] = talk.about.get("voters-in-conv", known["voters"])
    return [(name, known.get(name, talk.about.get(name, ""))) for name in SUMMARY[1:]]


def write_polis_json(folder: str | Path, talk: Conversation) -> Path:
    """Write comments, votes, conversation and, where there is any, the maths, as the Polis server gives them.

    ``participants.json`` is added to them: everybody in order of arrival, with those who have not voted.
    """
    where = Path(folder)
    where.mkdir(parents=True, exist_ok=True)
    heard, cast, counts = talk.heard, talk.heard.votes, votes_of(talk.heard, rejected=True).counts().tolist()
    comments = [
        {"txt": s.text, "tid": _number(s.statement), "created": _stamp(talk.created[i]), "is_meta": s.meta,
         "pid": _number(talk.authors[i]), "mod": NUMBER[s.moderated], "active": s.moderated != "rejected",
         "agree_count": counts[i][0], "disagree_count": counts[i][1], "pass_count": counts[i][2],
         "count": sum(counts[i])}
        for i, s in enumerate(heard.statements)
    ]  # fmt: skip
    votes = [
        {"pid": _number(heard.participants[who]), "tid": _number(heard.statements[what].statement), "vote": vote,
         "weight_x_32767": 0, "modified": _stamp(at)}
        for who, what, vote, at in zip(*(part.tolist() for part in (cast.who, cast.what, cast.vote, cast.at)),
                                       strict=True)
    ]  # fmt: skip
    about = {"participant_count": len(heard.participants), **talk.about}
    held: dict[str, Any] = {"comments.json": comments, "votes.json": votes, "conversation.json": about,
                            PEOPLE: [{"pid": _number(name)} for name in heard.participants]}  # fmt: skip
    maths = talk.maths or _groups(talk)
    for name, content in (held | ({"math-pca2.json": dict(maths)} if maths else {})).items():
        (where / name).write_text(json.dumps(content, ensure_ascii=False, indent=1, default=_plain), encoding="utf-8")
    return where


def _groups(talk: Conversation) -> dict[str, Any]:
    """Opinion groups in the server's shape, each person a base cluster of one; nothing else of its maths."""
    ids = sorted({g for g in talk.groups if g})
    names = [_number(name) for name in talk.heard.participants]
    if not ids:
        return {}
    inside = {g: [p for p, own in enumerate(talk.groups) if own == g] for g in ids}
    return {
        "base-clusters": {"id": list(range(len(names))), "members": [[name] for name in names]},
        "group-clusters": [{"id": _number(g), "members": members} for g, members in inside.items()],
    }


def _plain(value: object) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    return value.tolist() if isinstance(value, (np.ndarray, np.generic)) else str(value)


def _number(name: str) -> int | str | None:
    return int(name) if NAMED.fullmatch(name) else name or None


def _stamp(at: float) -> str:
    """Milliseconds, as Polis writes them, or seconds where so few milliseconds would be read as seconds."""
    if not math.isfinite(at):
        return ""
    return str(round(at * 1000)) if at * 1000 > MILLISECONDS else str(round(at, 3))


def _date(at: float) -> str:
    return "" if not 0 <= at < LATEST else dt.datetime.fromtimestamp(at, dt.UTC).strftime("%a %b %d %H:%M:%S UTC %Y")
