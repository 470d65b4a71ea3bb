"""Rows of the small input tables that code passes around by name."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Measure:
    """What is counted. ``smallest_important`` is on the scale effects are computed on (see ``scale``).

    Effects are computed on numerator / denominator: a share for a proportion, events per one for a rate, the mean
    for a mean. A count is analysed as its ratio to the site's own pre-adoption mean, so its effects are fractions.
    ``smallest_important`` as the user wrote it for a rate is per ``per``; here it is already divided by ``per``.
    """

    measure: str
    label: str
    family: str
    kind: str
    better: str
    smallest_important: float
    per: float = 1000.0
    unit: str = ""
    practice: str = "introduced"

    @property
    def sign(self) -> int:
        """+1 when higher is better, −1 when lower is better, 0 when neither."""
        return {"higher": 1, "lower": -1, "neither": 0}[self.better]


@dataclass(frozen=True)
class Change:
    """One service change and the practices it stands for."""

    change: str
    title: str
    introduced: str
    displaced: tuple[str, ...] = ()
    description: str = ""
    cost: float | None = None
    details: tuple[tuple[str, str], ...] = ()
    """Every other filled column of the changes table, name and value as text."""
