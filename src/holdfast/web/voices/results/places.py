"""For which populations and settings a role may be told of: those that enough of it gave an answer for."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from holdfast.involve.roles import FEW
from holdfast.involve.voicing import WHOLE, Place
from holdfast.records.heard import Heard


def told(heard: Heard) -> list[dict[str, Any]]:
    """Each practice, place and role of which somebody answered for that very place, and whether enough did.

    Where few did, a role's figure for the place is everyone's with those few altered: it would show what they said.
    """
    who: dict[tuple[str, Place, str], set[int]] = defaultdict(set)
    for wish in heard.preferences:
        place = (wish.dimension, wish.level, wish.setting)
        if place != WHOLE:
            who[wish.practice, place, heard.roles[wish.who]].add(wish.who)
    return [
        {"practice": practice, "place": list(place), "role": role, "enough": len(people) >= FEW}
        for (practice, place, role), people in who.items()
    ]


def may_be_shown(told: dict[str, Any], voice: dict[str, Any]) -> bool:
    """Whether a voice among what was ``told`` is for everyone, or for a place for which enough of its role answered."""
    place = [voice["dimension"], voice["level"], voice["setting"]]
    if voice["kind"] != "role" or tuple(place) == WHOLE:
        return True
    return {"practice": voice["practice"], "place": place, "role": voice["role"], "enough": True} in told.get(
        "answered_for", ()
    )


def too_few(told: dict[str, Any], practice: str) -> int:
    """Of how many roles some answered for a place, and too few for it to be shown."""
    rows = [row for row in told.get("answered_for", ()) if row["practice"] == practice]
    return len({row["role"] for row in rows if not row["enough"]})
