"""``holdfast new`` and ``holdfast import``: the way in."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Annotated

import typer

from holdfast.cli.careful import Debug, Mistake, careful
from holdfast.cli.screen import progress, screen


@careful
def new(
    folder: Annotated[Path, typer.Argument(help="A folder that is new or empty.", show_default=False)],
    debug: Debug = False,
) -> None:
    """Make a small workspace to start from.

    It writes a commented configuration, four tiny example tables and one study, all of which pass `holdfast check`.
    Replace the tables with your own.

    \b
    Example:
      holdfast new our-changes
      holdfast check our-changes

    Exit codes: 0 made; 1 the folder is not empty or cannot be written.
    """
    from holdfast.workspace import new_workspace

    made = new_workspace(folder)
    out = screen()
    out.print(f"{made} is a workspace with made-up data. Its holdfast.toml says where each table is.")
    out.print(f"Next: holdfast check {made}")


@careful
def import_(
    kind: Annotated[str, typer.Argument(help="ae-monthly or gp-appointments.", show_default=False)],
    files: Annotated[list[Path], typer.Argument(help="The files exactly as published.", show_default=False)],
    into: Annotated[Path, typer.Option("--into", help="The workspace that the table goes to.", show_default=False)],
    debug: Debug = False,
) -> None:
    """Turn official files, exactly as published, into a tidy table.

    It writes one Parquet table into the folder. Months (or areas) that an earlier import wrote are kept, and those in
    these files are replaced, so the same file twice gives the same table as once.

    \b
    Example:
      holdfast import ae-monthly April-2024-CSV.csv May-2024-CSV.csv --into our-changes

    Exit codes: 0 imported; 1 it could not be written; 2 a file is missing or is not of that kind.
    """
    from holdfast.workspace.importers import IMPORTERS, run_import

    if kind not in IMPORTERS:
        near = difflib.get_close_matches(kind, IMPORTERS, n=1)
        known = "; ".join(f"{name} ({importer.meaning.rstrip('.')})" for name, importer in IMPORTERS.items())
        hint = f" Did you mean {near[0]}?" if near else ""
        raise Mistake(f"There is no kind of file called {kind}. Allowed: {known}.{hint}")
    with progress() as tell:
        tell(f"reading {len(files)} {'file' if len(files) == 1 else 'files'}", 0, 0)
        report = run_import(IMPORTERS[kind], files, into)
    out = screen()
    for line in report.lines():
        out.print(line)
    out.print(f"Written to {into / IMPORTERS[kind].file}")
