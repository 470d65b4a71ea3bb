"""What the voices leave to the background."""

from __future__ import annotations

from typing import Final

from django.core.cache import cache
from django_tasks import task

AGAIN: Final = 600
"""Seconds after which a task that has not begun is asked for again."""


def ask(change: int) -> None:
    """Leave a conversation to the worker, once however many pages ask before it begins."""
    if cache.add(_key(change), 1, AGAIN):
        refresh.enqueue(change)


def _key(change: int) -> str:
    return f"voices:refresh:{change}"


@task()
def refresh(change: int) -> None:
    """Make the results of a large conversation, and the state that chooses what to ask, afresh."""
    from holdfast.web.register import merging
    from holdfast.web.register.models import Change
    from holdfast.web.voices import choosing
    from holdfast.web.voices.results import keeping

    cache.delete(_key(change))
    held = Change.objects.filter(pk=change).first()
    if held is not None:
        choosing.make(merging.family(held))
        keeping.make(held)
