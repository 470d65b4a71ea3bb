"""``holdfast demo``: a whole simulated system, learned from, with the truth beside every verdict."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from holdfast.cli.careful import Debug, Mistake, careful
from holdfast.cli.choosing import opened
from holdfast.cli.learning import Excel, learned
from holdfast.cli.screen import Progress, add, progress, put, screen, table
from holdfast.cli.serving import serve
from holdfast.cli.verdicts import effect_words, is_front, say_for_whom

if TYPE_CHECKING:
    from rich.console import Console

    from holdfast.decide import TrueCell
    from holdfast.records import Findings
    from holdfast.simulate import World

MARK: Final = Path("truth") / "cells.parquet"
OURS: Final = {
    *("holdfast.toml", "studies", "sites.csv", "changes.csv", "adoptions.csv", "measures.csv", "observations.parquet"),
    *("truth", "results", "releases.jsonl", "register"),
}


@careful
def demo(
    folder: Annotated[Path, typer.Argument(help="A folder that is new, empty, or an earlier demo.")] = Path("demo"),
    seed: Annotated[int, typer.Option("--seed", min=0, help="Another seed is another world.")] = 2020,
    sites: Annotated[int, typer.Option("--sites", min=20, max=400, help="How many sites.")] = 60,
    months: Annotated[int, typer.Option("--months", min=12, max=120, help="How many months.")] = 36,
    excel: Excel = False,
    browse: Annotated[
        bool, typer.Option("--open/--no-open", help="End with it open in a browser (only in a terminal).")
    ] = True,
    debug: Debug = False,
) -> None:
    """See it work on a simulated care system whose truth is known.

    Twelve changes spread through the system in the ways that real ones do. Holdfast learns from the data alone, and
    then each verdict is printed beside what is really so.

    It writes a whole workspace with its results into the folder, the answers in truth/ among them, and ends with the
    register and the decision board open in a browser, if the web application is installed.

    \b
    Example:
      holdfast demo
      holdfast demo elsewhere --seed 7 --no-open

    Exit codes: 0 done; 1 it could not be written; 2 the folder holds something else; 130 stopped with Ctrl-C.
    """
    from holdfast.simulate import simulate_world

    _free(folder)
    with progress() as tell:
        tell("simulating a care system", 0, 0)
        world = simulate_world(seed, sites, months)
        _place(world, folder)
        space = opened(folder, tell)
        saved = learned(space, tell, excel=excel, command="holdfast demo")
        served = _in_the_register(folder, tell)
    out, found = screen(), saved.released.findings
    say_beside_truth(out, found, true_cells(world))
    say_for_whom(out, found)
    out.print(f"Report: {saved.report}")
    if served:
        out.print(f"Register and decision board: holdfast serve {folder}")
    out.print("Next, with data of your own: holdfast new FOLDER")
    if browse and served and at_a_terminal():
        serve(folder)
    elif browse:
        open_in_browser(saved.report.resolve().as_uri())


def _in_the_register(folder: Path, tell: Progress) -> bool:
    """Bring the changes and what was learned into a register; False when the web application is not installed."""
    if importlib.util.find_spec("django") is None:
        return False
    from holdfast.web.serving import open_register

    open_register(folder, lambda words: tell(words, 0, 0))
    return True


def _free(folder: Path) -> None:
    if not folder.exists():
        return
    if not folder.is_dir():
        raise Mistake(f"{folder} is a file. Name a new folder.")
    held = {item.name for item in folder.iterdir()}
    if held and not ((folder / MARK).is_file() and held <= OURS):
        raise Mistake(f"{folder} holds something other than an earlier demo. Name a new folder: holdfast demo NAME")


def _place(world: World, folder: Path) -> None:
    """Write the world beside the folder and move it into place, so that it is whole or not there."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}-new-", dir=folder.parent))
    try:
        world.write(fresh, truth=True)
        fresh.chmod(0o755)
        if folder.exists():
            shutil.rmtree(folder)
        os.replace(fresh, folder)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise


def true_cells(world: World) -> list[TrueCell]:
    """The world's truth in the form that scoring reads."""
    from holdfast.decide import TrueCell

    keys = ("change", "practice", "dimension", "level", "setting")
    return [
        TrueCell(
            **{key: row[key] for key in keys},
            right=tuple(row["right"]),
            losses={
                name.removeprefix("loss_").replace("_", " "): loss
                for name, loss in row.items()
                if name.startswith("loss_") and loss is not None
            },
            benefit=row["benefit"],
        )
        for row in world.truth.cells.to_pylist()
    ]


def say_beside_truth(out: Console, found: Findings, truths: list[TrueCell]) -> None:
    """Each verdict over everyone beside the right one, then the share of all cells that are right."""
    from holdfast.decide import score
    from holdfast.records.vocabularies import VERDICTS

    known = {truth.key: truth for truth in truths}
    made = table("Over everyone and all settings", "practice", "recommended", "truly right", "", "effect", "sure")
    for cell in filter(is_front, found.cells):
        truth = known.get((cell.change, cell.practice, cell.dimension, cell.level, cell.setting))
        right = " or ".join(truth.right) if truth else "–"
        waits = cell.verdict not in VERDICTS[:-1]
        mark = "" if truth is None else "right" if cell.verdict in truth.right else "undecided" if waits else "WRONG"
        add(made, cell.practice, cell.verdict, right, mark, effect_words(cell), cell.certainty or "–")
    put(out, made)
    judged = [cell for cell in found.cells if cell.verdict != "not shown"]
    for label, cells in (("over everyone", [c for c in judged if is_front(c)]), ("in all cells", judged)):
        if not cells:
            continue
        got = score(cells, truths)
        sure = f"; of those decided, {got.right_when_decided:.0%} right" if got.decided else ""
        out.print(
            f"{got.cells:,} recommendations {label}: {got.right:.0%} right, {got.undecided:.0%} still undecided, "
            f"{got.wrong:.0%} wrong{sure}."
        )
    out.print()


def at_a_terminal() -> bool:
    """Whether a person is looking, as far as can be told."""
    return sys.stdout.isatty() and not os.environ.get("CI")


def open_in_browser(address: str) -> None:
    """Open the page where a person is looking; never fail over it."""
    if not at_a_terminal():
        return
    import webbrowser

    with contextlib.suppress(Exception):
        webbrowser.open(address)
