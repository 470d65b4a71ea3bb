"""Votes on statements: agree, disagree or pass, one row for each person and statement, never a dense grid.

Rows are held in order of person and then of statement, so that a compressed sparse row matrix over them costs only
its row pointers. A missing vote is absent; a pass is a vote.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from holdfast.involve.taking import Taken, coded, latest, signs

AGREE: Final = 1
DISAGREE: Final = -1
PASS: Final = 0

_KIND: Final = np.array([2, 0, 1], np.int8)
"""By the vote as an index: nought is a pass, one agrees, and minus one, the last, disagrees."""

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Votes:
    """``n`` votes by ``participants`` (P names) on ``statements`` (S names).

    ``who`` (n,) and ``what`` (n,) index the names, sorted by ``who`` and then ``what``, each pair at most once;
    ``vote`` (n,) is 1 for agree, −1 for disagree and 0 for pass. ``taken`` says what the door let in.
    """

    participants: tuple[str, ...]
    statements: tuple[str, ...]
    who: Ints
    what: Ints
    vote: NDArray[np.int8]
    taken: Taken = field(default_factory=Taken)

    def __post_init__(self) -> None:
        if not len(self.who) == len(self.what) == len(self.vote):
            raise ValueError("who, what and vote must be of one length")
        key = self.who.astype(np.int64) * max(1, len(self.statements)) + self.what
        if len(key) > 1 and not (np.diff(key) > 0).all():
            raise ValueError("votes must be sorted by who, then what, without repeats: use Votes.from_arrays")

    def __len__(self) -> int:
        return len(self.vote)

    @property
    def shape(self) -> tuple[int, int]:
        """People and statements."""
        return len(self.participants), len(self.statements)

    @classmethod
    def from_rows(
        cls,
        rows: Iterable[Mapping[str, Any]] | Iterable[Sequence[Any]],
        participants: Sequence[str] | None = None,
        statements: Sequence[str] | None = None,
    ) -> Votes:
        """From records with ``participant``, ``statement``, ``vote`` and perhaps ``time``, or tuples in that order.

        Where the names are given, votes by or on any other are left out and counted; the last vote of a person on
        a statement wins (by time where every row has one, else by order). ValueError where a row is neither.
        """
        listed = [_fields(row, number) for number, row in enumerate(rows, 1)]
        who, what, vote, time = (list(part) for part in zip(*listed, strict=True)) if listed else ([], [], [], [])
        timed = bool(time) and all(moment is not None for moment in time)
        return cls.from_arrays(who, what, vote, time if timed else None, participants, statements)

    @classmethod
    def from_arrays(
        cls,
        participant: ArrayLike,
        statement: ArrayLike,
        vote: ArrayLike,
        time: ArrayLike | None = None,
        participants: Sequence[str] | None = None,
        statements: Sequence[str] | None = None,
    ) -> Votes:
        """The same from columns (n,): names or numbers, votes as 1, 0, −1 or agree, pass, disagree."""
        long = {len(column) for column in (participant, statement, vote, time) if column is not None}  # type: ignore[arg-type]
        if len(long) > 1:
            raise ValueError(f"each vote needs its person, statement and answer: the columns have {sorted(long)} rows")
        who, people = coded(participant, participants)
        what, said = coded(statement, statements)
        sign, understood = signs(vote)
        usable = (who >= 0) & (what >= 0) & understood
        rows, repeats, contradicted = latest(who, what, sign, usable, len(said), time)
        taken = Taken(
            offered=len(who),
            kept=len(rows),
            repeats=repeats,
            contradicted=contradicted,
            unknown_people=int((who < 0).sum()),
            unknown_statements=int((what < 0).sum()),
            not_votes=int((~understood).sum()),
        )
        return cls(people, said, who[rows], what[rows], sign[rows], taken)

    def matrix(self) -> sparse.csr_array:
        """P × S, int8: the votes, a pass stored as an explicit nought so that it is not taken for missing."""
        return self._csr(self.vote)

    def indicator(self, vote: int | None = None) -> sparse.csr_array:
        """P × S: 1.0 where that vote was given (any vote, where ``None``)."""
        rows = np.ones(len(self), bool) if vote is None else self.vote == vote
        people = np.searchsorted(self.who[rows], np.arange(self.shape[0] + 1))
        return sparse.csr_array((np.ones(int(rows.sum())), self.what[rows], people), shape=self.shape)

    def kind(self) -> NDArray[np.int8]:
        """(n,): 0 for agree, 1 for disagree, 2 for pass: the order of every count."""
        return _KIND[self.vote]

    def counts(self) -> NDArray[np.int64]:
        """S × 3: how many agreed, disagreed and passed on each statement."""
        return self._tally(self.what, self.shape[1])

    def counts_by_person(self) -> NDArray[np.int64]:
        """P × 3: how often each person agreed, disagreed and passed."""
        return self._tally(self.who, self.shape[0])

    def only(self, rows: NDArray[np.bool_]) -> Votes:
        """The votes marked, people and statements as they were."""
        return Votes(self.participants, self.statements, self.who[rows], self.what[rows], self.vote[rows], self.taken)

    def of(self, people: NDArray[np.bool_]) -> Votes:
        """The people marked (P,) and their votes; statements as they were."""
        place = np.cumsum(people, dtype=np.int32) - np.int32(1)
        rows = people[self.who]
        names = tuple(name for name, kept in zip(self.participants, people, strict=True) if kept)
        return Votes(names, self.statements, place[self.who[rows]], self.what[rows], self.vote[rows], self.taken)

    def followed_by(self, later: Votes) -> Votes:
        """Both sets of votes; where a person voted twice on a statement the later set wins."""
        people = _index((*self.participants, *later.participants))
        said = _index((*self.statements, *later.statements))
        who = np.concatenate([part.who_in(people) for part in (self, later)])
        what = np.concatenate([part.what_in(said) for part in (self, later)])
        sign = np.concatenate([self.vote, later.vote])
        rows, repeats, contradicted = latest(who, what, sign, np.ones(len(who), bool), len(said), None)
        taken = self.taken.plus(later.taken, kept=len(rows), repeats=repeats, contradicted=contradicted)
        return Votes(tuple(people), tuple(said), who[rows], what[rows], sign[rows], taken)

    def who_in(self, people: Mapping[str, int]) -> Ints:
        """Who voted (n,), as places in another list of people."""
        return np.array([people[name] for name in self.participants], np.int32).reshape(-1)[self.who]

    def what_in(self, statements: Mapping[str, int]) -> Ints:
        """What was voted on (n,), as places in another list of statements."""
        return np.array([statements[name] for name in self.statements], np.int32).reshape(-1)[self.what]

    def pointers(self) -> NDArray[np.int64]:
        """P + 1: where each person's rows start."""
        return np.concatenate([[0], np.cumsum(np.bincount(self.who, minlength=self.shape[0]))]).astype(np.int64)

    def _csr(self, data: NDArray[Any]) -> sparse.csr_array:
        return sparse.csr_array((data, self.what, self.pointers()), shape=self.shape)

    def _tally(self, code: Ints, size: int) -> NDArray[np.int64]:
        return np.bincount(code * np.int64(3) + self.kind(), minlength=3 * size).reshape(size, 3)


def _index(names: Iterable[str]) -> dict[str, int]:
    return {name: place for place, name in enumerate(dict.fromkeys(names))}


def _fields(row: Mapping[str, Any] | Collection[Any], number: int) -> tuple[Any, Any, Any, Any]:
    if isinstance(row, Mapping):
        return row.get("participant"), row.get("statement"), row.get("vote"), row.get("time")
    parts = None if isinstance(row, (str, bytes)) or not hasattr(row, "__len__") else list(row)
    if parts is None or not 3 <= len(parts) <= 4:
        raise ValueError(
            f"row {number:,} is not a vote: give (participant, statement, vote) or (participant, statement, vote, "
            "time), or a record with those names"
        )
    return parts[0], parts[1], parts[2], parts[3] if len(parts) > 3 else None
