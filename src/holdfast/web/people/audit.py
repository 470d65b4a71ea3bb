"""Writing the record of who did what, in the same transaction as the deed."""

from __future__ import annotations

from typing import Any

from holdfast.web.people.models import AuditEvent

NOBODY = "somebody not signed in"


def account(actor: Any) -> Any:
    """The account behind an actor; None for the server and for somebody who has not signed in."""
    return actor if getattr(actor, "is_authenticated", False) else None


def record(actor: Any, verb: str, kind: str, subject: object, summary: str, **detail: Any) -> AuditEvent:
    """Note a deed. ``actor`` is a user, or words such as ``"the server"``; ``detail`` holds no person's words."""
    user = account(actor)
    who = user.email if user else actor if isinstance(actor, str) else NOBODY
    return AuditEvent.objects.create(
        actor=who[:200],
        actor_id=user.pk if user else None,
        verb=verb,
        kind=kind,
        subject=str(subject)[:120],
        summary=summary[:400],
        detail=detail,
    )
