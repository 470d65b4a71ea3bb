"""How accounts come to be: by invitation, or by the organisation's own sign-in."""

from __future__ import annotations

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.http import HttpRequest

from holdfast.web.people import audit, inviting
from holdfast.web.people.limits import client_address
from holdfast.web.people.models import Role


class ByInvitation(DefaultAccountAdapter):
    """Nobody signs up by themselves; an invitation has its own page."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": "The email address or the password is not right. Check both, then try again.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Closed: see ``people:join``."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address that rate limits count by."""
        return client_address(request)


class ByTheOrganisation(DefaultSocialAccountAdapter):
    """Whoever the organisation's sign-in vouches for, when invited, or all of them if so configured."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Whether a first sign-in may make an account."""
        return settings.OIDC_OPEN or inviting.waiting_for(sociallogin.user.email or "") is not None

    def save_user(self, request: HttpRequest, sociallogin: Any, form: Any = None) -> Any:
        """Make the account with the roles of its invitation, or as a contributor."""
        user = super().save_user(request, sociallogin, form)
        invitation = inviting.waiting_for(user.email)
        if invitation:
            inviting.accept(invitation, user.name, None)
        else:
            user.roles.add(Role.objects.get(code="contributor"))
        audit.record(user, "people.manage", "person", user.email, "first signed in through the organisation")
        return user
