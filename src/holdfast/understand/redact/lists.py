"""The words that the rules look up, as data: one section a list."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Final

_FILES: Final = ("names.txt", "context.txt")


@cache
def _sections() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for name in _FILES:
        text = resources.files("holdfast.understand.redact").joinpath("data", name).read_text(encoding="utf-8")
        section = ""
        for line in text.splitlines():
            if line.startswith("["):
                section = line.strip("[]")
            elif not line.startswith("#"):
                found.setdefault(section, set()).update(line.split())
    return {name: frozenset(words) for name, words in found.items()}


def words(section: str) -> frozenset[str]:
    """The words of one section of the lists."""
    return _sections()[section]
