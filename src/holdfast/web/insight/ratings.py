"""Why now: what people think made a change possible, over time; nobody's word is averaged away."""

from __future__ import annotations

import datetime as dt
import hashlib
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.conf import settings
from django.db import transaction

from holdfast.records.frameworks import load_frameworks
from holdfast.understand.agreement import FEWEST_UNITS, Agreement
from holdfast.understand.whynow import Rating, agreement, fading, profiles, with_lasting
from holdfast.web.insight import merged
from holdfast.web.insight.models import SCALE, EnablerRating
from holdfast.web.people import audit
from holdfast.web.register.merging import family
from holdfast.web.register.models import LIVE, Change, Term

LIST: Final = "enablers"
LASTED: Final = {"embedded": True, "lapsed": False, "stopped": False}
"""What a change's status says of whether it lasted; other statuses say nothing yet."""
MOST: Final = 9
"""Enablers asked for on one form, so that it takes ten taps at most."""

FEWEST: Final = 3
"""People below which no answer is shown: of two, each knows the other's."""


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
    """Each enabler of a change as its raters last saw it: the mean, the lowest and the highest, and who differs.

    What was said of the records that are merged into it counts with its own. Of an enabler that fewer than ``FEWEST``
    spoke of only how many they are is told: a mean would tell either of two what the other said.
    """
    here = dict.fromkeys(family(change), change.identifier)
    last = _last(_ratings(EnablerRating.objects.filter(change__in=here), here))
    spread = {code: Counter(one.value for one in last if one.enabler == code) for code in {one.enabler for one in last}}
    enough = {code for code, said in spread.items() if said.total() >= FEWEST}
    shown = {one.enabler: one for one in profiles(_relevant(last)) if one.enabler in enough}
    return {
        "raters": len({one.rater for one in last}), "fewest": FEWEST,
        "rows": [
            {"label": term.label, "profile": shown.get(term.code), "raters": spread.get(term.code, Counter()).total(),
             "spread": _spread(spread[term.code]) if term.code in enough else []}
            for term in asked()
        ],
        "apart": [t.label for t in asked() if (p := shown.get(t.code)) is not None and p.most - p.least >= 3],
    }  # fmt: skip


def over_all() -> dict[str, Any]:
    """Which enablers fade, which go with lasting, and how far raters agree, over every change that stands."""
    labels = {term.code: term.label for term in asked()}
    named = EnablerRating.objects.order_by().values_list("change", flat=True).distinct()
    standing = merged.standing_of(named)
    live = Change.objects.filter(LIVE, identifier__in=set(standing.values()))
    status = dict(live.values_list("identifier", "status"))
    here = {pk: name for pk, name in standing.items() if name in status}
    rows = _ratings(EnablerRating.objects.all(), here)
    last, said = _relevant(_last(rows)), _relevant(rows)
    lasted = {change: LASTED[state] for change, state in status.items() if state in LASTED}
    agreed = agreement(last) if last else {}
    trends = {one.enabler: one for one in fading(said)}
    goes = {one.enabler: one for one in with_lasting(last, lasted)}
    return {
        "changes": len({one.change for one in said}), "raters": len({one.rater for one in said}), "ratings": len(said),
        "rows": [
            {"label": label, "trend": trends.get(code), "goes": goes.get(code), "agreement": _shown(agreed.get(code)),
             "twice": agreed.get(code)}
            for code, label in labels.items()
        ],
        "agreement": _shown(agreed.get("")), "fewest": FEWEST,
    }  # fmt: skip


def _shown(one: Agreement | None) -> Agreement | None:
    """The agreement where it can be told; that of two people on a few changes would tell either what the other said."""
    if one is None or not math.isfinite(one.alpha) or (one.raters < FEWEST and one.units < FEWEST_UNITS):
        return None
    return one


def _spread(found: Counter[float]) -> list[tuple[str, int]]:
    none = sum(count for value, count in found.items() if not math.isfinite(value))
    return [(str(n), found[n]) for n in SCALE if found[n]] + ([("not relevant", none)] if none else [])


def _ratings(rows: Any, standing: Mapping[int, str]) -> list[Rating]:
    """Every rating under the record that stands, the oldest first; NaN for not relevant, which is a word too."""
    columns = ("change", "enabler__code", "rater", "value", "on", "role")
    return [
        Rating(standing[change], enabler, rater, math.nan if value is None else float(value), on, role)
        for change, enabler, rater, value, on, role in rows.order_by("on", "id").values_list(*columns)
        if change in standing
    ]


def _last(said: Iterable[Rating]) -> list[Rating]:
    """Each rater's last word on each enabler of each change, not relevant among them."""
    return list({(one.change, one.enabler, one.rater): one for one in said}.values())


def _relevant(said: Iterable[Rating]) -> list[Rating]:
    return [one for one in said if math.isfinite(one.value)]


def rater_of(account: int) -> str:
    """One and the same for one account, and no name."""
    return hashlib.sha256(f"{settings.SECRET_KEY}:rater:{account}".encode()).hexdigest()[:32]
