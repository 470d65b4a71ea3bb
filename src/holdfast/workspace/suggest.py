"""Did you mean…? The nearest of the names that were allowed."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(name: str, allowed: Iterable[str]) -> str | None:
    """The allowed name most like ``name``, or None when nothing is near."""
    options = {_plain(option): option for option in allowed}
    found = difflib.get_close_matches(_plain(name), options, n=1, cutoff=0.6)
    return options[found[0]] if found else None


def did_you_mean(name: str, allowed: Iterable[str], limit: int = 12) -> str:
    """A sentence: the nearest allowed name, or the allowed names when they are few enough to read."""
    options = list(dict.fromkeys(allowed))
    near = nearest(name, options)
    if near is not None:
        return f"Did you mean “{near}”?"
    if not options:
        return "There is none to choose from."
    more = f" and {len(options) - limit} more" if len(options) > limit else ""
    return f"There is {quoted(options[:limit])}{more}."


def quoted(names: Iterable[str]) -> str:
    """Names in quotation marks, separated by commas."""
    return ", ".join(f"“{name}”" for name in names)


def _plain(name: str) -> str:
    return "".join(character for character in name.lower() if character.isalnum())
