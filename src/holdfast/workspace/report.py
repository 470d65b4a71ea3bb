"""Where problems and notes are gathered, so that a person sees all of them at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from holdfast.records import InputProblems, Problem


@dataclass
class Report:
    """Problems stop the work; notes are said and the work goes on."""

    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def problem(
        self,
        where: str,
        rule: str,
        fix: str,
        *,
        column: str | None = None,
        row: int | None = None,
        count: int = 1,
    ) -> None:
        """Add one problem, unless the very same was said already."""
        found = Problem(where, rule, fix, column, row, count)
        if found not in self.problems:
            self.problems.append(found)

    def note(self, text: str) -> None:
        """Add one note, unless the very same was said already."""
        if text not in self.notes:
            self.notes.append(text)

    def extend(self, problems: Iterable[Problem]) -> None:
        """Add several problems."""
        self.problems.extend(problems)

    def raise_if_any(self) -> None:
        """Raise every problem together, when there is one."""
        if self.problems:
            raise InputProblems(self.problems)
