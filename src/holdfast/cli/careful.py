"""A user's mistake never gives a traceback: every verb ends in one of four ways."""

from __future__ import annotations

import functools
import os
import sys
import warnings
from collections.abc import Callable
from typing import Annotated, Any, Final, ParamSpec

import typer

from holdfast.cli.screen import aside, say_problems
from holdfast.records import InputProblems

P = ParamSpec("P")
Debug = Annotated[bool, typer.Option("--debug", help="Show Python's traceback when something fails.")]
FAILED: Final = 1
TO_PUT_RIGHT: Final = 2
STOPPED: Final = 130


class Mistake(Exception):  # noqa: N818 - the user's, in a sentence that says what was allowed
    """Something in the command to put right."""


def careful(verb: Callable[P, None]) -> Callable[P, None]:
    """Turn what goes wrong in ``verb`` into one clear message and an exit code."""

    @functools.wraps(verb)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            with warnings.catch_warnings():
                if not kwargs.get("debug"):
                    warnings.simplefilter("ignore")
                verb(*args, **kwargs)
        except (typer.Exit, typer.Abort):
            raise
        except KeyboardInterrupt:
            aside().print("Stopped. What was written before is whole; nothing is half-written.")
            raise typer.Exit(STOPPED) from None
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(FAILED) from None
        except Exception as error:
            if kwargs.get("debug"):
                raise
            raise typer.Exit(_told(error)) from None

    return wrapped


def _told(error: Exception) -> int:
    out = aside()
    if isinstance(error, InputProblems):
        say_problems(error, out)
        return TO_PUT_RIGHT
    if isinstance(error, Mistake):
        out.print(str(error))
        return TO_PUT_RIGHT
    if isinstance(error, OSError):
        out.print(_system(error))
        return FAILED
    if type(error).__name__ == "Busy" or type(error).__module__ == "holdfast":
        out.print(str(error))
        return FAILED
    # The text of an unforeseen error may hold a value from a row, so that only its kind is shown.
    out.print(
        f"Holdfast itself failed ({type(error).__name__}); this is not your mistake. Nothing is half-written. "
        "Run the same command with --debug and report what it prints."
    )
    return FAILED


def _system(error: OSError) -> str:
    """What the operating system said, with the file it was about."""
    if error.strerror is None:
        return str(error)
    about: Any = error.filename or ""
    where = f"{os.fsdecode(about)}: " if isinstance(about, (str, bytes, os.PathLike)) and about else ""
    return f"{where}{error.strerror}. Check the path, your permission to write there, and the space on the disk."
