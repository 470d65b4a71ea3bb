"""What is wrong with what a person gave us, all at once, in words they can act on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing to put right.

    ``where`` names the file (and sheet); ``row`` counts from 1 with the header as row 1, as a spreadsheet does;
    ``rule`` says what was allowed; ``fix`` says what to do next. None of them holds a value from a
    patient-level row.
    """

    where: str
    rule: str
    fix: str
    column: str | None = None
    row: int | None = None
    count: int = 1

    def __str__(self) -> str:
        place = [self.where]
        if self.row is not None:
            place.append(f"row {self.row:,}")
        if self.column:
            place.append(f"column “{self.column}”")
        more = f" (and {self.count - 1:,} more rows)" if self.count > 1 else ""
        return f"{', '.join(place)}: {self.rule}{more}. {self.fix}"


class InputProblems(Exception):  # noqa: N818 - it is a list of problems, not an error of ours
    """Raised with every problem found; the command line prints them and exits with code 2."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))
