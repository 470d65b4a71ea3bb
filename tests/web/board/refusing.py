"""A mail server that refuses."""

from __future__ import annotations

from typing import Any

from django.core.mail.backends.base import BaseEmailBackend


class Refusing(BaseEmailBackend):
    """Sends nothing."""

    def send_messages(self, _messages: Any) -> int:
        """As when there is no server."""
        raise ConnectionRefusedError("no server")
