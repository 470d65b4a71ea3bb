"""Where other rooms bring the board what they know: voices, assumptions and followers.

A room after the board (or one that the board does not import) calls ``add_voices`` and the like from its ``ready``.
Each function is given all the cells of a page at once, so that a page of ten costs no more queries than a page of one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.conf import settings
from django.urls import reverse

from holdfast.web.board.models import Cell
from holdfast.web.register import following
from holdfast.web.register.merging import standing
from holdfast.web.register.models import Change


@dataclass(frozen=True)
class Voice:
    """What one role says about a cell's practice, in words. Roles are never averaged together.

    ``said`` are people's own words, already moderated; ``count`` is how many spoke, None where it may not be shown.
    """

    role: str
    words: str
    count: int | None = None
    said: tuple[str, ...] = ()
    link: str = ""


@dataclass(frozen=True)
class Assumption:
    """What must be believed for the practice to last, and how far each role believes it, in words."""

    words: str
    holds: str = ""
    link: str = ""


@dataclass(frozen=True)
class Follower:
    """Somebody to be told. ``name`` may be empty; ``stop`` is the address of a page where they stop following."""

    address: str
    name: str = ""
    stop: str = ""


@dataclass(frozen=True)
class Heard:
    """Everything the hooks know of one cell."""

    voices: tuple[Voice, ...] = ()
    assumptions: tuple[Assumption, ...] = ()


Voices = Callable[[Sequence[Cell]], Mapping[int, Sequence[Voice]]]
Assumptions = Callable[[Sequence[Cell]], Mapping[int, Sequence[Assumption]]]
Followers = Callable[[Change], Iterable[Follower]]


@dataclass
class _Hooks:
    voices: list[Voices] = field(default_factory=list)
    assumptions: list[Assumptions] = field(default_factory=list)
    followers: list[Followers] = field(default_factory=list)


_HOOKS = _Hooks()


def add_voices(fn: Voices) -> None:
    """``fn(cells)`` gives the voices of each cell's key. Adding a function twice is the same as once."""
    if fn not in _HOOKS.voices:
        _HOOKS.voices.append(fn)


def add_assumptions(fn: Assumptions) -> None:
    """``fn(cells)`` gives the assumptions of each cell's key."""
    if fn not in _HOOKS.assumptions:
        _HOOKS.assumptions.append(fn)


def add_followers(fn: Followers) -> None:
    """``fn(change)`` gives whoever is to be told what is decided about it."""
    if fn not in _HOOKS.followers:
        _HOOKS.followers.append(fn)


def heard(cells: Sequence[Cell]) -> dict[int, Heard]:
    """Voices and assumptions of each cell, by its key."""
    voices: dict[int, list[Voice]] = {cell.pk: [] for cell in cells}
    assumptions: dict[int, list[Assumption]] = {cell.pk: [] for cell in cells}
    for ask in _HOOKS.voices:
        for pk, found in ask(cells).items():
            voices[pk].extend(found)
    for wonder in _HOOKS.assumptions:
        for pk, held in wonder(cells).items():
            assumptions[pk].extend(held)
    return {cell.pk: Heard(tuple(voices[cell.pk]), tuple(assumptions[cell.pk])) for cell in cells}


def followers(change: Change) -> tuple[Follower, ...]:
    """Whoever recorded, looks after or follows the change, each address once."""
    found: dict[str, Follower] = {}
    for person in (change.author, change.owner):
        if person is not None and person.is_active:
            found.setdefault(person.email.lower(), Follower(person.email, person.name))
    for ask in (_private_links, *_HOOKS.followers):
        for one in ask(change):
            held = found.get(one.address.lower())
            if held is None or (one.stop and not held.stop):
                found[one.address.lower()] = one
    return tuple(found.values())


def _private_links(change: Change) -> Iterable[Follower]:
    """Whoever follows the change, or one merged into it, by a private link and gave an address."""
    for held in following.followers(standing(change)):
        address = held.email or (held.user.email if held.user_id and held.user.is_active else "")
        if address:
            stop = settings.SITE_ADDRESS + reverse("register:follow", args=[held.token])
            yield Follower(address, held.user.name if held.user_id else "", stop)
