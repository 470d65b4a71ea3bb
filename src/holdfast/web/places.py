"""The places in the header, in the order of the loop."""

from __future__ import annotations

from typing import Final

from django.urls import NoReverseMatch, reverse

PLACES: Final = (
    ("Changes", "register:list", "register.read"),
    ("Record a change", "register:capture", "register.capture"),
    ("To sort", "register:triage", "register.triage"),
    ("Evidence", "evidence:list", "evidence.read"),
    ("Voices", "voices:list", "voices.read"),
    ("Insights", "insight:list", "insight.read"),
    ("Decisions", "board:matrix", "board.read"),
)
"""Name, address and the verb without which the place is not offered."""


def places() -> list[tuple[str, str, str]]:
    """Each place that this installation has, with its address."""
    found = []
    for name, view, verb in PLACES:
        try:
            found.append((name, reverse(view), verb))
        except NoReverseMatch:
            continue
    return found
