"""What people said, as records: the form in which a workspace or the web hands it to ``involve``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from holdfast.records.vocabularies import ALL_SETTINGS, EVERYONE


@dataclass(frozen=True)
class Statement:
    """One statement; ``moderated`` is accepted, rejected (with a ``reason``) or waiting."""

    statement: str
    change: str = ""
    text: str = ""
    kind: str = "opinion"
    practice: str = ""
    assumption: str = ""
    moderated: str = "accepted"
    reason: str = ""
    meta: bool = False


@dataclass(frozen=True)
class Assumption:
    """What must be believed for a change to last."""

    assumption: str
    change: str
    text: str


@dataclass(frozen=True)
class Preference:
    """What one person would do with one practice, in general or for one population and setting.

    ``who`` is the person's place among the participants. Of several about the same the last counts.
    """

    who: int
    change: str
    practice: str
    preference: str
    dimension: str = EVERYONE
    level: str = EVERYONE
    setting: str = ALL_SETTINGS


@dataclass(frozen=True)
class Makeup:
    """How many ``people`` of the population have these levels of these dimensions; ``role`` empty: the publics."""

    dimensions: tuple[str, ...]
    levels: tuple[str, ...]
    people: float
    version: str = ""
    role: str = ""


@dataclass(frozen=True, eq=False)
class Cast:
    """Votes in order of time: ``who`` and ``what`` (n,) are places among participants and statements, ``vote`` 1, 0 or
    −1, ``at`` seconds since 1970 or NaN. One person may have voted several times on a statement."""

    who: NDArray[np.int32] = field(default_factory=lambda: np.empty(0, np.int32))
    what: NDArray[np.int32] = field(default_factory=lambda: np.empty(0, np.int32))
    vote: NDArray[np.int8] = field(default_factory=lambda: np.empty(0, np.int8))
    at: NDArray[np.float64] = field(default_factory=lambda: np.empty(0, np.float64))


@dataclass(frozen=True, eq=False)
class Heard:
    """Everybody who took part, and everything they were asked and answered.

    ``roles`` and ``channels`` (P) are empty where not given. ``about`` gives each about-you question's answers (P): a
    level, “prefer not to say”, or None where it was not asked.
    """

    participants: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    about: Mapping[str, tuple[str | None, ...]] = field(default_factory=dict)
    statements: tuple[Statement, ...] = ()
    votes: Cast = field(default_factory=Cast)
    preferences: tuple[Preference, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    makeup: tuple[Makeup, ...] = ()

    def __bool__(self) -> bool:
        """Whether anybody was heard at all."""
        return bool(self.participants)
