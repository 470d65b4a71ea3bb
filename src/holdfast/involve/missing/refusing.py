"""What cannot be weighed is refused, and said: answers, a make-up and opinions that are not of one shape."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from holdfast.records.heard import Makeup
from holdfast.records.involving import JOINED


def opinions(y: ArrayLike) -> NDArray[np.float64]:
    """(n,): 1, 0 or a share between, NaN where there is no answer."""
    try:
        value = np.asarray(y, np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError("y must be numbers: 1 for yes, 0 for no, NaN for no answer") from error
    if value.ndim != 1:
        raise ValueError(f"y must be one number a person; it has {value.ndim} dimensions")
    if wrong := int(((value < 0) | (value > 1)).sum()):
        raise ValueError(
            f"{wrong:,} of {len(value):,} values of y are outside 0 to 1: give 1 for yes, 0 for no, NaN for no answer "
            "(of votes, vote == 1 for who agrees)"
        )
    return value


def answers(about: Mapping[str, Sequence[str | None]], people: int | None = None) -> None:
    """Refuse answers that are not of ``people`` (the first question's, where not given), or are not text."""
    for name, column in about.items():
        people = len(column) if people is None else people
        if len(column) != people:
            raise ValueError(f"“{name}” has {len(column):,} answers for {people:,} people: give one each, None if none")
        other = {type(answer).__name__ for answer in column if answer is not None and not isinstance(answer, str)}
        if other:
            raise ValueError(
                f"answers to “{name}” must be text, or None where it was not asked; some are {', '.join(sorted(other))}"
            )


def makeups(makeup: Sequence[Makeup]) -> None:
    """Refuse a make-up that counts a level twice, not by a number of people, or not by its name."""
    for row in makeup:
        if len(row.dimensions) != len(row.levels) or not row.dimensions:
            raise ValueError(
                f"a row of the make-up has {len(row.dimensions)} dimensions and {len(row.levels)} levels: "
                "give one level for each"
            )
        if not all(isinstance(part, str) for part in (*row.dimensions, *row.levels)):
            raise ValueError(f"the make-up's levels of {_named(row.dimensions)} must be text, as answers are")
        if not (np.isfinite(row.people) and row.people >= 0):
            raise ValueError(f"the make-up has {row.people} people in {_row(row)}: give a number, 0 or more")
    often = Counter((row.dimensions, row.levels) for row in makeup)
    twice = [row for row in makeup if often[row.dimensions, row.levels] > 1]
    if twice:
        roles = " for different roles: give one role's rows" if len({row.role for row in twice}) > 1 else ""
        raise ValueError(f"the make-up counts {_row(twice[0])} more than once{roles or ': give each level once'}")


def _row(row: Makeup) -> str:
    return f"{_named(row.dimensions)} “{_named(row.levels)}”"


def _named(parts: Sequence[str]) -> str:
    return JOINED.join(str(part) for part in parts)
