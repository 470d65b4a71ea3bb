"""For which populations and settings a role may be told of: those where nobody's answer shows by subtraction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Final

from holdfast.involve.placing import WHOLE, may_be_told
from holdfast.records.heard import Heard
from holdfast.records.voices import Voice

_NAMES: Final = tuple(field.name for field in fields(Voice))


def told(heard: Heard) -> list[dict[str, Any]]:
    """Each practice, place and role of which somebody answered for that very place."""
    asked = {(p.practice, (p.dimension, p.level, p.setting), heard.roles[p.who]) for p in heard.preferences}
    rows = sorted(row for row in asked if row[1] != WHOLE)
    return [{"practice": practice, "place": list(place), "role": role} for practice, place, role in rows]


def may_be_shown(voice: Mapping[str, Any]) -> bool:
    """Whether a kept voice may stand beside its role's others. One kept before this was asked of it may not."""
    return may_be_told(Voice(**{name: voice[name] for name in _NAMES if name in voice}))


def too_few(told: Mapping[str, Any], practice: str) -> int:
    """Of how many roles some answered for a place, and too few, or all but too few, for it to be shown."""
    shown = {(v["role"], _place(v)) for v in told["voices"] if v["practice"] == practice and may_be_shown(v)}
    rows = [row for row in told.get("answered_for", ()) if row["practice"] == practice]
    return len({row["role"] for row in rows if (row["role"], tuple(row["place"])) not in shown})


def _place(voice: Mapping[str, Any]) -> tuple[str, str, str]:
    return voice["dimension"], voice["level"], voice["setting"]
