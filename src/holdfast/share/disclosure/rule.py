"""What the row rules look at, and the two things they do: empty fields, or put new values in them."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from holdfast.share.disclosure.cells import Hiding
from holdfast.share.disclosure.profiles import Profile
from holdfast.share.disclosure.rounding import Floats, share
from holdfast.share.disclosure.sentences import guard

Changed = tuple[Any, frozenset[str]]


@dataclass(frozen=True)
class Rule:
    """What the row rules look at. ``primary`` gives each study's primary measure, ``kinds`` each measure's kind."""

    profile: Profile
    hiding: Hiding
    primary: Mapping[str, str]
    kinds: Mapping[str, str]
    units: tuple[str, ...]

    def counts_people(self, measure: str) -> bool:
        """Whether the measure's numerator counts people or events (all but means)."""
        return self.kinds.get(measure) != "mean"

    def levels(self, rows: Sequence[Any], values: Sequence[float | None], people: Floats) -> list[float | None]:
        """Levels of ``rows`` from rounded counts, None where they may not be shown. ``people`` is NaN where unknown."""
        if not self.hiding.closed:
            return list(values)
        given = np.array([np.nan if v is None else v for v in values], dtype=np.float64)
        counted = np.array([self.counts_people(row.measure) for row in rows], dtype=bool)
        shown = np.where(counted, share(given, people, self.profile), share(given, people, self.profile, False))
        return [v if f else None for v, f in zip(shown.tolist(), np.isfinite(shown).tolist(), strict=True)]


def guarded(text: str, rule: Rule) -> str:
    """One sentence past the guard."""
    return guard(text, rule.profile, rule.units)


def all_guarded(texts: tuple[str, ...], rule: Rule) -> tuple[str, ...]:
    return tuple(guarded(text, rule) for text in texts)


def emptied(row: Any, names: Collection[str], fields: Collection[str] = (), **instead: Any) -> Changed:
    empty: dict[str, Any] = {name: "" if isinstance(getattr(row, name), str) else None for name in names}
    return dataclasses.replace(row, **empty, **instead), frozenset((*names, *fields, *instead))


def replaced(row: Any, parts: Mapping[str, float | None]) -> Changed:
    """The row with new values; what had a value and has none now is withheld."""
    gone = frozenset(name for name, value in parts.items() if value is None and getattr(row, name) is not None)
    return dataclasses.replace(row, **parts), gone
