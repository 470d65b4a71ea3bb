"""What an export held that could not be understood, counted by kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from holdfast.records import InputProblems, Problem

_T = TypeVar("_T")


class Faults:
    """Problems counted by kind, so that a million bad rows are one line."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str, str, str | None], list[int]] = {}

    def add(self, where: str, rule: str, fix: str, column: str | None = None, row: int = 0) -> None:
        """One more of a kind, at ``row`` of the file (the header is row 1)."""
        self._found.setdefault((where, rule, fix, column), []).append(row)

    def unless(self, read: Callable[[], _T], otherwise: _T) -> _T:
        """What ``read`` gives; where it cannot, its problems are added and the rest goes on with ``otherwise``."""
        try:
            return read()
        except InputProblems as found:
            for one in found.problems:
                self.add(one.where, f"{one.rule}; this file is left out and the rest goes on", one.fix, one.column)
            return otherwise

    def problems(self) -> tuple[Problem, ...]:
        """Each kind once, with its first row and how many."""
        return tuple(
            Problem(where, rule, fix, column, rows[0] or None, len(rows))
            for (where, rule, fix, column), rows in self._found.items()
        )
