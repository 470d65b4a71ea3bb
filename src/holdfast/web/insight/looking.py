"""What the comments say: counted, moving, and in their own words, with small numbers withheld. Kept until it alters."""

from __future__ import annotations

import dataclasses
import hashlib
import math
from dataclasses import dataclass
from typing import Any, Final

from django.core.cache import cache

from holdfast.understand.insights import Cell, Mention, counts, moving, passages
from holdfast.understand.redact import redact
from holdfast.web.insight import frameworks, gathering, withholding
from holdfast.web.insight.models import Coding, Comment
from holdfast.web.insight.withholding import hide_to
from holdfast.web.register.merging import standing
from holdfast.web.register.models import Change, Term, Vocabulary

SPANS: Final = {"month": "each month", "quarter": "each quarter", "year": "each year"}
KEPT: Final = 24 * 3600
PASSAGES: Final = 5


@dataclass(frozen=True)
class Asked:
    """What somebody wants to see."""

    vocabulary: Vocabulary
    theme: str = ""
    by: str = ""
    span: str = "quarter"
    setting: str = ""
    change: str = ""

    @property
    def within(self) -> tuple[str, str]:
        """The fact and the value that it is narrowed to: a change, or else a setting. Both at once would be a few."""
        if self.change:
            held = Change.objects.filter(identifier=self.change).first()
            return gathering.CHANGE, standing(held).identifier if held is not None else self.change
        return ("setting", self.setting) if self.setting else ("", "")


@dataclass(frozen=True)
class Known:
    """What comments may be counted by, and the settings that they come from."""

    facts: dict[str, str]
    settings: list[str]


def known(now: str) -> Known:
    """What some comment holds: looked up anew only when something has come. ``now``: the stamp."""
    key = f"insight:known:{hashlib.sha256(now.encode()).hexdigest()}"
    found: Known | None = cache.get(key)
    if found is None:
        terms = Term.objects.filter(vocabulary__code="populations", code__in=gathering.dimensions())
        facts = {"setting": "Setting", **dict(terms.order_by("place").values_list("code", "label"))}
        rows = Comment.objects.exclude(setting="").order_by("setting").values_list("setting", flat=True).distinct()
        found = Known(facts, list(rows[:200]))
        cache.set(key, found, KEPT)
    return found


def look(asked: Asked, now: str = "") -> dict[str, Any]:
    """Everything the page shows, worked out anew only when something has come. ``now``: the stamp, if it is known."""
    now, terms = now or gathering.stamp(), frameworks.terms_of(asked.vocabulary)
    said = (now, asked.vocabulary.pk, dataclasses.astuple(asked)[1:], [term.code for term in terms], hide_to())
    key = "insight:" + hashlib.sha256(repr(said).encode()).hexdigest()
    told: dict[str, Any] | None = cache.get(key)
    if told is None:
        told = _look(asked, [term.code for term in terms], now)
        cache.set(key, told, KEPT)
    return told


def _look(asked: Asked, codes: list[str], now: str) -> dict[str, Any]:
    few, every = hide_to(), gathering.gather(asked.vocabulary, asked.span, now)
    fact, value = within = asked.within
    found = [one for one in every if one.facts.get(fact) == value] if fact else every
    periods = gathering.periods(found)

    def divided(levels: list[str]) -> list[Cell]:
        hide = withholding.withheld(every, codes, levels, few, within)
        return withholding.without(counts(found, codes, by=levels[-1:], hide_to=few), hide)

    overall = divided([])
    moves = {one.theme: one for one in moving(found, codes, periods, hide_to=few)}
    told: dict[str, Any] = {
        "comments": None if any(cell.out_of is None for cell in overall) else len(found),
        "few": few, "periods": periods,
        "rows": [_row(cell, moves.get(cell.theme)) for cell in overall],
        "series": _series(divided(gathering.levels(asked.span)), codes, periods),
        "groups": [_cell(cell) for cell in (divided([asked.by]) if asked.by not in ("", fact) else [])],
        "people": None if fact else _coded(asked.vocabulary),
    }  # fmt: skip
    if asked.theme in codes:
        shown = any(cell.theme == asked.theme and not cell.hidden for cell in overall)
        told["passages"] = _passages(found, asked.theme, few) if shown else []
    return told


def _coded(vocabulary: Vocabulary) -> int:
    """Comments on which some person has spoken, though it were to say that they hold none of the themes."""
    return Coding.objects.filter(vocabulary=vocabulary).values("comment").distinct().count()


def _passages(found: list[Mention], theme: str, few: int) -> list[dict[str, Any]]:
    some = passages(gathering.texts(found, theme), found, theme, redact, most=PASSAGES, hide_to=few)
    return [{"comment": int(p.comment), "text": p.text, "by_people": p.by_people, "cut": p.cut} for p in some]


def _row(cell: Cell, move: Any) -> dict[str, Any]:
    told = {**_cell(cell), **dict.fromkeys(("odds", "odds_low", "odds_high")), "verdict": "cannot tell yet"}
    if cell.hidden:
        return {**told, "reason": "too few comments to show"}
    if move is None:
        return {**told, "reason": "no comment says when it was said"}
    odds = {"odds": _number(move.odds), "odds_low": _number(move.low), "odds_high": _number(move.high)}
    return {**told, **odds, "verdict": move.verdict, "reason": move.reason}


def _cell(cell: Cell) -> dict[str, Any]:
    return {
        "theme": cell.theme, "group": [value for _fact, value in cell.group], "count": cell.count,
        "out_of": cell.out_of, "share": cell.share, "low": cell.low, "high": cell.high, "hidden": cell.hidden,
    }  # fmt: skip


def _series(cells: list[Cell], codes: list[str], periods: list[str]) -> dict[str, list[dict[str, Any]]]:
    """Each theme over time, a gap where nothing was said or may be shown."""
    at = {(cell.theme, cell.group[0][1]): cell for cell in cells}
    return {
        code: [_cell(at[code, name]) if (code, name) in at else {"count": None, "none": True} for name in periods]
        for code in codes
    }


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
