"""The public conversations beside the project, and simulated ones whose true groups are known."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from holdfast.involve import Votes

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "data" / "votes"
PUBLIC = ("brexit-consensus", "london.youth.policing", "scoop-hivemind.biodiversity", "vtaiwan.uberx")


@dataclass(frozen=True, eq=False)
class Conversation:
    """``votes``; ``group`` (P,) as published, −1 for none; ``out`` (S,) moderated out; ``order`` (n,): each vote's
    place in its voter's own sequence."""

    votes: Votes
    group: NDArray[np.int64]
    out: NDArray[np.bool_]
    order: NDArray[np.int64]


def public(name: str) -> Conversation:
    """One public conversation, people in order of arrival."""
    rows, comments, people = (_rows(name, file) for file in ("votes", "comments", "participants-votes"))
    statements = sorted({row["comment-id"] for row in comments}, key=int)
    groups = {row["participant"]: int(row["group-id"]) if row["group-id"] else -1 for row in people}
    names = sorted(set(groups) | {row["voter-id"] for row in rows}, key=int)
    who, what, vote, time = ([row[key] for row in rows] for key in ("voter-id", "comment-id", "vote", "timestamp"))
    votes = Votes.from_arrays(who, what, vote, time, names, statements)
    moderated = {row["comment-id"]: row["moderated"] for row in comments}
    return Conversation(
        votes=votes,
        group=np.array([groups.get(person, -1) for person in names]),
        out=np.array([moderated[statement] == "-1" for statement in statements]),
        order=_order(votes, {(row["voter-id"], row["comment-id"]): int(row["timestamp"]) for row in rows}),
    )


def _rows(name: str, file: str) -> list[dict[str, str]]:
    with (FOLDER / name / f"{file}.csv").open() as opened:
        return list(csv.DictReader(opened))


def _order(votes: Votes, when: dict[tuple[str, str], int]) -> NDArray[np.int64]:
    pairs = zip(votes.who, votes.what, strict=True)
    time = np.array([when[votes.participants[i], votes.statements[j]] for i, j in pairs])
    place = np.empty(len(votes), np.int64)
    sequence = np.lexsort((time, votes.who))
    place[sequence] = np.arange(len(votes)) - votes.pointers()[votes.who[sequence]]
    return place


def simulated(
    people: int = 10_000,
    statements: int = 500,
    each: int = 40,
    k: int = 4,
    apart: float = 1.0,
    habits: bool = True,
    seed: int = 0,
) -> tuple[Votes, NDArray[np.int64]]:
    """Votes of ``k`` true groups whose log odds of agreeing differ by a normal of sd ``apart`` on every statement.

    With ``habits`` people also differ in how readily they agree (sd 0.7 on the log odds) and pass (beta 1, 6). How
    many votes each gives is negative binomial of shape 2, so many give few.
    """
    rng = np.random.default_rng(seed)
    group = rng.integers(0, k, people)
    many = np.clip(rng.negative_binomial(2, 2 / (2 + each), people), 1, statements)
    who = np.repeat(np.arange(people), many)
    what = np.concatenate([rng.permutation(statements)[:n] for n in many])
    odds = rng.normal(0.4, 1, statements)[what] + rng.normal(0, apart, (k, statements))[group[who], what]
    agreeing = rng.normal(0, 0.7, people)[who] if habits else 0.0
    passing = (rng.beta(1, 6, people) if habits else np.full(people, 1 / 7))[who]
    agree = rng.random(len(who)) < 1 / (1 + np.exp(-(odds + agreeing)))
    vote = np.where(rng.random(len(who)) < passing, 0, np.where(agree, 1, -1))
    names = [str(i) for i in range(people)], [str(j) for j in range(statements)]
    return Votes.from_arrays(who, what, vote, None, *names), group
