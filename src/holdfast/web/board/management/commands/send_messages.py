"""``manage send_messages``: remind of reviews that are due, and send what is waiting. Run it every few minutes."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from holdfast.web.board import outbox, reviews


class Command(BaseCommand):
    """Sends what is waiting in the outbox."""

    help = "Remind of reviews that have fallen due, and send the messages that are waiting."

    def handle(self, *_words: Any, **_named: Any) -> None:
        """Remind, send, and say how many."""
        reviews.send_reminders()
        sent, failed = outbox.send_waiting()
        self.stdout.write(f"Sent {sent}; {failed} could not be sent and will be tried again.")
