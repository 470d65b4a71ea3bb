"""Why now: what people think made a change possible, over time; nobody's word is averaged away."""

from __future__ import annotations

import datetime as dt
import hashlib
import math
from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from django.conf import settings
from django.db import transaction

from holdfast.records.frameworks import load_frameworks
from holdfast.understand.whynow import Rating, agreement, fading, profiles, with_lasting
from holdfast.web.insight.models import SCALE, EnablerRating
from holdfast.web.people import audit
from holdfast.web.register.models import LIVE, Change, Term

LIST: Final = "enablers"
LASTED: Final = {"embedded": True, "lapsed": False, "stopped": False}
"""What a change's status says of whether it lasted; other statuses say nothing yet."""
MOST: Final = 9
"""Enablers asked for on one form, so that it takes ten taps at most."""


def asked() -> list[Term]:
    """The enablers that people rate: the six, their context, and any of an organisation's own."""
    drivers = {term.code for term in load_frameworks()[LIST].terms if term.group == "driver"}
    found = Term.objects.filter(vocabulary__code=LIST, retired=False, parent=None).exclude(code__in=drivers)
    return list(found.order_by("place")[:MOST])


def save(actor: Any, change: Change, said: Mapping[str, int | None], deed: str, role: str = "") -> int:
    """One person's ratings of a change on this day; ``None`` is not relevant. The same form counts once."""
    terms = {term.code: term for term in asked()}
    made = [
        EnablerRating(
            change=change, enabler=terms[code], value=value, by=actor, rater=rater_of(actor.pk), role=role[:80],
            on=dt.date.today(), deed=deed,
        )
        for code, value in said.items() if code in terms and (value is None or value in SCALE)
    ]  # fmt: skip
    with transaction.atomic():
        if EnablerRating.objects.filter(deed=deed).exists():
            return 0
        EnablerRating.objects.bulk_create(made, ignore_conflicts=True)
        audit.record(actor, "insight.read", "change", change.identifier, "rated what made it possible", rated=len(made))
    return len(made)


def of(change: Change) -> dict[str, Any]:
    """Each enabler of one change as its raters last saw it: the mean, the lowest and the highest, and who differs."""
    rows = _ratings(EnablerRating.objects.filter(change=change))
    shown = {one.enabler: one for one in profiles(rows)}
    last: dict[tuple[str, str], int | None] = {}
    for one in EnablerRating.objects.filter(change=change).select_related("enabler").order_by("id"):
        last[one.rater, one.enabler.code] = one.value
    spread = {code: Counter(v for (_rater, c), v in last.items() if c == code) for code in {c for _r, c in last}}
    return {
        "raters": len({rater for rater, _code in last}),
        "rows": [
            {"label": term.label, "profile": shown.get(term.code), "spread": _spread(spread.get(term.code, Counter()))}
            for term in asked()
        ],
        "apart": [t.label for t in asked() if (p := shown.get(t.code)) is not None and p.most - p.least >= 3],
    }  # fmt: skip


def over_all() -> dict[str, Any]:
    """Which enablers fade, which go with lasting, and how far raters agree, over every change."""
    labels = {term.code: term.label for term in asked()}
    live = Change.objects.filter(LIVE)
    rows = _ratings(EnablerRating.objects.filter(change__in=live))
    changes = {row.change for row in rows}
    status = dict(live.filter(identifier__in=changes).values_list("identifier", "status"))
    lasted = {change: LASTED[state] for change, state in status.items() if state in LASTED}
    agreed = agreement(rows) if rows else {}
    trends = {one.enabler: one for one in fading(rows)}
    goes = {one.enabler: one for one in with_lasting(rows, lasted)}
    return {
        "changes": len(changes), "raters": len({row.rater for row in rows}), "ratings": len(rows),
        "rows": [
            {"label": label, "trend": trends.get(code), "goes": goes.get(code), "agreement": _shown(agreed.get(code))}
            for code, label in labels.items()
        ],
        "agreement": _shown(agreed.get("")),
    }  # fmt: skip


def _shown(one: Any) -> Any:
    return one if one is not None and math.isfinite(one.alpha) else None


def _spread(found: Counter[int | None]) -> list[tuple[str, int]]:
    return [(str(n), found[n]) for n in SCALE if found[n]] + ([("not relevant", found[None])] if found[None] else [])


def _ratings(rows: Any) -> list[Rating]:
    found = rows.exclude(value=None).order_by("id")
    told = found.values_list("change__identifier", "enabler__code", "rater", "value", "on", "role")
    return [Rating(change, enabler, rater, float(value), on, role) for change, enabler, rater, value, on, role in told]


def rater_of(account: int) -> str:
    """One and the same for one account, and no name."""
    return hashlib.sha256(f"{settings.SECRET_KEY}:rater:{account}".encode()).hexdigest()[:32]
