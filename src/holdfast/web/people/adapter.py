"""How accounts come to be: by invitation, or by the organisation's own sign-in."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ByInvitation(DefaultAccountAdapter):
    """Nobody signs up by themselves; an invitation carries its own page."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Closed, except for somebody who has just followed an invitation."""
        return bool(request.session.get("invitation"))
