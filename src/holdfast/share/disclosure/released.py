"""What has passed through disclosure control: the only form in which findings may leave."""

from __future__ import annotations

import dataclasses
import functools
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from holdfast.records import Findings
from holdfast.share.disclosure.profiles import Profile

NOT_SHOWN: Final = "Not shown: too few people."
"""The sentence that stands where numbers about few people stood."""

_PASSED: weakref.WeakSet[Released] = weakref.WeakSet()
_DOOR: Final = object()


@dataclass(frozen=True, eq=False)
class Released:
    """Findings after disclosure control. Made by :func:`holdfast.share.release` and by nothing else.

    ``withheld`` names, for each changed row, the fields that are empty because they may not be shown (and not because
    they are unknown). ``line`` says what was done and is printed on everything that leaves. ``notes`` are what
    the check against earlier releases found. ``counts`` are the counts of people as released, by cell.
    """

    findings: Findings
    profile: Profile
    line: str
    withheld: Mapping[object, frozenset[str]]
    notes: tuple[str, ...]
    counts: Mapping[str, float | None]
    reason: str = ""
    inputs: str = ""
    ledger: Path | None = None
    door: dataclasses.InitVar[object] = None

    def __post_init__(self, door: object) -> None:
        if door is not _DOOR:
            raise TypeError(
                "Released is made only by holdfast.share.release(findings, profile), which applies disclosure control."
            )
        _PASSED.add(self)

    def is_withheld(self, row: object, field: str) -> bool:
        """Whether ``field`` of a released row is empty because it may not be shown."""
        return field in self.withheld.get(row, frozenset())

    def rows(self, table: str, study: str, measure: str) -> Sequence[Any]:
        """The rows of one table about one study and measure."""
        return self._by_measure[table].get((study, measure), ())

    @functools.cached_property
    def _by_measure(self) -> Mapping[str, Mapping[tuple[str, str], Sequence[Any]]]:
        out: dict[str, dict[tuple[str, str], list[Any]]] = {}
        for table in ("evaluability", "effects", "gaps", "checks", "certainty", "paths", "for_whom"):
            held = out.setdefault(table, {})
            for row in getattr(self.findings, table):
                held.setdefault((row.study, row.measure), []).append(row)
        return out

    def __reduce__(self) -> Any:
        raise TypeError("Released does not travel between processes: write tables or a report, or release again.")


def let_through(**fields: Any) -> Released:
    """The door. Only ``release`` calls it, after the rule has been applied."""
    return Released(**fields, door=_DOOR)


def require_released(thing: object) -> Released:
    """``thing`` when it has passed disclosure control; TypeError otherwise. Every writer and renderer calls this."""
    if isinstance(thing, Released) and thing in _PASSED:
        return thing
    raise TypeError(
        f"Only findings that have passed disclosure control may leave; this is {type(thing).__name__}. "
        "Call holdfast.share.release(findings, profile) first and pass what it returns."
    )
