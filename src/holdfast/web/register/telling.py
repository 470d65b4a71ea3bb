"""What a change's record says, in words for a page."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from holdfast.web.register.fields import LABELS, plain_number
from holdfast.web.register.models import DISPLACED, Change

LONG_ONES: Final = (
    *("description", "for_whom", "mechanism", "mandate", "objective", "second_order_value", "held_back"),
    *("risks", "needs", "credit"),
)
MISSING: Final = {
    "for_whom": "Nobody has said who it is for.",
    "displaced": "Nobody has said what it replaced, so what might be reinstated is not known.",
    "organisation": "Nobody has said where it happened.",
    "actual_months": "Nobody has said how long it took.",
    "needs": "Nobody has said what must be in place for it to work.",
    "risks": "Nobody has said whether it brings new risks.",
}
"""What a record without the field is told to lack."""


def acceleration_words(change: Change) -> str:
    """52 times faster than planned; nothing when either length is not known."""
    times = change.acceleration
    if times is None:
        return ""
    if Decimal("0.95") < times < Decimal("1.05"):
        return "about as long as planned"
    how = "faster than planned" if times > 1 else "slower than planned"
    return f"{_times(times if times > 1 else 1 / times)} times {how}"


def _times(times: Decimal) -> str:
    return f"{times:,.0f}" if times >= 10 else f"{times:.1f}".removesuffix(".0")


def rows_of(change: Change) -> list[tuple[str, str]]:
    """The short facts of a record: label and value, without those that are not known."""
    displaced = [practice.name for practice in change.practices.all() if practice.role == DISPLACED]
    found: list[tuple[str, Any]] = [
        (LABELS["introduced"], change.introduced),
        (LABELS["displaced"], "\n".join(displaced)),
        (LABELS["organisation"], change.organisation),
        (LABELS["pathway"], change.pathway),
        ("Time", time_words(change)),
        (LABELS["started_on"], f"{change.started_on.day} {change.started_on:%B %Y}" if change.started_on else ""),
        ("Running cost a year", f"£{change.cost:,f}".removesuffix(".00") if change.cost is not None else ""),
        ("Came from", change.source),
    ]
    return [(label, value) for label, value in found if value]


def time_words(change: Change) -> str:
    """Planned to take 24 months; took 0.5 months: 48 times faster than planned."""
    parts = []
    if change.planned_months:
        parts.append(f"planned to take {_months(change.planned_months)}")
    if change.actual_months:
        parts.append(f"took {_months(change.actual_months)}")
    said = "; ".join(parts)
    how = acceleration_words(change)
    said = f"{said}: {how}" if how else said
    return said[:1].upper() + said[1:]


def _months(count: Decimal) -> str:
    return f"{plain_number(count)} {'month' if count == 1 else 'months'}"


def terms_by_list(change: Change) -> list[tuple[str, list[str]]]:
    """Each vocabulary with the labels that the change holds of it; ``terms__vocabulary`` should be fetched."""
    found: dict[str, list[str]] = {}
    for term in sorted(change.terms.all(), key=lambda t: (t.vocabulary.asked or 999, t.vocabulary.name, t.place)):
        found.setdefault(term.vocabulary.name, []).append(term.label)
    return list(found.items())


def missing_of(change: Change) -> tuple[str, ...]:
    """What the record lacks that a decision will want, in plain sentences."""
    displaced = any(practice.role == DISPLACED for practice in change.practices.all())
    lacks = [
        said for name, said in MISSING.items() if not (displaced if name == "displaced" else getattr(change, name))
    ]
    return tuple(lacks) if change.terms.all() else (*lacks, "It has not been described with any of the lists.")
