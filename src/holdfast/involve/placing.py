"""Of which places and people a role may be told apart from everyone: where no voice less another shows anybody.

What a person would do at a place is their general answer unless they gave one for that very place. So a role's voice
there is its general one with those few altered who did: it would show what they said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from holdfast.involve.roles import FEW
from holdfast.records.heard import Preference
from holdfast.records.vocabularies import ALL_SETTINGS, EVERYONE
from holdfast.records.voices import Voice

Bools = NDArray[np.bool_]
Place = tuple[str, str, str]
"""dimension, level, setting."""
WHOLE: Final[Place] = (EVERYONE, EVERYONE, ALL_SETTINGS)
SHARES: Final = tuple(field.name for field in fields(Voice) if field.type == "float | None")


def answered(said: Sequence[Preference], place: Place, people: int) -> Bools:
    """Who (P) gave an answer for the very place."""
    own = np.zeros(people, bool)
    own[[p.who for p in said if (p.dimension, p.level, p.setting) == place]] = True
    return own


def least(own: Bools, few: int, inside: Bools | None = None) -> int:
    """The fewest people that taking voices from one another would leave; 0 where fewer than ``few``.

    ``own`` (n) says which of those counted at the place answered for it. They are left by taking everyone's voice from
    the place's, and the others are the complement. ``inside`` (n) is the group of people whom the place is about: where
    it may be told of what it wants for itself, taking it away leaves those outside who answered.
    """
    left = [int(own.sum()), int((~own).sum())]
    if inside is not None and least(own[inside], few):
        left.append(int((own & ~inside).sum()))
    found = min(left[0], *(count for count in left if count)) if left[0] else 0
    return found if found >= few else 0


def beside_whole(levels: Sequence[int], whole: int, few: int) -> list[bool]:
    """Which levels of a question may be told beside the ``whole`` role: those of enough people (counts in ``levels``).

    Taking them all from the whole leaves those of small levels and those who did not say. Where they are some and fewer
    than ``few``, the largest level is not told: it says nearly what the whole says, and smaller ones are then heard.
    """
    told = [count >= few for count in levels]
    left = whole - sum(count for count, tell in zip(levels, told, strict=True) if tell)
    if 0 < left < few and any(told):
        told[int(np.argmax(levels))] = False
    return told


def may_be_told(voice: Voice, few: int = FEW) -> bool:
    """Whether a voice may stand beside its role's others; not where it is not known how many tell it apart."""
    return (voice.dimension, voice.level, voice.setting) == WHOLE or (voice.apart or 0) >= few


def as_told(voice: Voice, few: int = FEW) -> Voice | None:
    """The voice where it may be told; else a role without its shares, and no group of people, who are in their role."""
    if may_be_told(voice, few):
        return voice
    silent: dict[str, Any] = dict.fromkeys((*SHARES, "apart"))
    return None if voice.kind == "people" else replace(voice, **silent)
