"""The questions a set of switches allows: their cells, and where each effect would show."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from .aggregate import average
from .cells import Cell, Window, after_windows, lead_cells, on_windows, post_cells
from .result import EffectKind
from .spells import Array, Histories, SitesLeftOut, Switch


@dataclass(frozen=True)
class Question:
    """One kind of effect: its cells, the months (n, T) in which it would be present, and how much of it
    `without_effects` has taken out."""

    kind: EffectKind
    against: Literal["on", "off"]
    cells: list[Cell]
    pattern: Array
    removed: float = 0.0


def questions_of(
    histories: Histories, switches: tuple[Switch, ...], base_months: int, settled: int, leads: int
) -> list[Question]:
    """Leads, being on, starting again, what is left after, and stopping; only those with a comparison."""
    on = (histories.status == 1).astype(float)
    ever = np.cumsum(on, axis=1) > 0
    after = ((histories.status == 0) & ever).astype(float)
    starts, stops = on_windows(switches, "start"), on_windows(switches, "stop")

    def cells(windows: list[Window], against: int) -> list[Cell]:
        return post_cells(histories, windows, against, base_months, settled)

    against_on = cells(stops, 1)
    earlier = np.zeros_like(on)
    for w in starts:
        earlier[w.site, : max(w.zero - base_months, 0)] = 1.0
    asked = [
        Question("before", "off", lead_cells(histories, starts, 0, base_months, settled, leads), earlier),
        Question("on", "off", cells(starts, 0), on),
        Question("restarted", "off", cells(on_windows(switches, "restart"), 0), on),
        Question("after", "off", cells(after_windows(switches), 0), after),
        Question("stopping", "on" if against_on else "off", against_on or cells(stops, 0), after),
    ]
    return [q for q in asked if q.cells]


def without_effects(y: Array, weight: Array, questions: list[Question]) -> tuple[Array, list[Question]]:
    """Outcomes less the average effects while on and after, so that one effect can be permuted without the other."""
    taken = {"before": 0.0, "on": 0.0, "after": 0.0}
    out = y.copy()
    for question in questions:
        found = average(y, weight, question.cells) if question.kind in ("on", "after") else None
        if found is not None:
            taken[question.kind] = found.estimate
            out -= found.estimate * question.pattern
    taken |= {"restarted": taken["on"], "stopping": taken["after"] - taken["on"]}
    return out, [replace(q, removed=taken[q.kind]) for q in questions]


def left_out_sites(
    histories: Histories, switches: tuple[Switch, ...], questions: list[Question], weight: Array, base_months: int
) -> tuple[SitesLeftOut, ...]:
    """Sites with nothing to give, and switching sites none of whose switches had a comparison."""
    known = np.isfinite(histories.status)
    used = {int(i) for q in questions for cell in q.cells for i in cell.switchers}
    switching = {s.site for s in switches}
    first_known = np.where(known.any(axis=1), np.argmax(known, axis=1), 0)
    already = np.flatnonzero(histories.status[np.arange(len(known)), first_known] == 1)
    reasons = (
        ("status never known", set(np.flatnonzero(~known.any(axis=1)).tolist())),
        ("no weight", set(np.flatnonzero(weight == 0).tolist())),
        ("already on when first seen: its start cannot be judged", set(already.tolist())),
        (f"no comparison site, or fewer than {base_months} months before", switching - used),
    )
    return tuple(SitesLeftOut(tuple(sorted(sites)), why) for why, sites in reasons if sites)
