"""Who is missing: participation against the population's make-up, with small numbers kept back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np

from holdfast.involve import Believed, Presence
from holdfast.involve.classes.who import withheld
from holdfast.involve.roles import FEW
from holdfast.web.voices.results.counts import number, shown
from holdfast.web.voices.wishes import named


def told(believed: Believed) -> list[dict[str, Any]]:
    """For each role its dimensions, and for each of those its levels."""
    return [
        {"role": role, "dimensions": [_dimension(name, levels) for name, levels in _by_dimension(present)]}
        for role, present in believed.presence
    ]


def _by_dimension(present: Sequence[Presence]) -> list[tuple[str, list[Presence]]]:
    found: dict[str, list[Presence]] = defaultdict(list)
    for one in present:
        found[one.dimension].append(one)
    return list(found.items())


def _dimension(name: str, levels: list[Presence]) -> dict[str, Any]:
    """Levels with too few are withheld, and with them another where the few could be had by taking away."""
    hidden = withheld(np.array([[p.voices for p in levels]]), FEW)[0].tolist()
    rows = []
    for p, hide in zip(levels, hidden, strict=True):
        rows.append({
            "level": p.level, "people": number(p.people), "state": p.state,
            "n": None if hide else shown(p.voices), "share": None if hide else number(p.share),
            "low": None if hide else number(p.low), "high": None if hide else number(p.high),
        })  # fmt: skip
    return {"dimension": name, "name": named(name), "rows": rows}
