"""Possible duplicates: looked for when somebody sorts, kept until somebody says they are different."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from holdfast.web.register.models import Change
from holdfast.web.register.models_sorting import Likeness, Look
from holdfast.web.register.similar import others_like

AT_ONCE = 10
"""How many records one page compares with the rest of the register."""
BOTH_LIVE = Q(
    first__merged_into=None,
    first__withdrawn_at=None,
    second__merged_into=None,
    second__withdrawn_at=None,
    apart_at=None,
)


def told(change: Change) -> str:
    """What a record says, as somebody would tell it."""
    return f"{change.title}. {change.description}".strip()


def stale(changes: QuerySet[Change]) -> QuerySet[Change]:
    """Those not compared since they were last saved."""
    return changes.exclude(Exists(Look.objects.filter(change=OuterRef("pk"), version__gte=OuterRef("version"))))


def look(changes: Iterable[Change]) -> None:
    """Compare records with the rest of the register and keep what is found; those already compared cost nothing."""
    changes = list(changes)
    done = dict(Look.objects.filter(change__in=changes).values_list("change_id", "version"))
    for change in changes:
        if done.get(change.pk, 0) < change.version:
            _compare(change)


def _compare(change: Change) -> None:
    found = others_like(told(change), without=change).closest
    rows = []
    for other in found:
        first, second = sorted((change.pk, other.change.pk))
        rows.append(Likeness(first_id=first, second_id=second, score=other.likeness))
    with transaction.atomic():
        Likeness.objects.bulk_create(rows, ignore_conflicts=True)
        Look.objects.update_or_create(change=change, defaults={"version": change.version})


def alike(change: Change) -> list[Change]:
    """The records that may be the same change as this one, the likest first."""
    return alike_to([change])[change.pk]


def alike_to(changes: Sequence[Change]) -> dict[int, list[Change]]:
    """The same for several, in one question to the database."""
    found: dict[int, list[Change]] = {change.pk: [] for change in changes}
    pairs = Likeness.objects.filter(BOTH_LIVE).filter(Q(first__in=found) | Q(second__in=found))
    for pair in pairs.select_related("first", "second").order_by("-score", "id"):
        for one, other in ((pair.first, pair.second), (pair.second, pair.first)):
            if one.pk in found:
                found[one.pk].append(other)
    return found


def with_alike(changes: QuerySet[Change]) -> QuerySet[Change]:
    """Those for which a possible duplicate is known."""
    first = Likeness.objects.filter(BOTH_LIVE, first=OuterRef("pk"))
    second = Likeness.objects.filter(BOTH_LIVE, second=OuterRef("pk"))
    return changes.filter(Exists(first) | Exists(second))


def apart(change: Change, actor: Any, others: Iterable[int] | None = None) -> int:
    """Somebody says that a change is not the same as these (or as any found so far): they are not offered again."""
    pairs = Likeness.objects.filter(Q(first=change) | Q(second=change), apart_at=None)
    if others is not None:
        pairs = pairs.filter(Q(first__in=others) | Q(second__in=others))
    return int(pairs.update(apart_at=timezone.now(), apart_by=str(actor)[:200]))
