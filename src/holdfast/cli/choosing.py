"""What several verbs ask for: a folder, studies, a policy; each mistake says what was allowed."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from holdfast.cli.careful import Mistake
from holdfast.cli.screen import Progress

if TYPE_CHECKING:
    from holdfast.workspace import Workspace

Folder = Annotated[Path, typer.Argument(help="The workspace: a folder with a holdfast.toml.", show_default="here")]
Studies = Annotated[
    list[str] | None, typer.Option("--study", help="Only this study; repeat for several.", show_default=False)
]


def opened(folder: Path, tell: Progress) -> Workspace:
    """The workspace in a folder, checked."""
    tell("reading and checking the tables", 0, 0)
    if folder.exists() and not folder.is_dir():
        raise Mistake(f"{folder} is a file. Name the folder that its holdfast.toml is in.")
    from holdfast.workspace import Workspace

    return Workspace.open(folder)


def known(what: str, wanted: str, allowed: Iterable[str]) -> str:
    """``wanted`` when it is allowed; else a mistake that names what is."""
    names = list(dict.fromkeys(allowed))
    if wanted in names:
        return wanted
    near = difflib.get_close_matches(wanted, names, n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    raise Mistake(f"There is no {what} called {wanted}. Allowed: {', '.join(names) or 'none'}.{hint}")


def studies_of(space: Workspace, wanted: list[str] | None) -> tuple[str, ...]:
    """The studies asked for, each of which exists."""
    return tuple(known("study", name, (study.study for study in space.studies)) for name in wanted or ())
