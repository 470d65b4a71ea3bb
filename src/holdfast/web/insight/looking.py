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
from holdfast.web.insight.models import Comment
from holdfast.web.insight.withholding import hide_to
from holdfast.web.register.models import Term, Vocabulary

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
    few = hide_to()
    here = gathering.gather(asked.vocabulary, asked.span, asked.setting, asked.change, now)
    found, periods = here.found, here.periods
    overall = counts(found, codes, hide_to=few)
    moves = {one.theme: one for one in moving(found, codes, periods, hide_to=few)}
    told: dict[str, Any] = {
        "comments": None if 0 < len(found) <= few else len(found), "few": few, "periods": periods,
        "rows": [_row(cell, moves.get(cell.theme)) for cell in overall],
        "series": _series(found, codes, periods, few),
        "groups": _groups(found, codes, asked.by, few) if asked.by else [],
        "people": sum(bool(mention.coded) for mention in found),
    }  # fmt: skip
    if asked.theme in codes:
        words = gathering.texts(found, asked.theme)
        some = passages(words, found, asked.theme, redact, most=PASSAGES, hide_to=few)
        told["passages"] = [
            {"comment": int(p.comment), "text": p.text, "by_people": p.by_people, "cut": p.cut} for p in some
        ]
    return told


def _row(cell: Cell, move: Any) -> dict[str, Any]:
    if move is None:
        none = dict.fromkeys(("odds", "odds_low", "odds_high"))
        return {**_cell(cell), **none, "verdict": "cannot tell yet", "reason": "no comment says when it was said"}
    said = {"verdict": move.verdict, "reason": move.reason, "odds": _number(move.odds)}
    return {**_cell(cell), **said, "odds_low": _number(move.low), "odds_high": _number(move.high)}


def _cell(cell: Cell) -> dict[str, Any]:
    return {
        "theme": cell.theme, "group": [value for _fact, value in cell.group], "count": cell.count,
        "out_of": cell.out_of, "share": cell.share, "low": cell.low, "high": cell.high,
        "by_people": cell.by_people, "hidden": cell.hidden,
    }  # fmt: skip


def _series(found: list[Mention], codes: list[str], periods: list[str], few: int) -> dict[str, list[dict[str, Any]]]:
    """Each theme over time, a gap where nothing was said or may be shown."""
    cells = withholding.covered(counts(found, codes, by=["period"], hide_to=few))
    at = {(cell.theme, cell.group[0][1]): cell for cell in cells}
    return {
        code: [_cell(at[code, name]) if (code, name) in at else {"count": None, "none": True} for name in periods]
        for code in codes
    }


def _groups(found: list[Mention], codes: list[str], by: str, few: int) -> list[dict[str, Any]]:
    return [_cell(cell) for cell in withholding.covered(counts(found, codes, by=[by], hide_to=few))]


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
