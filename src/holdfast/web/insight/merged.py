"""Which record stands now for each that comments and ratings were given to: changes are merged afterwards."""

from __future__ import annotations

from collections.abc import Iterable

from holdfast.web.register.models import Change


def standing_of(changes: Iterable[int]) -> dict[int, str]:
    """The identifier of the record that stands for each, by number: its own, or that of the one it was merged into.

    For many at once; of one, ``register.merging.standing`` says it.
    """
    into = dict(Change.objects.filter(merged_into__isnull=False).values_list("pk", "merged_into"))
    found: dict[int, int] = {}
    for pk in changes:
        at: int | None = pk
        while at in into:
            at = into[at]
        found[pk] = at or pk
    called = dict(Change.objects.filter(pk__in=set(found.values())).values_list("pk", "identifier"))
    return {pk: called[at] for pk, at in found.items()}
