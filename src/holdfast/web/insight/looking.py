"""What the comments say: counted, moving, and in their own words, with small numbers withheld. Kept until it alters."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import math
from dataclasses import dataclass
from typing import Any, Final

from django.core.cache import cache
from django.db.models import Max

from holdfast.understand.insights import Cell, Mention, counts, mentions, moving, passages
from holdfast.understand.redact import redact
from holdfast.understand.themes import Comment as Words
from holdfast.understand.themes import Suggestion as Offer
from holdfast.web.insight import frameworks, learning, withholding
from holdfast.web.insight.models import Coding, Comment, Suggestion
from holdfast.web.insight.withholding import hide_to
from holdfast.web.register.merging import family
from holdfast.web.register.models import Change, Term, Vocabulary

SPANS: Final = {"month": "each month", "quarter": "each quarter", "year": "each year"}
KEPT: Final = 24 * 3600
PASSAGES: Final = 5
PERIODS: Final = 40
"""Periods on one chart; of more, the latest."""


@dataclass(frozen=True)
class Asked:
    """What somebody wants to see."""

    vocabulary: Vocabulary
    theme: str = ""
    by: str = ""
    span: str = "quarter"
    setting: str = ""
    change: str = ""


def facts() -> dict[str, str]:
    """What comments may be counted by: setting, and each dimension of the population that some comment holds."""
    held = {
        key
        for one in Comment.objects.exclude(population={}).values_list("population", flat=True)[:5_000]
        for key in one
    }
    terms = Term.objects.filter(vocabulary__code="populations", code__in=held)
    return {"setting": "Setting", **dict(terms.order_by("place").values_list("code", "label"))}


def settings_held() -> list[str]:
    """Settings that comments come from."""
    rows = Comment.objects.exclude(setting="").order_by("setting").values_list("setting", flat=True).distinct()
    return list(rows[:200])


def look(asked: Asked) -> dict[str, Any]:
    """Everything the page shows, worked out anew only when a comment, a coding or a suggestion has come."""
    key = (
        "insight:"
        + hashlib.sha256(f"{_stamp()}{asked.vocabulary.pk}{dataclasses.astuple(asked)[1:]}".encode()).hexdigest()
    )
    told: dict[str, Any] | None = cache.get(key)
    if told is None:
        told = _look(asked)
        cache.set(key, told, KEPT)
    return told


def _stamp() -> str:
    last = [model.objects.aggregate(last=Max("pk"))["last"] for model in (Comment, Coding, Suggestion)]
    changed = Term.objects.aggregate(last=Max("pk"))["last"]
    return repr((last, changed, Change.objects.filter(merged_into__isnull=False).count()))


def _look(asked: Asked) -> dict[str, Any]:
    terms = frameworks.terms_of(asked.vocabulary)
    codes, few = [term.code for term in terms], hide_to()
    words, found, periods = _found(asked)
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
        some = passages(words, found, asked.theme, redact, most=PASSAGES, hide_to=few)
        told["passages"] = [
            {"comment": int(p.comment), "text": p.text, "by_people": p.by_people, "cut": p.cut} for p in some
        ]
    return told


def _found(asked: Asked) -> tuple[list[Words], list[Mention], list[str]]:
    """The comments, each with its themes and facts, and the periods in order."""
    rows = Comment.objects.all()
    rows = rows.filter(setting=asked.setting) if asked.setting else rows
    if asked.change:
        rows = rows.filter(
            change__in=[key for one in Change.objects.filter(identifier=asked.change) for key in family(one)]
        )
    narrowed = bool(asked.setting or asked.change)
    known = {
        str(pk): {**people, **({"period": period(on, asked.span)} if on else {})}
        for pk, people, on in rows.values_list("pk", "population", "said_on").iterator(5_000)
    }
    words = learning.words_of(rows)
    codings = learning.said_of(asked.vocabulary, rows.values("pk") if narrowed else None)
    name = frameworks.framework_id(asked.vocabulary)
    offers = Suggestion.objects.filter(learning__vocabulary=asked.vocabulary, suggested=True)
    offers = offers.filter(comment__in=rows.values("pk")) if narrowed else offers
    offered = [
        Offer(str(pk), name, theme, True, made_by, model)
        for pk, theme, made_by, model in offers.values_list("comment", "theme", "made_by", "model").iterator(5_000)
    ]
    found = mentions(words, known, name, codings, offered)
    return words, found, _periods(found)


def period(on: dt.date, span: str) -> str:
    """The name of the period that a day falls in; names sort by time."""
    if span == "month":
        return f"{on:%Y-%m}"
    return f"{on.year} Q{(on.month - 1) // 3 + 1}" if span == "quarter" else str(on.year)


def _periods(found: list[Mention]) -> list[str]:
    held = sorted({m.facts["period"] for m in found if m.facts.get("period")})
    if not held:
        return []
    every = [held[0]]
    while every[-1] != held[-1]:
        every.append(_after(every[-1]))
    return every[-PERIODS:]


def _after(name: str) -> str:
    if "Q" in name:
        year, quarter = int(name[:4]), int(name[-1])
        return f"{year + quarter // 4} Q{quarter % 4 + 1}"
    if "-" in name:
        year, month = int(name[:4]), int(name[5:])
        return f"{year + month // 12}-{month % 12 + 1:02d}"
    return str(int(name) + 1)


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
