"""The program ``holdfast``: its verbs, in the order in which a person meets them."""

from __future__ import annotations

import contextlib
import inspect
import sys
from typing import Annotated

import typer

from holdfast import __version__
from holdfast.cli.checking import check
from holdfast.cli.demonstrating import demo
from holdfast.cli.learning import learn
from holdfast.cli.serving import backup, restore, serve
from holdfast.cli.showing import show
from holdfast.cli.starting import import_, new


def _flowing(text: str) -> str:
    """Paragraphs that wrap where the terminal does; an example keeps its lines."""
    parts = inspect.cleandoc(text).split("\n\n")
    return "\n\n".join(part if part.startswith("\b") else part.replace("\n", " ") for part in parts)


app = typer.Typer(
    name="holdfast",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for name, verb in (
    ("demo", demo),
    ("new", new),
    ("check", check),
    ("learn", learn),
    ("show", show),
    ("import", import_),
    ("serve", serve),
    ("backup", backup),
    ("restore", restore),
):
    app.command(name, help=_flowing(verb.__doc__ or ""))(verb)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"holdfast {__version__}")
        raise typer.Exit


@app.callback()
def holdfast(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Learn what to retain, adapt, reinstate or stop, and for whom.

    Start with `holdfast demo`, then `holdfast new FOLDER` for data of your own.

    Exit codes: 0 done; 1 it could not be done; 2 something to put right; 130 stopped with Ctrl-C.
    """


def main() -> None:
    """Run the program. Signs that the terminal's encoding lacks are replaced, never an error."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, ValueError, OSError):
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    app()
