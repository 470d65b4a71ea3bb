"""One box: what somebody tells becomes a change at once, with a private link for whoever told it."""

from __future__ import annotations

import re
from typing import Any, Final

from django.db import transaction

from holdfast.web.people import audit
from holdfast.web.register import saving
from holdfast.web.register.tables import Follow

TITLE: Final = 120
"""Characters of a title made from what was told; people may write a longer one."""
_END: Final = re.compile(r"(?<=[.!?؟。])\s|\n")


def title_of(told: str) -> str:
    """The first sentence, cut between words when it is long."""
    first = " ".join(_END.split(told.strip(), maxsplit=1)[0].split())
    first = first.rstrip(".") or "A change"
    if len(first) <= TITLE:
        return first
    cut = first[: TITLE - 1]
    return (cut[: cut.rfind(" ")] if " " in cut[TITLE // 2 :] else cut).rstrip(" ,;:–-") + "…"


@transaction.atomic
def capture(actor: Any, told: str, *, once: str) -> Follow:
    """Save what was told; the same form sent twice is one change. Returns its author's private link."""
    held = Follow.objects.filter(once=once).first()
    if held:
        return held
    change = saving.create(actor, {"title": title_of(told), "description": told, "source": "Told on the capture page"})
    user = audit.account(actor)
    return Follow.objects.create(change=change, user=user, author=True, once=once)
