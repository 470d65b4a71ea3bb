"""What the board leaves to the background: sending messages, and reminding of reviews."""

from __future__ import annotations

from django_tasks import task


@task()
def send_messages() -> None:
    """Send what is waiting; come back when the next failed one is due."""
    from holdfast.web.board import outbox

    outbox.send_waiting()
    later = outbox.next_try()
    if later is not None:
        send_messages.using(run_after=later).enqueue()


@task()
def remind_of_reviews() -> None:
    """Write a reminder for each review that has fallen due, once."""
    from holdfast.web.board import reviews

    reviews.send_reminders()
