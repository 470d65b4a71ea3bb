"""``holdfast check``: what is wrong with the inputs, then what they can answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from holdfast.cli.careful import TO_PUT_RIGHT, Debug, careful
from holdfast.cli.choosing import Folder, Studies, opened, studies_of
from holdfast.cli.screen import add, progress, put, say_problems, screen, table
from holdfast.records import Evaluability, InputProblems
from holdfast.records.vocabularies import ALL_SETTINGS, EVERYONE

if TYPE_CHECKING:
    from holdfast.workspace import Workspace

CANNOT: Final = "cannot tell yet"


@careful
def check(
    folder: Folder = Path("."),
    study: Studies = None,
    every: Annotated[
        bool, typer.Option("--all", help="Every measure, population and setting, not only everyone.")
    ] = False,
    debug: Debug = False,
) -> None:
    """Say everything that is wrong with a workspace, then what it can answer.

    Every problem is printed at once with its file, row, column, the rule and what to do. When there is none, each study
    gets a design, or *cannot tell yet* with what would make it answerable. No effect is computed and nothing is
    written.

    \b
    Example:
      holdfast check our-changes
      holdfast check our-changes --study call-back --all

    Exit codes: 0 nothing to put right; 1 a file cannot be read; 2 something to put right.
    """
    from holdfast import learning

    out = screen()
    with progress() as tell:
        try:
            space = opened(folder, tell)
        except InputProblems as found:
            say_problems(found, out)
            raise typer.Exit(TO_PUT_RIGHT) from None
        rows = learning.check(space, tell, studies=studies_of(space, study))
    for note in space.notes:
        out.print(f"Note: {note}")
    _say(space, rows, every)
    out.print(f"\nNothing to put right. Next: holdfast learn {folder}")


def _say(space: Workspace, rows: Sequence[Evaluability], every: bool) -> None:
    out = screen()
    primary = {study.study: study.primary for study in space.studies}
    front = [row for row in rows if every or _is_front(row, primary)]
    made = table("What can be answered", *(("study", "measure", "who") if every else ("study",)), "design", "why")
    for row in front:
        who = (row.measure, who_words(row)) if every else ()
        add(made, row.study, *who, row.design, _why(row))
    put(out, made)
    rest = Counter(row.design for row in rows if row not in front) if not every else Counter[str]()
    if rest:
        counted = "; ".join(f"{count:,} {design}" for design, count in rest.most_common())
        out.print(f"Other measures, populations and settings: {counted}. Add --all to see each.")


def _is_front(row: Evaluability, primary: dict[str, str]) -> bool:
    return row.measure == primary.get(row.study) and row.dimension == EVERYONE and row.setting == ALL_SETTINGS


def who_words(row: object) -> str:
    """A population and setting as they are read."""
    dimension, level, setting = (getattr(row, name) for name in ("dimension", "level", "setting"))
    people = EVERYONE if dimension == EVERYONE else f"{dimension} {level}"
    return people if setting == ALL_SETTINGS else f"{people}, {setting}"


def _why(row: Evaluability) -> str:
    counts = (
        f"{row.adopters} of {row.sites} sites adopted, {row.comparison} to compare with, "
        f"{row.periods_before} periods before and {row.periods_after} after."
    )
    pattern = f"{row.pattern[:1].upper()}{row.pattern[1:].rstrip('.')}." if row.pattern else ""
    todo = [f"To do: {remedy}" for remedy in row.remedies]
    return "\n".join(filter(None, (pattern, counts, *row.reasons, *todo)))
