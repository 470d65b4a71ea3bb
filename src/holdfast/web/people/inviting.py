"""Invitations: one link, one person, one use, for a fortnight."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Iterable
from typing import Any, Final

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from holdfast.web.people import audit
from holdfast.web.people.models import Invitation, Role, User

GOOD_FOR: Final = dt.timedelta(days=14)


@transaction.atomic
def invite(actor: Any, email: str, roles: Iterable[Role]) -> str:
    """Make an invitation and send it; the link is returned so that it can also be handed over."""
    token, held = secrets.token_urlsafe(24), list(roles)
    made = Invitation.objects.create(
        email=email.lower(), sha256=_print(token), by=str(actor), expires_at=timezone.now() + GOOD_FOR
    )
    made.roles.set(held)
    audit.record(actor, "people.manage", "person", email, f"invited {email}", roles=[role.code for role in held])
    link = settings.SITE_ADDRESS + reverse("people:join", args=[token])
    transaction.on_commit(lambda: _send(email, link))
    return link


def waiting(token: str) -> Invitation | None:
    """The invitation behind a link, unless it was used or is too old."""
    return Invitation.objects.filter(sha256=_print(token), used_at=None, expires_at__gt=timezone.now()).first()


def waiting_for(email: str) -> Invitation | None:
    """The newest open invitation to an address: how an organisation's own sign-in finds its roles."""
    return Invitation.objects.filter(email=email.lower(), used_at=None, expires_at__gt=timezone.now()).first()


@transaction.atomic
def accept(invitation: Invitation, name: str, password: str | None) -> User | None:
    """Make the account, or give an existing one the roles; ``None`` when somebody used the link a moment ago."""
    now = timezone.now()
    if not Invitation.objects.filter(pk=invitation.pk, used_at=None).update(used_at=now):
        return None
    user = User.objects.filter(email=invitation.email).first()
    if user is None:
        user = User.objects.create_user(invitation.email, password, name=name)
    user.roles.add(*invitation.roles.all())
    audit.record(user, "people.manage", "person", user.email, "accepted an invitation")
    return user


def _print(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _send(email: str, link: str) -> None:
    send_mail(
        "You are invited to Holdfast",
        f"You have been invited to use Holdfast, where service changes are recorded, judged and decided.\n\n"
        f"Follow this link to make your account. It works once, until {GOOD_FOR.days} days from now:\n\n{link}\n",
        settings.DEFAULT_FROM_EMAIL,
        [email],
        fail_silently=True,
    )
