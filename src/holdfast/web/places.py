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


LOOP: Final = (
    ("Capture", "say what changed", "register:capture", "register.capture"),
    ("Understand", "find others like it, and what they are about", "insight:list", "insight.read"),
    ("Evaluate", "what it did and for whom, or that nobody can tell yet", "evidence:list", "evidence.read"),
    ("Involve", "what staff, patients and the public believe", "voices:list", "voices.read"),
    ("Decide", "retain, adapt, reinstate or stop, with reasons", "board:matrix", "board.read"),
)
"""The steps of the loop for the front page: name, what it is, address and verb."""


def places(here: str = "") -> list[tuple[str, str, str, bool]]:
    """Each place with its address, its verb, and whether the reader is there: the longest address that fits is."""
    found = [(name, href, verb) for name, view, verb in PLACES if (href := _address(view))]
    fitting = max((href for _, href, _ in found if here.startswith(href)), key=len, default="")
    return [(name, href, verb, href == fitting) for name, href, verb in found]


def loop() -> list[tuple[str, str, str, str]]:
    """Each step of the loop with its address; empty for a room that this installation does not have."""
    return [(name, words, _address(view), verb) for name, words, view, verb in LOOP]


def _address(view: str) -> str:
    try:
        return reverse(view)
    except NoReverseMatch:
        return ""
