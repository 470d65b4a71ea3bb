"""What is printed and where: results to standard output, progress and troubles beside it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from holdfast.records import InputProblems

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

WIDE: Final = 120
"""Columns where there is no terminal to ask."""
Progress = Callable[[str, int, int], None]
COLOURS: Final = {
    "retain": "green",
    "adapt": "cyan",
    "reinstate": "magenta",
    "stop": "red",
    "keep learning": "yellow",
}


def _console(stderr: bool) -> Console:
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() or "COLUMNS" in os.environ else WIDE
    return Console(stderr=stderr, width=width, highlight=False, markup=False, emoji=False)


def screen() -> Console:
    """Standard output."""
    return _console(False)


def aside() -> Console:
    """Standard error: progress, and what went wrong."""
    return _console(True)


def table(title: str, *columns: str) -> Table:
    """An empty table that wraps rather than cuts its words; its cells are text, never markup."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    made = Table(title=Text(title, style="bold"), box=box.SIMPLE_HEAD, pad_edge=False)
    for name in columns:
        made.add_column(name, overflow="fold", vertical="top")
    return made


def put(out: Console, made: Table) -> None:
    """Print a table below its title, which is free to be wider."""
    title, made.title = made.title, None
    out.print(title)
    out.print(made)


def add(made: Table, *cells: str) -> None:
    """A row of plain text, with verdicts in their colour."""
    from rich.text import Text

    made.add_row(*(Text(cell, style=COLOURS.get(cell, "")) for cell in cells))


def indented(out: Console, text: str, by: int = 2) -> None:
    """A paragraph set in from the left."""
    from rich.padding import Padding
    from rich.text import Text

    out.print(Padding(Text(text), (0, 0, 0, by)))


def say_problems(found: InputProblems, out: Console) -> None:
    """Every problem: the file, row and column, what was allowed, and what to do."""
    count = len(found.problems)
    out.print(f"{count:,} {'thing' if count == 1 else 'things'} to put right. Nothing was written.\n")
    for problem in found.problems:
        place = [problem.where]
        place += [f"row {problem.row:,}"] if problem.row is not None else []
        place += [f"column “{problem.column}”"] if problem.column else []
        more = f" (and {problem.count - 1:,} more rows)" if problem.count > 1 else ""
        out.print(", ".join(place), style="bold")
        indented(out, f"{problem.rule[:1].upper()}{problem.rule[1:]}{more}.")
        indented(out, problem.fix)


@contextmanager
def progress() -> Iterator[Progress]:
    """A bar that moves in a terminal, a line for each step elsewhere."""
    out = aside()
    if not out.is_terminal:
        yield lambda what, done, every: out.print(f"{what} ({done} of {every})" if every else what)
        return
    from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(bar_width=24))
    with Bars(*columns, MofNCompleteColumn(), TimeElapsedColumn(), console=out, transient=True) as bars:
        task = bars.add_task("reading", total=None)
        yield lambda what, done, every: bars.update(task, description=what, completed=done, total=every or None)
