"""Votes as they come at the door: names to codes, words to signs, the last of a person's votes, and what was left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from holdfast.records import Problem
from holdfast.records.moments import iso_seconds

WORDS: Final = {"agree": 1, "disagree": -1, "pass": 0, "1": 1, "-1": -1, "0": 0, "1.0": 1, "-1.0": -1, "0.0": 0}
MISSING: Final = ("<NA>", "NaT")
"""How pandas writes that there is nothing."""
UNKNOWN: Final = -1
SPAN: Final = 1_000_000


@dataclass(frozen=True)
class Taken:
    """What came in at the door and what of it was kept; nothing is left out without being counted here."""

    offered: int = 0
    kept: int = 0
    repeats: int = 0
    contradicted: int = 0
    unknown_people: int = 0
    unknown_statements: int = 0
    not_votes: int = 0

    def plus(self, other: Taken, *, kept: int, repeats: int, contradicted: int) -> Taken:
        """Two doors' counts, with the repeats found between them."""
        return Taken(
            offered=self.offered + other.offered,
            kept=kept,
            repeats=self.repeats + other.repeats + repeats,
            contradicted=self.contradicted + other.contradicted + contradicted,
            unknown_people=self.unknown_people + other.unknown_people,
            unknown_statements=self.unknown_statements + other.unknown_statements,
            not_votes=self.not_votes + other.not_votes,
        )

    def problems(self, where: str = "votes") -> tuple[Problem, ...]:
        """What a person should know of it, in words they can act on; the rest of the votes go on."""
        found = (
            (self.unknown_people, "participant", "a vote by somebody not on the list of participants was left out",
             "Add the person, or correct the participant's name."),
            (self.unknown_statements, "statement", "a vote on a statement that is not on the list was left out",
             "Add the statement, or correct its name."),
            (self.not_votes, "vote", "a vote is agree, disagree or pass (1, −1 or 0); anything else was left out",
             "Correct the vote, or leave the row out."),
            (self.contradicted, "vote", "a person's later vote on a statement differs from an earlier; the last counts",
             "Nothing need be done; check for double entry if there are many."),
        )  # fmt: skip
        return tuple(Problem(where, rule, fix, column, count=n) for n, column, rule, fix in found if n)


def coded(column: ArrayLike, known: Sequence[str] | None) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    """Codes (n,) into the names, and the names: those known, else in order of first appearance.

    −1 where a name is missing or not known. Names are compared as text, so 3, 3.0 and "3" are one.
    """
    known = None if known is None else tuple(dict.fromkeys(str(name) for name in known))
    codes, found = _distinct(_plain(column))
    names = [_text(name) for name in found]
    final = known if known is not None else tuple(dict.fromkeys(name for name in names if name is not None))
    places = {name: place for place, name in enumerate(final)}
    lookup = np.array([*(places.get(name, UNKNOWN) if name is not None else UNKNOWN for name in names), UNKNOWN])
    return lookup.astype(np.int32)[codes], final


def _distinct(array: NDArray[Any]) -> tuple[NDArray[np.int64], list[Any]]:
    """Codes (n,) into the distinct values in order of first appearance; one past the last where there is none."""
    if array.dtype.kind in "iu" and len(array) and int(array.max()) - int(array.min()) <= SPAN + 4 * len(array):
        return _distinct_numbers(array)
    import pyarrow as pa

    try:
        column = pa.array(array, from_pandas=True)
    except UnicodeError:  # half a character, as a broken export may hold: spelt out, so that names stay apart
        whole = [v.encode("utf-8", "backslashreplace").decode() if isinstance(v, str) else v for v in array.tolist()]
        column = pa.array(whole, from_pandas=True)
    encoded = column.dictionary_encode()
    found = encoded.dictionary.to_pylist()
    return encoded.indices.fill_null(len(found)).to_numpy(zero_copy_only=False).astype(np.int64), found


def _distinct_numbers(array: NDArray[Any]) -> tuple[NDArray[np.int64], list[Any]]:
    """Whole numbers that lie close together: a table of them is quicker than hashing."""
    low = int(array.min())
    offset = array.astype(np.int64) - low
    first = np.full(int(offset.max()) + 1, -1, np.int64)
    first[offset[::-1]] = np.arange(len(array) - 1, -1, -1)
    there = np.flatnonzero(first >= 0)
    order = there[np.argsort(first[there])]
    code = np.zeros(len(first), np.int64)
    code[order] = np.arange(len(order))
    return code[offset], (order + low).tolist()


def signs(column: ArrayLike) -> tuple[NDArray[np.int8], NDArray[np.bool_]]:
    """Votes (n,) as 1, 0, −1, and which of them were understood."""
    array = _plain(column)
    if array.dtype.kind in "iuf":
        fine = np.isin(array, (-1, 0, 1))
        return np.where(fine, array, 0).astype(np.int8), fine
    words = [WORDS.get(str(word).strip().lower().replace("−", "-")) for word in array.tolist()]
    fine = np.array([word is not None for word in words], bool)
    return np.array([word or 0 for word in words], np.int8), fine


def latest(
    who: NDArray[np.int32],
    what: NDArray[np.int32],
    sign: NDArray[np.int8],
    usable: NDArray[np.bool_],
    n_statements: int,
    time: ArrayLike | None,
) -> tuple[NDArray[np.int64], int, int]:
    """Rows to keep, sorted by person and statement; how many earlier votes gave way; how many of those differed."""
    rows = np.flatnonzero(usable)
    if time is not None:
        rows = rows[in_time(_moments(time)[rows])]
    key = who[rows].astype(np.int64) * max(1, n_statements) + what[rows]
    order = np.argsort(key, kind="stable")
    rows, key = rows[order], key[order]
    last = np.ones(len(key), bool)
    last[:-1] = key[1:] != key[:-1]
    winner = np.flatnonzero(last)[np.cumsum(last) - last] if len(last) else np.empty(0, np.int64)
    differed = int((sign[rows] != sign[rows[winner]]).sum())
    return rows[last], int(len(rows) - last.sum()), differed


def in_time(moments: NDArray[Any]) -> NDArray[np.int64]:
    """The order of moments (n,), those not known first and as they came: a vote without its time gives way."""
    order = np.argsort(moments, kind="stable")
    unknown = np.asarray(moments != moments, bool)[order]
    return np.concatenate([order[unknown], order[~unknown]])


def _plain(column: ArrayLike) -> NDArray[Any]:
    """An array of one kind: numbers, or text with ``None`` where nothing was said."""
    mixed = isinstance(column, list) and len(set(map(type, column))) > 1
    array = np.asarray(column, object) if mixed else np.asarray(column)
    if array.dtype.kind != "O":
        return array
    return np.array([_text(item) for item in array.tolist()], object)


def _moments(column: ArrayLike) -> NDArray[Any]:
    """Times that can be put in order: numbers and dates as they are, ISO text as seconds, UTC where it names no zone.

    ValueError where text is neither: its order as text would be another than in time.
    """
    array = np.asarray(column)
    if array.dtype.kind not in "USO":
        return array
    try:
        return array.astype(np.float64)
    except (TypeError, ValueError):
        named, code = np.unique([str(moment) for moment in array.tolist()], return_inverse=True)
    seconds = np.array([iso_seconds(moment) for moment in named.tolist()])
    if wrong := int(np.isnan(seconds[[not _is_missing(moment) for moment in named.tolist()]]).sum()):
        raise ValueError(
            f"{wrong:,} different times can be put in no order: give numbers, dates, or text such as "
            "2026-01-31T10:30 (year first)"
        )
    return seconds[code.reshape(-1)]


def _is_missing(moment: str) -> bool:
    return moment.strip() in ("", "None", "nan", *MISSING)


def _text(name: Any) -> str | None:
    if name is None or (isinstance(name, float) and name != name) or str(name) in MISSING:
        return None
    if isinstance(name, float):
        return str(int(name)) if name.is_integer() else str(name)
    return str(name).strip() or None
