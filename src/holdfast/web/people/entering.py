"""The way in on a laptop: ``holdfast serve`` prints a link that opens the owner's account, once, from that machine."""

from __future__ import annotations

import ipaddress
import secrets
from typing import Final

from django.core import signing
from django.core.cache import cache
from django.http import HttpRequest
from django.urls import reverse

from holdfast.web.people.limits import client_address
from holdfast.web.people.models import User

OWNER: Final = "owner@localhost"
SALT: Final = "holdfast.enter"
GOOD_FOR: Final = 12 * 3600
"""Seconds that a printed link works."""


def link(user: User) -> str:
    """A path that signs ``user`` in."""
    return reverse("people:enter", args=[signing.dumps([user.pk, secrets.token_hex(8)], salt=SALT)])


def the_owner() -> User:
    """The account with every role that a laptop's only user needs; it has no password."""
    return User.objects.filter(email=OWNER).first() or User.objects.create_superuser(OWNER, None, name="Owner")


def owner(request: HttpRequest, token: str) -> User | None:
    """Whom the link lets in; ``None`` when it is wrong, old, used, or followed from another machine."""
    try:
        number, nonce = signing.loads(token, salt=SALT, max_age=GOOD_FOR)
    except signing.BadSignature:
        return None
    if not _same_machine(request) or not cache.add(f"entered:{nonce}", 1, GOOD_FOR):
        return None
    return User.objects.filter(pk=number, is_active=True).first()


def _same_machine(request: HttpRequest) -> bool:
    try:
        return ipaddress.ip_address(client_address(request)).is_loopback
    except ValueError:
        return False
