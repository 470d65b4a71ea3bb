"""Which way round votes are written: 1 for agree, or −1 as in the database, found from counts that say which."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from holdfast.involve.polis_files.faults import Faults
from holdfast.involve.polis_files.fields import NUMBER, name_of

ALIKE: Final = 0.5
"""Correlation beyond which the votes lean as the counts do, or against them."""


@dataclass(frozen=True)
class Counts:
    """How many more agreed than disagreed, by statement or by person, in the words of ``source``."""

    source: str
    more: Mapping[str, int]
    by_person: bool = False


def reversed_votes(
    codes: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]],
    people: Sequence[str],
    statements: Sequence[str],
    counts: Iterable[Counts],
    where: str,
    faults: Faults,
) -> bool:
    """Whether agreeing is written −1, by the first counts that tell; where none do, 1 is agreeing and that is said.

    ``codes`` are who, what and vote (n,). A part of the votes leans as all of them do, so one that was cut short is
    not taken for reversed.
    """
    who, what, vote = codes
    if not vote.any():
        return False
    for one in counts:
        names, code = (people, who) if one.by_person else (statements, what)
        alike = _alike(code, vote, names, one.more)
        if alike is None:
            continue
        if alike <= -ALIKE:
            faults.add(where, f"agreeing is written −1 here, as {one.source} show; it is read so",
                       "Nothing need be done.", "vote")  # fmt: skip
        if abs(alike) >= ALIKE:
            return alike < 0
        faults.add(where, f"the votes and {one.source} do not fit", "Check that both files are of one export.", "vote")
    faults.add(where, "whether agreeing is written 1 or −1 could not be checked; 1 is read as agreeing",
               "Check one vote, or export it again with agrees and disagrees in the comments or with "
               "participant-votes.csv.", "vote")  # fmt: skip
    return False


def _alike(
    code: NDArray[np.int64], vote: NDArray[np.int64], names: Sequence[str], more: Mapping[str, int]
) -> float | None:
    """Correlation of how the votes lean with how the counts do; None where either leans nowhere."""
    known = np.array([name in more for name in names], bool)
    leaning = np.where(known, np.bincount(code, weights=vote, minlength=len(names)), 0.0)
    told = np.array([float(more.get(name, 0)) for name in names])
    length = float(np.sqrt((leaning @ leaning) * (told @ told)))
    return float(leaning @ told) / length if length else None


def more_agree(rows: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """How many more agreed than disagreed, by the rows' own counts, where they have them."""
    found = {}
    for row in rows:
        agrees, disagrees = str(row.get("agrees", "")), str(row.get("disagrees", ""))
        if NUMBER.fullmatch(agrees) and NUMBER.fullmatch(disagrees):
            found[name_of(row.get("id"))] = int(agrees) - int(disagrees)
    return found


def maths_counts(maths: Mapping[str, Any]) -> Counts:
    """By statement, from the server's own maths, which name agreeing A and disagreeing D."""
    more: dict[str, int] = {}
    try:
        for name, told in maths.get("votes-base", {}).items():
            more[str(name)] = int(sum(told["A"]) - sum(told["D"]))
    except (AttributeError, KeyError, TypeError, ValueError):
        more = {}
    return Counts("the counts in math-pca2.json", more)
