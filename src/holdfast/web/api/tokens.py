"""Making, finding and revoking tokens."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from holdfast.web.api.models import Token
from holdfast.web.people import audit
from holdfast.web.people.models import User, public_verbs

MARK = "hf_"


class Caller:
    """Whoever calls: the person behind the token (or nobody), and what this call may do."""

    def __init__(self, user: Any, verbs: frozenset[str], name: str) -> None:
        self.user, self.verbs, self.name = user, verbs, name


def make(user: User, name: str, scopes: Iterable[str], days: int | None) -> str:
    """A new token; the text is returned once and cannot be read again."""
    text = MARK + secrets.token_urlsafe(32)
    expires = timezone.now() + dt.timedelta(days=days) if days else None
    with transaction.atomic():
        held = Token.objects.create(
            user=user, name=name, sha256=_print(text), scopes=sorted(set(scopes)), expires_at=expires
        )
        audit.record(user, "api.use", "token", held.pk, f"made the token {name}", scopes=held.scopes)
    return text


@transaction.atomic
def revoke(user: User, token: Token) -> None:
    """The token stops working at once."""
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
        audit.record(user, "api.use", "token", token.pk, f"revoked the token {token.name}")


def caller(text: str | None) -> Caller | None:
    """Who holds this token; ``None`` for one that does not work. No token at all is anybody."""
    if text is None:
        return Caller(AnonymousUser(), public_verbs(), "anybody")
    alive = Q(expires_at=None) | Q(expires_at__gt=timezone.now())
    held = (
        Token.objects.filter(alive, sha256=_print(text), revoked_at=None, user__is_active=True)
        .select_related("user")
        .first()
    )
    if held is None:
        return None
    today = timezone.localdate()
    if held.used_on != today:
        Token.objects.filter(pk=held.pk).update(used_on=today)
    anybody = public_verbs()
    verbs = held.user.role_verbs | anybody
    allowed = frozenset(held.scopes) & verbs if "api.use" in verbs else frozenset()
    return Caller(held.user, allowed | anybody, f"token {held.pk}")


def _print(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
