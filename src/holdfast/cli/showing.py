"""``holdfast show``: read back what was found, and why."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from holdfast.cli.careful import Debug, Mistake, careful
from holdfast.cli.checking import who_words
from holdfast.cli.choosing import known
from holdfast.cli.screen import indented, screen
from holdfast.cli.verdicts import effect_words, say_counts, say_differences, say_verdicts
from holdfast.records import Cell, Findings
from holdfast.records.vocabularies import ALL_SETTINGS, EVERYONE

if TYPE_CHECKING:
    from rich.console import Console

RESULTS = "results"


@careful
def show(
    folder: Annotated[
        Path, typer.Argument(help="The workspace, or the change when run inside one.", show_default="here")
    ] = Path("."),
    change: Annotated[str, typer.Argument(help="The change to tell of.", show_default="all, in a table")] = "",
    population: Annotated[
        str, typer.Option("--population", help="Whom: a level such as '75+', or 'age=75+'.", show_default=False)
    ] = EVERYONE,
    setting: Annotated[str, typer.Option("--setting", help="Where.")] = ALL_SETTINGS,
    policies: Annotated[
        bool, typer.Option("--policies", help="Say where the workspace's policies differ, and why.")
    ] = False,
    debug: Debug = False,
) -> None:
    """Read back what was found: the recommendation, its reasons, what would change it and what would settle it.

    It reads results/tables, which `holdfast learn` wrote after disclosure control, and writes nothing.

    \b
    Example:
      holdfast show our-changes
      holdfast show our-changes call-back --population "65 and over" --setting rural
      holdfast show our-changes --policies

    Exit codes: 0 shown; 1 nothing has been learned yet; 2 there is no such change, population or setting.
    """
    from holdfast.workspace import Workspace, read_findings

    if not change and not folder.exists() and folder.name == str(folder):
        folder, change = Path("."), str(folder)
    if not folder.is_dir():
        raise Mistake(f"There is no folder {folder}. Name a workspace, and after it a change if you want one.")
    if not (folder / RESULTS / "tables").is_dir() and not (folder / "holdfast.toml").is_file():
        raise Mistake(f"{folder} is not a workspace: it has no holdfast.toml. Make one with: holdfast new FOLDER")
    found, out = read_findings(folder / RESULTS), screen()
    cells = chosen(found, change, population, setting)
    if not change and (population, setting) == (EVERYONE, ALL_SETTINGS):
        say_verdicts(out, found, {})
        say_counts(out, found)
    else:
        for cell in cells:
            say_cell(out, cell)
    if policies:
        everyone = change or (population, setting) != (EVERYONE, ALL_SETTINGS)
        say_differences(out, Workspace.open(folder), found, cells if everyone else None)


def chosen(found: Findings, change: str, population: str, setting: str) -> list[Cell]:
    """The cells asked for; a mistake that names what there is when there are none."""
    cells: Sequence[Cell] = found.cells
    if change:
        known("change", change, (cell.change for cell in cells))
        cells = [cell for cell in cells if cell.change == change]
    if population != EVERYONE:
        names = {f"{cell.dimension}={cell.level}" for cell in cells if cell.dimension != EVERYONE}
        exact = sorted(name for name in names if population in (name, name.split("=", 1)[1]))
        if len(exact) > 1:
            raise Mistake(f"{population} may mean {' or '.join(exact)}. Say which.")
        population = exact[0] if exact else known("population", population, sorted(names))
    setting = known("setting", setting, (cell.setting for cell in cells)) if cells else setting
    dimension, _, level = population.partition("=")
    at = (dimension, level or dimension, setting)
    picked = [cell for cell in cells if (cell.dimension, cell.level, cell.setting) == at]
    if not picked and cells:
        raise Mistake(f"Nothing was judged for {population} in {setting}. Leave --population or --setting out.")
    return picked


def say_cell(out: Console, cell: Cell) -> None:
    """One recommendation with all that stands behind it."""
    out.print(f"{cell.practice}: {cell.verdict}", style="bold")
    indented(out, f"{cell.change}, {cell.role} practice; {who_words(cell)}; policy {cell.policy}; study {cell.study}.")
    if cell.estimate is not None:
        judged = f", {cell.horizon}" if cell.horizon else ""
        indented(out, f"Effect on the measure's own scale{judged}: {effect_words(cell)}; certainty {cell.certainty}.")
    indented(out, f"Rule: {cell.rule}")
    for heading, lines in (
        ("Why", cell.reasons),
        ("Not known", cell.missing),
        ("Who disagrees", cell.dissent),
        ("What would change it", cell.flips),
        ("What would settle it", cell.would_settle),
    ):
        if lines:
            indented(out, f"{heading}:")
            for line in lines:
                indented(out, f"- {line}", 4)
    out.print()
