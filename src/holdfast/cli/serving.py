"""``holdfast serve``, ``backup`` and ``restore``: the register of a workspace, or of a team."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Annotated

import typer

from holdfast.cli.careful import Debug, Mistake, careful
from holdfast.cli.screen import progress, screen

Folder = Annotated[
    Path | None, typer.Argument(help="A workspace; its register is kept in the folder register inside it.")
]


@careful
def serve(
    folder: Folder = None,
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="The port, or the next free one.")] = 8000,
    host: Annotated[str, typer.Option("--host", help="The address to listen on; the default is this machine only.")] = (
        "127.0.0.1"
    ),
    browse: Annotated[bool, typer.Option("--open/--no-open", help="Open it in a browser.")] = True,
    debug: Debug = False,
) -> None:
    """Open the register and the decision board in a browser.

    With a workspace, its changes and what was learned from it are there. Without one, the register in HOLDFAST_HOME is
    served. On this machine the printed link signs you in; a team is invited from there. Stop with Ctrl-C.

    \b
    Example:
      holdfast serve westshire
      holdfast serve --host 0.0.0.0 --port 8080

    Exit codes: 0 stopped; 1 it could not be served; 2 something to put right; 130 stopped with Ctrl-C.
    """
    _needs_web()
    from holdfast.web.serving import free_port, loopback, open_register, way_in
    from holdfast.web.serving import serve as start

    _workspace(folder)
    with progress() as tell:
        open_register(folder, lambda words: tell(words, 0, 0))
    taken = free_port(host, port) if loopback(host) else port
    address, out = way_in(host, taken), screen()

    def started() -> None:
        out.print(f"Holdfast is at {address}\nThe link works once. Stop with Ctrl-C.", soft_wrap=True)
        if browse:
            from holdfast.cli.demonstrating import open_in_browser

            open_in_browser(address)

    start(host, taken, started)


@careful
def backup(
    file: Annotated[Path, typer.Argument(help="The file to write, for instance monday.zip.")],
    folder: Folder = None,
    debug: Debug = False,
) -> None:
    """Keep the whole register in one file: every record, version, decision, account and uploaded table.

    It may be run while the register is being served. Keep the file as safe as the register: it holds accounts.

    \b
    Example:
      holdfast backup monday.zip westshire

    Exit codes: 0 done; 1 it could not be written; 2 something to put right.
    """
    _needs_web()
    from holdfast.web.starting import settle

    settle(_home(folder))
    from holdfast.web.exchange.backup import backup as keep

    try:
        with progress() as tell:
            kept = keep(file, lambda words: tell(f"keeping {words}", 0, 0))
    except FileExistsError as problem:
        raise Mistake(str(problem)) from None
    rows = sum(kept["rows"].values())
    screen().print(f"Kept {rows:,} rows and {len(kept['sha256']) - len(kept['rows']):,} files in {file}")


@careful
def restore(
    file: Annotated[Path, typer.Argument(help="A file that holdfast backup wrote.")],
    folder: Folder = None,
    debug: Debug = False,
) -> None:
    """Bring a backup back, into a register that is new. All of it comes back, or nothing does.

    \b
    Example:
      holdfast restore monday.zip westshire-again

    Exit codes: 0 done; 1 it could not be written; 2 something to put right.
    """
    _needs_web()
    from holdfast.web.starting import bring_up_to_date, settle

    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    settle(_home(folder))
    bring_up_to_date()
    from holdfast.web.exchange.restoring import RestoreError
    from holdfast.web.exchange.restoring import restore as bring_back

    try:
        with progress() as tell:
            held = bring_back(file, lambda words: tell(f"restoring {words}", 0, 0))
    except RestoreError as problem:
        raise Mistake(str(problem)) from None
    screen().print(f"Restored {sum(held['rows'].values()):,} rows, as they were on {held['made_at']}.")


def _needs_web() -> None:
    if importlib.util.find_spec("django") is None:
        raise Mistake("The web application is not installed. Install it with: pip install 'holdfast\\[web]'")


def _workspace(folder: Path | None) -> None:
    if folder is not None and not (folder / "holdfast.toml").is_file():
        raise Mistake(f"{folder} is not a workspace: it has no holdfast.toml. Make one with: holdfast new {folder}")


def _home(folder: Path | None) -> Path | None:
    return folder / "register" if folder is not None else None
