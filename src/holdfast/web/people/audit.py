"""Writing the record of who did what, in the same transaction as the deed."""

from __future__ import annotations

from typing import Any

from holdfast.web.people.models import AuditEvent

NOBODY = "somebody not signed in"


def record(actor: Any, verb: str, kind: str, subject: object, summary: str, **detail: Any) -> AuditEvent:
    """Note a deed. ``actor`` is a user, or words such as ``"the server"``; ``detail`` holds no person's words."""
    signed_in = getattr(actor, "is_authenticated", False)
    who = actor.email if signed_in else actor if isinstance(actor, str) else NOBODY
    return AuditEvent.objects.create(
        actor=who[:200],
        actor_id=actor.pk if signed_in else None,
        verb=verb,
        kind=kind,
        subject=str(subject)[:120],
        summary=summary[:400],
        detail=detail,
    )
